"""Resolves requirements without building anything, and finds out which package requires which."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from packaging.utils import canonicalize_name

from sealwright.errors import Refused, Unavailable
from sealwright.services.environments import PackageIndex, uv
from sealwright.verify.closure import Pin

_COMMON = ("pip", "compile", "--universal", "--no-header", "--quiet")
# Metadata of a source distribution comes from running its build, and nobody's code is run here.
_WHEELS = ("--only-binary", ":all:")
_USER = re.compile(r"(?<=://)[^/@\s\"']*@")
_REQUIRED = re.compile(r"(?P<name>[A-Za-z0-9._-]+)(\[[^\]]*\])?==.*# via (?P<by>.+)")


def lock(
    requirements: Iterable[str],
    project: str,
    floor: str,
    environ: Mapping[str, str],
    *,
    cwd: Path,
    index: PackageIndex | None = None,
) -> bytes:
    """The pylock.toml of what `requirements` bring along on every system, from Python `floor` on.

    `project` is left out, where one of them leads back to it. `index` is the one that `environ` names, if it is None.
    Raises Refused or Unavailable with what uv said.
    """
    index = index or PackageIndex.of(environ)
    options = ("--format", "pylock.toml", "--no-annotate", *_WHEELS, "--no-emit-package", project)
    argv = (*_COMMON, *options, "--python-version", floor, *index.uv_options, "-")
    answer = uv(argv, environ, index, cwd=cwd, stdin="\n".join(requirements).encode())
    # A private index may be addressed with a password, which has no place in evidence.
    return _USER.sub("", answer.stdout).encode()


def requiring(
    requirements: Iterable[str], pins: Iterable[Pin], floor: str, environ: Mapping[str, str], *, cwd: Path
) -> dict[str, tuple[str, ...]]:
    """Each name among `pins` with the names that require it; empty where uv cannot tell.

    `requirements` are those of the project itself, which may ask for extras.
    """
    index = PackageIndex.of(environ)
    pinned = [f"{pin.name}=={pin.version}" + (f" ; {pin.marker}" if pin.marker else "") for pin in pins]
    argv = (*_COMMON, "--annotation-style", "line", *_WHEELS, "--python-version", floor, *index.uv_options, "-")
    try:
        answer = uv(argv, environ, index, cwd=cwd, stdin="\n".join((*requirements, *pinned)).encode())
    except (Refused, Unavailable):
        return {}  # who brings a package is worth saying, and nothing depends on it
    found = [_REQUIRED.fullmatch(line.strip()) for line in answer.stdout.splitlines()]
    return {str(canonicalize_name(match["name"])): tuple(match["by"].split(", ")) for match in found if match}
