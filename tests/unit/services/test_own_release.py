"""Which wheel of an index is the program that runs here. A name and a version can be anybody's."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from tests.support.pypi import World, make_world

import sealwright
from sealwright.endpoints import IndexSite
from sealwright.errors import UsageError
from sealwright.services.index import IndexClient
from sealwright.services.own_release import own_release

VERSION = sealwright.__version__
WHEEL = f"sealwright-{VERSION}-py3-none-any.whl"
INFO = f"sealwright-{VERSION}.dist-info"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with make_world(tmp_path / "world") as world:
        yield world


def members() -> dict[str, bytes]:
    """What the wheel of this very package holds."""
    package = Path(sealwright.__file__).parent
    own = {
        f"sealwright/{path.relative_to(package).as_posix()}": path.read_bytes()
        for path in sorted(package.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }
    return {
        **own,
        f"{INFO}/METADATA": f"Metadata-Version: 2.4\nName: sealwright\nVersion: {VERSION}\n\n".encode(),
        f"{INFO}/WHEEL": b"Wheel-Version: 1.0\n",
        f"{INFO}/entry_points.txt": b"[console_scripts]\nsealwright = sealwright.cli:main\n",
        f"{INFO}/licenses/LICENSE": b"Apache-2.0",
        f"{INFO}/RECORD": b"",
    }


def wheel(content: Mapping[str, bytes], *more: tuple[str, bytes]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, text in (*content.items(), *more):
            archive.writestr(name, text)
    return data.getvalue()


def test_the_wheel_that_holds_what_runs_is_named_by_its_digest(world: World) -> None:
    data = wheel(members())
    world.pypi.seed(WHEEL, data)
    assert own_release(world.client) == (VERSION, hashlib.sha256(data).hexdigest())


def refused(index: IndexClient) -> str:
    with pytest.raises(UsageError) as error:
        own_release(index)
    assert error.value.code == "release-unknown"
    assert "--release VERSION" in error.value.hint
    return error.value.message


def test_an_index_that_does_not_know_it_is_said(world: World) -> None:
    assert "has no wheel of it" in refused(world.client)
    world.pypi.seed("sealwright-99.0-py3-none-any.whl", wheel(members()))
    assert "has no wheel of it" in refused(world.client)


CHANGED = {
    "another program": {"sealwright/cli/__init__.py": b"import os\n"},
    "a file more": {"sealwright/more.py": b""},
    "a module beside it": {"evil.py": b""},
    "code that every start of Python runs": {"evil.pth": b"import os"},
    "another program under its command": {f"{INFO}/entry_points.txt": b"[console_scripts]\nsealwright = os:abort\n"},
    "a script": {f"sealwright-{VERSION}.data/scripts/python": b""},
    "a folder of another name": {"sealwright-9.dist-info/RECORD": b""},
}


@pytest.mark.parametrize("change", CHANGED.values(), ids=CHANGED.keys())
def test_a_wheel_with_the_same_name_and_something_else_in_it_is_another_program(
    world: World, change: dict[str, bytes]
) -> None:
    world.pypi.seed(WHEEL, wheel({**members(), **change}))
    assert "another program" in refused(world.client)


def test_less_than_what_runs_is_another_program(world: World) -> None:
    fewer = {name: data for name, data in members().items() if name != "sealwright/errors.py"}
    world.pypi.seed(WHEEL, wheel(fewer))
    assert "another program" in refused(world.client)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_member_that_stands_twice_is_not_compared_once(world: World) -> None:
    world.pypi.seed(WHEEL, wheel(members(), ("sealwright/errors.py", members()["sealwright/errors.py"])))
    assert "another program" in refused(world.client)


def test_what_is_yanked_is_not_named(world: World) -> None:
    world.pypi.seed(WHEEL, wheel(members()))
    world.pypi.yank("sealwright", VERSION)
    assert "has no wheel of it" in refused(world.client)


def test_an_index_that_does_not_answer_is_not_one_without_it() -> None:
    assert "could not tell" in refused(IndexClient(IndexSite("pypi", "http://127.0.0.1:9", "")))
