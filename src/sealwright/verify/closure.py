"""The closure of a release: everything its wheel brings along, each file pinned by sha256.

https://packaging.python.org/en/latest/specifications/pylock-toml/
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from packaging.markers import Marker
from packaging.pylock import Package, PackageSdist, PackageWheel, Pylock, PylockValidationError

from sealwright.dossier.store import EVIDENCE
from sealwright.errors import Refused
from sealwright.model.digest import is_sha256

_HINT = "lock again with `uv pip compile --universal --format pylock.toml`"


def lock_path(extra: str = "") -> str:
    """Where the lock of a plain installation is in a dossier, or of one with an extra (normalised).

    The form `pylock.<name>.toml` is PEP 751's for further locks.
    """
    return f"{EVIDENCE}/pylock.{extra}.toml" if extra else f"{EVIDENCE}/pylock.toml"


@dataclass(frozen=True, slots=True)
class Pin:
    """One package at one version, for the environments that `marker` names."""

    name: str
    """Normalised."""
    version: str
    marker: str
    """PEP 508; empty where it is always installed."""
    files: tuple[tuple[str, str, str], ...]
    """(file name, URL or path, sha256), sorted by name; where nobody says how a file is called, only its sha256.

    A lock has at least one for each package."""

    def applies(self, environment: Mapping[str, str]) -> bool:
        """Whether it is installed in an environment of these marker values."""
        return not self.marker or Marker(self.marker).evaluate(dict(environment))

    @property
    def requirement(self) -> str:
        """One requirement for pip or uv, with the sha256 of every file."""
        condition = f" ; {self.marker}" if self.marker else ""
        hashes = sorted({digest for _, _, digest in self.files})
        return " \\\n    ".join([f"{self.name}=={self.version}{condition}", *(f"--hash=sha256:{d}" for d in hashes)])


@dataclass(frozen=True, slots=True)
class Closure:
    """A whole lock file."""

    pins: tuple[Pin, ...]
    """Sorted by name, version and marker. A name appears twice only with different markers."""
    requires_python: str = ""

    def select(self, environment: Mapping[str, str]) -> Closure:
        """What of it is installed in one environment.

        `environment` has the values of PEP 508 markers, as `packaging.markers.default_environment()` answers them;
        values that are missing are those of the running interpreter.
        Raises Refused (`closure-ambiguous`) if two versions of a package would be.
        """
        chosen = tuple(pin for pin in self.pins if pin.applies(environment))
        names = [pin.name for pin in chosen]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise Refused(
                "closure-ambiguous", f"the lock has more than one version of {', '.join(twice)} here", hint=_HINT
            )
        return Closure(tuple(Pin(pin.name, pin.version, "", pin.files) for pin in chosen), self.requires_python)

    def requirements_text(self) -> str:
        """`name==version ; marker --hash=sha256:...` for each pin, as pip and uv read it with `--require-hashes`."""
        return "".join(f"{pin.requirement}\n" for pin in self.pins)


def parse_pylock(data: bytes, where: str) -> Closure:
    """The closure in the bytes of a pylock.toml.

    Strict: every package is a released version, every file has a sha256, and nothing comes from a version control
    system, a folder or an archive of unknown version. Raises Refused (`closure-malformed`) naming `where`.
    """
    try:
        lock = Pylock.from_dict(tomllib.loads(data.decode()))
        pins = tuple(sorted((_pin(p) for p in lock.packages), key=lambda pin: (pin.name, pin.version, pin.marker)))
    except (ValueError, PylockValidationError, RecursionError) as error:
        raise Refused("closure-malformed", f"{where}: {error}", hint=_HINT) from error
    keys = [(pin.name, pin.version, pin.marker) for pin in pins]
    if len(set(keys)) != len(keys):
        raise Refused("closure-malformed", f"{where}: the same package is listed twice", hint=_HINT)
    return Closure(pins, str(lock.requires_python or ""))


def _pin(package: Package) -> Pin:
    if package.is_direct or package.version is None:
        raise ValueError(f"{package.name} is not a released version of a package")
    files = tuple(sorted(_files(package)))
    return Pin(package.name, str(package.version), str(package.marker or ""), files)


def _files(package: Package) -> Iterator[tuple[str, str, str]]:
    found: list[PackageWheel | PackageSdist] = [*(package.wheels or ()), *([package.sdist] if package.sdist else ())]
    for file in found:
        digest = str(file.hashes.get("sha256", "")).lower()
        if not is_sha256(digest):
            raise ValueError(f"{file.filename} has no sha256")
        yield file.filename, file.url or file.path or "", digest
