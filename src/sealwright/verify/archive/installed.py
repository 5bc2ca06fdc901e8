"""Where an installer puts the members of a wheel.

https://packaging.python.org/en/latest/specifications/binary-distribution-format/
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from sealwright.verify.archive.faults import Fault

SCHEMES = frozenset({"purelib", "platlib", "scripts", "data", "headers"})
_DATA = re.compile(r"[^/]+\.data/(?P<scheme>[^/]+)/(?P<rest>.+)")
_FOLDER = re.compile(r"(?P<folder>[^/]+\.data)/(?P<scheme>[^/]+)(?:/|$)", re.IGNORECASE)
# Below the prefix of an environment: its library, where files run by themselves, its programs, its own configuration.
_LIBRARY = re.compile(
    r"(local/)?lib(64)?/(python|pypy|site-packages|[^/]+\.(py|pth|so|pyd|dll)$)|(bin|scripts|dlls)/|pyvenv\.cfg$",
    re.IGNORECASE,
)


def installed(path: str) -> tuple[str, str]:
    """(scheme of the data folder or empty for site-packages, path below it)."""
    match = _DATA.fullmatch(path)
    if match is None or match["scheme"] not in SCHEMES:
        return "", path
    scheme = match["scheme"]
    return ("", match["rest"]) if scheme in ("purelib", "platlib") else (scheme, match["rest"])


def installed_names(paths: Iterable[str]) -> tuple[str, ...]:
    """Paths below site-packages that these members are installed at."""
    return tuple(rest for scheme, rest in map(installed, paths) if scheme == "")


def judge_data_folder(path: str, stem: str) -> Iterator[Fault]:
    """Faults of a member in a data folder: an unknown scheme, or a way out of one."""
    folder = _FOLDER.match(path)
    if folder is None:
        return
    if folder["folder"] != f"{stem}.data" or folder["scheme"] not in SCHEMES:
        yield Fault("data-scheme", path)
    scheme, rest = installed(path)
    if scheme == "data" and _LIBRARY.match(rest):
        yield Fault("data-escapes", path, rest)


def judge_installed_twice(paths: Iterable[str]) -> Iterator[Fault]:
    """Members that would be installed at the same place, where the last one wins."""
    seen: dict[tuple[str, str], str] = {}
    for path in paths:
        scheme, rest = installed(path)
        other = seen.setdefault((scheme, rest.casefold()), path)
        if other != path and ".data/" in path + other:
            yield Fault("installed-twice", path, other)
