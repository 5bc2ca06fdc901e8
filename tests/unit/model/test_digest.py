import base64

import pytest

from sealwright.model import FileRef, Sums
from sealwright.model.digest import is_plain_path

A, B = "a" * 64, "b" * 64


def test_sums_survive_encoding():
    sums = Sums((("x-1-py3-none-any.whl", B), ("x-1.tar.gz", A)))
    assert Sums.decode(sums.encode()) == sums
    assert sums.text == f"{B}  x-1-py3-none-any.whl\n{A}  x-1.tar.gz\n"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "empty"),
        (f"{A}  x.whl", "cut off"),
        (f"{A}  x.whl\n{B[:40]}", "cut off"),
        (f"{A[:63]}  x.whl\n", "digest too short"),
        (f"{A.upper()}  x.whl\n", "another spelling"),
        (f"{A}  ../x.whl\n", "leaves the folder"),
        (f"{A}  dir/x.whl\n", "not flat"),
        (f"{A}  .hidden\n", "hidden"),
        (f"{A}  x.whl\n{A}  x.whl\n", "twice"),
        (f"{A}  y.whl\n{B}  x.whl\n", "not sorted"),
        (f"{A}\n", "no name"),
    ],
)
def test_sums_that_were_not_written_by_us_are_refused(text, why):
    with pytest.raises(ValueError):
        Sums.decode(base64.b64encode(text.encode()).decode())


@pytest.mark.parametrize("encoded", ["", "%%%", "é", base64.b64encode(b"\xff\xfe\n").decode()])
def test_an_output_that_is_not_base64_text_is_refused(encoded):
    with pytest.raises(ValueError):
        Sums.decode(encoded)


@pytest.mark.parametrize("path", ["", "/a", "a//b", "../a", "a/..", "./a", "a\\b", "a\0b", "a/"])
def test_a_file_reference_stays_inside_the_dossier(path):
    assert not is_plain_path(path)
    with pytest.raises(ValueError):
        FileRef(path, A, 1)


@pytest.mark.parametrize(("digest", "size"), [("", 1), ("g" * 64, 1), (A.upper(), 1), (A, -1)])
def test_a_file_reference_needs_a_digest_and_a_size(digest, size):
    with pytest.raises(ValueError):
        FileRef("dist/x.whl", digest, size)
