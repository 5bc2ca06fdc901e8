"""What a wheel says it was built with: the `Generator` in its WHEEL file, and which distribution that is.

https://packaging.python.org/en/latest/specifications/binary-distribution-format/
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

# `hatchling 1.27.0`, `setuptools (80.9.0)`
_GENERATOR = re.compile(r"(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*) (?:\((?P<inner>[^()\s]+)\)|(?P<outer>[^()\s]+))")
_SETUPTOOLS_WITHOUT_WHEEL = "setuptools<70.1"
"""The last ones that had the package `wheel` build wheels, and so left its name in them."""


@dataclass(frozen=True, slots=True)
class Generator:
    """A build backend as far as a wheel names it."""

    text: str
    """As it stands in WHEEL."""
    backend: str
    """The normalised name of the distribution that builds."""
    requirements: tuple[str, ...]
    """PEP 508: what the wheel fixes of its build environment."""
    gap: str = ""
    """What it leaves open, in a few words; empty where the backend is fixed."""


def parse_generator(text: str, required: Iterable[str] = ()) -> Generator | None:
    """The backend that a `Generator` names; None where it names none that could be installed.

    `required` are the names, normalised, of the project's own build requirements: a generator that nothing is known of
    is taken for a distribution only if the project asks for one of that name.
    """
    match = _GENERATOR.fullmatch(text.strip())
    if match is None:
        return None
    name, version = canonicalize_name(match["name"]), match["inner"] or match["outer"]
    try:
        Version(version)
    except InvalidVersion:
        return None
    names = frozenset(required)
    if name in _KNOWN:
        return _KNOWN[name](text.strip(), version, names)
    return _exactly(name)(text.strip(), version, names) if name in names else None


_Reading = Callable[[str, str, frozenset[str]], Generator]


def _exactly(distribution: str) -> _Reading:
    def reading(text: str, version: str, _: frozenset[str]) -> Generator:
        return Generator(text, distribution, (f"{distribution}=={version}",))

    return reading


def _bdist_wheel(text: str, version: str, _: frozenset[str]) -> Generator:
    gap = "it names the version of `wheel` alone; which setuptools called it is not recorded"
    return Generator(text, "setuptools", (f"wheel=={version}", _SETUPTOOLS_WITHOUT_WHEEL), gap)


def _poetry(text: str, version: str, required: frozenset[str]) -> Generator:
    # poetry-core called itself `poetry` before 1.1.
    distribution = "poetry" if "poetry" in required else "poetry-core"
    return Generator(text, distribution, (f"{distribution}=={version}",))


_KNOWN: Mapping[str, _Reading] = {
    "bdist-wheel": _bdist_wheel,
    "flit": _exactly("flit-core"),
    "hatchling": _exactly("hatchling"),
    "pdm-backend": _exactly("pdm-backend"),
    "pdm-pep517": _exactly("pdm-pep517"),
    "poetry": _poetry,
    "poetry-core": _exactly("poetry-core"),
    "setuptools": _exactly("setuptools"),
    "uv": _exactly("uv-build"),
}
