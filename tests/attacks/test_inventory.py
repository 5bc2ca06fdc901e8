"""SBOMs from outside: whatever is left out, doubled or disguised in them must not read as "nothing found"."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sealwright.errors import Refused
from sealwright.model import State
from sealwright.verify.inventory import MOST, Inventory, read_inventory

DIGEST = "a" * 64
REQUESTS = {
    "type": "library",
    "name": "Requests",
    "version": "2.19.1",
    "purl": "pkg:pypi/requests@2.19.1",
    "bom-ref": "r",
    "hashes": [{"alg": "SHA-256", "content": DIGEST.upper()}, {"alg": "MD5", "content": "0" * 32}],
}
ROOT = {"type": "application", "name": "app", "bom-ref": "root"}


def document(*components: Any, **changes: Any) -> dict[str, Any]:
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": "urn:uuid:3E671687-395b-41f5-a30f-a58921a69b79",
        "version": 2,
        "metadata": {"component": ROOT},
        "components": list(components),
        **changes,
    }


def read(*components: Any, **changes: Any) -> Inventory:
    return read_inventory(json.dumps(document(*components, **changes)).encode(), "x.cdx.json")


def pins(inventory: Inventory) -> list[tuple[str, str, list[str]]]:
    return [(pin.name, pin.version, [digest for _, _, digest in pin.files]) for pin in inventory.subject.pins]


@pytest.mark.parametrize("version", ["1.2", "1.3", "1.4", "1.5", "1.6", "1.7"])
def test_packages_are_found_in_every_release_of_the_format(version: str) -> None:
    inventory = read(REQUESTS, specVersion=version)
    assert pins(inventory) == [("requests", "2.19.1", [DIGEST])]
    assert inventory.bom_link == "urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/2"
    assert inventory.refs == {("requests", "2.19.1"): "r"}
    assert inventory.subject.unread == inventory.subject.aside == ()


def test_root_is_one_of_the_packages_where_it_names_itself() -> None:
    root = {**REQUESTS, "bom-ref": "root"}
    assert pins(read(metadata={"component": root})) == [("requests", "2.19.1", [DIGEST])]


def test_digest_of_the_distribution_counts_where_the_component_has_none() -> None:
    references = [
        {"type": "website", "url": "https://x.example", "hashes": [{"alg": "SHA-256", "content": "b" * 64}]},
        {"type": "distribution", "url": "https://y.example", "hashes": [{"alg": "SHA-256", "content": DIGEST}]},
    ]
    component = {**REQUESTS, "hashes": [], "externalReferences": references}
    assert pins(read(component)) == [("requests", "2.19.1", [DIGEST])]


def test_two_files_of_one_package_are_both_looked_up() -> None:
    other = {**REQUESTS, "bom-ref": "r2", "hashes": [{"alg": "SHA-256", "content": "b" * 64}]}
    assert pins(read(REQUESTS, other)) == [("requests", "2.19.1", [DIGEST, "b" * 64])]


def test_two_versions_of_one_package_are_two_packages() -> None:
    other = {**REQUESTS, "bom-ref": "r2", "version": "2.34.2", "purl": "pkg:pypi/requests@2.34.2"}
    assert [pin.version for pin in read(REQUESTS, other).subject.pins] == ["2.19.1", "2.34.2"]


@pytest.mark.parametrize(
    "change",
    [
        {"purl": None},
        {"purl": ""},
        {"purl": "requests"},
        {"purl": "pkg:pypi/requests"},
        {"purl": "pkg:pypi/requests@latest"},
        {"purl": "pkg:pypi/evil/requests@2.19.1"},
        {"purl": "pkg:pypi/requests!@2.19.1"},
        {"purl": "pkg:pypi/requests@2.34.2"},
        {"purl": "pkg:pypi/flask@2.19.1"},
        {"version": "two"},
    ],
    ids=str,
)
def test_component_that_nobody_can_ask_about_is_not_known(change: dict[str, Any]) -> None:
    good = {**REQUESTS, "bom-ref": "good", "name": "flask", "version": "1.0", "purl": "pkg:pypi/flask@1.0"}
    subject = read({**REQUESTS, **change}, good).subject
    (finding,) = subject.unread
    assert (finding.check, finding.code, finding.state) == (
        "audit",
        "audit-component-unidentified",
        State.UNAVAILABLE,
    )
    assert [pin.name for pin in subject.pins] == ["flask"]


@pytest.mark.parametrize(
    ("version", "purl"), [("2.19.1", "2.19.1"), ("2.19.1.0", "2.19.1"), (None, "2.19.1"), ("v2.19.1", "2.19.1")]
)
def test_the_same_version_may_be_spelled_in_two_ways(version: str | None, purl: str) -> None:
    assert len(read({**REQUESTS, "version": version, "purl": f"pkg:pypi/requests@{purl}"}).subject.pins) == 1


def test_package_without_a_digest_is_asked_about_and_has_no_file() -> None:
    assert pins(read({**REQUESTS, "hashes": []})) == [("requests", "2.19.1", [])]


def test_other_ecosystems_are_left_aside_and_said() -> None:
    others = [{"type": "library", "name": f"c{at}", "version": "1", "purl": f"pkg:cargo/c{at}@1"} for at in range(3)]
    subject = read(REQUESTS, *others, {"type": "library", "name": "z", "purl": "pkg:generic/z@1"}).subject
    (finding,) = subject.aside
    assert (finding.check, finding.state) == ("audit-scope", State.SKIPPED)
    assert "4 components" in finding.found
    assert "3 pkg:cargo, 1 pkg:generic" in finding.found
    assert subject.unread == ()


@pytest.mark.parametrize(
    "components",
    [(), ({"type": "library", "name": "z", "purl": "pkg:npm/z@1"},)],
    ids=["nothing", "another ecosystem alone"],
)
def test_document_without_a_package_of_pypi_is_no_clean_one(components: tuple[Any, ...]) -> None:
    (finding,) = read(*components).subject.unread
    assert (finding.code, finding.state) == ("audit-nothing-asked", State.UNAVAILABLE)


INSIDE = {"type": "library", "name": "urllib3", "version": "1.24.1", "purl": "pkg:pypi/urllib3@1.24.1"}


@pytest.mark.parametrize(
    "components",
    [
        pytest.param(({**REQUESTS, "components": [INSIDE]},), id="nested"),
        pytest.param(
            (REQUESTS, {**INSIDE, "properties": [{"name": "sealwright:embedded:from", "value": "x"}]}), id="marked"
        ),
        pytest.param(
            ({**REQUESTS, "components": [{"type": "library", "name": "lib", "components": [INSIDE]}]},), id="deeper"
        ),
    ],
)
def test_package_inside_another_is_asked_about_by_its_name_alone(components: tuple[Any, ...]) -> None:
    subject = read(*components).subject
    assert [(pin.name, pin.version) for pin in subject.inside] == [("urllib3", "1.24.1")]
    assert ("urllib3", "1.24.1") in subject.packages
    assert "by name and version alone" in subject.aside[-1].found
    assert subject.unread == ()


def test_parts_of_an_application_are_no_parts_of_a_package() -> None:
    system = {"type": "operating-system", "name": "debian", "purl": "pkg:deb/debian/debian@12", "components": [INSIDE]}
    subject = read(system).subject
    assert [pin.name for pin in subject.pins] == ["urllib3"]
    root = {**ROOT, "components": [INSIDE]}
    assert [pin.name for pin in read(metadata={"component": root}).subject.pins] == ["urllib3"]


def test_way_to_a_package_is_read_from_the_documents_own_edges() -> None:
    flask = {**REQUESTS, "bom-ref": "f", "name": "flask", "version": "1.0", "purl": "pkg:pypi/flask@1.0"}
    edges = [{"ref": "root", "dependsOn": ["f"]}, {"ref": "f", "dependsOn": ["r", "nowhere"]}, {"ref": "r"}]
    assert read(REQUESTS, flask, dependencies=edges).subject.origins.path("requests") == ("flask", "requests")


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"[]", id="no object"),
        pytest.param(b"{}", id="no CycloneDX"),
        pytest.param(json.dumps(document(REQUESTS)).encode()[:-30], id="cut off"),
        pytest.param(json.dumps(document(REQUESTS, specVersion="2.0")).encode(), id="another age"),
        pytest.param(json.dumps(document(REQUESTS, specVersion=1.5)).encode(), id="version is a number"),
        pytest.param(b'{"components": [], ' + json.dumps(document(REQUESTS)).encode()[1:], id="a key twice"),
        pytest.param(json.dumps(document(REQUESTS, REQUESTS)).encode(), id="a bom-ref twice"),
        pytest.param(json.dumps(document({**REQUESTS, "name": ""})).encode(), id="no name"),
        pytest.param(json.dumps(document({**REQUESTS, "name": 3})).encode(), id="a name that is a number"),
        pytest.param(json.dumps(document(components={"a": REQUESTS})).encode(), id="components are no list"),
        pytest.param(json.dumps(document("requests")).encode(), id="a component is text"),
        pytest.param(json.dumps(document(metadata=[])).encode(), id="metadata are a list"),
        pytest.param(json.dumps(document(metadata={"component": 1})).encode(), id="the root is a number"),
        pytest.param(json.dumps(document(REQUESTS, dependencies=[{"ref": []}])).encode(), id="an edge of a list"),
        pytest.param(
            json.dumps(document({**REQUESTS, "hashes": [{"alg": "SHA-256", "content": "xyz"}]})).encode(),
            id="a digest that is none",
        ),
        pytest.param(
            json.dumps(
                document({**REQUESTS, "hashes": [{"alg": "SHA-256", "content": digit * 64} for digit in "ab"]})
            ).encode(),
            id="two digests of one file",
        ),
        pytest.param(b'{"components":' + b"[" * 100_000, id="nested without end"),
        pytest.param(b'{"version": NaN}', id="not a number"),
        pytest.param(json.dumps(document(*[{"name": "x"}] * (MOST + 1))).encode(), id="too many components"),
    ],
)
def test_malformed_document_is_refused(data: bytes) -> None:
    with pytest.raises(Refused) as caught:
        read_inventory(data, "x.cdx.json")
    assert caught.value.code == "sbom-malformed"
    assert len(caught.value.message) < 400
