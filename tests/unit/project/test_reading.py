"""What can be read of a project without running any of its code."""

from __future__ import annotations

import pytest
from packaging.specifiers import SpecifierSet

from sealwright.errors import UsageError
from sealwright.project import VersionKind, read_project
from sealwright.project.tables import Reader

FLIT = '[build-system]\nrequires=["flit_core"]\nbuild-backend="flit_core.buildapi"\n'
NAMED = '[project]\nname="My_Pkg"\n'
DYNAMIC = NAMED + 'dynamic=["version"]\n'


def read(files: dict[str, str]) -> Reader:
    return lambda path: files[path].encode() if path in files else None


def scm(requirement: str) -> dict[str, str]:
    return {"pyproject.toml": f'[build-system]\nrequires=["{requirement}"]\n{DYNAMIC}'}


SOURCES = {
    "project": ({"pyproject.toml": NAMED + 'version="1.2"'}, "static", "1.2"),
    "poetry": ({"pyproject.toml": '[tool.poetry]\nname="my-pkg"\nversion="1.2"'}, "static", "1.2"),
    "poetry beside project": ({"pyproject.toml": DYNAMIC + '[tool.poetry]\nversion="1.2"'}, "static", "1.2"),
    "hatch regex": (
        {"pyproject.toml": DYNAMIC + '[tool.hatch.version]\npath="a.py"', "a.py": "x=1\n__version__: str = 'v1.2'\n"},
        "file",
        "1.2",
    ),
    "hatch pattern": (
        {
            "pyproject.toml": DYNAMIC + "[tool.hatch.version]\npath='a'\npattern='release (?P<version>.+)'",
            "a": "release 1.2",
        },
        "file",
        "1.2",
    ),
    "hatch code": (
        {"pyproject.toml": DYNAMIC + '[tool.hatch.version]\nsource="code"\npath="a.py"', "a.py": "__version__ = '1.2'"},
        "file",
        "1.2",
    ),
    "hatch file missing": ({"pyproject.toml": DYNAMIC + '[tool.hatch.version]\npath="a.py"'}, "unknown", None),
    "hatch bad pattern": (
        {"pyproject.toml": DYNAMIC + '[tool.hatch.version]\npath="a.py"\npattern="("', "a.py": ""},
        "unknown",
        None,
    ),
    "hatch env": ({"pyproject.toml": DYNAMIC + '[tool.hatch.version]\nsource="env"'}, "unknown", None),
    "hatch-vcs": ({"pyproject.toml": DYNAMIC + '[tool.hatch.version]\nsource="vcs"'}, "tag", None),
    "setuptools-scm": (scm("setuptools_scm[toml]>=8"), "tag", None),
    "versioningit": (scm("versioningit"), "tag", None),
    "pdm scm": ({"pyproject.toml": DYNAMIC + '[tool.pdm.version]\nsource="scm"'}, "tag", None),
    "pdm file": (
        {
            "pyproject.toml": DYNAMIC + '[tool.pdm.version]\nsource="file"\npath="a.py"',
            "a.py": "__version__ = '1.2'  # here",
        },
        "file",
        "1.2",
    ),
    "pdm call": ({"pyproject.toml": DYNAMIC + '[tool.pdm.version]\nsource="call"'}, "unknown", None),
    "poetry-dynamic-versioning": (
        {
            "pyproject.toml": '[tool.poetry]\nname="my-pkg"\nversion="0.0.0"\n'
            "[tool.poetry-dynamic-versioning]\nenable=true"
        },
        "tag",
        None,
    ),
    "flit": ({"pyproject.toml": FLIT + DYNAMIC, "My_Pkg.py": '"""x"""\n__version__ = "1.2"'}, "file", "1.2"),
    "flit src": ({"pyproject.toml": FLIT + DYNAMIC, "src/My_Pkg/__init__.py": '__version__ = "1.2"'}, "file", "1.2"),
    "flit by import": (
        {
            "pyproject.toml": FLIT + DYNAMIC,
            "My_Pkg/__init__.py": "from ._v import V as __version__",
            "My_Pkg/_v.py": "V='1.2'",
        },
        "file",
        "1.2",
    ),
    "flit computed": ({"pyproject.toml": FLIT + DYNAMIC, "My_Pkg.py": "__version__ = f()"}, "unknown", None),
    "setuptools attr": (
        {
            "pyproject.toml": DYNAMIC + '[tool.setuptools.dynamic]\nversion={attr="my.VERSION"}',
            "src/my/__init__.py": "VERSION = (1, 2)",
        },
        "file",
        "1.2",
    ),
    "setuptools file": (
        {"pyproject.toml": DYNAMIC + '[tool.setuptools.dynamic]\nversion={file="VERSION"}', "VERSION": "1.2\n"},
        "file",
        "1.2",
    ),
    "setup.cfg": ({"setup.py": "setup()", "setup.cfg": "[metadata]\nname=my-pkg\nversion=1.2"}, "static", "1.2"),
    "setup.cfg attr": (
        {
            "pyproject.toml": "",
            "setup.cfg": "[metadata]\nname=my-pkg\nversion=attr: my.a.__version__\n[options]\npackage_dir=\n  =lib",
            "lib/my/a.py": "__version__='1.2'",
        },
        "file",
        "1.2",
    ),
    "setup.py literal": (
        {"setup.py": "from setuptools import setup\nsetup(name='my-pkg', version='1.2')"},
        "static",
        "1.2",
    ),
    "setup.py computed": ({"setup.py": "setup(name='my-pkg', version=open('x').read())"}, "unknown", None),
    "an import that circles": (
        {"pyproject.toml": FLIT + DYNAMIC, "My_Pkg.py": "from .My_Pkg import __version__"},
        "unknown",
        None,
    ),
}


@pytest.mark.parametrize(("files", "kind", "version"), SOURCES.values(), ids=SOURCES.keys())
def test_the_version_is_found_where_the_build_would_find_it(files: dict[str, str], kind: str, version: str) -> None:
    info = read_project(read(files))
    assert info.name == "my-pkg"
    assert (info.version.kind, info.version.version) == (VersionKind(kind), version)
    assert info.version.where


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"pyproject.toml": NAMED + 'requires-python=">=3.10"'}, ">=3.10"),
        ({"pyproject.toml": '[tool.poetry]\nname="x"\n[tool.poetry.dependencies]\npython="^3.10"'}, ">=3.10,<4"),
        ({"pyproject.toml": '[tool.poetry]\nname="x"\n[tool.poetry.dependencies]\npython="~3.10"'}, ">=3.10,<3.11"),
        (
            {"pyproject.toml": '[tool.poetry]\nname="x"\n[tool.poetry.dependencies]\npython=">=3.9, <3.13"'},
            ">=3.9,<3.13",
        ),
        ({"pyproject.toml": '[tool.poetry]\nname="x"\n[tool.poetry.dependencies]\npython="*"'}, ""),
        ({"pyproject.toml": "", "setup.cfg": "[metadata]\nname=x\n[options]\npython_requires = >=3.9"}, ">=3.9"),
        ({"setup.py": "setup(name='x', python_requires='>=3.9')"}, ">=3.9"),
        ({"pyproject.toml": NAMED}, ""),
    ],
)
def test_the_supported_pythons_are_read(files: dict[str, str], expected: str) -> None:
    assert SpecifierSet(read_project(read(files)).requires_python) == SpecifierSet(expected)


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ({}, "not-a-project"),
        ({"setup.cfg": "[metadata]\nname=x\nversion=1"}, "not-a-project"),
        ({"pyproject.toml": "[project"}, "toml-malformed"),
        ({"pyproject.toml": "[tool.black]"}, "project-name-unknown"),
        ({"setup.py": "setup(name=compute())"}, "project-name-unknown"),
        ({"pyproject.toml": "[project]\nname='-x'"}, "project-name-invalid"),
    ],
)
def test_what_is_no_project_is_said_with_a_way_out(files: dict[str, str], code: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_project(read(files))
    assert caught.value.code == code
    assert caught.value.hint
