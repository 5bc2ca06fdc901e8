from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from sealwright.verify.sbom_document import read_document
from sealwright.verify.sbom_elements import STANDARDS, Presence, judge_elements, presence

COMPONENT: dict[str, Any] = {
    "bom-ref": "a",
    "name": "alpha",
    "version": "1.0",
    "purl": "pkg:pypi/alpha@1.0",
    "supplier": {"name": "An index"},
    "manufacturer": {"name": "Ada", "contact": [{"email": "ada@example.org"}]},
    "hashes": [{"alg": "SHA-256", "content": "a" * 64}],
    "licenses": [
        {"license": {"id": "MIT", "acknowledgement": "declared"}},
        {"license": {"id": "MIT", "acknowledgement": "concluded"}},
    ],
    "externalReferences": [
        {"type": "vcs", "url": "https://code.example/alpha"},
        {
            "type": "distribution",
            "url": "https://index.example/alpha.whl",
            "hashes": [{"alg": "SHA-512", "content": "b" * 128}],
        },
    ],
    "properties": [
        {"name": "bsi:component:filename", "value": "alpha.whl"},
        {"name": "bsi:component:executable", "value": "non-executable"},
        {"name": "bsi:component:archive", "value": "archive"},
        {"name": "bsi:component:structured", "value": "structured"},
    ],
}
FULL: dict[str, Any] = {
    "bomFormat": "CycloneDX",
    "specVersion": "1.6",
    "serialNumber": "urn:uuid:119e7c56-b16f-49ac-93d0-00332fb51353",
    "version": 1,
    "signature": {"algorithm": "ES256", "value": "x"},
    "metadata": {
        "timestamp": "2026-01-02T03:04:05Z",
        "manufacturer": {"name": "Ada", "url": ["https://example.org"]},
        "tools": {"components": [{"name": "tool", "version": "1"}]},
        "lifecycles": [{"phase": "build"}],
    },
    "components": [COMPONENT],
    "dependencies": [{"ref": "a"}],
    "compositions": [{"aggregate": "complete", "dependencies": ["a"]}],
}


def _presence(document: dict[str, Any], *, signature: bool = False) -> dict[tuple[str, str], Presence]:
    read = read_document(json.dumps(document).encode(), "x.json")
    found = presence(read, read.items, (), signature=signature)
    return {(one.standard, one.element): one for one in found}


def _missing(document: dict[str, Any]) -> set[tuple[str, str]]:
    return {(key, name.partition(" (")[0]) for (key, name), one in _presence(document).items() if not one.complete}


def test_lists_have_as_many_elements_as_their_documents() -> None:
    counts = {key: len(standard.elements) for key, standard in STANDARDS.items()}
    assert counts == {"ntia": 7, "cisa-2025": 11, "cisa-2026": 17, "bsi": 19}
    for standard in STANDARDS.values():
        for element in standard.elements:
            assert (element.of_document is None) != (element.of_component is None), element.name


def test_full_document_has_every_element_of_every_list() -> None:
    assert _missing(FULL) == set()
    assert all(one.total == 1 for one in _presence(FULL).values())


@pytest.mark.parametrize(
    ("path", "value", "missing"),
    [
        ("components.0.supplier", None, set()),  # the manufacturer is named
        (
            "metadata.timestamp",
            "yesterday",
            {("ntia", "Timestamp"), ("cisa-2025", "Timestamp"), ("cisa-2026", "SBOM Timestamp"), ("bsi", "Timestamp")},
        ),
        ("metadata.timestamp", "2026-01-02T03:04:05.5+01:00[Europe/Berlin]", set()),
        (
            "metadata.manufacturer",
            None,
            {("cisa-2025", "SBOM Author"), ("cisa-2026", "SBOM Author"), ("bsi", "Creator of the SBOM")},
        ),
        ("metadata.manufacturer", {"name": "Ada"}, {("bsi", "Creator of the SBOM")}),
        ("metadata.manufacturer", {"contact": [{"email": "a@example.org"}]}, set()),
        (
            "metadata.tools",
            None,
            {("cisa-2025", "Tool Name"), ("cisa-2026", "SBOM Tool Name"), ("cisa-2026", "SBOM Tool Version")},
        ),
        ("metadata.tools", [{"name": "old"}], {("cisa-2026", "SBOM Tool Version")}),
        ("metadata.lifecycles", [], {("cisa-2025", "Generation Context"), ("cisa-2026", "SBOM Generation Context")}),
        ("signature", None, {("cisa-2026", "SBOM Author Signature")}),
        ("serialNumber", None, {("cisa-2026", "SBOM Version"), ("bsi", "SBOM-URI")}),
        ("version", None, {("cisa-2026", "SBOM Version")}),
        ("specVersion", "1.5", {("bsi", "CycloneDX 1.6 or later")}),
        ("vulnerabilities", [{"id": "CVE-1"}], {("bsi", "No vulnerability data")}),
        (
            "components.0.version",
            "unknown",
            {
                ("ntia", "Version of the Component"),
                ("cisa-2025", "Component Version"),
                ("cisa-2026", "Component Version"),
                ("bsi", "Component version"),
            },
        ),
        (
            "components.0.purl",
            None,
            {
                ("ntia", "Other Unique Identifiers"),
                ("cisa-2025", "Software Identifiers"),
                ("cisa-2026", "Component Identifiers"),
                ("bsi", "Other unique identifiers"),
            },
        ),
        (
            "components.0.hashes",
            [],
            {
                ("cisa-2025", "Component Hash"),
                ("cisa-2026", "Component Hash Value"),
                ("cisa-2026", "Component Hash Algorithm"),
            },
        ),
        ("components.0.hashes", [{"alg": "MD5", "content": "a" * 32}], {("cisa-2026", "Component Hash Algorithm")}),
        (
            "components.0.manufacturer",
            None,
            {("cisa-2025", "Software Producer"), ("cisa-2026", "Component Producer"), ("bsi", "Component creator")},
        ),
        (
            "components.0.licenses",
            [{"license": {"name": "odd terms"}}],
            {("bsi", "Distribution licences"), ("bsi", "Original licences")},
        ),
        (
            "components.0.licenses",
            [{"expression": "MIT OR ISC", "acknowledgement": "declared"}],
            {("bsi", "Distribution licences")},
        ),
        (
            "components.0.licenses",
            [{"license": {"id": "NOASSERTION"}}],
            {
                ("cisa-2025", "License"),
                ("cisa-2026", "Component License"),
                ("bsi", "Distribution licences"),
                ("bsi", "Original licences"),
            },
        ),
        (
            "components.0.externalReferences",
            [],
            {
                ("bsi", "Hash value of the deployable component"),
                ("bsi", "Source code URI"),
                ("bsi", "URI of the deployable form of the component"),
            },
        ),
        (
            "components.0.properties",
            [{"name": "bsi:component:archive", "value": "maybe"}],
            {
                ("bsi", "Filename of the component"),
                ("bsi", "Executable property"),
                ("bsi", "Archive property"),
                ("bsi", "Structured property"),
            },
        ),
        (
            "dependencies",
            [],
            {
                ("ntia", "Dependency Relationship"),
                ("cisa-2025", "Dependency Relationship"),
                ("cisa-2026", "Component Dependency Relationship"),
                ("bsi", "Dependencies on other components"),
            },
        ),
        ("compositions", [], {("bsi", "Dependencies on other components")}),
    ],
)
def test_what_is_not_there_is_missing_exactly_where_it_is_asked_for(
    path: str, value: Any, missing: set[tuple[str, str]]
) -> None:
    document = copy.deepcopy(FULL)
    *parents, last = path.split(".")
    owner: Any = document
    for step in parents:
        owner = owner[int(step)] if step.isdigit() else owner[step]
    if value is None:
        del owner[last]
    else:
        owner[last] = value
    assert _missing(document) == missing


def test_supplier_may_be_whoever_created_it() -> None:
    bare = {key: value for key, value in COMPONENT.items() if key not in ("supplier", "manufacturer")}
    for more, there in (
        ({}, 0),
        ({"author": "Ada"}, 1),
        ({"publisher": "Ada"}, 1),
        ({"authors": [{"email": "a@b.c"}]}, 1),
    ):
        found = _presence({**FULL, "components": [{**bare, **more}]})
        assert found["ntia", "Supplier Name"].present == there, more
    assert _presence({**FULL, "components": [bare]})["cisa-2026", "Component Producer"].present == 0


def test_signature_beside_the_document_counts() -> None:
    unsigned = {key: value for key, value in FULL.items() if key != "signature"}
    assert _presence(unsigned, signature=True)["cisa-2026", "SBOM Author Signature"].complete


def test_components_are_counted_and_those_inside_apart() -> None:
    others = [{"name": "zlib", "components": [{"name": "inner"}]}]
    read = read_document(json.dumps({**FULL, "components": [COMPONENT, *others]}).encode(), "x.json")
    packages = tuple(item for item in read.items if not item.inside)
    found = presence(read, packages, tuple(item for item in read.items if item.inside))
    version = next(one for one in found if one.element == "Version of the Component")
    assert (version.present, version.total, version.inside, version.inside_total) == (1, 2, 0, 1)
    answers = {finding.code: finding for finding in judge_elements(found, "x.json")}
    assert "Version of the Component: 1 of 2" in answers["sbom-elements-ntia"].found


def test_what_is_asked_for_only_where_it_exists_is_no_gap() -> None:
    document = copy.deepcopy(FULL)
    document["components"][0]["externalReferences"] = document["components"][0]["externalReferences"][1:]
    found = tuple(_presence(document).values())
    assert {finding.code for finding in judge_elements(found, "x")} == {"sbom-elements"}
