import io
import zipfile

import pytest

from sealwright.errors import Refused
from sealwright.verify.wheel import Script, importable, read_wheel

NAME = "tiny_project-1.2.3-py3-none-any.whl"
INFO = "tiny_project-1.2.3.dist-info"
METADATA = """\
Metadata-Version: 2.4
Name: tiny-project
Version: 1.2.3
Requires-Python: >=3.11
Requires-Dist: rich; extra == "colour"
Requires-Dist: attrs>=20
"""
POINTS = """\
[console_scripts]
Tiny-Up = tiny_project:main.up [colour]
[gui_scripts]
win=tiny_project:win
[pytest11]
p = tiny
"""


def archive(members):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as target:
        for name, text in members.items():
            target.writestr(name, text)
    return stream


def test_a_wheel_says_what_it_needs_and_offers():
    members = {"tiny_project/__init__.py": "", f"{INFO}/METADATA": METADATA, f"{INFO}/entry_points.txt": POINTS}
    wheel = read_wheel(archive(members), NAME)
    assert (wheel.name, wheel.version, wheel.requires_python) == ("tiny-project", "1.2.3", ">=3.11")
    assert wheel.requires_dist == ("attrs>=20", 'rich; extra == "colour"')
    assert wheel.scripts == (
        Script("Tiny-Up", "tiny_project:main.up"),
        Script("win", "tiny_project:win", graphical=True),
    )
    assert wheel.imports == ("tiny_project",)


@pytest.mark.parametrize(
    ("name", "members"),
    [
        (NAME, {}),
        (NAME, {"a.dist-info/METADATA": METADATA, "b.dist-info/METADATA": METADATA}),
        (NAME, {f"{INFO}/RECORD": ""}),
        (NAME, {f"{INFO}/METADATA": METADATA, f"{INFO}/entry_points.txt": "no section"}),
        ("tiny.whl", {f"{INFO}/METADATA": METADATA}),
    ],
)
def test_what_is_no_wheel_is_refused(name, members):
    with pytest.raises(Refused) as refused:
        read_wheel(archive(members), name)
    assert refused.value.code == "wheel-malformed"


def test_bytes_that_are_no_archive_are_refused():
    with pytest.raises(Refused):
        read_wheel(io.BytesIO(b"PK no"), NAME)


@pytest.mark.parametrize(
    ("members", "names"),
    [
        (["tiny/__init__.py", "tiny/a.py", "tiny/sub/__init__.py"], ("tiny",)),
        (["one.py", "two/__init__.py", "_private.py"], ("_private", "one", "two")),
        (["space/tiny/__init__.py", "space/tiny/a.py"], ("space.tiny",)),
        (["space/a/__init__.py", "space/b/c/__init__.py", "space/loose.py"], ("space.a", "space.b.c")),
        (["space/loose.py", "space/__main__.py"], ("space.loose",)),
        (["tiny-stubs/__init__.pyi", "tiny-stubs/a.pyi"], ()),
        (["tiny/__init__.pyi", "tiny/py.typed"], ()),
        (["data/file.json", "with-dash.py", "__main__.py"], ()),
        (["t-1.data/purelib/tiny/__init__.py", "t-1.data/scripts/run.py", "t-1.data/data/x.py"], ("tiny",)),
        (["t-1.dist-info/METADATA", "t-1.dist-info/licenses/x.py", "tiny/"], ()),
    ],
)
def test_the_outermost_names_are_what_is_imported(members, names):
    assert importable(members) == names
