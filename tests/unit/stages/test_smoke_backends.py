"""Wheel and sdist of real projects with several backends: built, resolved, installed and tried by the stages."""

import pytest
from tests.support.projects import git, make_project
from tests.support.releases import Release

from sealwright.model import State

pytestmark = pytest.mark.index

HEAD = '[project]\nname = "{name}"\nversion = "1.2.3"\nrequires-python = ">=3.11"\n'
TINY = HEAD.format(name="tiny-project")
SETUPTOOLS = '[build-system]\nrequires = ["setuptools>=80"]\nbuild-backend = "setuptools.build_meta"\n'
PLUGIN = '[build-system]\nrequires = ["setuptools>=80", "setuptools-scm>=8"]\nbuild-backend = "setuptools.build_meta"\n'
MARKED = """\
[build-system]
requires = ["hatchling", "tomli; python_version < '3.11'", "pywin32; sys_platform == 'win32'"]
build-backend = "inner"
backend-path = ["backend"]
"""
FLIT = '[build-system]\nrequires = ["flit_core>=3.9"]\nbuild-backend = "flit_core.buildapi"\n'
POETRY = '[build-system]\nrequires = ["poetry-core>=2"]\nbuild-backend = "poetry.core.masonry.api"\n'
EXTENDED = "__path__ = __import__('pkgutil').extend_path(__path__, __name__)\n"
MAIN = "def main():\n    print('usage')\n"

PROGRAMS = """
[project.scripts]
tiny = "space.tiny:main"
[project.gui-scripts]
tiny-window = "space.tiny:main"
[project.entry-points."tiny.plugins"]
more = "space.tiny:main"
[tool.setuptools]
script-files = ["bin/tiny-run"]
"""
FOUND = '[tool.setuptools.packages.find]\nwhere = ["src"]\n'
VERSIONED = """
[project]
name = "tiny-project"
dynamic = ["version"]
requires-python = ">=3.11"
[tool.setuptools_scm]
version_file = "src/tiny/_version.py"
"""
STUBS = HEAD.format(name="types-tiny")
DESCRIBED = 'description = "x"\n[tool.flit.module]\nname = "{}"\n'
INCLUDED = """
[tool.poetry]
packages = [{ include = "one" }, { include = "two" }, { include = "three.py" }]
"""

PROJECTS = {
    "setuptools, a native namespace, every kind of program": (
        SETUPTOOLS + TINY + PROGRAMS + FOUND,
        {"src/space/tiny/__init__.py": MAIN, "bin/tiny-run": "#!/usr/bin/env python3\nprint('run')\n"},
        "imports space.tiny; starts tiny; loads tiny-window; installs tiny-run; loads 1 plugin",
    ),
    "setuptools, a namespace of pkgutil": (
        SETUPTOOLS + TINY + FOUND,
        {"src/space/__init__.py": EXTENDED, "src/space/tiny/__init__.py": MAIN},
        "imports space.tiny",
    ),
    "setuptools with a plugin that decides on the version": (
        PLUGIN + VERSIONED,
        {"src/tiny/__init__.py": "from tiny._version import version\n", ".gitignore": "_version.py\n"},
        "imports tiny",
    ),
    "a backend in the tree, requirements with markers": (
        MARKED + TINY + '[tool.hatch.build.targets.wheel]\npackages = ["src/tiny"]\n',
        {"src/tiny/__init__.py": "", "backend/inner.py": "from hatchling.build import *  # noqa\n"},
        "imports tiny",
    ),
    "flit, a single module": (FLIT + TINY + DESCRIBED.format("tiny"), {"tiny.py": ""}, "imports tiny"),
    "flit, stubs": (
        FLIT + STUBS + DESCRIBED.format("tiny-stubs"),
        {"tiny-stubs/__init__.pyi": "def main() -> None: ...\n", "tiny-stubs/py.typed": ""},
        "nothing to import: stubs only",
    ),
    "poetry, two packages and a module": (
        POETRY + TINY + INCLUDED,
        {"one/__init__.py": "", "two/__init__.py": "import one, three", "three.py": ""},
        "imports one, three, two",
    ),
}


@pytest.mark.parametrize(("pyproject", "files", "told"), PROJECTS.values(), ids=PROJECTS.keys())
def test_wheel_and_sdist_are_installed_and_tried(tmp_path, pyproject, files, told):
    settings = '[tool.sealwright]\ncells = ["ubuntu-24.04/3.11"]\n'
    project = make_project(tmp_path / "project", {"pyproject.toml": f"{pyproject}{settings}", **files})
    name = "types-tiny" if "types-tiny" in pyproject else "tiny-project"
    release = Release(tmp_path / "release", project, name=name)
    git(project, "tag", "v1.2.3")
    for job, stage in (("build", "build"), ("examine", "resolve"), (release.smoke, "smoke")):
        done = release.run(job, stage)
        assert done.blocking == ()
    assert [(finding.state, finding.found) for finding in done.record.findings] == [(State.PASS, told)] * 2
