"""What is known and decided about vulnerabilities as a CycloneDX VEX: a document of its own beside the SBOMs.

https://cyclonedx.org/capabilities/vex/, https://cyclonedx.org/docs/1.6/json/#vulnerabilities
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from urllib.parse import quote

from sealwright import __version__
from sealwright.dossier.codec import encode_json
from sealwright.model import Tool
from sealwright.model.digest import sha256_hex
from sealwright.verify.advisories import Package
from sealwright.verify.cyclonedx import purl_of
from sealwright.verify.inventory import Inventory
from sealwright.verify.judgement import Known
from sealwright.verify.severity import Rating
from sealwright.verify.vex import IN_TRIAGE, NOT_AFFECTED, SPEC_VERSION

PATH = "sealwright:audit:path"
"""Property of a vulnerability: the way from a direct dependency to the package."""
UNTIL = "sealwright:audit:ignored-until"
"""Property of a vulnerability: the last day of the ignore that its analysis comes from."""
_LONGEST = 2000
_LINKS = 20
# https://www.rfc-editor.org/rfc/rfc3986#section-3.5: what a fragment may hold beside letters and digits.
_FRAGMENT = "/?:@!$&'()*+,;=-._~"
_SOURCES = {
    "CVE": ("NVD", "https://nvd.nist.gov/vuln/detail/"),
    "GHSA": ("GitHub Advisories", "https://github.com/advisories/"),
}
_OSV = ("OSV", "https://osv.dev/vulnerability/")


def compose(at: dt.datetime, known: Iterable[Known], inventories: Sequence[Inventory], tools: Iterable[Tool]) -> bytes:
    """The bytes of the document, the same for the same arguments.

    `known` is everything that was found, ignored or not; `inventories` are the SBOMs it is about, to whose components
    it refers; a package that none of them has is a component of this document. Nothing is called exploitable, since
    nobody has tried; what an ignore says is the project's own word, and `not_affected` only where it gives a
    justification for that.
    """
    found = sorted(known, key=lambda k: (k.vulnerability.package, k.vulnerability.version, k.vulnerability.id))
    strangers = sorted({_package(k) for k in found if not _refs(_package(k), inventories)})
    document: dict[str, Any] = {
        "bomFormat": "CycloneDX",
        "specVersion": SPEC_VERSION,
        "version": 1,
        "metadata": {"timestamp": at.strftime("%Y-%m-%dT%H:%M:%SZ"), "tools": {"components": _tools(tools)}},
        "vulnerabilities": [_vulnerability(k, inventories) for k in found],
    }
    links = [{"type": "bom", "url": inventory.bom_link} for inventory in inventories if inventory.bom_link]
    if links:
        document["externalReferences"] = sorted(links, key=lambda link: link["url"])
    if strangers:
        document["components"] = [_component(package) for package in strangers]
    serial = uuid.uuid5(uuid.NAMESPACE_URL, f"vex#sha256={sha256_hex(encode_json(document))}")
    return encode_json({**document, "serialNumber": f"urn:uuid:{serial}"})


def _vulnerability(known: Known, inventories: Sequence[Inventory]) -> dict[str, Any]:
    vulnerability = known.vulnerability
    refs = _refs(_package(known), inventories) or [purl_of(*_package(known))]
    optional: dict[str, Any] = {
        "references": [{"id": alias, "source": _source(alias)} for alias in vulnerability.aliases],
        "ratings": [_rating(rating) for rating in vulnerability.ratings],
        "cwes": sorted({cwe for advisory in vulnerability.advisories for cwe in advisory.cwes}),
        "description": vulnerability.summary[:_LONGEST],
        "advisories": [{"url": url} for url in _links(known)],
        "published": min(filter(None, (a.published for a in vulnerability.advisories)), default=""),
        "updated": max((a.modified for a in vulnerability.advisories), default=""),
        "properties": list(_properties(known)),
    }
    return {
        "id": vulnerability.id,
        "source": _source(vulnerability.id, *_OSV),
        "recommendation": _recommendation(known),
        "analysis": _analysis(known),
        "affects": [{"ref": ref} for ref in refs],
        **{name: value for name, value in optional.items() if value},
    }


def _analysis(known: Known) -> dict[str, Any]:
    ignore = known.ignore
    if ignore is None:
        detail = "An advisory names this version. Whether the vulnerable code can be reached has not been analysed."
        return {"state": IN_TRIAGE, "detail": detail}
    until = f"The project lets it pass until {ignore.expires.isoformat()}"
    if ignore.justification is None:
        return {"state": IN_TRIAGE, "detail": f"{until}, and does not say that it is not affected: {ignore.reason}"}
    detail = f"{until}, as its own analysis: {ignore.reason}"
    return {"state": NOT_AFFECTED, "justification": ignore.justification, "detail": detail}


def _recommendation(known: Known) -> str:
    vulnerability = known.vulnerability
    if vulnerability.upgrade:
        return f"Upgrade {vulnerability.package} to {vulnerability.upgrade} or later."
    return f"No version of {vulnerability.package} is said to be fixed; see the advisories."


def _rating(rating: Rating) -> dict[str, Any]:
    found: dict[str, Any] = {"method": rating.method, "source": {"name": _OSV[0]}}
    if rating.score is not None:
        found["score"] = rating.score
    if rating.word:
        found["severity"] = rating.word.lower()
    if rating.vector:
        found["vector"] = rating.vector
    return found


def _source(identifier: str, name: str = "", url: str = "") -> dict[str, str]:
    known_name, known_url = _SOURCES.get(identifier.partition("-")[0].upper(), _OSV)
    return {"name": name or known_name, "url": (url or known_url) + quote(identifier, safe="")}


def _links(known: Known) -> list[str]:
    return list(dict.fromkeys(link for a in known.vulnerability.advisories for link in a.links))[:_LINKS]


def _properties(known: Known) -> Iterator[dict[str, str]]:
    if known.path:
        yield {"name": PATH, "value": " -> ".join(known.path)}
    if known.ignore is not None:
        yield {"name": UNTIL, "value": known.ignore.expires.isoformat()}


def _refs(package: Package, inventories: Sequence[Inventory]) -> list[str]:
    """BOM-Links to the package in each SBOM that has it (https://cyclonedx.org/capabilities/bomlink/)."""
    return sorted(
        f"{inventory.bom_link}#{quote(inventory.refs[package], safe=_FRAGMENT)}"
        for inventory in inventories
        if inventory.bom_link and package in inventory.refs
    )


def _component(package: Package) -> dict[str, str]:
    purl = purl_of(*package)
    return {"type": "library", "bom-ref": purl, "name": package[0], "version": package[1], "purl": purl}


def _package(known: Known) -> Package:
    return known.vulnerability.package, known.vulnerability.version


def _tools(tools: Iterable[Tool]) -> list[dict[str, str]]:
    everyone = [Tool("sealwright", __version__), *tools]
    return [{"type": "application", "name": tool.name, "version": tool.version} for tool in sorted(everyone)]
