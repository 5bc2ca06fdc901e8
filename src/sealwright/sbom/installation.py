"""The closure of a wheel, really installed: what an SBOM is written from, and what one is compared with."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sealwright.errors import Refused
from sealwright.sbom.contents import Contents, installed_contents
from sealwright.sbom.metadata import Metadata, installed_metadata
from sealwright.services.environments import Environment, PackageIndex, make_environment
from sealwright.services.installed import site_packages
from sealwright.verify.closure import Closure, Pin
from sealwright.verify.cyclonedx import marker_environment


@dataclass(frozen=True, slots=True)
class Installation:
    """What of a closure belongs here, as it lies in an environment of its own."""

    closure: Closure
    """Whole, for every environment."""
    pins: tuple[Pin, ...]
    """What of it belongs here."""
    environment: Mapping[str, str]
    """Values of PEP 508 markers."""
    metadata: Mapping[str, Metadata]
    """By normalised name."""
    contents: Mapping[str, Contents]
    folder: Path
    """The site-packages folder; gone once the installation is."""


@contextmanager
def installed(closure: Closure, environ: Mapping[str, str], index: PackageIndex) -> Iterator[Installation]:
    """Install what of `closure` belongs here, by hash, and remove it afterwards. Nothing of it is run.

    Raises Refused (`closure-not-installed`, `closure-ambiguous`, and what uv and metadata are refused for) or
    Unavailable.
    """
    environment = marker_environment()
    here = closure.select(environment)
    with empty_environment(environ, index) as target:
        target.install(here.requirements_text())
        folder = site_packages(target)
        metadata = installed_metadata(folder)
        _expect(here, metadata)
        yield Installation(closure, here.pins, environment, metadata, installed_contents(folder), folder)


@contextmanager
def empty_environment(environ: Mapping[str, str], index: PackageIndex) -> Iterator[Environment]:
    """An environment for the running Python, with nothing in it, removed afterwards. Raises Refused or Unavailable."""
    with tempfile.TemporaryDirectory(prefix="sealwright-sbom-") as scratch:
        yield make_environment(Path(scratch) / "environment", sys.executable, environ, index)


def _expect(here: Closure, metadata: Mapping[str, Metadata]) -> None:
    expected = {(pin.name, pin.version) for pin in here.pins}
    found = {(entry.name, entry.version) for entry in metadata.values()}
    if different := sorted(expected ^ found):
        name, version = different[0]
        what = "was not installed" if different[0] in expected else "was installed and is not in the closure"
        raise Refused("closure-not-installed", f"{name} {version} {what}", hint="resolve the closure again")
