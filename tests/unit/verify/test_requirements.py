import pytest

from sealwright.errors import Refused
from sealwright.verify.requirements import locked_text, parse_locked, unmet

A, B = "a" * 64, "b" * 64


def test_a_lock_is_read_and_written_in_one_spelling():
    text = f"""\
# made by somebody
--index-url https://mirror.example/simple
-i https://mirror.example/simple
Pluggy==1.7.0 \\
    --hash=sha256:{B} \\
    --hash=sha256:{A}  # via hatchling
attrs==26.1.0 ; sys_platform == 'win32' --hash=sha256:{A} --hash=md5:0123
"""
    pins = parse_locked(text, "build.lock")
    assert [(pin.name, pin.version, pin.hashes) for pin in pins] == [
        ("attrs", "26.1.0", (A,)),
        ("pluggy", "1.7.0", (A, B)),
    ]
    assert parse_locked(locked_text(pins), "again") == pins
    assert "mirror.example" not in locked_text(pins)


@pytest.mark.parametrize(
    "line",
    [
        "attrs==26.1.0",
        f"attrs>=26 --hash=sha256:{A}",
        f"attrs==26.* --hash=sha256:{A}",
        f"attrs --hash=sha256:{A}",
        "attrs==26.1.0 --hash=md5:0123",
        f"attrs @ https://example.org/attrs.whl --hash=sha256:{A}",
        "-e .",
        "-r other.txt",
        "./folder",
        "--no-binary :all:",
    ],
)
def test_what_is_not_pinned_by_sha256_is_refused(line):
    with pytest.raises(Refused, match=r"build\.lock") as refused:
        parse_locked(f"{line}\n", "build.lock")
    assert refused.value.code == "build-lock-malformed"


@pytest.mark.parametrize(
    ("requirements", "missing"),
    [
        (["hatchling"], ()),
        (["hatchling>=1.30", "Hatch_VCS"], ("Hatch_VCS",)),
        (["hatchling==1.32.0"], ("hatchling==1.32.0",)),
        (["hatchling>=1.33.0rc1,<2"], ()),
        (["tomli; python_version < '3'"], ()),
        (["x; extra == 'y'"], ()),
    ],
)
def test_unmet_requirements_are_named(requirements, missing):
    assert unmet(requirements, {"hatchling": "1.33.0"}) == missing


def test_a_requirement_that_is_none_is_refused():
    with pytest.raises(Refused) as refused:
        unmet(["not a requirement"], {})
    assert refused.value.code == "build-requirement-malformed"
