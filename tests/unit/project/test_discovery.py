"""What setuptools does about a folder that is new at a project's root. It is asked, too."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from sealwright.project import read_project
from sealwright.project.discovery import takes_folder
from sealwright.services.environments import find_uv
from sealwright.services.package_index import PackageIndex

BUILD = '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n'
PROJECT = f'{BUILD}[project]\nname = "tiny"\nversion = "1.0"\n'
FLAT, SRC = "tiny/__init__.py", "src/tiny/__init__.py"
LEGACY = "from setuptools import setup, find_packages, find_namespace_packages\nsetup(name='tiny', version='1.0'"

# files of the project, whether a folder with a file in it changes what is built
LAYOUTS: dict[str, tuple[Mapping[str, str], bool]] = {
    "flat, found by itself": ({"pyproject.toml": PROJECT, FLAT: ""}, True),
    "src, found by itself": ({"pyproject.toml": PROJECT, SRC: ""}, False),
    "packages listed": ({"pyproject.toml": f'{PROJECT}[tool.setuptools]\npackages = ["tiny"]\n', FLAT: ""}, False),
    "a module listed": ({"pyproject.toml": f'{PROJECT}[tool.setuptools]\npy-modules = ["a"]\n', "a.py": ""}, False),
    "another folder for src": (
        {"pyproject.toml": f'{PROJECT}[tool.setuptools]\npackage-dir = {{"" = "lib"}}\n', "lib/tiny/__init__.py": ""},
        False,
    ),
    "found everywhere": ({"pyproject.toml": f"{PROJECT}[tool.setuptools.packages.find]\n", FLAT: ""}, True),
    "found in src": (
        {"pyproject.toml": f'{PROJECT}[tool.setuptools.packages.find]\nwhere = ["src"]\n', SRC: ""},
        False,
    ),
    "some included": (
        {"pyproject.toml": f'{PROJECT}[tool.setuptools.packages.find]\ninclude = ["tiny*"]\n', FLAT: ""},
        False,
    ),
    "some excluded": (
        {"pyproject.toml": f'{PROJECT}[tool.setuptools.packages.find]\nexclude = ["tests"]\n', FLAT: ""},
        True,
    ),
    "no namespaces": (
        {"pyproject.toml": f"{PROJECT}[tool.setuptools.packages.find]\nnamespaces = false\n", FLAT: ""},
        False,
    ),
    "setup.cfg, find:": ({"pyproject.toml": PROJECT, "setup.cfg": "[options]\npackages = find:\n", FLAT: ""}, False),
    "setup.cfg, find_namespace:": (
        {"pyproject.toml": PROJECT, "setup.cfg": "[options]\npackages = find_namespace:\n", FLAT: ""},
        True,
    ),
    "setup.py, find_packages": ({"setup.py": f"{LEGACY}, packages=find_packages())", FLAT: ""}, False),
    "setup.py, find_namespace_packages": (
        {"setup.py": f"{LEGACY}, packages=find_namespace_packages())", FLAT: ""},
        True,
    ),
    "setup.py, nothing said": ({"setup.py": f"{LEGACY})", FLAT: ""}, True),
}
layouts = pytest.mark.parametrize(("files", "taken"), LAYOUTS.values(), ids=LAYOUTS.keys())


def decided(files: Mapping[str, str]) -> bool:
    def read(path: str) -> bytes | None:
        return files[path].encode() if path in files else None

    has_src = any(path.startswith("src/") for path in files)
    return takes_folder(read_project(read), "security", read, has_src=has_src)


@layouts
def test_it_is_known_whether_a_folder_would_be_taken_for_a_package(files: Mapping[str, str], taken: bool) -> None:
    assert decided(files) is taken


@pytest.mark.parametrize("backend", ["hatchling.build", "flit_core.buildapi", "poetry.core.masonry.api", "uv_build"])
def test_other_backends_find_packages_by_name(backend: str) -> None:
    files = {"pyproject.toml": PROJECT.replace("setuptools.build_meta", backend), FLAT: ""}
    assert not decided(files)


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python with setuptools."""
    folder = tmp_path_factory.mktemp("setuptools") / "env"
    index = PackageIndex.from_pip(os.environ)
    uv, env = find_uv(os.environ), {**os.environ, **index.uv_env()}
    subprocess.run([uv, "venv", "-q", folder], check=True, env=env)
    bin_ = folder / ("Scripts" if os.name == "nt" else "bin")
    install = [uv, "pip", "install", "-q", "--python", bin_ / "python", "setuptools>=77", *index.uv_options]
    subprocess.run(install, check=True, env=env)
    return bin_ / "python"


@pytest.mark.index
@layouts
def test_setuptools_says_the_same(files: Mapping[str, str], taken: bool, tmp_path: Path, python: Path) -> None:
    def built(name: str, more: Mapping[str, str]) -> str:
        """What the wheel holds, or how the build ended."""
        folder = tmp_path / name
        for path, text in {**files, **more}.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text)
        code = (
            "import zipfile\n"
            "from setuptools.build_meta import __legacy__ as backend\n"
            f"wheel = zipfile.ZipFile('../{name}-out/' + backend.build_wheel('../{name}-out'))\n"
            "print(sorted((name, wheel.read(name)) for name in wheel.namelist()))"
        )
        argv = [python, "-c", code]
        done = subprocess.run(argv, cwd=folder, capture_output=True, text=True, check=False)
        return done.stdout.splitlines()[-1] if done.returncode == 0 else done.stderr

    before = built("before", {})
    assert "tiny/__init__.py" in before or "a.py" in before, before
    assert (built("after", {"security/policy.toml": ""}) != before) is taken
