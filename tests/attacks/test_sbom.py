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
from sealwright.verify.taxonomy import CONTAINS, FROM, MERGED, REQUIRES, UNREAD

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


DOCUMENT = f"alpha-1.0.dist-info/sboms/a.cdx.json sha256:{'d' * 64}"
EMBEDDED = "embedded:pkg:pypi/alpha@1.0:a.cdx.json:0"


def _component(name: str, version: str, digest: str, *requires: str) -> Document:
    purl = f"pkg:pypi/{name}@{version}"
    return {
        "type": "library",
        "bom-ref": purl,
        "name": name,
        "version": version,
        "purl": purl,
        "hashes": [{"alg": "SHA-256", "content": digest}],
        "properties": [{"name": REQUIRES, "value": text} for text in requires],
    }


def _embedded(ref: str = EMBEDDED, document: str = DOCUMENT, **changes: Any) -> Document:
    return {"bom-ref": ref, "name": "zlib", "properties": [{"name": FROM, "value": document}], **changes}


def _good(spec: str = "1.6") -> Document:
    properties = environment_properties(marker_environment())
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": spec,
        "metadata": {
            "component": _component("tiny", "1.0", WHEEL.sha256, "alpha[more]>=1"),
            "properties": [{"name": name, "value": value} for name, value in properties.items()],
        },
        "components": [
            _component("alpha", "1.0", A, "alpha[most]; extra == 'more'", "Beta<3; extra == 'most'"),
            _component("beta", "2.0", B),
            _embedded(),
        ],
        "dependencies": [
            {"ref": "pkg:pypi/tiny@1.0", "dependsOn": ["pkg:pypi/alpha@1.0"]},
            {"ref": "pkg:pypi/alpha@1.0", "dependsOn": ["pkg:pypi/beta@2.0", EMBEDDED]},
            {"ref": "pkg:pypi/beta@2.0"},
            {"ref": EMBEDDED},
        ],
        "compositions": [{"aggregate": "unknown", "assemblies": ["pkg:pypi/tiny@1.0"]}],
    }
    document["components"][0]["properties"].append({"name": MERGED, "value": DOCUMENT})
    if spec == "1.7":
        for component in document["components"][:2]:
            component["isExternal"] = True
    return document


def _judge(document: Document | bytes) -> set[str]:
    data = document if isinstance(document, bytes) else json.dumps(document).encode()
    findings = judge_sbom(data, WHEEL, CLOSURE)
    assert {finding.check for finding in findings} == {"sbom"}
    assert {finding.state for finding in findings} in ({State.PASS}, {State.FAIL})
    return {finding.code for finding in findings}


@pytest.mark.parametrize("spec", ["1.6", "1.7"])
def test_unchanged_document_passes(spec: str) -> None:
    assert _judge(_good(spec)) == {"sbom"}


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
    del document["components"][1]
    del document["dependencies"][2]
    document["dependencies"][1]["dependsOn"].remove("pkg:pypi/beta@2.0")


def _property(index: int, name: str, *values: str) -> Callable[[Document], None]:
    """The component at `index` (-1 is the root) with these values in place of its properties of that name."""

    def change(document: Document) -> None:
        component = document["components"][index] if index >= 0 else document["metadata"]["component"]
        kept = [entry for entry in component["properties"] if entry["name"] != name]
        component["properties"] = [*kept, *({"name": name, "value": value} for value in values)]

    return change


def _claim(aggregate: str, **refs: list[str]) -> Callable[[Document], None]:
    return lambda document: document["compositions"].append({"aggregate": aggregate, **refs})


def _edge(at: int, to: str) -> Callable[[Document], None]:
    return lambda document: document["dependencies"][at].setdefault("dependsOn", []).append(to)


def _also(*changes: Callable[[Document], None]) -> Callable[[Document], None]:
    def change(document: Document) -> None:
        for one in changes:
            one(document)

    return change


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
        pytest.param(
            _root(properties=[]), {"sbom-range-missing", "sbom-range-unfounded"}, id="root without its requirements"
        ),
        pytest.param(_root(name="tinier"), {"sbom-root-mismatch"}, id="another name"),
        pytest.param(_root(version="1.1"), {"sbom-root-mismatch"}, id="another version"),
        pytest.param(_root(purl="pkg:pypi/tiny@2.0"), {"sbom-root-mismatch"}, id="another package URL"),
        pytest.param(_root(purl="pkg:npm/tiny@1.0"), {"sbom-root-mismatch"}, id="another ecosystem"),
        pytest.param(_put(vulnerabilities=[]), {"sbom-vulnerabilities"}, id="vulnerability data"),
        pytest.param(_add(_component("evil", "6.6", A)), {"sbom-closure-extra"}, id="a package too many"),
        pytest.param(
            _add(_embedded(EMBEDDED.replace(":0", ":1"))),
            {"sbom-embedded-unexplained"},
            id="something embedded that hangs on the root",
        ),
        pytest.param(_drop, {"sbom-closure-missing"}, id="a package hidden"),
        pytest.param(
            _add(_component("gamma", "3.0", "c" * 64)), {"sbom-closure-extra"}, id="a package of another platform"
        ),
        pytest.param(_environment(sys_platform="plan9"), {"sbom-closure-missing"}, id="another platform claimed"),
        pytest.param(_first(version="1.1"), {"sbom-closure-missing", "sbom-closure-extra"}, id="version changed"),
        pytest.param(_first(purl="pkg:pypi/alpha@6.6"), {"sbom-closure-extra"}, id="package URL changed"),
        pytest.param(_first(hashes=[{"alg": "SHA-256", "content": B}]), {"sbom-digest-unknown"}, id="digest changed"),
        pytest.param(_first(hashes=[]), {"sbom-digest-unknown"}, id="digest removed"),
        pytest.param(_put(dependencies=[]), {"sbom-graph-broken", "sbom-range-unfounded"}, id="no edges"),
        pytest.param(
            lambda d: d["dependencies"][0].pop("dependsOn"),
            {"sbom-graph-broken", "sbom-range-unfounded"},
            id="nothing hangs on the root",
        ),
        pytest.param(
            lambda d: d["dependencies"].append({"ref": "pkg:pypi/ghost@1"}), {"sbom-graph-broken"}, id="edge of nobody"
        ),
        pytest.param(
            lambda d: d["metadata"].pop("properties"), {"sbom-environment-missing"}, id="no environment named"
        ),
        pytest.param(lambda d: d["metadata"].pop("component"), MALFORMED, id="no root"),
        pytest.param(_environment(sys_platform=""), MALFORMED, id="empty environment"),
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
        # ranges
        pytest.param(_property(0, REQUIRES), {"sbom-range-missing"}, id="edge without a requirement"),
        pytest.param(
            _property(-1, REQUIRES, "alpha[more]>=2"), {"sbom-range-violated"}, id="version outside the range"
        ),
        pytest.param(_property(-1, REQUIRES, "alpha[more]", "alpha>1"), {"sbom-range-violated"}, id="one range of two"),
        pytest.param(_property(1, REQUIRES, "gamma"), {"sbom-range-unfounded"}, id="requirement without an edge"),
        pytest.param(
            _property(-1, REQUIRES, "alpha[more]; sys_platform == 'plan9'"), {"sbom-range-unfounded"}, id="false marker"
        ),
        pytest.param(_property(-1, REQUIRES, "alpha"), {"sbom-range-unfounded"}, id="extra that nobody asked for"),
        pytest.param(
            _property(-1, REQUIRES, "alpha[more]; sys_platform ~= 'x'"),
            {"sbom-range-unfounded"},
            id="marker of no sense",
        ),
        pytest.param(
            _property(-1, REQUIRES, "???"), {"sbom-range-missing", "sbom-range-unfounded"}, id="no requirement"
        ),
        # what is embedded
        pytest.param(_property(2, FROM), MALFORMED, id="embedded without a document and a version"),
        pytest.param(
            _also(_property(2, FROM), lambda d: d["components"][2].update(version="1")),
            {"sbom-closure-extra"},
            id="package too many under the bom-ref of what is embedded",
        ),
        pytest.param(_property(2, FROM, "else"), {"sbom-embedded-unexplained"}, id="embedded in another document"),
        pytest.param(_property(2, FROM, DOCUMENT, DOCUMENT), {"sbom-embedded-unexplained"}, id="embedded in two"),
        pytest.param(_property(0, MERGED), {"sbom-embedded-unexplained"}, id="document that nobody has"),
        pytest.param(_edge(0, EMBEDDED), {"sbom-embedded-unexplained"}, id="embedded in two packages"),
        pytest.param(_edge(3, "pkg:pypi/beta@2.0"), {"sbom-embedded-unexplained"}, id="embedded needs a package"),
        pytest.param(
            lambda d: d["components"].append(_embedded("embedded:pkg:pypi/ghost@1:a:0")),
            {"sbom-embedded-unexplained", "sbom-graph-broken"},
            id="embedded in nobody",
        ),
        # claims
        pytest.param(
            _claim("complete", assemblies=["pkg:pypi/beta@2.0"]), {"sbom-overclaimed"}, id="parts called complete"
        ),
        pytest.param(_property(1, UNREAD, "x: SPDX"), {"sbom-overclaimed"}, id="unread document, no gap said"),
        pytest.param(_property(1, CONTAINS, "beta/_vendor"), {"sbom-overclaimed"}, id="copied code, no gap said"),
        pytest.param(_put(specVersion="1.7"), {"sbom-external-wrong"}, id="1.7 without isExternal"),
        pytest.param(_first(isExternal=True), {"sbom-external-wrong"}, id="1.6 with isExternal"),
        pytest.param(_first(isExternal="yes"), MALFORMED, id="isExternal is text"),
        pytest.param(_root(isExternal=True), {"sbom-external-wrong"}, id="the wheel is external to itself"),
        pytest.param(_first(properties={}), MALFORMED, id="properties are no list"),
        pytest.param(_put(compositions=[{}]), MALFORMED, id="composition without aggregate"),
        pytest.param(_first(name="\ud800"), MALFORMED, id="half a character"),
    ],
)
def test_changed_document_is_refused(change: Callable[[Document], None], codes: set[str]) -> None:
    document = copy.deepcopy(_good())
    change(document)
    assert _judge(document) == codes


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(
            lambda d: d["components"][1]["properties"].append({"name": FROM, "value": DOCUMENT}),
            id="a package that is called embedded stays a package",
        ),
        pytest.param(_claim("complete", dependencies=["pkg:pypi/beta@2.0"]), id="dependencies called complete"),
        pytest.param(
            _also(
                _property(1, UNREAD, "x: SPDX"),
                _property(1, CONTAINS, "beta/_vendor"),
                _claim("incomplete", assemblies=["pkg:pypi/beta@2.0"]),
            ),
            id="gap that is said",
        ),
        pytest.param(lambda d: d["components"][2].update(version="1.3", purl="pkg:pypi/evil@1"), id="copied package"),
    ],
)
def test_change_that_claims_no_more_than_is_known_passes(change: Callable[[Document], None]) -> None:
    document = copy.deepcopy(_good())
    change(document)
    assert _judge(document) == {"sbom"}


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
