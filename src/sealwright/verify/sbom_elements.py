"""Which elements official lists ask an SBOM for, and where a CycloneDX document has each.

NTIA       "The Minimum Elements For a Software Bill of Materials (SBOM)", 12 July 2021, "Data Fields"
           https://www.ntia.gov/files/ntia/publications/sbom_minimum_elements_report.pdf
CISA 2025  "2025 Minimum Elements for a Software Bill of Materials (SBOM)", draft for public comment, August 2025
           https://www.cisa.gov/sites/default/files/2025-08/2025_CISA_SBOM_Minimum_Elements.pdf
CISA 2026  "2026 Minimum Elements for a Software Bill of Materials (SBOM)", 29 July 2026, Appendix A; replaces both
           https://www.cisa.gov/sites/default/files/2026-07/2026_cisa_sbom_minimum_elements_508c.pdf
BSI        TR-03183-2 v2.1.0, 20 August 2025, sections 4, 5.2.1, 5.2.2, 5.2.3, 5.2.4; mapping to CycloneDX in 8.2
           https://www.bsi.bund.de/dok/TR-03183
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sealwright.model import Finding, State
from sealwright.verify import sbom_part, sbom_whole
from sealwright.verify.sbom_document import Document, Item
from sealwright.verify.sbom_part import Part, parts
from sealwright.verify.sbom_whole import Whole

CHECK = "sbom-elements"

_OfDocument = Callable[[Whole], bool]
_OfComponent = Callable[[Part], bool]


@dataclass(frozen=True, slots=True)
class Element:
    """One element of a list."""

    name: str
    """As the list calls it."""
    place: str
    """Where a document has it: keys, of each component where it is an element of components."""
    of_document: _OfDocument | None = None
    of_component: _OfComponent | None = None
    if_it_exists: bool = False
    """Whether the list asks for it only where there is such a thing, which nobody can tell from the document."""


@dataclass(frozen=True, slots=True)
class Standard:
    """A list of elements."""

    title: str
    elements: tuple[Element, ...]


@dataclass(frozen=True, slots=True)
class Presence:
    """Whether a document has an element."""

    standard: str
    """Key in STANDARDS."""
    element: str
    place: str
    present: int
    total: int
    """Of components: the wheel and the packages that an installation brings. 1 for an element of the document."""
    inside: int
    inside_total: int
    """The same for components inside those, which nobody but their own creator could complete."""
    needed: bool
    of_document: bool

    @property
    def complete(self) -> bool:
        """Whether it is there, for the wheel and for all packages."""
        return self.present == self.total


_PRODUCER = "manufacturer, authors, author"
_PURL = "purl, cpe, swid, swhid, omniborId"
_AUTHOR = "metadata.authors, metadata.manufacturer"
_DISTRIBUTION = "externalReferences: distribution"

STANDARDS: dict[str, Standard] = {
    "ntia": Standard(
        "NTIA 2021",
        (
            Element("Supplier Name", f"supplier, publisher, {_PRODUCER}", of_component=sbom_part.supplier),
            Element("Component Name", "name", of_component=sbom_part.name),
            Element("Version of the Component", "version", of_component=sbom_part.version),
            Element("Other Unique Identifiers", _PURL, of_component=sbom_part.identifier),
            Element("Dependency Relationship", "dependencies[].ref", of_component=sbom_part.in_graph),
            Element("Author of SBOM Data", f"{_AUTHOR}, metadata.tools", sbom_whole.person_or_tool),
            Element("Timestamp", "metadata.timestamp", sbom_whole.timestamp),
        ),
    ),
    "cisa-2025": Standard(
        "CISA 2025, draft",
        (
            Element("SBOM Author", _AUTHOR, sbom_whole.person),
            Element("Software Producer", _PRODUCER, of_component=sbom_part.producer),
            Element("Component Name", "name", of_component=sbom_part.name),
            Element("Component Version", "version", of_component=sbom_part.version),
            Element("Software Identifiers", _PURL, of_component=sbom_part.identifier),
            Element("Component Hash", "hashes", of_component=sbom_part.digest),
            Element("License", "licenses", of_component=sbom_part.licence),
            Element("Dependency Relationship", "dependencies[].ref", of_component=sbom_part.in_graph),
            Element("Tool Name", "metadata.tools", sbom_whole.tool),
            Element("Timestamp", "metadata.timestamp", sbom_whole.timestamp),
            Element("Generation Context", "metadata.lifecycles", sbom_whole.phase),
        ),
    ),
    "cisa-2026": Standard(
        "CISA 2026",
        (
            Element("SBOM Author", _AUTHOR, sbom_whole.person),
            Element("SBOM Author Signature", "signature, or a file beside the document", sbom_whole.signature),
            Element("SBOM Data Format Name", "bomFormat", sbom_whole.format_name),
            Element("SBOM Data Format Version", "specVersion", sbom_whole.format_version),
            Element("SBOM Generation Context", "metadata.lifecycles", sbom_whole.phase),
            Element("SBOM Timestamp", "metadata.timestamp", sbom_whole.timestamp),
            Element("SBOM Tool Name", "metadata.tools", sbom_whole.tool),
            Element("SBOM Tool Version", "metadata.tools", sbom_whole.tool_version),
            Element("SBOM Version", "serialNumber and version", sbom_whole.document_version),
            Element("Component Producer", _PRODUCER, of_component=sbom_part.producer),
            Element("Component Dependency Relationship", "dependencies[].ref", of_component=sbom_part.in_graph),
            Element("Component Hash Value", "hashes[].content", of_component=sbom_part.digest),
            Element("Component Hash Algorithm", "hashes[].alg", of_component=sbom_part.sound_digest),
            Element("Component Identifiers", _PURL, of_component=sbom_part.identifier),
            Element("Component License", "licenses", of_component=sbom_part.licence),
            Element("Component Name", "name", of_component=sbom_part.name),
            Element("Component Version", "version", of_component=sbom_part.version),
        ),
    ),
    "bsi": Standard(
        "BSI TR-03183-2 v2.1.0",
        (
            Element("CycloneDX 1.6 or later (4)", "specVersion", sbom_whole.current_format),
            Element("No vulnerability data (3.1)", "no vulnerabilities", sbom_whole.no_vulnerabilities),
            Element(
                "Creator of the SBOM (5.2.1)", "metadata.manufacturer: contact or url", sbom_whole.reachable_author
            ),
            Element("Timestamp (5.2.1)", "metadata.timestamp", sbom_whole.timestamp),
            Element(
                "Component creator (5.2.2)", "manufacturer: contact or url", of_component=sbom_part.reachable_producer
            ),
            Element("Component name (5.2.2)", "name", of_component=sbom_part.name),
            Element("Component version (5.2.2)", "version", of_component=sbom_part.version),
            Element("Filename of the component (5.2.2)", "bsi:component:filename", of_component=sbom_part.filename),
            Element(
                "Dependencies on other components (5.2.2)",
                "dependencies[].ref, compositions[].dependencies",
                of_component=sbom_part.in_graph_with_completeness,
            ),
            Element(
                "Distribution licences (5.2.2)",
                "licenses: acknowledgement concluded",
                of_component=sbom_part.concluded_licence,
            ),
            Element(
                "Hash value of the deployable component (5.2.2)",
                f"hashes: SHA-512, there or of {_DISTRIBUTION}",
                of_component=sbom_part.sha512,
            ),
            Element("Executable property (5.2.2)", "bsi:component:executable", of_component=sbom_part.executable),
            Element("Archive property (5.2.2)", "bsi:component:archive", of_component=sbom_part.archive),
            Element("Structured property (5.2.2)", "bsi:component:structured", of_component=sbom_part.structured),
            Element("SBOM-URI (5.2.3)", "serialNumber", sbom_whole.serial_number, if_it_exists=True),
            Element(
                "Source code URI (5.2.4)",
                "externalReferences: source-distribution, vcs",
                of_component=sbom_part.source_address,
                if_it_exists=True,
            ),
            Element(
                "URI of the deployable form of the component (5.2.4)",
                _DISTRIBUTION,
                of_component=sbom_part.file_address,
                if_it_exists=True,
            ),
            Element("Other unique identifiers (5.2.4)", _PURL, of_component=sbom_part.identifier, if_it_exists=True),
            Element(
                "Original licences (5.2.4)",
                "licenses: acknowledgement declared",
                of_component=sbom_part.declared_licence,
                if_it_exists=True,
            ),
        ),
    ),
}
"""Key, as `--require` takes it, to the list."""


def presence(
    document: Document, packages: tuple[Item, ...], inside: tuple[Item, ...], *, signature: bool = False
) -> tuple[Presence, ...]:
    """For every element of every list, whether `document` has it.

    `packages` are the wheel and what an installation brings; `inside` are components inside those; `signature` is
    whether one lies beside the document.
    """
    whole, outer, inner = Whole(document, signature), parts(document, packages), parts(document, inside)
    return tuple(
        _presence(key, element, whole, outer, inner)
        for key, standard in STANDARDS.items()
        for element in standard.elements
    )


def judge_elements(found: tuple[Presence, ...], where: str) -> tuple[Finding, ...]:
    """One answer a list. Check `sbom-elements`; codes `sbom-elements-<list>`."""
    return tuple(_judge_one(key, [p for p in found if p.standard == key], where) for key in STANDARDS)


def code_of(standard: str) -> str:
    """The code of what is missing of a list."""
    return f"{CHECK}-{standard}"


def _presence(key: str, element: Element, whole: Whole, outer: tuple[Part, ...], inner: tuple[Part, ...]) -> Presence:
    needed = not element.if_it_exists
    if element.of_component is None:
        holds = element.of_document is not None and element.of_document(whole)
        return Presence(key, element.name, element.place, int(holds), 1, 0, 0, needed, of_document=True)
    counts = (sum(map(element.of_component, outer)), len(outer), sum(map(element.of_component, inner)), len(inner))
    return Presence(key, element.name, element.place, *counts, needed, of_document=False)


def _judge_one(key: str, found: list[Presence], where: str) -> Finding:
    title = STANDARDS[key].title
    missing = [p for p in found if p.needed and not p.complete]
    if not missing:
        return Finding.passed(CHECK, f"{where}, {title}", f"{sum(p.complete for p in found)} of {len(found)} elements")
    listed = "; ".join(f"{p.element}: {p.present} of {p.total}" for p in missing)
    # Not a failure by itself: whoever asks decides which lists count.
    hint = "docs/sbom.md says where each is looked for"
    return Finding(CHECK, code_of(key), State.ABSENT, where, f"all elements of {title}", listed, hint)
