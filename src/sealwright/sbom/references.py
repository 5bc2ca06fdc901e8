"""Where more is to be found: files, source, and what a distribution links to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cyclonedx.model import ExternalReference, ExternalReferenceType, HashAlgorithm, HashType, XsUri

from sealwright.sbom.files import Digests, Locked
from sealwright.sbom.metadata import Metadata

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
class Origin:
    """Where the project lies, for readers of the document."""

    repository_url: str = ""
    """Empty where no public repository is known."""
    owner: str = ""
    """Of the repository; empty where none is known."""
    commit: str = ""
    comment: str = "the commit it is built from"
    """What the commit is to the wheel."""

    @property
    def vcs_url(self) -> str:
        """The commit, as a reference for version control systems; empty where no repository is known."""
        return f"git+{self.repository_url}@{self.commit}" if self.repository_url else ""


def hashes_of(file: Digests) -> list[HashType]:
    """The digests that a CycloneDX document can hold."""
    return [
        HashType(alg=HashAlgorithm.SHA_256, content=file.sha256),
        HashType(alg=HashAlgorithm.SHA_512, content=file.sha512),
    ]


def root_references(
    metadata: Metadata, wheel: Digests, sdists: Iterable[Digests], origin: Origin, *, on_pypi: bool
) -> Iterator[ExternalReference]:
    """Of the wheel itself. `on_pypi`: whether the files will be, or are, at the addresses that PyPI gives to them."""
    files = [(ExternalReferenceType.DISTRIBUTION, wheel)]
    files += [(ExternalReferenceType.SOURCE_DISTRIBUTION, sdist) for sdist in sdists]
    for kind, file in files:
        # A bare name is an address too: the file lies beside the document.
        url = XsUri(file.url if on_pypi else file.filename)
        yield ExternalReference(type=kind, url=url, hashes=hashes_of(file), comment=file.filename)
    yield from _links(metadata)
    if origin.vcs_url:
        yield ExternalReference(type=_VCS, url=XsUri(origin.vcs_url), comment=origin.comment)


def dependency_references(metadata: Metadata, wheel: Locked, source: Locked | None) -> Iterator[ExternalReference]:
    """Of a dependency, as its lock names its files and as it links itself."""
    for kind, file in (
        (ExternalReferenceType.DISTRIBUTION, wheel),
        (ExternalReferenceType.SOURCE_DISTRIBUTION, source),
    ):
        if file is not None and file.url:
            digest = HashType(alg=HashAlgorithm.SHA_256, content=file.sha256)
            yield ExternalReference(type=kind, url=XsUri(file.url), hashes=[digest], comment=file.filename)
    yield from _links(metadata)


def _links(metadata: Metadata) -> Iterator[ExternalReference]:
    # Sorted into kinds by their labels.
    for label, url in metadata.links:
        kind = next((kind for word, kind in _LABELS if word in label), ExternalReferenceType.OTHER)
        yield ExternalReference(type=kind, url=XsUri(url), comment=label)
