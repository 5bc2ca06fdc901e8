"""What a command is asked to audit: a released SBOM, a lock, a dossier, or a project as it is now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement

from sealwright.auditing.audit import Explain
from sealwright.auditing.explaining import explainer
from sealwright.auditing.places import Lock, Pyproject
from sealwright.auditing.sarif import Place
from sealwright.config.policy import POLICY_FILE
from sealwright.dossier.store import EVIDENCE, PLAN, RELEASE, SBOM_SUFFIX, is_sbom
from sealwright.errors import Refused, Unavailable, UsageError
from sealwright.model import FileRef
from sealwright.project import ProjectInfo, read_project
from sealwright.services.resolving import lock, python_floor
from sealwright.verify.closure import Pin, parse_pylock
from sealwright.verify.inventory import Inventory, read_inventory
from sealwright.verify.judgement import Subject
from sealwright.verify.requirements import parse_locked

LARGEST = 64 * 1024 * 1024
"""Bytes of a file that is read at all."""
_SHOWN = 200
"""Characters of a file that is no lock which are shown."""
_PYLOCK = "pylock.toml"
_PYPROJECT = "pyproject.toml"
_HINT = "give a CycloneDX SBOM (*.cdx.json), a pylock.toml, a hash-locked requirements file, a dossier or a project"


@dataclass(frozen=True, slots=True)
class Target:
    """Something to audit."""

    ref: FileRef
    """The very bytes that say what is in it."""
    subject: Subject
    place: Place
    explain: Explain | None = None
    inventories: tuple[Inventory, ...] = ()
    """SBOMs of it, which a VEX can refer to."""
    released: bool = False
    """Whether it cannot change any more, while a policy does."""
    policy: Path | None = None
    """Its own policy; None where it has none, or where it is not its own to say what is acceptable."""


def open_target(path: Path, environ: Mapping[str, str], directory: Path) -> Target:
    """What lies at `path`, shown as seen from `directory`.

    Raises UsageError (`target-missing`, `target-unknown`, `target-too-large`, `dependencies-unknown`,
    `requirement-direct`), and Unavailable for what is there and cannot be read: nothing was judged by that.
    """
    try:
        if path.is_dir():
            return _folder(path, environ, directory)
        if path.is_file():
            return _file(path, environ, directory)
    except Refused as error:
        raise Unavailable(error.code, error.message, hint=error.hint) from error
    raise UsageError("target-missing", f"there is no {path}", hint=_HINT)


def _file(path: Path, environ: Mapping[str, str], directory: Path) -> Target:
    data = _read(path)
    place = Lock(_shown(path, directory), data.decode("utf-8", "replace"))
    ref = FileRef.of(path.name, data)
    if path.suffix == ".json":
        inventory = read_inventory(data, path.name)
        return Target(ref, inventory.subject, place, None, (inventory,), released=True)
    if path.suffix == ".toml":
        closure = parse_pylock(data, path.name)
        return Target(ref, Subject(closure.pins), place, _explain(closure.requires_python, environ, directory))
    pins = _requirements_file(place.text, path.name)
    return Target(ref, Subject(pins), place, _explain("", environ, directory))


def _requirements_file(text: str, where: str) -> tuple[Pin, ...]:
    try:
        locked = parse_locked(text, where)
    except Refused as error:
        shown = ascii(error.message[:_SHOWN])[1:-1]
        raise UsageError("target-unknown", f"{where} is nothing that can be audited: {shown}", hint=_HINT) from error
    if not locked:  # unlike a pylock.toml, which has to say so
        raise Unavailable("audit-nothing-asked", f"{where} names no package", hint=_HINT)
    return tuple(Pin(p.name, p.version, p.marker, tuple(("", "", digest) for digest in p.hashes)) for p in locked)


def _folder(path: Path, environ: Mapping[str, str], directory: Path) -> Target:
    for locked in (path / EVIDENCE / _PYLOCK, path / _PYLOCK):  # a dossier, or the flat folder of a downloaded release
        if locked.is_file() and any((path / name).is_file() for name in (PLAN, RELEASE)):
            target = _file(locked, environ, directory)
            return replace(target, inventories=_sboms(locked.parent), released=True)
    if (path / PLAN).is_file():
        message = f"there is no {EVIDENCE}/{_PYLOCK} in the dossier {path}"
        raise Unavailable("closure-missing", message, hint="the stage resolve writes it; see why it did not")
    return _project(path, environ, directory)


def _project(path: Path, environ: Mapping[str, str], directory: Path) -> Target:
    def read(inside: str) -> bytes | None:
        file = path / inside
        return _read(file) if file.is_file() else None

    info = read_project(read)
    requirements = _requirements(info)
    floor = python_floor(info.requires_python, [])
    data = lock(requirements, info.name, floor, environ, cwd=path) if requirements else b""
    pins = parse_pylock(data, "what the project requires").pins if requirements else ()
    text = (read(_PYPROJECT) or b"").decode("utf-8", "replace")
    return Target(
        FileRef.of(_PYLOCK, data),
        Subject(pins),
        Pyproject(_shown(path / _PYPROJECT, directory), text),
        explainer(requirements, floor, environ, path),
        policy=_policy(path.resolve()),
    )


def _requirements(info: ProjectInfo) -> tuple[str, ...]:
    """What the project's own table says that it requires; nobody's build is run to find out more."""
    table: Any = info.document.get("project")
    if not isinstance(table, dict) or "dependencies" in table.get("dynamic", ()):
        raise UsageError(
            "dependencies-unknown",
            f"only a build of {info.name} would tell what it requires",
            hint="audit a lock of it, or the dossier that `sealwright rehearse` leaves",
        )
    found = table.get("dependencies", [])
    for text in found if isinstance(found, list) else [found]:
        if _is_direct(text):
            raise UsageError(
                "requirement-direct",
                f"{text!r} names an address, or nothing that is a requirement",
                hint="depend on a released version: an index refuses anything else, and no advisory is about it",
            )
    return tuple(found)


def _is_direct(text: object) -> bool:
    try:
        return not isinstance(text, str) or Requirement(text).url is not None
    except InvalidRequirement:
        return True


def _explain(requires_python: str, environ: Mapping[str, str], directory: Path) -> Explain:
    return explainer((), python_floor(requires_python, []), environ, directory)


def _sboms(folder: Path) -> tuple[Inventory, ...]:
    paths = sorted(path for path in folder.glob(f"*{SBOM_SUFFIX}") if is_sbom(path.name))
    return tuple(read_inventory(_read(path), path.name) for path in paths)


def _policy(project: Path) -> Path | None:
    """The policy that a release of the project would be judged by: its own, else that of its repository."""
    for folder in (project, *project.parents):
        if (folder / POLICY_FILE).is_file():
            return folder / POLICY_FILE
        if (folder / ".git").exists():
            break
    return None


def _read(path: Path) -> bytes:
    with path.open("rb") as stream:
        data = stream.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise UsageError("target-too-large", f"{path} has more than {LARGEST} bytes", hint=_HINT)
    return data


def _shown(path: Path, directory: Path) -> str:
    try:
        return path.resolve().relative_to(directory.resolve()).as_posix()
    except ValueError:
        return path.name
