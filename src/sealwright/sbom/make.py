"""Makes the document of a wheel and judges it at once: what the stage `sbom` and the command have in common."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sealwright.dossier.store import digest_file
from sealwright.model import FileRef, Finding
from sealwright.sbom.describe import Circumstances, describe
from sealwright.sbom.document import compose
from sealwright.sbom.installation import Installation, installed
from sealwright.sbom.schema import judge_schema
from sealwright.services.environments import PackageIndex
from sealwright.services.resolving import python_floor, resolve_closure
from sealwright.verify.closure import Closure, parse_pylock
from sealwright.verify.sbom import CHECK, judge_sbom
from sealwright.verify.wheel import read_wheel


@dataclass(frozen=True, slots=True)
class Made:
    """A document, and what is to be said of it."""

    data: bytes
    findings: tuple[Finding, ...]
    """Of the check `sbom`."""


def make(wheel: Path, ref: FileRef, installation: Installation, circumstances: Circumstances, where: str) -> Made:
    """The document of `wheel`, whose closure is installed. Raises Refused for what cannot be described."""
    data = compose(describe(wheel, installation, circumstances))
    # The schema's complaints stand beside the gate's own judgement: each sees what the other does not.
    invalid = judge_schema(data, where)
    judged = judge_sbom(data, ref, installation.closure, where)
    return Made(data, (*invalid, *(finding for finding in judged if not invalid or finding.code != CHECK)))


def make_alone(wheel: Path, circumstances: Circumstances, environ: Mapping[str, str], index: PackageIndex) -> Made:
    """The document of any wheel, with the closure that `index` gives to it now. Raises Refused or Unavailable."""
    with installed(closure_of(wheel, environ, index), environ, index) as installation:
        return make(wheel, reference(wheel), installation, circumstances, f"{wheel.name}.cdx.json")


def closure_of(wheel: Path, environ: Mapping[str, str], index: PackageIndex) -> Closure:
    """What a wheel brings along, as `index` resolves it now. Raises Refused or Unavailable."""
    with wheel.open("rb") as stream:
        content = read_wheel(stream, wheel.name)
    with tempfile.TemporaryDirectory(prefix="sealwright-sbom-") as scratch:
        floor = python_floor(content.requires_python)
        lock = resolve_closure(wheel, content, floor, environ, index=index, cwd=Path(scratch))
    return parse_pylock(lock, f"the closure of {wheel.name}")


def reference(file: Path) -> FileRef:
    """A file that is in no dossier, by its name alone."""
    return FileRef(file.name, *digest_file(file))
