"""SBOMs inside wheels: what is taken over, what is left out, and hostile ones."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import pytest

from sealwright.sbom import embedded
from sealwright.sbom.components import Dependency
from sealwright.sbom.contents import Contents, EmbeddedFile
from sealwright.sbom.document import Description, compose
from sealwright.sbom.embedded import Container, Merged, merge
from sealwright.sbom.embedded_components import embedded_component
from sealwright.sbom.files import Digests, Locked
from sealwright.sbom.graph import Graph
from sealwright.sbom.metadata import Metadata
from sealwright.sbom.references import Origin
from sealwright.sbom.schema import judge_schema
from sealwright.verify.cyclonedx import marker_environment

REF = "pkg:pypi/alpha@1.0"
PREFIX = f"embedded:{REF}:a.cdx.json"
PATH = "alpha-1.0.dist-info/sboms/a.cdx.json"

# As auditwheel, maturin and hand-written scripts make them.
AUDITWHEEL = {
    "bomFormat": "CycloneDX",
    "specVersion": "1.4",
    "metadata": {
        "component": {
            "type": "library",
            "bom-ref": f"{REF}?file_name=alpha.whl",
            "name": "alpha",
            "version": "1.0",
            "purl": f"{REF}?file_name=alpha.whl",
        },
        "tools": [{"name": "auditwheel", "version": "6.8.2"}],
    },
    "components": [
        {
            "bom-ref": f"{REF}?file_name=alpha.whl",
            "name": "alpha",
            "version": "1.0",
            "purl": f"{REF}?file_name=alpha.whl",
        },
        {"bom-ref": "pkg:rpm/almalinux/libXau@1.0.9", "name": "libXau", "version": "1.0.9"},
    ],
    "dependencies": [
        {"ref": f"{REF}?file_name=alpha.whl", "dependsOn": ["pkg:rpm/almalinux/libXau@1.0.9"]},
        {"ref": "pkg:rpm/almalinux/libXau@1.0.9"},
    ],
}
CARGO = {
    "bomFormat": "CycloneDX",
    "specVersion": "1.5",
    "metadata": {
        "component": {
            "bom-ref": "path+file:///home/runner/alpha#1.0",
            "name": "alpha-rs",
            "version": "1.0",
            "purl": "pkg:cargo/alpha-rs@1.0?download_url=file://.",
            "components": [{"bom-ref": "bin-target-0", "name": "alpha"}],
        }
    },
    "components": [
        {
            "bom-ref": "crate:heck",
            "name": "heck",
            "version": "0.5.0",
            "author": "Ada <ada@example.org>",
            "purl": "pkg:cargo/heck@0.5.0",
            "hashes": [{"alg": "SHA-256", "content": "AB" * 32}],
            "licenses": [{"expression": "MIT OR Apache-2.0"}],
        },
        {"bom-ref": "crate:libc", "name": "libc", "version": "0.2"},
    ],
    "dependencies": [
        {"ref": "path+file:///home/runner/alpha#1.0", "dependsOn": ["crate:heck"]},
        {"ref": "crate:heck", "dependsOn": ["crate:libc"]},
        {"ref": "tool:somewhere-else", "dependsOn": ["crate:libc"]},
    ],
}
BY_HAND = {"bomFormat": "CycloneDX", "specVersion": "1.5", "components": [{"name": "openssl", "version": "4.0.3"}]}


def _file(document: object, path: str = PATH) -> EmbeddedFile:
    data = document if isinstance(document, bytes) else json.dumps(document).encode()
    return EmbeddedFile(path, hashlib.sha256(data).hexdigest(), data)


def _merge(*documents: object, requires: Mapping[str, str] | None = None) -> Merged:
    files = tuple(_file(document, PATH.replace("a.cdx", f"{at or 'a'}.cdx")) for at, document in enumerate(documents))
    return merge([Container(REF, "alpha", "1.0", requires or {}, Contents(documents=files))])


def _names(merged: Merged) -> list[str]:
    return [listed.raw["name"] for listed in merged.components]


def _edges(merged: Merged) -> dict[str, set[str]]:
    def short(ref: str) -> str:
        return ref.removeprefix(f"{PREFIX}:")

    return {short(ref): {short(to) for to in needs} for ref, needs in merged.edges.items()}


def test_libraries_that_auditwheel_grafted_hang_on_the_package_that_has_them() -> None:
    merged = _merge(AUDITWHEEL)
    assert _names(merged) == ["libXau"]
    assert _edges(merged) == {REF: {"2"}, "2": set()}
    assert merged.merged == {REF: [f"{PATH} sha256:{_file(AUDITWHEEL).sha256}"]}
    assert not merged.unread


def test_crates_hang_on_the_crate_that_the_document_is_about() -> None:
    merged = _merge(CARGO)
    assert _names(merged) == ["alpha-rs", "heck", "libc", "alpha"]
    assert _edges(merged) == {REF: {"0"}, "0": {"1", "3"}, "1": {"2"}, "2": set(), "3": set()}


def test_document_without_references_and_edges_hangs_on_the_package_as_a_whole() -> None:
    assert _edges(_merge(BY_HAND)) == {REF: {"0"}, "0": set()}


def test_circles_hang_on_the_package_too() -> None:
    components = [{"bom-ref": ref, "name": ref} for ref in "ab"]
    edges = [{"ref": "a", "dependsOn": ["b"]}, {"ref": "b", "dependsOn": ["a"]}]
    merged = _merge({**BY_HAND, "components": components, "dependencies": edges})
    assert _edges(merged) == {REF: {"0"}, "0": {"1"}, "1": {"0"}}


def test_what_the_package_merely_requires_is_left_to_the_closure() -> None:
    components = [
        {"name": "beta", "purl": "pkg:pypi/beta"},
        {"name": "Gamma", "purl": "pkg:pypi/gamma@3.0.0"},
        {"name": "gamma", "version": "2.9", "purl": "pkg:pypi/gamma@2.9"},
        {
            "name": "bundled",
            "components": [{"name": "beta", "purl": "pkg:pypi/beta@2.0"}, {"type": "file", "name": "f"}],
        },
        {"name": "delta", "purl": "pkg:pypi/delta"},
    ]
    merged = _merge({**BY_HAND, "components": components}, requires={"beta": "2.0", "gamma": "3.0.0"})
    kept = [(listed.raw["name"], listed.raw.get("version")) for listed in merged.components]
    # another version than the closure's, and what lies inside something else, are copies
    assert kept == [("gamma", "2.9"), ("bundled", None), ("delta", None), ("beta", None)]


def test_bom_refs_are_of_their_own_kind_whatever_the_document_calls_them() -> None:
    components = [{"bom-ref": REF, "name": "evil"}, {"bom-ref": "pkg:pypi/beta@2.0", "name": "beta", "version": "2.0"}]
    merged = _merge({**BY_HAND, "components": components})
    assert [listed.ref for listed in merged.components] == [f"{PREFIX}:0", f"{PREFIX}:1"]


def test_documents_of_one_wheel_do_not_get_into_each_others_way() -> None:
    merged = _merge(BY_HAND, BY_HAND)
    assert len({listed.ref for listed in merged.components}) == 2
    assert len(merged.merged[REF]) == 2


def _many(count: int) -> dict[str, Any]:
    return {**BY_HAND, "components": [{"name": "x"}] * count}


def _deep(depth: int) -> dict[str, Any]:
    component: dict[str, Any] = {"name": "x"}
    for _ in range(depth):
        component = {"name": "x", "components": [component]}
    return {**BY_HAND, "components": [component]}


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        pytest.param({"spdxVersion": "SPDX-2.3"}, "SPDX", id="SPDX 2"),
        pytest.param({"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld", "@graph": []}, "SPDX", id="SPDX 3"),
        pytest.param(b"<bom/>", "Expecting value", id="XML"),
        pytest.param(b"", "Expecting value", id="empty"),
        pytest.param(b"\xff\xfe\xfa", "decode", id="no text"),
        pytest.param(b"[" * 200_000, "nested too deeply", id="brackets without end"),
        pytest.param(b'{"a": 1, "a": 2}', "given twice", id="key twice"),
        pytest.param(b'{"a": ' + b"9" * 5000 + b"}", "digits", id="endless number"),
        pytest.param([], "not an object", id="list"),
        pytest.param({}, "not CycloneDX", id="nothing"),
        pytest.param({**BY_HAND, "specVersion": "9.9"}, "not CycloneDX", id="version of the future"),
        pytest.param({**BY_HAND, "specVersion": ["1.6"]}, "not CycloneDX", id="version is a list"),
        pytest.param({**BY_HAND, "components": {}}, "not a list", id="components are no list"),
        pytest.param({**BY_HAND, "components": [7]}, "not an object", id="component is a number"),
        pytest.param({**BY_HAND, "components": [{"name": 7}]}, "not text", id="name is a number"),
        pytest.param({**BY_HAND, "components": [{}]}, "not text", id="no name"),
        pytest.param({**BY_HAND, "components": [{"name": "\ud800"}]}, "not text", id="half a character"),
        pytest.param({**BY_HAND, "components": [{"name": "a", "bom-ref": 1}]}, "not text", id="bom-ref is a number"),
        pytest.param(
            {**BY_HAND, "components": [{"name": n, "bom-ref": "x"} for n in "ab"]}, "given twice", id="bom-ref twice"
        ),
        pytest.param({**BY_HAND, "metadata": []}, "not an object", id="metadata is a list"),
        pytest.param({**BY_HAND, "dependencies": [{"dependsOn": []}]}, "not text", id="edge of nobody"),
        pytest.param({**BY_HAND, "dependencies": [{"ref": "a", "dependsOn": [1]}]}, "not text", id="edge to a number"),
        pytest.param(_many(5_001), "more than 5000 components", id="too many"),
        pytest.param(_deep(30), "nested more than 20 deep", id="too deep"),
    ],
)
def test_document_that_cannot_be_read_is_named_and_nothing_of_it_is_listed(document: object, reason: str) -> None:
    merged = _merge(document, BY_HAND)
    assert _names(merged) == ["openssl"]  # the other one is none the worse
    (unread,) = merged.unread[REF]
    assert unread.startswith(f"{PATH} sha256:{_file(document).sha256}: ")
    assert reason in unread


def test_file_that_is_too_large_is_named() -> None:
    file = EmbeddedFile(PATH, "e" * 64, None)
    merged = merge([Container(REF, "alpha", "1.0", {}, Contents(documents=(file,), further=3))])
    assert [text.partition(" ")[0] for text in merged.unread[REF]] == ["3", PATH]


@pytest.mark.parametrize("path", [PATH.replace("a.cdx", "a" * 300), PATH.replace("a.cdx", "a\n::error::")])
def test_odd_name_is_shown_harmlessly_and_cut(path: str) -> None:
    merged = merge([Container(REF, "alpha", "1.0", {}, Contents(documents=(_file(BY_HAND, path),)))])
    (unread,) = merged.unread[REF]
    assert unread.isprintable()
    assert len(unread) < 400


def test_all_documents_together_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "MOST_OF_ALL", 5)
    merged = _merge(_many(3), _many(3), _many(2))
    assert len(merged.components) == 5
    assert "more than 5 components" in merged.unread[REF][0]


def test_edges_are_bounded_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "MOST_EDGES", 2)
    components = [{"name": name, "bom-ref": name} for name in "abc"]
    dependencies = [{"ref": name, "dependsOn": ["a", "b", "c"]} for name in "abc"]
    merged = _merge({**BY_HAND, "components": components, "dependencies": dependencies})
    assert "more than 2 edges" in merged.unread[REF][0]


HOSTILE = {
    "type": "trojan",
    "name": "a\x00b\u202e" + "c" * 5_000,
    "version": 7,
    "group": ["x"],
    "purl": "pkg:generic/a@1?download_url=https://user:secret@example.org/a&x=file:///etc",
    "scope": "everything",
    "supplier": "nobody",
    "manufacturer": {"name": "\ud800"},
    "authors": [{"name": "Ada"}, 3, {"email": "x"}],
    "hashes": [
        {"alg": "ROT13", "content": "x"},
        {"alg": "SHA-256", "content": "zz"},
        5,
        {"alg": "MD5", "content": "a" * 32},
    ],
    "licenses": [{"expression": "("}, {"license": {"id": "NOT-SPDX"}}, {"license": {"name": "x" * 999}}, "MIT"],
    "externalReferences": [{"type": "vcs", "url": "a b"}],
    "properties": [{"name": "sealwright:embedded:merged", "value": "x"}],
    "evidence": {"identity": "?"},
    "vulnerabilities": [{"id": "CVE-1"}],
    "signature": {},
}


def _describe(*documents: object, spec: str = "1.6") -> bytes:
    files = tuple(_file(document, PATH.replace("a.cdx", f"{at}.cdx")) for at, document in enumerate(documents))
    alpha = Dependency(
        Metadata("alpha", "1.0"), Locked("alpha-1.0-py3-none-any.whl", "", "a" * 64), contents=Contents(documents=files)
    )
    return compose(
        Description(
            metadata=Metadata("tiny", "1.0"),
            wheel=Digests("tiny-1.0-py3-none-any.whl", "1" * 64, "2" * 128, "3" * 64),
            sdists=(),
            origin=Origin(),
            epoch=0,
            environment=marker_environment(),
            dependencies=(alpha,),
            graph=Graph({"tiny": ("alpha",), "alpha": ()}, {"tiny": ("alpha",)}),
            spec=spec,
        )
    )


@pytest.mark.parametrize("spec", ["1.6", "1.7"])
def test_only_what_is_well_formed_is_taken_over_of_a_hostile_component(spec: str) -> None:
    main = {**BY_HAND, "metadata": {"component": {**HOSTILE, "name": "main"}}, "components": [HOSTILE]}
    data = _describe({**main, "vulnerabilities": [{"id": "CVE-1"}]}, spec=spec)
    assert judge_schema(data, "tiny.cdx.json") == ()
    found = json.loads(data)
    assert "vulnerabilities" not in data.decode()
    assert "secret" not in data.decode()
    one = next(c for c in found["components"] if c["name"].startswith("abc"))
    assert len(one["name"]) == 200
    assert one["purl"] == "pkg:generic/a@1"
    assert one["hashes"] == [{"alg": "MD5", "content": "a" * 32}]
    assert one["authors"] == [{"name": "Ada"}]
    assert one["type"] == "library"
    assert [p["name"] for p in one["properties"]] == ["sealwright:embedded:from"]
    assert {"version", "group", "scope", "supplier", "manufacturer", "externalReferences", "evidence"}.isdisjoint(one)


@pytest.mark.parametrize("text", ["(" * 190, "MIT OR " * 28 + "MIT", "NOT-" * 40, "None", "()", "MIT WITH"])
def test_licence_that_is_no_expression_is_a_name(text: str) -> None:
    (listed,) = _merge({**BY_HAND, "components": [{"name": "a", "licenses": [{"expression": text}]}]}).components
    assert len(embedded_component(listed).licenses) == 1


@pytest.mark.parametrize("spec", ["1.6", "1.7"])
def test_merged_document_is_valid_and_says_what_is_unknown(spec: str) -> None:
    data = _describe(AUDITWHEEL, CARGO, {"spdxVersion": "SPDX-2.3"}, spec=spec)
    assert judge_schema(data, "tiny.cdx.json") == ()
    document = json.loads(data)
    claims = {
        (entry["aggregate"], kind): entry[kind]
        for entry in document["compositions"]
        for kind in entry
        if kind != "aggregate"
    }
    assert claims["incomplete", "assemblies"] == [REF]  # because of the SPDX document
    assert len(claims["unknown", "dependencies"]) == 5
    heck = next(c for c in document["components"] if c["name"] == "heck")
    assert heck["authors"] == [{"name": "Ada"}]
    assert heck["licenses"] == [{"expression": "MIT OR Apache-2.0"}]
    assert "isExternal" not in heck
    root = next(c for c in document["components"] if c["name"] == "alpha-rs")
    assert root["purl"] == "pkg:cargo/alpha-rs@1.0"  # without a path of the machine that built it
