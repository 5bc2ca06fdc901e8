"""SBOMs of real projects: what `cyclonedx-py environment` writes about an installation, and what Sealwright does."""

from __future__ import annotations

import json
import os
import re
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from comparing.document import table
from comparing.programs import ask
from comparing.truth import Node, Truth, look
from packaging.utils import canonicalize_name
from tests.support.projects import make_project
from tests.support.releases import Release

from sealwright.services.environments import Environment, PackageIndex, make_environment
from sealwright.services.installed import site_packages
from sealwright.verify.closure import lock_path, parse_pylock

LOCK = Path(__file__).resolve().parents[2] / "requirements" / "dev.txt"
PROJECTS = ("sigstore", "pip-audit", "twine", "cyclonedx-bom")
"""Pure wheels with extras, markers and native dependencies below them, at the versions that the lock pins."""
_HEAD = (
    "project, by",
    "components missing / extra",
    "edges missing / false",
    "with a hash",
    "with a supplier",
    "with a licence",
    "embedded SBOMs merged / marked / ignored",
    "same bytes twice",
    "seconds",
)


@dataclass(frozen=True)
class Document:
    """A CycloneDX document as it was written, twice."""

    by: str
    first: bytes
    second: bytes
    seconds: float

    @property
    def parsed(self) -> dict[str, Any]:
        """The first."""
        found: dict[str, Any] = json.loads(self.first)
        return found


def compared(folder: Path) -> str:
    """The part of the document about SBOMs."""
    rows = [row for name in PROJECTS for row in _project(folder / name, name)]
    return table(_HEAD, rows)


def _project(folder: Path, name: str) -> Iterator[tuple[object, ...]]:
    wheel = _wheel(folder, name)
    version = wheel.name.split("-")[1]
    first, release = _ours(folder / "first", wheel, name, version)
    second, _ = _ours(folder / "deeper" / "second", wheel, name, version)
    ours = Document("Sealwright", first[0], second[0], first[1])
    lock = parse_pylock(release.new("examine", lock_path()), lock_path()).requirements_text()
    environment = make_environment(folder / "venv", sys.executable, os.environ, PackageIndex.of(os.environ))
    environment.install(lock)
    environment.install_file(wheel)
    truth = look(site_packages(environment), name)
    theirs = _theirs(folder, environment)
    for document in (theirs, ours):
        yield _measured(f"{name} {version}, {document.by}", document, truth, document.seconds / theirs.seconds)


def _wheel(folder: Path, name: str) -> Path:
    folder.mkdir(parents=True)
    pinned = re.search(rf"^{name}==(?:.*\\\n)*.*", LOCK.read_text(), re.MULTILINE)
    if pinned is None:
        raise SystemExit(f"{LOCK.name} does not pin {name}")
    (folder / "one.txt").write_text(pinned[0])
    download = ("download", "-q", "--no-deps", "--only-binary", ":all:", "--require-hashes", "-r", "one.txt")
    said = ask("pip", *download, cwd=folder)
    if said.code != 0:
        raise SystemExit(f"{name} cannot be downloaded: {said.last}")
    (wheel,) = folder.glob("*.whl")
    return wheel


def _ours(folder: Path, wheel: Path, name: str, version: str) -> tuple[tuple[bytes, float], Release]:
    running = f"{sys.version_info.major}.{sys.version_info.minor}"
    release = Release(folder / "release", make_project(folder / "project"), name=name, version=version, python=running)
    release.give("build", {f"dist/{wheel.name}": wheel.read_bytes(), "build/environment.txt": b""})
    began = time.perf_counter()
    done = release.run("examine", "resolve", "sbom")
    seconds = time.perf_counter() - began
    if done.blocking:
        raise SystemExit(f"Sealwright could not describe {name}: {done.blocking}")
    return (release.new("examine", f"evidence/{wheel.name}.cdx.json"), seconds), release


def _theirs(folder: Path, environment: Environment) -> Document:
    said = [ask("cyclonedx-py", "environment", environment.python, cwd=folder) for _ in range(2)]
    if any(one.code for one in said):
        raise SystemExit(f"cyclonedx-py: {said[0].last}")
    return Document("cyclonedx-py", said[0].out.encode(), said[1].out.encode(), said[0].seconds)


def _measured(what: str, document: Document, truth: Truth, ratio: float) -> tuple[object, ...]:
    bom = document.parsed
    components = [c for c in bom.get("components", ()) if _is_python(c) and canonicalize_name(c["name"]) != truth.root]
    found = {_node(component) for component in components}
    edges = _edges(bom)
    count = len(components)
    return (
        what,
        f"{len(truth.components - found)} / {len(found - truth.components)}",
        f"{len(truth.edges - edges)} / {len(edges - truth.edges)} (of {len(truth.edges)})",
        f"{sum(bool(component.get('hashes')) for component in components)} of {count}",
        f"{sum(bool(component.get('supplier')) for component in components)} of {count}",
        f"{sum(bool(component.get('licenses')) for component in components)} of {count}",
        " / ".join(map(str, _embedded(bom, truth))),
        "yes" if document.first == document.second else "no",
        f"{ratio:.1f} x",
    )


def _is_python(component: dict[str, Any]) -> bool:
    return str(component.get("purl", "pkg:pypi/")).startswith("pkg:pypi/")


def _node(component: dict[str, Any]) -> Node:
    return canonicalize_name(component["name"]), str(component.get("version", ""))


def _all(components: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for component in components:
        yield component
        yield from _all(component.get("components", []))


def _edges(bom: dict[str, Any]) -> set[tuple[str, str]]:
    root = bom.get("metadata", {}).get("component")
    listed = [*bom.get("components", ()), *([root] if root else ())]
    names = {c["bom-ref"]: canonicalize_name(c["name"]) for c in listed if "bom-ref" in c and _is_python(c)}
    pairs = ((entry["ref"], needed) for entry in bom.get("dependencies", ()) for needed in entry.get("dependsOn", ()))
    return {(names[one], names[other]) for one, other in pairs if one in names and other in names}


def _embedded(bom: dict[str, Any], truth: Truth) -> tuple[int, int, int]:
    """How many embedded SBOMs have their components in it, or are said to be left out, or neither."""
    everything = {(c["name"], str(c.get("version", ""))) for c in _all(bom.get("components", []))}
    refs = {canonicalize_name(c["name"]): c.get("bom-ref") for c in bom.get("components", ()) if _is_python(c)}
    open_ = {
        ref
        for composition in bom.get("compositions", ())
        if composition.get("aggregate") != "complete"
        for ref in (*composition.get("assemblies", ()), *composition.get("dependencies", ()))
    }
    merged = {name for name, inner in truth.embedded.items() if inner <= everything}
    marked = {name for name in truth.embedded if refs.get(name) in open_} - merged
    return len(merged), len(marked), len(truth.embedded) - len(merged | marked)
