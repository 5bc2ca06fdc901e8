"""Components of a CycloneDX document, from what was found; what is not known is left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cyclonedx.model import ExternalReference, ExternalReferenceType, HashAlgorithm, HashType, XsUri
from cyclonedx.model.component import Component, ComponentScope, ComponentType
from cyclonedx.model.contact import OrganizationalContact, OrganizationalEntity
from packageurl import PackageURL

from sealwright.endpoints import FILES_URL, PYPI_URL
from sealwright.sbom.files import Digests, Locked
from sealwright.sbom.licences import declared
from sealwright.sbom.metadata import Metadata, Person
from sealwright.verify.cyclonedx import purl_of

_VCS = ExternalReferenceType("vcs")

# The first word that a label contains decides.
_LABELS = (
    ("bug", ExternalReferenceType.ISSUE_TRACKER),
    ("issue", ExternalReferenceType.ISSUE_TRACKER),
    ("tracker", ExternalReferenceType.ISSUE_TRACKER),
    ("change", ExternalReferenceType.RELEASE_NOTES),
    ("release", ExternalReferenceType.RELEASE_NOTES),
    ("history", ExternalReferenceType.RELEASE_NOTES),
    ("doc", ExternalReferenceType.DOCUMENTATION),
    ("home", ExternalReferenceType.WEBSITE),
    ("source", _VCS),
    ("repo", _VCS),
    ("code", _VCS),
    ("github", _VCS),
    ("chat", ExternalReferenceType.CHAT),
)


@dataclass(frozen=True, slots=True)
class Dependency:
    """A package of the closure, as it is installed here."""

    metadata: Metadata
    file: Locked
    """The wheel that was installed."""
    source: Locked | None = None


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the project lies, for readers of the document."""

    repository_url: str
    """Empty where no public repository is known."""
    owner: str
    """Of the repository; empty where none is known."""
    commit: str

    @property
    def vcs_url(self) -> str:
        """The commit, as a reference for version control systems; empty where no repository is known."""
        return f"git+{self.repository_url}@{self.commit}" if self.repository_url else ""


def ref_of(metadata: Metadata) -> str:
    """The bom-ref of a package: its package URL."""
    return purl_of(metadata.name, metadata.version)


def root_component(metadata: Metadata, wheel: Digests, sdists: Iterable[Digests], origin: Origin) -> Component:
    """The wheel itself."""
    references = [
        ExternalReference(
            type=ExternalReferenceType.DISTRIBUTION, url=XsUri(wheel.url), hashes=_hashes(wheel), comment=wheel.filename
        ),
        *(
            ExternalReference(
                type=ExternalReferenceType.SOURCE_DISTRIBUTION,
                url=XsUri(sdist.url),
                hashes=_hashes(sdist),
                comment=sdist.filename,
            )
            for sdist in sdists
        ),
        *_links(metadata),
    ]
    if origin.vcs_url:
        references.append(
            ExternalReference(type=_VCS, url=XsUri(origin.vcs_url), comment="the commit it is built from")
        )
    return _component(metadata, _hashes(wheel), references, supplier=_project_supplier(metadata, origin))


def dependency_component(dependency: Dependency) -> Component:
    """One package of the closure."""
    references = list(_links(dependency.metadata))
    for kind, file in (
        (ExternalReferenceType.DISTRIBUTION, dependency.file),
        (ExternalReferenceType.SOURCE_DISTRIBUTION, dependency.source),
    ):
        if file is not None and file.url:
            digest = HashType(alg=HashAlgorithm.SHA_256, content=file.sha256)
            references.append(ExternalReference(type=kind, url=XsUri(file.url), hashes=[digest], comment=file.filename))
    return _component(
        dependency.metadata,
        [HashType(alg=HashAlgorithm.SHA_256, content=dependency.file.sha256)],
        references,
        supplier=_index_supplier(dependency),
        scope=ComponentScope.REQUIRED,
    )


def _component(
    metadata: Metadata,
    hashes: Iterable[HashType],
    references: Iterable[ExternalReference],
    *,
    supplier: OrganizationalEntity | None,
    scope: ComponentScope | None = None,
) -> Component:
    return Component(
        type=ComponentType.LIBRARY,
        bom_ref=ref_of(metadata),
        name=metadata.name,
        version=metadata.version,
        purl=PackageURL("pypi", None, metadata.name, metadata.version),
        description=metadata.summary or None,
        scope=scope,
        supplier=supplier,
        authors=[_contact(person) for person in metadata.people],
        licenses=declared(metadata),
        hashes=hashes,
        external_references=references,
    )


def _project_supplier(metadata: Metadata, origin: Origin) -> OrganizationalEntity | None:
    people = metadata.people
    name = next((person.name for person in people if person.name), origin.owner)
    if not name:
        return None
    contacts = [_contact(person) for person in people if person.email][:1]
    urls = [XsUri(origin.repository_url)] if origin.repository_url else []
    return OrganizationalEntity(name=name, urls=urls, contacts=contacts)


def _index_supplier(dependency: Dependency) -> OrganizationalEntity | None:
    if dependency.file.url.startswith(f"{FILES_URL}/"):
        return OrganizationalEntity(name="Python Package Index", urls=[XsUri(PYPI_URL)])
    return None  # from a private index or a folder: who supplied it is not written anywhere


def _contact(person: Person) -> OrganizationalContact:
    return OrganizationalContact(name=person.name or None, email=person.email or None)


def _hashes(file: Digests) -> list[HashType]:
    return [
        HashType(alg=HashAlgorithm.SHA_256, content=file.sha256),
        HashType(alg=HashAlgorithm.SHA_512, content=file.sha512),
    ]


def _links(metadata: Metadata) -> Iterator[ExternalReference]:
    for label, url in metadata.links:
        kind = next((kind for word, kind in _LABELS if word in label), ExternalReferenceType.OTHER)
        yield ExternalReference(type=kind, url=XsUri(url), comment=label)
