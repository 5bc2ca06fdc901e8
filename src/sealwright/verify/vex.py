"""Whether a VEX is about the SBOMs beside it, and claims no more than anybody can know."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from sealwright.errors import Refused
from sealwright.model import Finding
from sealwright.verify.inventory import read_inventory
from sealwright.verify.strict_json import Malformed, as_list, as_object, as_text, strict_json

CHECK = "vex"
SPEC_VERSION = "1.6"
IN_TRIAGE = "in_triage"
NOT_AFFECTED = "not_affected"
_LARGEST = 64 * 1024 * 1024
_AGAIN = "run the job examine again; the VEX is written by it, after the SBOMs, and by nothing else"


def judge_vex(data: bytes, sboms: Mapping[str, bytes], where: str) -> tuple[Finding, ...]:
    """Whether each vulnerability in `data` is one of a component of `sboms`, by path, or of a package listed in it.

    Answers of the check `vex`. Codes: `vex-malformed`; `vex-unbound` for what refers to a component that no SBOM here
    has, say because an SBOM was made again; `vex-overclaims` for a state that nobody here can vouch for.
    """
    try:
        entries, own = _read(data)
        refs = {*own, *_linked(sboms)}
        wrong = tuple(finding for entry in entries for finding in _judge_one(entry, refs, where))
    except (Malformed, Refused) as error:
        return (Finding.failed(CHECK, "vex-malformed", where, found=str(error), hint=_AGAIN),)
    return wrong or (Finding.passed(CHECK, where, f"{len(entries)} vulnerabilities of {len(sboms)} SBOM"),)


def _read(data: bytes) -> tuple[list[dict[str, Any]], set[str]]:
    """The vulnerabilities, and the bom-refs of the document's own components."""
    document = as_object(strict_json(data, _LARGEST), "the document")
    said = document.get("bomFormat"), document.get("specVersion")
    if said != ("CycloneDX", SPEC_VERSION):
        raise Malformed(f"bomFormat {said[0]!r}, specVersion {said[1]!r}")
    entries = [as_object(v, "a vulnerability") for v in as_list(document.get("vulnerabilities"), "vulnerabilities")]
    components = [as_object(c, "a component") for c in as_list(document.get("components", []), "components")]
    return entries, {as_text(component.get("bom-ref"), "a component's bom-ref") for component in components}


def _judge_one(entry: Mapping[str, Any], refs: set[str], where: str) -> Iterator[Finding]:
    name = as_text(entry.get("id"), "a vulnerability's id")
    affected = [as_object(item, f"{name}: affects") for item in as_list(entry.get("affects"), f"{name}: affects")]
    found = [_plain(as_text(item.get("ref"), f"{name}: ref")) for item in affected]
    for ref in found or ["nothing"]:
        if ref not in refs:
            expected = "a component of an SBOM of this release"
            yield Finding.failed(
                CHECK, "vex-unbound", where, expected=expected, found=f"{name} is about {ref}", hint=_AGAIN
            )
    analysis = as_object(entry.get("analysis"), f"{name}: analysis")
    state = as_text(analysis.get("state"), f"{name}: state")
    if state != IN_TRIAGE and not (state == NOT_AFFECTED and analysis.get("justification") and analysis.get("detail")):
        expected = f"{IN_TRIAGE}, or {NOT_AFFECTED} with a justification and a reason"
        yield Finding.failed(
            CHECK, "vex-overclaims", where, expected=expected, found=f"{name} is called {state}", hint=_AGAIN
        )


def _plain(ref: str) -> str:
    """A bom-ref in a BOM-Link is percent-encoded, one in the same document is not."""
    return unquote(ref) if ref.startswith("urn:cdx:") else ref


def _linked(sboms: Mapping[str, bytes]) -> Iterator[str]:
    for path, data in sboms.items():
        inventory = read_inventory(data, path)
        yield from (f"{inventory.bom_link}#{ref}" for ref in inventory.refs.values() if inventory.bom_link)
