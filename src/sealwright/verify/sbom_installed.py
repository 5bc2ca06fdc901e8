"""Whether an SBOM lists what an installation of the wheel really brings: packages, versions, edges, and the wheel."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sealwright.model import FileRef, Finding
from sealwright.verify.sbom import CHECK
from sealwright.verify.sbom_document import Document, Item, objects, text
from sealwright.verify.taxonomy import ENVIRONMENT

PACKAGES = "sbom-packages"
EDGES = "sbom-edges"
_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Installed:
    """What an installation of the wheel brought, itself included."""

    root: str
    """Normalised name of the wheel's project."""
    versions: Mapping[str, str]
    """Normalised name to version."""
    edges: Mapping[str, tuple[str, ...]]
    """Name to the names that its metadata make it need here."""
    environment: Mapping[str, str]
    """Values of PEP 508 markers."""


def root_of(document: Document, name: str, version: str) -> Item | None:
    """The component that stands for the wheel: what the document is about, else a listed one of that name."""
    main = document.main
    if main is not None and main.name == name:
        return main
    return next((item for item in document.items if (item.name, item.version) == (name, version)), None)


def packages_of(document: Document, root: Item | None, known: Mapping[str, str]) -> tuple[Item, ...]:
    """The components that say that an installation brings them: Python packages that are no parts of others.

    A component without a package URL counts if it is called like a package of the installation, `known`.
    """
    return tuple(
        item
        for item in document.items
        if item is not root
        and not item.inside
        and (item.pypi or (not text(item.raw.get("purl")) and item.name in known))
    )


def judge_binding(document: Document, wheel: FileRef, name: str, version: str, where: str) -> Iterator[Finding]:
    """The document is about exactly this file. Codes: `sbom-root-mismatch`, `sbom-root-unbound`."""
    root = root_of(document, name, version)
    if root is None or root.version != version:
        found = f"{root.name} {root.version}" if root else "another component, or none"
        hint = "the document is about another release, or about a folder; make it for this wheel"
        expected = f"{name} {version} as metadata.component"
        yield Finding.failed(CHECK, "sbom-root-mismatch", where, expected=expected, found=found, hint=hint)
        return
    digests = {str(entry.get("content", "")).lower() for entry in objects(root.raw.get("hashes"))}
    if wheel.sha256 not in digests:
        yield Finding.failed(
            CHECK,
            "sbom-root-unbound",
            where,
            expected=f"sha256:{wheel.sha256} of {wheel.name} among its hashes",
            found=", ".join(sorted(digests)) or "no hashes",
            hint="without the digest it may be about any file of that version; make it for this wheel",
        )


def judge_packages(document: Document, installed: Installed, where: str) -> tuple[Finding, ...]:
    """The packages are those of the installation, at their versions.

    Check `sbom-packages`. Codes: `sbom-package-missing`, `sbom-package-extra`, `sbom-package-version`.
    """
    root = root_of(document, installed.root, installed.versions[installed.root])
    listed: dict[str, set[str]] = {}
    for item in packages_of(document, root, installed.versions):
        listed.setdefault(item.name, set()).add(item.version)
    expected = {name: version for name, version in installed.versions.items() if name != installed.root}
    other = {name for name in expected.keys() & listed.keys() if listed[name] != {expected[name]}}
    wrong = (
        _wrong(
            "sbom-package-missing",
            where,
            "what is installed listed",
            [f"{name} {expected[name]}" for name in expected.keys() - listed.keys()],
            "the wheel's requirements bring it; what is not listed is not looked after",
        ),
        _wrong(
            "sbom-package-extra",
            where,
            "only what an installation brings",
            [f"{name} {' and '.join(sorted(listed[name]))}" for name in listed.keys() - expected.keys()],
            "make it from an installation of the wheel alone, without tools and without extras",
        ),
        _wrong(
            "sbom-package-version",
            where,
            "the versions that are installed",
            [f"{name} {' and '.join(sorted(listed[name])) or 'without'}, not {expected[name]}" for name in other],
            _other_versions(document, installed),
        ),
    )
    found = f"the {len(expected)} that an installation brings, at these versions"
    return tuple(filter(None, wrong)) or (Finding.passed(PACKAGES, where, found),)


def judge_edges(document: Document, installed: Installed, where: str) -> tuple[Finding, ...]:
    """Packages depend on each other as their metadata say here, with markers and extras evaluated.

    Only edges between packages on both sides are compared; missing packages are said by `judge_packages`.
    Check `sbom-edges`. Codes: `sbom-edges-absent`, `sbom-edge-missing`, `sbom-edge-extra`.
    """
    root = root_of(document, installed.root, installed.versions[installed.root])
    packages = packages_of(document, root, installed.versions)
    names = {item.ref: item.name for item in (*packages, *([root] if root else ())) if item.ref}
    if not document.edges and any(installed.edges.values()):
        hint = "a list without edges does not say what brings a package in"
        return (Finding.absent(EDGES, "sbom-edges-absent", where, expected="dependencies", hint=hint),)
    common = {*names.values()} & installed.edges.keys()
    expected = {(a, b) for a, needed in installed.edges.items() for b in needed if {a, b} <= common}
    listed = {
        (names[ref], names[to])
        for ref, targets in document.edges.items()
        for to in targets
        if ref in names and to in names and {names[ref], names[to]} <= common
    }
    hint = "a requirement counts where its marker holds, with the extras that are asked for"
    gone, more = ([f"{a} -> {b}" for a, b in edges] for edges in (expected - listed, listed - expected))
    wrong = (
        _wrong("sbom-edge-missing", where, "every edge that a requirement gives here", gone, hint),
        _wrong("sbom-edge-extra", where, "only edges that a requirement gives here", more, hint),
    )
    found = f"the {len(expected)} that requirements give here"
    return tuple(filter(None, wrong)) or (Finding.passed(EDGES, where, found),)


def _wrong(code: str, where: str, expected: str, what: list[str], hint: str) -> Finding | None:
    if not what:
        return None
    more = f", and {len(what) - _SHOWN} more" if len(what) > _SHOWN else ""
    check = EDGES if code.startswith("sbom-edge") else PACKAGES
    found = ", ".join(sorted(what)[:_SHOWN]) + more
    return Finding.failed(check, code, where, expected=expected, found=found, hint=hint)


def _other_versions(document: Document, installed: Installed) -> str:
    """Why an honest document may have other versions than what is installed here and now."""
    said = {
        str(entry.get("name")).removeprefix(ENVIRONMENT): entry.get("value")
        for entry in objects(document.metadata.get("properties"))
        if str(entry.get("name")).startswith(ENVIRONMENT)
    }
    other = next((key for key, value in sorted(said.items()) if installed.environment.get(key, "") != value), None)
    if other is not None:
        return f"it was made for {other} {said[other]!r}, and here that is {installed.environment.get(other, '')!r}"
    return "if they came out since it was made: --pylock installs those of its lock, such as evidence/pylock.toml"
