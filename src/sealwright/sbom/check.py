"""Judges any CycloneDX document of a wheel: its form, what it is about, what it lists, and against an installation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from sealwright.errors import Refused, SealwrightError
from sealwright.model import FileRef, Finding
from sealwright.sbom.graph import resolve_edges
from sealwright.sbom.installation import empty_environment
from sealwright.sbom.make import reference
from sealwright.sbom.metadata import Metadata, installed_metadata, wheel_metadata
from sealwright.sbom.schema import judge_schema
from sealwright.services.environments import PackageIndex
from sealwright.services.installed import install_plainly, site_packages
from sealwright.verify.closure import Closure
from sealwright.verify.cyclonedx import marker_environment
from sealwright.verify.sbom import CHECK
from sealwright.verify.sbom_document import Document, read_document
from sealwright.verify.sbom_elements import Presence, judge_elements, presence
from sealwright.verify.sbom_installed import (
    PACKAGES,
    Installed,
    judge_binding,
    judge_edges,
    judge_packages,
    packages_of,
    root_of,
)


@dataclass(frozen=True, slots=True)
class Checked:
    """What is to be said of a document."""

    wheel: FileRef
    findings: tuple[Finding, ...]
    """Of the checks `sbom`, `sbom-packages`, `sbom-edges` and `sbom-elements`."""
    elements: tuple[Presence, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked about a document."""

    data: bytes
    where: str
    """Its name, for messages."""
    wheel: Path
    signature: bool = False
    """Whether a signature lies beside it."""
    closure: Closure | None = None
    """What is installed beside the wheel; what the index offers now where there is none."""


def check(question: Question, environ: Mapping[str, str], index: PackageIndex) -> Checked:
    """Judge a document. Raises UsageError for one of another format, Refused for a wheel that cannot be read."""
    wheel, metadata = reference(question.wheel), wheel_metadata(question.wheel)
    try:
        document = read_document(question.data, question.where)
    except Refused as error:
        wrong = Finding.failed(CHECK, error.code, question.where, found=error.message, hint=error.hint)
        return Checked(wheel, (wrong,))
    installed = _installed(question, metadata, environ, index)
    elements = _elements(question, document, metadata, installed)
    findings = (
        *_form(question, document),
        *_binding(question, document, wheel, metadata),
        *_against(question, document, installed),
        *judge_elements(elements, question.where),
    )
    return Checked(wheel, findings, elements)


def _form(question: Question, document: Document) -> tuple[Finding, ...]:
    hint = "report it to whoever makes the program that wrote it; other readers may refuse the document"
    wrong = judge_schema(question.data, question.where, hint)
    return wrong or (Finding.passed(CHECK, question.where, f"fits the schema of CycloneDX {document.spec_version}"),)


def _binding(question: Question, document: Document, wheel: FileRef, metadata: Metadata) -> tuple[Finding, ...]:
    wrong = tuple(judge_binding(document, wheel, metadata.name, metadata.version, question.where))
    return wrong or (Finding.passed(CHECK, question.where, f"binds to sha256:{wheel.sha256[:12]}… of {wheel.name}"),)


def _against(question: Question, document: Document, installed: Installed | Finding) -> Iterator[Finding]:
    if isinstance(installed, Finding):
        yield installed
        return
    yield from judge_packages(document, installed, question.where)
    yield from judge_edges(document, installed, question.where)


def _elements(
    question: Question, document: Document, metadata: Metadata, installed: Installed | Finding
) -> tuple[Presence, ...]:
    root = root_of(document, metadata.name, metadata.version)
    known = {} if isinstance(installed, Finding) else installed.versions
    packages = (*((root,) if root else ()), *packages_of(document, root, known))
    listed = {id(item) for item in packages}
    others = tuple(item for item in document.items if id(item) not in listed)
    return presence(document, packages, others, signature=question.signature)


def _installed(
    question: Question, metadata: Metadata, environ: Mapping[str, str], index: PackageIndex
) -> Installed | Finding:
    """What an installation brings, or why there is none: a document is not wrong because nothing can be installed."""
    environment = marker_environment()
    try:
        with empty_environment(environ, index) as target:
            if question.closure is None:
                install_plainly(target, question.wheel)
            else:
                target.install(question.closure.select(environment).requirements_text())
                target.install_file(question.wheel)
            found = installed_metadata(site_packages(target))
        graph = resolve_edges(metadata, found, environment)
    except SealwrightError as error:
        return Finding.unavailable(PACKAGES, error.code, question.where, found=error.message, hint=error.hint)
    versions = {name: entry.version for name, entry in found.items()}
    return Installed(metadata.name, versions, graph.edges, environment)
