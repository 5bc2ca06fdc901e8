"""SBOMs that somebody changed: each must be refused with the code that says why."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from sealwright.model import FileRef, State
from sealwright.verify.closure import Closure, Pin
from sealwright.verify.cyclonedx import environment_properties, marker_environment
from sealwright.verify.sbom import judge_agreement, judge_sbom

Document = dict[str, Any]
WHEEL = FileRef.of("dist/tiny-1.0-py3-none-any.whl", b"the wheel")
A, B = "a" * 64, "b" * 64
CLOSURE = Closure(
    (
        Pin("alpha", "1.0", "", (("alpha-1.0-py3-none-any.whl", "https://index.example/alpha", A),)),
        Pin("beta", "2.0", "python_version >= '3'", (("beta-2.0-py3-none-any.whl", "https://index.example/beta", B),)),
        Pin("gamma", "3.0", "sys_platform == 'plan9'", (("gamma-3.0-py3-none-any.whl", "", "c" * 64),)),
    )
)


def _component(name: str, version: str, digest: str) -> Document:
    purl = f"pkg:pypi/{name}@{version}"
    return {
        "type": "library",
        "bom-ref": purl,
        "name": name,
        "version": version,
        "purl": purl,
        "hashes": [{"alg": "SHA-256", "content": digest}],
    }


def _good() -> Document:
    properties = environment_properties(marker_environment())
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "metadata": {
            "component": _component("tiny", "1.0", WHEEL.sha256),
            "properties": [{"name": name, "value": value} for name, value in properties.items()],
        },
        "components": [_component("alpha", "1.0", A), _component("beta", "2.0", B)],
        "dependencies": [
            {"ref": "pkg:pypi/tiny@1.0", "dependsOn": ["pkg:pypi/alpha@1.0"]},
            {"ref": "pkg:pypi/alpha@1.0", "dependsOn": ["pkg:pypi/beta@2.0"]},
            {"ref": "pkg:pypi/beta@2.0"},
        ],
    }


def _judge(document: Document | bytes) -> set[str]:
    data = document if isinstance(document, bytes) else json.dumps(document).encode()
    findings = judge_sbom(data, WHEEL, CLOSURE)
    assert {finding.check for finding in findings} == {"sbom"}
    assert {finding.state for finding in findings} in ({State.PASS}, {State.FAIL})
    return {finding.code for finding in findings}


def test_unchanged_document_passes() -> None:
    assert _judge(_good()) == {"sbom"}


def _root(**changes: Any) -> Callable[[Document], None]:
    return lambda document: document["metadata"]["component"].update(changes)


def _first(**changes: Any) -> Callable[[Document], None]:
    return lambda document: document["components"][0].update(changes)


def _put(**changes: Any) -> Callable[[Document], None]:
    return lambda document: document.update(changes)


def _add(component: Document) -> Callable[[Document], None]:
    def change(document: Document) -> None:
        document["components"].append(component)
        document["dependencies"][0]["dependsOn"].append(component["bom-ref"])
        document["dependencies"].append({"ref": component["bom-ref"]})

    return change


def _drop(document: Document) -> None:
    document["components"].pop()
    document["dependencies"].pop()
    del document["dependencies"][1]["dependsOn"]


def _environment(**changes: str) -> Callable[[Document], None]:
    def change(document: Document) -> None:
        for entry in document["metadata"]["properties"]:
            entry["value"] = changes.get(entry["name"].rpartition(":")[2], entry["value"])

    return change


MALFORMED = {"sbom-malformed"}


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        pytest.param(_root(hashes=[]), {"sbom-root-mismatch"}, id="root without digest"),
        pytest.param(_root(hashes=[{"alg": "SHA-256", "content": A}]), {"sbom-root-mismatch"}, id="another wheel"),
        pytest.param(
            _root(hashes=[{"alg": "SHA-256", "content": d} for d in (WHEEL.sha256, A)]), MALFORMED, id="two digests"
        ),
        pytest.param(_root(name="tinier"), {"sbom-root-mismatch"}, id="another name"),
        pytest.param(_root(version="1.1"), {"sbom-root-mismatch"}, id="another version"),
        pytest.param(_root(purl="pkg:pypi/tiny@2.0"), {"sbom-root-mismatch"}, id="another package URL"),
        pytest.param(_root(purl="pkg:npm/tiny@1.0"), {"sbom-root-mismatch"}, id="another ecosystem"),
        pytest.param(_put(vulnerabilities=[]), {"sbom-vulnerabilities"}, id="vulnerability data"),
        pytest.param(_add(_component("evil", "6.6", A)), {"sbom-closure-extra"}, id="a package too many"),
        pytest.param(_drop, {"sbom-closure-missing"}, id="a package hidden"),
        pytest.param(
            _add(_component("gamma", "3.0", "c" * 64)), {"sbom-closure-extra"}, id="a package of another platform"
        ),
        pytest.param(_environment(sys_platform="plan9"), {"sbom-closure-missing"}, id="another platform claimed"),
        pytest.param(_first(version="1.1"), {"sbom-closure-missing", "sbom-closure-extra"}, id="version changed"),
        pytest.param(_first(purl="pkg:pypi/alpha@6.6"), {"sbom-closure-extra"}, id="package URL changed"),
        pytest.param(_first(hashes=[{"alg": "SHA-256", "content": B}]), {"sbom-digest-unknown"}, id="digest changed"),
        pytest.param(_first(hashes=[]), {"sbom-digest-unknown"}, id="digest removed"),
        pytest.param(_put(dependencies=[]), {"sbom-graph-broken"}, id="no edges"),
        pytest.param(
            lambda d: d["dependencies"][0].pop("dependsOn"), {"sbom-graph-broken"}, id="nothing hangs on the root"
        ),
        pytest.param(
            lambda d: d["dependencies"].append({"ref": "pkg:pypi/ghost@1"}), {"sbom-graph-broken"}, id="edge of nobody"
        ),
        pytest.param(
            lambda d: d["metadata"].pop("properties"), {"sbom-environment-missing"}, id="no environment named"
        ),
        pytest.param(lambda d: d["metadata"].pop("component"), MALFORMED, id="no root"),
        pytest.param(lambda d: d.pop("metadata"), MALFORMED, id="no metadata"),
        pytest.param(_put(bomFormat="SPDX"), MALFORMED, id="another format"),
        pytest.param(_put(specVersion="1.4"), MALFORMED, id="another version of the format"),
        pytest.param(_put(components={}), MALFORMED, id="components are no list"),
        pytest.param(_put(dependencies="none"), MALFORMED, id="dependencies are no list"),
        pytest.param(_first(components=[_component("evil", "6.6", A)]), MALFORMED, id="components inside components"),
        pytest.param(_add(_component("Alpha", "1.0", A)), MALFORMED, id="a package twice"),
        pytest.param(_add(_component("tiny", "1.0", A)), MALFORMED, id="the wheel as its own component"),
        pytest.param(_first(**{"bom-ref": "pkg:pypi/beta@2.0"}), MALFORMED, id="a bom-ref twice"),
        pytest.param(_first(purl=["pkg:pypi/alpha@1.0"]), MALFORMED, id="package URL is no text"),
        pytest.param(lambda d: d["dependencies"].append(d["dependencies"][0]), MALFORMED, id="edges twice"),
    ],
)
def test_changed_document_is_refused(change: Callable[[Document], None], codes: set[str]) -> None:
    document = copy.deepcopy(_good())
    change(document)
    assert _judge(document) == codes


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"<bom/>", id="XML"),
        pytest.param(b"[]", id="a list"),
        pytest.param(b"null", id="null"),
        pytest.param(b"\xff\xfe", id="not text"),
        pytest.param(b"[" * 100_000, id="nested without end"),
        pytest.param(json.dumps(_good()).encode()[:-10], id="cut off"),
        pytest.param(json.dumps(_good()).encode()[:-1] + b', "components": []}', id="a key twice"),
        pytest.param(json.dumps(_good()).encode()[:-1] + b', "version": NaN}', id="NaN"),
    ],
)
def test_bytes_that_are_no_document_are_malformed(data: bytes) -> None:
    assert _judge(data) == MALFORMED


def test_wheel_of_another_name_is_not_described() -> None:
    other = FileRef("dist/other-1.0-py3-none-any.whl", WHEEL.sha256, WHEEL.size)
    codes = {finding.code for finding in judge_sbom(json.dumps(_good()).encode(), other, CLOSURE)}
    assert codes == {"sbom-root-mismatch"}


def test_ambiguous_closure_is_refused() -> None:
    both = Closure((*CLOSURE.pins, Pin("alpha", "1.1", "python_version > '2'", CLOSURE.pins[0].files)))
    codes = {finding.code for finding in judge_sbom(json.dumps(_good()).encode(), WHEEL, both)}
    assert codes == {"closure-ambiguous"}


def _theirs(*components: Document) -> bytes:
    listed = [{key: value for key, value in component.items() if key != "hashes"} for component in components]
    return json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.6", "components": listed}).encode()


@pytest.mark.parametrize(
    ("theirs", "codes"),
    [
        pytest.param(
            _theirs(_component("Alpha", "1.0.1", ""), _component("beta", "2.0", "")),
            {"sbom-component-missing", "sbom-component-extra"},
            id="another version",
        ),
        pytest.param(
            _theirs(_component("Alpha", "1.0", ""), _component("beta", "2.0", "")), {"sbom-agreement"}, id="the same"
        ),
        pytest.param(_theirs(_component("alpha", "1.0", "")), {"sbom-component-extra"}, id="they find less"),
        pytest.param(
            _theirs(*(_component(n, v, "") for n, v in (("alpha", "1.0"), ("beta", "2.0"), ("pip", "26")))),
            {"sbom-component-missing"},
            id="they find more",
        ),
        pytest.param(b"Traceback", MALFORMED, id="no document"),
    ],
)
def test_second_opinion_is_compared_both_ways(theirs: bytes, codes: set[str]) -> None:
    findings = judge_agreement(json.dumps(_good()).encode(), theirs, "tiny.cdx.json")
    assert {finding.code for finding in findings} == codes
    assert {finding.check for finding in findings} == {"sbom-agreement"}
