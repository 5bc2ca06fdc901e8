"""Signs of compiled code in what a project commits."""

from __future__ import annotations

import tomllib

import pytest

from sealwright.project.compiled import compiled_from, is_source, signs_of_compiling

SIGNS = {
    '[build-system]\nbuild-backend = "maturin"\nrequires = []': "built with maturin",
    '[build-system]\nbuild-backend = "mesonpy"\nrequires = ["meson-python"]': "built with mesonpy",
    '[build-system]\nbuild-backend = "scikit_build_core.build"': "built with scikit_build_core",
    '[build-system]\nrequires = ["setuptools", "Cython>=3"]': "built with cython",
    '[build-system]\nrequires = ["setuptools", "setuptools_rust"]': "built with setuptools-rust",
    "[build-system]\nrequires = [\"cffi; platform_python_implementation == 'CPython'\"]": "built with cffi",
    '[[tool.setuptools.ext-modules]]\nname = "x"': "`tool.setuptools.ext-modules` in pyproject.toml",
    '[tool.poetry.build]\nscript = "build.py"': "`tool.poetry.build` in pyproject.toml",
}


@pytest.mark.parametrize(("text", "sign"), SIGNS.items())
def test_a_pyproject_tells(text: str, sign: str) -> None:
    assert signs_of_compiling(tomllib.loads(text), "")[0] == sign


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("setup(ext_modules=[Extension('x', ['x.c'])])", "`ext_modules` in setup.py"),
        ("ffi = 1\nsetup(cffi_modules = ['build.py:ffi'])", "`cffi_modules` in setup.py"),
        ("from setuptools import Extension\nx = Extension('x', [])", "`Extension` in setup.py"),
        ("setup(rust_extensions=[])", "`rust_extensions` in setup.py"),
    ],
)
def test_a_setup_py_tells(text: str, sign: str) -> None:
    assert signs_of_compiling({}, text) == (sign,)


@pytest.mark.parametrize(
    "text",
    [
        '[build-system]\nbuild-backend = "hatchling.build"\nrequires = ["hatchling"]',
        '[build-system]\nrequires = ["setuptools", "not a requirement", 3]',
        "[build-system]\nrequires = 3",
        "build-system = 3",
        "",
    ],
)
def test_other_projects_show_no_sign(text: str) -> None:
    assert signs_of_compiling(tomllib.loads(text), "from setuptools import setup\nsetup()\n") == ()


def test_sources_are_told_by_what_compilers_read() -> None:
    assert is_source("src/x/_Speedups.C")
    assert is_source("x.pyx")
    assert not is_source("x.py")
    assert not is_source("c")
    assert compiled_from({}, ["b.rs", "a.c", "README.md"]) == "a.c"
    assert compiled_from({"build-system": {"requires": ["mypy"]}}, ["a.py"]) == "mypy"
    assert compiled_from({}, ["a.py"]) == ""
