"""Who made and who supplied something, as far as its metadata or its address say."""

from __future__ import annotations

from cyclonedx.model import XsUri
from cyclonedx.model.contact import OrganizationalContact, OrganizationalEntity

from sealwright.endpoints import FILES_URL, PYPI_URL
from sealwright.sbom.metadata import Metadata, Person

_MOST_NAMES = 5
_WEBSITES = ("home", "repo", "source", "code", "github", "doc")
"""Words in the label of a link that leads to the project itself, the best first."""


def contact(person: Person) -> OrganizationalContact:
    """A person as CycloneDX writes one."""
    return OrganizationalContact(name=person.name or None, email=person.email or None)


def creator(metadata: Metadata) -> OrganizationalEntity | None:
    """Who made it: those whom the metadata name, with an address of e-mail, or else of the web.

    That is what BSI TR-03183-2 v2.1.0, 5.2.2, asks for as "component creator".
    """
    names = [person.name for person in metadata.people if person.name][:_MOST_NAMES]
    reachable = [contact(person) for person in metadata.people if person.email]
    urls = [] if reachable else [XsUri(url) for url in _website(metadata)]
    if not (names or reachable or urls):
        return None
    return OrganizationalEntity(name=", ".join(names) or None, urls=urls, contacts=reachable)


def project_supplier(metadata: Metadata, owner: str, repository_url: str) -> OrganizationalEntity | None:
    """Who supplies the project's own wheel: its first author, else the owner of its repository."""
    people = metadata.people
    name = next((person.name for person in people if person.name), owner)
    if not name:
        return None
    urls = [XsUri(repository_url)] if repository_url else []
    return OrganizationalEntity(name=name, urls=urls, contacts=[contact(p) for p in people if p.email][:1])


def index_supplier(url: str) -> OrganizationalEntity | None:
    """Who supplies a file from this address."""
    if url.startswith(f"{FILES_URL}/"):
        return OrganizationalEntity(name="Python Package Index", urls=[XsUri(PYPI_URL)])
    return None  # from a private index or a folder: who supplied it is not written anywhere


def _website(metadata: Metadata) -> list[str]:
    return next(([url] for word in _WEBSITES for label, url in metadata.links if word in label), [])
