"""Hash-locked requirements files: the one spelling that uv and pip-tools write and that is installed here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from sealwright.errors import Refused

_HASH = re.compile(r"--hash=(?P<kind>[a-z0-9]+):(?P<digest>[0-9a-f]+)")
# Where packages come from is decided by whoever runs the release, not by the tree that is released.
_INDEX_OPTIONS = re.compile(
    r"(-i|-f|--index-url|--extra-index-url|--find-links|--trusted-host|--no-index|--only-binary)\b"
)
_HINT = "lock with `uv pip compile --universal --generate-hashes`, or with a `build` dependency group and `uv lock`"


@dataclass(frozen=True, slots=True)
class Locked:
    """One pinned requirement."""

    name: str
    """Normalised."""
    version: str
    marker: str
    """PEP 508; empty where it always applies."""
    hashes: tuple[str, ...]
    """SHA-256 of every acceptable file, sorted. At least one."""

    @property
    def text(self) -> str:
        """As it stands in a requirements file."""
        condition = f" ; {self.marker}" if self.marker else ""
        pinned = f"{self.name}=={self.version}{condition}"
        return " \\\n    ".join([pinned, *(f"--hash=sha256:{digest}" for digest in self.hashes)])


def parse_locked(text: str, where: str) -> tuple[Locked, ...]:
    """The pins of a requirements file, in order of name, version and marker.

    Every line must be `name==version` with at least one sha256; options that name an index are left out, all others
    are refused. Raises Refused (`build-lock-malformed`) naming `where`.
    """
    lines = (line.split(" #")[0].strip() for line in text.replace("\\\n", " ").splitlines())
    meant = [line for line in lines if line and not line.startswith("#") and not _INDEX_OPTIONS.match(line)]
    return tuple(sorted((_locked(line, where) for line in meant), key=lambda pin: (pin.name, pin.version, pin.marker)))


def locked_text(pins: Iterable[Locked]) -> str:
    """The requirements file of these pins: the same bytes for the same pins."""
    return "".join(f"{pin.text}\n" for pin in pins)


def unmet(requirements: Iterable[str], installed: Mapping[str, str]) -> tuple[str, ...]:
    """Those of `requirements` that `installed` (normalised name to version) does not meet in this Python, sorted.

    Raises Refused (`build-requirement-malformed`).
    """
    missing = {text for text in requirements if not _met(text, installed)}
    return tuple(sorted(missing))


def _locked(line: str, where: str) -> Locked:
    words, *_ = line.split(" --hash", 1)
    try:
        requirement = Requirement(words)
    except InvalidRequirement as error:
        raise Refused("build-lock-malformed", f"{where}: `{words}` is not a requirement", hint=_HINT) from error
    hashes = {match["digest"] for match in _HASH.finditer(line) if match["kind"] == "sha256"}
    pins = list(requirement.specifier)
    exact = len(pins) == 1 and pins[0].operator in ("==", "===") and not pins[0].version.endswith("*")
    if not exact or requirement.url or not hashes:
        raise Refused("build-lock-malformed", f"{where}: `{words}` is not `name==version` with a sha256", hint=_HINT)
    marker = str(requirement.marker or "")
    return Locked(canonicalize_name(requirement.name), pins[0].version, marker, tuple(sorted(hashes)))


def _met(text: str, installed: Mapping[str, str]) -> bool:
    try:
        requirement = Requirement(text)
    except InvalidRequirement as error:
        raise Refused(
            "build-requirement-malformed", f"build-system.requires: {error}", hint="correct it in pyproject.toml"
        ) from error
    if requirement.marker is not None and not requirement.marker.evaluate({"extra": ""}):
        return True
    version = installed.get(canonicalize_name(requirement.name))
    return version is not None and requirement.specifier.contains(version, prereleases=True)
