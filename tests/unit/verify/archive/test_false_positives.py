"""What honest backends do and must not be accused of."""

from __future__ import annotations

import tarfile

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from tests.support.archives import (
    COMMITTED,
    ENTRY_POINTS,
    INFO,
    METADATA,
    PYPROJECT,
    SDIST,
    STEM,
    WHEEL,
    codes,
    commit_of,
    good_sdist,
    good_wheel,
    judged,
)

from sealwright.model import State
from sealwright.verify.archive.markers import same
from sealwright.verify.archive.requirements import Wanted, judge_requirements
from sealwright.verify.archive.version_file import objection


def test_a_project_in_a_folder_of_its_repository_is_compared_with_that_folder() -> None:
    files = {f"libs/tiny/{path}": data for path, data in COMMITTED.items()}
    files |= {".gitignore": b"*.pyc\n", "src/tiny/__init__.py": b"another project\n"}
    sdist = good_sdist()
    sdist.add(f"{STEM}/.gitignore", b"*.pyc\n")  # hatchling takes along the one of the repository
    archives = {WHEEL: good_wheel().build(), SDIST: sdist.build()}
    assert codes(judged(archives, commit_of(files, directory="libs/tiny"))) == set()


def test_links_in_git_may_be_links_or_what_they_point_to() -> None:
    links = {"src/tiny/readme.md": "../../README.md", "src/alias": "tiny"}
    wheel, sdist = good_wheel(), good_sdist()
    wheel.add("tiny/readme.md", COMMITTED["README.md"])
    wheel.add("alias/data.txt", COMMITTED["src/tiny/data.txt"])
    sdist.add(f"{STEM}/src/tiny/readme.md", b"", type=tarfile.SYMTYPE, linkname="../../README.md")
    sdist.add(f"{STEM}/src/alias/data.txt", COMMITTED["src/tiny/data.txt"])
    findings = judged({WHEEL: wheel.build(), SDIST: sdist.build()}, commit_of(COMMITTED, links))
    assert codes(findings) == set()


def test_a_link_to_somewhere_else_than_the_committed_one_is_refused() -> None:
    sdist = good_sdist()
    sdist.add(f"{STEM}/link", b"", type=tarfile.SYMTYPE, linkname="src/tiny/data.txt")
    commit = commit_of(COMMITTED, {"link": "README.md"})
    assert codes(judged({WHEEL: good_wheel().build(), SDIST: sdist.build()}, commit)) == {"symbolic-link"}


def _as(backend: str, **files: bytes) -> dict[str, bytes]:
    document = PYPROJECT.replace(b"hatchling.build", backend.encode())
    return {**COMMITTED, "pyproject.toml": document, **{name.replace("__", "."): data for name, data in files.items()}}


SETUP_CFG = b"[egg_info]\ntag_build = \ntag_date = 0\n\n"
EGG = "src/tiny.egg-info"


@pytest.mark.parametrize(
    ("committed", "member", "data", "expected"),
    [
        (_as("setuptools.build_meta"), "setup.cfg", SETUP_CFG, set()),
        (_as("setuptools.build_meta"), "setup.cfg", SETUP_CFG + b"[options]\nscripts = evil\n", {"rewritten"}),
        (_as("setuptools.build_meta"), f"{EGG}/SOURCES.txt", b"x", set()),
        (_as("setuptools.build_meta"), f"{EGG}/PKG-INFO", METADATA, set()),
        (_as("setuptools.build_meta"), f"{EGG}/PKG-INFO", b"Name: pip\n", {"rewritten"}),
        (_as("setuptools.build_meta"), f"{EGG}/evil.py", b"evil", {"not-in-git"}),
        (_as("setuptools.build_meta"), "src/pip.egg-info/SOURCES.txt", b"x", {"not-in-git"}),
        (_as("setuptools.build_meta"), f"{EGG}/SOURCES.txt", b"src/tiny/x.py\n../evil\n", {"list-says-more"}),
        (_as("setuptools.build_meta"), f"{EGG}/top_level.txt", b"tiny\n", set()),
        (_as("setuptools.build_meta"), f"{EGG}/top_level.txt", b"pip\n", {"list-says-more"}),
        (_as("setuptools.build_meta"), f"{EGG}/namespace_packages.txt", b"tiny\n", set()),
        (_as("setuptools.build_meta"), f"{EGG}/namespace_packages.txt", b"tiny.evil\n", {"list-says-more"}),
        (_as("setuptools.build_meta"), f"{EGG}/dependency_links.txt", b"\n", set()),
        (_as("setuptools.build_meta"), f"{EGG}/dependency_links.txt", b"https://evil.example\n", {"list-says-more"}),
        (_as("setuptools.build_meta"), f"{EGG}/not-zip-safe", b"\n", set()),
        (_as("setuptools.build_meta"), f"{EGG}/zip-safe", b"evil", {"list-says-more"}),
        (_as("setuptools.build_meta"), f"{EGG}/requires.txt", b"packaging>=20\n", set()),
        (_as("setuptools.build_meta"), f"{EGG}/requires.txt", b"packaging>=20\n\n[x]\nevil\n", {"list-says-more"}),
        (_as("setuptools.build_meta"), f"{EGG}/requires.txt", b"???\n", {"list-says-more"}),
        (_as("setuptools.build_meta"), f"{EGG}/entry_points.txt", ENTRY_POINTS, set()),
        (
            _as("setuptools.build_meta"),
            f"{EGG}/entry_points.txt",
            ENTRY_POINTS + b"evil = tiny:evil\n",
            {"entry-points-differ"},
        ),
        (_as("setuptools.build_meta"), f"{EGG}/scm_version.json", b'{"tag": "1.0", "distance": 0}', set()),
        (_as("setuptools.build_meta"), f"{EGG}/scm_version.json", b"[1]", {"list-says-more"}),
        (_as("setuptools.build_meta"), f"{EGG}/scm_file_list.json", b'{"files": ["a/b.py"]}', set()),
        (_as("setuptools.build_meta"), f"{EGG}/scm_file_list.json", b'{"files": ["/etc/passwd"]}', {"list-says-more"}),
        (_as("setuptools.build_meta"), f"{EGG}/scm_file_list.json", b"[" * 100_000, {"list-says-more"}),
        (_as("hatchling.build"), f"{EGG}/SOURCES.txt", b"x", {"not-in-git"}),
        (_as("hatchling.build"), "setup.cfg", SETUP_CFG, {"not-in-git"}),
        (_as("hatchling.build"), "PKG-INFO.orig", b"x", {"not-in-git"}),
        (_as("uv_build"), "pyproject.toml.orig", _as("uv_build")["pyproject.toml"], set()),
        (_as("uv_build"), "pyproject.toml.orig", b"evil", {"rewritten"}),
    ],
)
def test_a_backend_may_add_its_own_files_and_no_other(
    committed: dict[str, bytes], member: str, data: bytes, expected: set[str]
) -> None:
    sdist = good_sdist(committed)
    sdist.add(f"{STEM}/{member}", data)
    found = codes(judged({WHEEL: good_wheel().build(), SDIST: sdist.build()}, commit_of(committed)))
    assert found == expected


def test_setuptools_may_rewrite_a_committed_setup_cfg() -> None:
    committed = _as("setuptools.build_meta", setup__cfg=b"# comment\n[flake8]\nmax-line-length=88\n")
    sdist = good_sdist(committed)
    sdist.change("setup.cfg", b"[flake8]\nmax-line-length = 88\n\n" + SETUP_CFG)
    assert codes(judged({WHEEL: good_wheel().build(), SDIST: sdist.build()}, commit_of(committed))) == set()


@pytest.mark.parametrize(
    ("backend", "written", "expected"),
    [
        ("pdm.backend", b'version = "1.0"', set()),
        ("uv_build", b'version = "1.0"', set()),
        ("pdm.backend", b'version = "9.9"', {"rewritten"}),
        ("pdm.backend", b'version = "1.0"\n[project.gui-scripts]\nevil = "evil:evil"', {"rewritten"}),
        ("flit_core.buildapi", b'version = "1.0"', {"modified"}),
    ],
)
def test_a_backend_that_rewrites_pyproject_may_only_write_down_the_version(
    backend: str, written: bytes, expected: set[str]
) -> None:
    text = PYPROJECT.replace(b"hatchling.build", backend.encode())
    committed = {**COMMITTED, "pyproject.toml": text.replace(b'version = "1.0"', b'dynamic = ["version"]')}
    sdist = good_sdist(committed)
    project, _, rest = text.partition(b"[project.scripts]")
    body = project.replace(b'version = "1.0"', b"# rewritten") + b"[project.scripts]" + rest
    head, _, tail = body.partition(b"# rewritten\n")
    sdist.change("pyproject.toml", head + written.split(b"\n")[0] + b"\n" + tail + b"\n".join(written.split(b"\n")[1:]))
    found = codes(judged({WHEEL: good_wheel().build(), SDIST: sdist.build()}, commit_of(committed)))
    assert found == expected


def test_scripts_may_get_the_placeholder_that_installers_replace() -> None:
    committed = {**COMMITTED, "bin/tool": b"#!/usr/bin/env python3\nprint(1)\n"}
    wheel = good_wheel()
    wheel.add(f"{STEM}.data/scripts/tool", b"#!python\nprint(1)\n")
    commit = commit_of(committed)
    assert codes(judged({WHEEL: wheel.build(), SDIST: good_sdist(committed).build()}, commit)) == set()
    wheel.change(f"{STEM}.data/scripts/tool", b"#!python\nprint(2)\n")
    assert codes(judged({WHEEL: wheel.build(), SDIST: good_sdist(committed).build()}, commit)) == {"modified"}


def test_files_that_the_configuration_maps_elsewhere_are_found_there() -> None:
    more = b'[tool.hatch.build.targets.wheel.force-include]\n"docs/licence.txt" = "tiny/licence.txt"\n'
    committed = {**COMMITTED, "pyproject.toml": PYPROJECT + more, "docs/licence.txt": b"licence\n"}
    wheel = good_wheel()
    wheel.add("tiny/licence.txt", b"licence\n")
    archives = {WHEEL: wheel.build(), SDIST: good_sdist(committed).build()}
    assert codes(judged(archives, commit_of(committed))) == set()


def test_entry_points_that_only_code_declares_are_not_judged_and_said_so() -> None:
    text = PYPROJECT.replace(b'version = "1.0"', b'version = "1.0"\ndynamic = ["scripts"]')
    committed = {**COMMITTED, "pyproject.toml": text.replace(b'[project.scripts]\ntiny = "tiny:main"\n', b"")}
    archives = {WHEEL: good_wheel().build(), SDIST: good_sdist(committed).build()}
    findings = judged(archives, commit_of(committed))
    assert codes(findings) == set()
    assert [f.state for f in findings if f.check == "entry-points"] == [State.SKIPPED]


@pytest.mark.parametrize(
    ("committed", "text"),
    [
        (
            {"pyproject.toml": b'[tool.poetry]\nname = "tiny"\n[tool.poetry.scripts]\ntiny = "tiny:main"\n'},
            ENTRY_POINTS,
        ),
        (
            {
                "pyproject.toml": b"",
                "setup.cfg": b"[options.entry_points]\nconsole_scripts =\n  tiny = tiny:main\n",
            },
            ENTRY_POINTS,
        ),
        ({"pyproject.toml": b"[project]\nname='tiny'\n"}, b"[console_scripts]\n\n[gui_scripts]\n"),
        (
            {"pyproject.toml": b"[project]\nname='tiny'\nscripts.tiny='tiny:main [x]'\n"},
            b"[console_scripts]\ntiny=tiny:main[x]",
        ),
    ],
)
def test_entry_points_are_read_wherever_they_are_declared(committed: dict[str, bytes], text: bytes) -> None:
    wheel = good_wheel()
    wheel.change(f"{INFO}/entry_points.txt", text)
    findings = judged({WHEEL: wheel.build()}, commit_of({**COMMITTED, **committed}))
    assert not [f for f in findings if f.check == "entry-points" and f.state is not State.PASS]


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ('python_version < "3.11"', "python_full_version < '3.11'", True),
        ('python_version == "3.11"', "python_full_version == '3.11.*'", True),
        ('python_version > "3.11"', "python_full_version >= '3.12'", True),
        ('python_version <= "3.11"', "python_version < '3.12'", True),
        ('os_name == "nt" and sys_platform != "x"', 'sys_platform != "x" and os_name == "nt"', True),
        (
            '(os_name == "nt" or os_name == "x") and python_version < "4"',
            '(os_name == "nt" and python_version < "4") or (os_name == "x" and python_version < "4")',
            True,
        ),
        ('"nt" == os_name', 'os_name == "nt"', True),
        ('os_name == "nt"', 'os_name == "nt" or platform_machine == "aarch64"', False),
        ('os_name == "nt"', 'os_name != "nt"', False),
        ('python_version < "3.11"', 'python_version < "3.12"', False),
        ('sys_platform in "a b"', 'sys_platform not in "a b"', False),
    ],
)
def test_markers_are_compared_by_what_they_mean(one: str, other: str, expected: bool) -> None:
    assert same([(Marker(one), "")], [(Marker(other), "")]) is expected
    assert same([(Marker(one), "x")], [(Marker(other), "")]) is False


@pytest.mark.parametrize(
    ("declared", "extra", "found", "expected"),
    [
        ("Foo.Bar>=1.0", "", "foo-bar (>=1)", True),
        ("foo~=2.1", "", "foo<3,>=2.1", True),
        ("foo==2.*", "", "foo>=2,<3", True),
        ("foo[A_b]", "", "foo[a-b]", True),
        ("foo", "Extra_A", "foo; extra == 'extra-a'", True),
        (
            "foo; os_name == 'nt' or os_name == 'x'",
            "e",
            "foo; extra == 'e' and (os_name == 'nt' or os_name == 'x')",
            True,
        ),
        ("foo @ https://example.org/foo.whl", "", "foo @ https://example.org/foo.whl", True),
        ("foo===1.0+x", "", "foo===1.0+x", True),
        ("foo~=2.1.0", "", "foo<3,>=2.1", False),
        ("foo", "", "foo; extra == 'x'", False),
        ("foo", "x", "foo", False),
        ("foo[a]", "", "foo", False),
        ("foo>=1", "", "foo>=1.0.1", False),
        ("foo", "", "foo @ https://example.org/foo.whl", False),
    ],
)
def test_requirements_are_compared_by_what_they_ask_for(declared: str, extra: str, found: str, expected: bool) -> None:
    faults = list(judge_requirements([Wanted(Requirement(declared), extra)], [Requirement(found)]))
    assert (not faults) is expected


SCM = '''"""Generated."""
from __future__ import annotations
__all__ = ["__version__"]
TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Tuple, Union
    VERSION_TUPLE = Tuple[Union[int, str], ...]
else:
    VERSION_TUPLE = object
version: str
__version_tuple__: tuple[int | str, ...]
__version__ = version = '1.0'
__version_tuple__ = version_tuple = (1, 0, "dev1")
'''


@pytest.mark.parametrize(
    ("text", "fine"),
    [
        (SCM, True),
        ("__version__ = '1.0'", True),
        ("1.0\n", True),
        ("1.0\nimport os\n", False),
        ("__version__ = '1.1'", False),
        ("__version__ = '1.0'\nimport os", False),
        ("from os import system\n__version__ = '1.0'", False),
        ("from .typing import x\n__version__ = '1.0'", False),
        ("__version__ = '1.0'\nprint()", False),
        ("__version__ = [x for x in '1.0']", False),
        ("__version__ = '1.0'\nx = lambda: 1", False),
        ("__version__ = f'{1}.0'", False),
        ("__version__ = '1.0'\nif True:\n    x = 1", False),
        ("__version__ = '1.0'\n" + "# long\n" * 9999, False),
        ("__version__ = '1.0'\nx: print() = 1", False),
        ("del print\n__version__ = '1.0'", False),
    ],
)
def test_a_version_file_assigns_the_version_and_does_nothing_else(text: str, fine: bool) -> None:
    assert (objection(text.encode(), "1.0") is None) is fine
