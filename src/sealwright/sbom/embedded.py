"""SBOMs inside wheels (PEP 770), read as what somebody else claims, and merged without getting in anybody's way.

https://packaging.python.org/en/latest/specifications/binary-distribution-format/#the-dist-info-sboms-directory

Their components become components of ours with bom-refs of their own kind, below the component whose wheel has the
document. What they say of the wheel itself or of packages that it merely requires is not repeated: the closure says it.
Single files of a component that they list stay in the document.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from packageurl import PackageURL
from packaging.utils import canonicalize_name

from sealwright.sbom.contents import LARGEST, Contents, EmbeddedFile
from sealwright.verify.cyclonedx import normal_version
from sealwright.verify.strict_json import Malformed, as_list, as_object, as_text, strict_json
from sealwright.verify.taxonomy import EMBEDDED_REF, FileName

SPEC_VERSIONS = ("1.2", "1.3", "1.4", "1.5", "1.6", "1.7")
MOST_OF_ONE = 5_000
"""Components of one document; the largest known one has 600."""
MOST_OF_ALL = 10_000
"""Components of all documents together, so that ours stays one that everybody can read."""
MOST_EDGES = 50_000
"""Of all documents together."""
_DEEPEST = 20
_LONGEST_PATH = 200

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Container:
    """A component whose wheel was looked into."""

    ref: str
    name: str
    """Normalised."""
    version: str
    requires: Mapping[str, str]
    """Normalised names of all that its metadata mention, whatever the marker, with the version in the closure; empty
    for what is not in it."""
    contents: Contents


@dataclass(frozen=True, slots=True)
class Listed:
    """A component that an embedded document lists."""

    ref: str
    """Ours, not the document's."""
    document: FileName
    raw: Json
    """As it stands in the document: nothing in it is checked but its name."""


@dataclass(slots=True)
class Merged:
    """Everything that embedded documents add."""

    components: list[Listed] = field(default_factory=list)
    edges: dict[str, set[str]] = field(default_factory=dict)
    """Our bom-refs, the containers' too."""
    merged: dict[str, list[str]] = field(default_factory=dict)
    """Container's bom-ref to the documents that were merged."""
    unread: dict[str, list[str]] = field(default_factory=dict)
    """Container's bom-ref to the documents that were not, and why."""


def merge(containers: Iterable[Container]) -> Merged:
    """All documents of all containers, in their order. A document that cannot be read is named and left out."""
    result = Merged()
    for container in containers:
        unread = [f"{container.contents.further} further files"] if container.contents.further else []
        for file in container.contents.documents:
            name = FileName(file.path, file.sha256)
            try:
                nodes = _read(file)
                _afford(result, nodes)
            except Malformed as error:
                unread.append(f"{_shown(name)}: {error}")
            else:
                _add(result, container, name, nodes)
                result.merged.setdefault(container.ref, []).append(str(name))
        if unread:
            result.unread[container.ref] = unread
    return result


def _shown(name: FileName) -> str:
    path = name.path[:_LONGEST_PATH]
    return str(FileName(path if path.isprintable() else ascii(path), name.sha256))


def _afford(result: Merged, nodes: Sequence[_Node]) -> None:
    if len(result.components) + len(nodes) > MOST_OF_ALL:
        raise Malformed(f"more than {MOST_OF_ALL} components are embedded in the closure")
    if sum(map(len, result.edges.values())) + sum(len(node.needs) for node in nodes) > MOST_EDGES:
        raise Malformed(f"more than {MOST_EDGES} edges are embedded in the closure")


@dataclass(slots=True)
class _Node:
    raw: Json
    parent: int | None
    ref: str
    needs: list[int] = field(default_factory=list)
    main: bool = False
    """Whether the document says that it is about this one."""


def _read(file: EmbeddedFile) -> list[_Node]:
    """The components of a document, nested ones too, with their edges."""
    if file.data is None:
        raise Malformed(f"larger than {LARGEST} bytes")
    if len(file.path) > _LONGEST_PATH or not file.path.isprintable():
        raise Malformed("its name is too long, or not text")
    document = as_object(strict_json(file.data, LARGEST), "the document")
    if "spdxVersion" in document or "spdx.org" in str(document.get("@context", ""))[:200]:
        raise Malformed("SPDX, which is not merged")
    if document.get("bomFormat") != "CycloneDX" or document.get("specVersion") not in SPEC_VERSIONS:
        raise Malformed("not CycloneDX 1.2 to 1.7 as JSON")
    nodes = list(_nodes(document))
    _connect(nodes, document)
    return nodes


def _nodes(document: Json) -> Iterator[_Node]:
    metadata = as_object(document.get("metadata", {}), "metadata")
    main = [metadata["component"]] if "component" in metadata else []
    todo: deque[tuple[Any, int | None, int, bool]] = deque((entry, None, 0, True) for entry in main)
    todo.extend((entry, None, 0, False) for entry in as_list(document.get("components", []), "components"))
    count = 0
    while todo:
        if count + len(todo) > MOST_OF_ONE:
            raise Malformed(f"more than {MOST_OF_ONE} components")
        entry, parent, depth, is_main = todo.popleft()
        raw = as_object(entry, "a component")
        as_text(raw.get("name"), "a component's name")
        if depth > _DEEPEST:
            raise Malformed(f"components nested more than {_DEEPEST} deep")
        inside = as_list(raw.get("components", []), "components")
        todo.extend((nested, count, depth + 1, False) for nested in inside)
        ref = raw.get("bom-ref", "")
        yield _Node(raw, parent, as_text(ref, "a bom-ref") if ref != "" else "", main=is_main)
        count += 1


def _connect(nodes: Sequence[_Node], document: Json) -> None:
    by_ref: dict[str, int] = {}
    for at, node in enumerate(nodes):
        if not node.ref:
            continue
        first = by_ref.setdefault(node.ref, at)
        # auditwheel lists the wheel itself a second time, under the same bom-ref.
        if first != at and not (nodes[first].main and _identity(nodes[first].raw) == _identity(node.raw)):
            raise Malformed(f"bom-ref {node.ref[:100]!r} is given twice")
    for at, node in enumerate(nodes):
        if node.parent is not None:
            nodes[node.parent].needs.append(at)
    for entry in as_list(document.get("dependencies", []), "dependencies"):
        found = as_object(entry, "a dependency")
        source = by_ref.get(as_text(found.get("ref"), "dependencies.ref"))
        targets = [as_text(to, "dependsOn") for to in as_list(found.get("dependsOn", []), "dependsOn")]
        if source is not None:  # tools and build steps have edges too, and are no components
            nodes[source].needs += [by_ref[to] for to in targets if to in by_ref]


def _add(result: Merged, container: Container, name: FileName, nodes: Sequence[_Node]) -> None:
    inner = name.path.partition("/sboms/")[2]
    prefix = f"{EMBEDDED_REF}{container.ref}:{quote(inner, safe='/')}"
    refs: dict[int, str] = {}
    for at, node in enumerate(nodes):
        if _is_container(node.raw, container):
            refs[at] = container.ref
        elif not (_is_requirement(node, container) or _is_detail(node)):
            refs[at] = f"{prefix}:{at}"
            result.components.append(Listed(refs[at], name, node.raw))
    edges: dict[str, set[str]] = {ref: set() for ref in (container.ref, *refs.values())}
    for at, node in enumerate(nodes):
        if at in refs:
            edges[refs[at]] |= {refs[to] for to in node.needs if to in refs} - {refs[at], container.ref}
    _attach(container.ref, [refs[at] for at in sorted(refs, key=lambda at: (not nodes[at].main, at))], edges)
    for ref, needs in edges.items():
        result.edges.setdefault(ref, set()).update(needs)


def _attach(container: str, refs: Iterable[str], edges: dict[str, set[str]]) -> None:
    """Let everything hang on the container: what nothing else needs, then what is left of circles."""
    ordered = list(refs)
    needed = {to for needs in edges.values() for to in needs}
    seen: set[str] = set()
    for ref in (container, *(r for r in ordered if r not in needed), *ordered):
        if ref not in seen and ref != container:
            edges[container].add(ref)
        todo = [ref]
        while todo:
            at = todo.pop()
            if at not in seen:
                seen.add(at)
                todo += edges[at]


def _is_container(raw: Json, container: Container) -> bool:
    purl = _purl(raw)
    if purl is not None:
        same = (purl.type, str(canonicalize_name(purl.name))) == ("pypi", container.name)
        return same and not purl.subpath and normal_version(purl.version or "") in ("", container.version)
    named = str(canonicalize_name(str(raw["name"]))) == container.name
    return named and normal_version(str(raw.get("version", ""))) == container.version


def _is_requirement(node: _Node, container: Container) -> bool:
    """Whether it is mentioned only because the wheel requires it.

    That is a package of that name, at no version or at the one of the closure. At another version it is a copy.
    """
    purl = _purl(node.raw)
    if purl is None or purl.type != "pypi" or purl.subpath or node.parent is not None:
        return False
    version = normal_version(str(purl.version or node.raw.get("version") or ""))
    resolved = container.requires.get(str(canonicalize_name(purl.name)))
    return resolved is not None and version in ("", resolved)


def _is_detail(node: _Node) -> bool:
    """Whether it is a file of a component that is listed itself."""
    return node.parent is not None and node.raw.get("type") == "file"


def _purl(raw: Json) -> PackageURL | None:
    try:
        return PackageURL.from_string(str(raw["purl"]))
    except (KeyError, ValueError):
        return None


def _identity(raw: Json) -> tuple[Any, Any, Any]:
    return raw.get("name"), raw.get("version"), raw.get("purl")
