from __future__ import annotations

import json
from typing import Any

import pytest

from sealwright.errors import Refused, UsageError
from sealwright.model import FileRef, Finding, State
from sealwright.verify import sbom_document
from sealwright.verify.sbom_document import Document, read_document
from sealwright.verify.sbom_installed import Installed, judge_binding, judge_edges, judge_packages
from sealwright.verify.taxonomy import FROM

WHEEL = FileRef.of("tiny-1.0-py3-none-any.whl", b"the wheel")
INSTALLED = Installed(
    "tiny",
    {"tiny": "1.0", "alpha": "1.0", "beta-two": "2.0"},
    {"tiny": ("alpha",), "alpha": ("beta-two",), "beta-two": ()},
    {"python_version": "3.11"},
)


def _component(name: str, version: str, **more: Any) -> dict[str, Any]:
    return {"bom-ref": f"{name}-ref", "name": name, "version": version, "purl": f"pkg:pypi/{name}@{version}", **more}


def _document(**changes: Any) -> dict[str, Any]:
    digest = {"alg": "SHA-256", "content": WHEEL.sha256.upper()}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "metadata": {"component": _component("tiny", "1.0", hashes=[digest])},
        "components": [_component("Alpha", "1.0"), _component("beta_two", "2.0")],
        "dependencies": [
            {"ref": "tiny-ref", "dependsOn": ["Alpha-ref"]},
            {"ref": "Alpha-ref", "dependsOn": ["beta_two-ref"]},
        ],
        **changes,
    }


def _read(**changes: Any) -> Document:
    return read_document(json.dumps(_document(**changes)).encode(), "x.json")


def _binding(document: Document) -> list[str]:
    return [finding.code for finding in judge_binding(document, WHEEL, "tiny", "1.0", "x.json")]


def _found(findings: tuple[Finding, ...]) -> dict[str, str]:
    return {finding.code: finding.found for finding in findings if finding.state is not State.PASS}


def test_document_by_another_program_that_agrees_passes() -> None:
    document = _read()
    assert _binding(document) == []
    assert _found((*judge_packages(document, INSTALLED, ""), *judge_edges(document, INSTALLED, ""))) == {}


@pytest.mark.parametrize(
    ("component", "codes"),
    [
        (None, ["sbom-root-mismatch"]),
        (_component("other", "1.0"), ["sbom-root-mismatch"]),
        (_component("tiny", "1.1"), ["sbom-root-mismatch"]),
        (_component("tiny", "1.0"), ["sbom-root-unbound"]),
        (_component("tiny", "1.0", hashes=[{"alg": "SHA-256", "content": "0" * 64}]), ["sbom-root-unbound"]),
        (_component("Tiny", "v1.0", hashes=[{"alg": "SHA-256", "content": WHEEL.sha256}]), []),
    ],
)
def test_document_binds_only_by_the_digest_of_the_wheel(component: dict[str, Any] | None, codes: list[str]) -> None:
    metadata = {} if component is None else {"component": component}
    assert _binding(_read(metadata=metadata)) == codes


def test_wheel_that_is_listed_among_the_components_is_not_a_package_too_many() -> None:
    digest = {"alg": "SHA-256", "content": WHEEL.sha256}
    document = _read(metadata={}, components=[_component("tiny", "1.0", hashes=[digest]), *_document()["components"]])
    assert _binding(document) == []
    assert _found(judge_packages(document, INSTALLED, "")) == {}


ALPHA, BETA = _document()["components"]


@pytest.mark.parametrize(
    ("components", "found"),
    [
        pytest.param([ALPHA], {"sbom-package-missing": "beta-two 2.0"}, id="missing"),
        pytest.param([ALPHA, BETA, _component("pip", "26")], {"sbom-package-extra": "pip 26"}, id="extra"),
        pytest.param(
            [ALPHA, _component("beta-two", "2.1")],
            {"sbom-package-version": "beta-two 2.1, not 2.0"},
            id="another version",
        ),
        pytest.param(
            [ALPHA, BETA, _component("beta-two", "2.1")],
            {"sbom-package-version": "beta-two 2.0 and 2.1, not 2.0"},
            id="two versions",
        ),
        pytest.param(
            [ALPHA, {"name": "beta-two", "purl": "pkg:pypi/beta-two", "versionRange": "vers:pypi/>=2"}],
            {"sbom-package-version": "beta-two without, not 2.0"},
            id="no version",
        ),
        pytest.param([ALPHA, {"name": "beta.two", "version": "2.0"}], {}, id="no package URL"),
        pytest.param([{**ALPHA, "components": [_component("urllib3", "1")]}, BETA], {}, id="a part of a package"),
        pytest.param(
            [ALPHA, BETA, {"bom-ref": "embedded:x:y:0", **_component("z", "1"), "properties": []}],
            {"sbom-package-extra": "z 1"},
            id="called embedded without a document",
        ),
        pytest.param(
            [
                ALPHA,
                BETA,
                _component("z", "1", **{"bom-ref": "embedded:x:y:0", "properties": [{"name": FROM, "value": "d"}]}),
            ],
            {},
            id="embedded",
        ),
        pytest.param([ALPHA, BETA, {"name": "zlib", "version": "1", "purl": "pkg:generic/zlib@1"}], {}, id="no Python"),
        pytest.param(
            [ALPHA, BETA, {"name": "x", "purl": "pkg:pypi/alpha@1.0#src/x"}], {}, id="a path inside a package"
        ),
        pytest.param(
            [{**ALPHA, "purl": "PKG:PyPI/alpha@1.0?vcs_url=x"}, {**BETA, "purl": "pkg:pypi/beta%5Ftwo@2.0"}],
            {},
            id="package URLs in another spelling",
        ),
    ],
)
def test_packages_are_compared_by_name_and_version(components: list[dict[str, Any]], found: dict[str, str]) -> None:
    assert _found(judge_packages(_read(components=components), INSTALLED, "")) == found


@pytest.mark.parametrize(
    ("dependencies", "found"),
    [
        pytest.param([], {"sbom-edges-absent": ""}, id="none"),
        pytest.param(
            [{"ref": "tiny-ref", "dependsOn": ["Alpha-ref"]}], {"sbom-edge-missing": "alpha -> beta-two"}, id="missing"
        ),
        pytest.param(
            [*_document()["dependencies"], {"ref": "tiny-ref", "dependsOn": ["beta_two-ref"]}],
            {"sbom-edge-extra": "tiny -> beta-two"},
            id="extra",
        ),
        pytest.param([*_document()["dependencies"], {"ref": "pip", "dependsOn": ["ghost"]}], {}, id="of others"),
    ],
)
def test_edges_are_compared_with_the_requirements_that_hold(
    dependencies: list[dict[str, Any]], found: dict[str, str]
) -> None:
    assert _found(judge_edges(_read(dependencies=dependencies), INSTALLED, "")) == found


def test_long_lists_are_cut() -> None:
    components = [*_document()["components"], *(_component(f"p{at:02}", "1") for at in range(30))]
    (finding,) = judge_packages(_read(components=components), INSTALLED, "")
    assert finding.found.endswith("p19 1, and 10 more")


def test_another_environment_is_named_as_a_reason() -> None:
    properties = [{"name": "sealwright:environment:python_version", "value": "3.99"}]
    metadata = {**_document()["metadata"], "properties": properties}
    document = _read(metadata=metadata, components=[ALPHA, _component("beta-two", "2.1")])
    (finding,) = judge_packages(document, INSTALLED, "")
    assert "python_version '3.99'" in finding.hint


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\xef\xbb\xbf\n <?xml version='1.0'?><bom/>", "sbom-not-json"),
        (b'{"spdxVersion": "SPDX-2.3"}', "sbom-not-cyclonedx"),
        (b'{"@graph": []}', "sbom-not-cyclonedx"),
    ],
)
def test_document_of_another_format_is_sent_back_with_a_hint(data: bytes, code: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_document(data, "x")
    assert caught.value.code == code
    assert caught.value.hint


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b'{"bomFormat": "CycloneDX", "a": 1, "a": 2}', b"[" * 200_000])
def test_bytes_that_are_no_document_are_refused(data: bytes) -> None:
    with pytest.raises(Refused) as caught:
        read_document(data, "x")
    assert caught.value.code == "sbom-malformed"


def test_document_whose_parts_are_of_wrong_types_is_read_as_far_as_it_goes() -> None:
    odd = {
        "metadata": [],
        "components": [3, None, {"name": 5, "purl": ["x"], "components": "x", "hashes": {}}],
        "dependencies": [{"ref": 1, "dependsOn": "x"}, {"ref": "a", "dependsOn": [1, "b"]}],
    }
    document = _read(**odd)
    assert document.main is None
    assert len(document.items) == 3
    assert _binding(document) == ["sbom-root-mismatch"]
    assert "sbom-package-missing" in _found(judge_packages(document, INSTALLED, ""))


def test_document_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sbom_document, "_MOST", 1)
    with pytest.raises(Refused, match="more than 1 components"):
        _read()
    monkeypatch.setattr(sbom_document, "LARGEST", 10)
    with pytest.raises(Refused, match="larger than 10 bytes"):
        _read()
