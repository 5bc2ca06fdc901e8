"""Whether a project has compiled code, as far as its commit tells: what compiles it, and from what."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from sealwright.project.tables import table

# Backends whose business it is to compile.
_BACKENDS = ("maturin", "mesonpy", "scikit_build_core", "setuptools_rust", "sipbuild", "py_build_cmake")
# What builds are helped by that compile. Some of them compile Python, so that nothing else has to be committed.
_COMPILERS = frozenset(
    {
        *("cython", "cffi", "mypy", "mypyc", "nuitka", "pythran", "pybind11", "nanobind", "swig", "maturin"),
        *("setuptools-rust", "setuptools-golang", "scikit-build", "scikit-build-core", "meson-python", "sip"),
        *("hatch-mypyc", "hatch-cython", "py-build-cmake", "setuptools-dso"),
    }
)
_SOURCES = (".c", ".cc", ".cpp", ".cxx", ".m", ".mm", ".pyx", ".rs", ".f", ".f90", ".go", ".zig", ".cu", ".asm", ".s")
_SETUP_PY = re.compile(r"\b(ext_modules|cffi_modules|rust_extensions|libraries)\s*=|\bExtension\s*\(|\bmypycify\b")


def is_source(path: str) -> bool:
    """Whether a file of this name is what compilers read."""
    return posixpath.splitext(path.lower())[1] in _SOURCES


def compilers(document: Mapping[str, Any]) -> tuple[str, ...]:
    """What a pyproject.toml says it is built with and that compiles: the backend, and build requirements."""
    build = table(document, "build-system")
    backend = str(build.get("build-backend", "")).partition(".")[0]
    found = [backend] if backend in _BACKENDS else []
    return tuple(dict.fromkeys([*found, *(name for name in _required(build) if name in _COMPILERS)]))


def signs_of_compiling(document: Mapping[str, Any], setup_py: str) -> tuple[str, ...]:
    """Why a build of this project compiles something, in a few words each; nothing where no sign is found."""
    found = [f"built with {name}" for name in compilers(document)]
    if match := _SETUP_PY.search(setup_py):
        found.append(f"`{match[0].rstrip(' (=')}` in setup.py")
    for key in (("tool", "setuptools", "ext-modules"), ("tool", "setuptools-rust"), ("tool", "poetry", "build")):
        above = table(document, *key[:-1])
        if above.get(key[-1]):
            found.append(f"`{'.'.join(key)}` in pyproject.toml")
    return tuple(found)


def compiled_from(document: Mapping[str, Any], paths: Iterable[str]) -> str:
    """What compiled code of a commit can come from, such as `src/_speedups.c`; empty where there is nothing."""
    source = next((path for path in sorted(paths) if is_source(path)), "")
    return source or next(iter(compilers(document)), "")


def _required(build: Mapping[str, Any]) -> Iterator[str]:
    requires = build.get("requires")
    for text in requires if isinstance(requires, list) else ():
        try:
            yield canonicalize_name(Requirement(str(text)).name)
        except InvalidRequirement:
            continue  # said by whoever builds
