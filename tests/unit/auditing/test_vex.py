from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from tests.support.advisories import CERTIFI_ETUGRA, PYYAML_2020, PYYAML_2020_GHSA, REQUESTS, REQUESTS_GHSA

from sealwright.auditing.vex import compose
from sealwright.config.policy import Ignore, Justification
from sealwright.model import State, Tool
from sealwright.sbom.schema import judge_schema
from sealwright.verify.advisories import Package, read_answer
from sealwright.verify.inventory import Inventory, read_inventory
from sealwright.verify.judgement import Known
from sealwright.verify.vex import judge_vex
from sealwright.verify.vulnerabilities import vulnerabilities

AT = dt.datetime(2026, 3, 1, 12, 0, 5, tzinfo=dt.UTC)
TOOLS = (Tool("pip-audit", "2.10.1"),)
SERIAL = "3e671687-395b-41f5-a30f-a58921a69b79"
REASON = "the affected loader is never called with input of others"


def _known(
    package: Package, *advisories: dict[str, Any], ignore: Ignore | None = None, path: tuple[str, ...] = ()
) -> Known:
    answer = read_answer(json.dumps({"vulns": advisories}).encode(), package)
    (vulnerability,) = vulnerabilities(package, answer.advisories)
    return Known(vulnerability, ignore, path)


def _sbom(*packages: Package, serial: str = SERIAL) -> bytes:
    components = [
        {"type": "library", "name": name, "version": version, "purl": purl, "bom-ref": purl}
        for name, version in packages
        for purl in [f"pkg:pypi/{name}@{version.replace('+', '%2B')}"]
    ]
    return json.dumps(
        {
            "bomFormat": "CycloneDX",
            "specVersion": "1.6",
            "version": 1,
            "components": components,
            "serialNumber": f"urn:uuid:{serial}",
        }
    ).encode()


def _inventory(*packages: Package) -> Inventory:
    return read_inventory(_sbom(*packages), "x.cdx.json")


def _ignore(justification: Justification | None = None) -> Ignore:
    expires = dt.date(2026, 5, 1)
    return Ignore(id="CVE-2020-1747", package="pyyaml", reason=REASON, expires=expires, justification=justification)


OLD: Package = ("pyyaml", "5.3")
KNOWN = _known(OLD, PYYAML_2020, PYYAML_2020_GHSA, path=("app", "pyyaml"))


def test_document_fits_the_schema_and_says_what_is_known() -> None:
    data = compose(AT, [KNOWN], [_inventory(OLD)], TOOLS)
    assert judge_schema(data, "vex") == ()
    document = json.loads(data)
    assert document["metadata"]["timestamp"] == "2026-03-01T12:00:05Z"
    assert document["externalReferences"] == [{"type": "bom", "url": f"urn:cdx:{SERIAL}/1"}]
    (found,) = document["vulnerabilities"]
    assert found["id"] == "PYSEC-2020-96"
    assert found["source"] == {"name": "OSV", "url": "https://osv.dev/vulnerability/PYSEC-2020-96"}
    assert [reference["id"] for reference in found["references"]] == ["CVE-2020-1747", "GHSA-6757-jp84-gxfx"]
    assert found["references"][0]["source"]["name"] == "NVD"
    assert found["affects"] == [{"ref": f"urn:cdx:{SERIAL}/1#pkg:pypi/pyyaml@5.3"}]
    assert found["ratings"][0] == {
        "method": "CVSSv31",
        "score": 9.8,
        "severity": "critical",
        "source": {"name": "OSV"},
        "vector": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
    }
    assert found["cwes"] == [20]
    assert found["advisories"] == [{"url": "https://github.com/yaml/pyyaml/pull/386"}]
    assert found["recommendation"] == "Upgrade pyyaml to 5.3.1 or later."
    assert found["properties"] == [{"name": "sealwright:audit:path", "value": "app -> pyyaml"}]


@pytest.mark.parametrize(
    ("ignore", "state", "justification"),
    [
        pytest.param(None, "in_triage", None, id="nobody has looked"),
        pytest.param(_ignore(), "in_triage", None, id="an ignore alone claims no analysis"),
        pytest.param(_ignore("code_not_reachable"), "not_affected", "code_not_reachable", id="a justification does"),
    ],
)
def test_state_is_never_more_than_somebody_said(ignore: Ignore | None, state: str, justification: str | None) -> None:
    known = Known(KNOWN.vulnerability, ignore, ())
    data = compose(AT, [known], [], TOOLS)
    assert judge_schema(data, "vex") == ()
    (found,) = json.loads(data)["vulnerabilities"]
    assert found["analysis"]["state"] == state
    assert found["analysis"].get("justification") == justification
    if ignore is not None:
        assert REASON in found["analysis"]["detail"]
        assert "2026-05-01" in found["analysis"]["detail"]
        assert {"name": "sealwright:audit:ignored-until", "value": "2026-05-01"} in found["properties"]


def test_package_that_no_sbom_has_is_a_component_of_the_document() -> None:
    data = compose(AT, [KNOWN], [_inventory(("other", "1"))], TOOLS)
    assert judge_schema(data, "vex") == ()
    document = json.loads(data)
    assert document["components"][0]["purl"] == "pkg:pypi/pyyaml@5.3"
    assert document["vulnerabilities"][0]["affects"] == [{"ref": "pkg:pypi/pyyaml@5.3"}]


def test_version_with_signs_in_it_is_bound_too() -> None:
    package = ("requests", "2.19.1+fix.1")
    known = _known(package, REQUESTS, REQUESTS_GHSA)
    for sboms in ({"a": _sbom(package)}, {}):
        inventories = [read_inventory(data, path) for path, data in sboms.items()]
        data = compose(AT, [known], inventories, TOOLS)
        assert judge_schema(data, "vex") == ()
        assert [finding.state for finding in judge_vex(data, sboms, "vex")] == [State.PASS]


def test_vex_of_one_sbom_is_not_one_of_another() -> None:
    data = compose(AT, [KNOWN], [_inventory(OLD)], TOOLS)
    assert judge_vex(data, {"a": _sbom(OLD)}, "vex")[0].state is State.PASS
    for other in (_sbom(("pyyaml", "5.4")), _sbom(OLD, serial=SERIAL.replace("3", "4"))):
        assert [finding.code for finding in judge_vex(data, {"a": other}, "vex")] == ["vex-unbound"]


def test_same_answers_and_time_give_the_same_bytes_whatever_their_order() -> None:
    other = _known(("certifi", "2022.5.18"), CERTIFI_ETUGRA)
    inventories = [_inventory(OLD), _inventory(("certifi", "2022.5.18"))]
    first = compose(AT, [KNOWN, other], inventories, TOOLS)
    assert first == compose(AT, [other, KNOWN], list(reversed(inventories)), TOOLS)
    assert first != compose(AT + dt.timedelta(seconds=1), [KNOWN, other], inventories, TOOLS)
    assert json.loads(first)["serialNumber"].startswith("urn:uuid:")


def test_nothing_known_is_a_document_as_well() -> None:
    data = compose(AT, [], [_inventory(OLD)], TOOLS)
    assert judge_schema(data, "vex") == ()
    assert json.loads(data)["vulnerabilities"] == []


def test_texts_of_advisories_cannot_break_the_document() -> None:
    odd = {
        **REQUESTS,
        "summary": "line\none \u202e <b>&" + "x" * 5000,
        "published": "2021-99-99T00:00:00Z",
        "modified": "yesterday",
        "references": [
            {"type": "WEB", "url": "https://x.example/a?b=c%20d#e"},
            *(
                {"type": "WEB", "url": f"https://x.example/{odd}"}
                for odd in ("a|b", "%zz", "a#b#c", "a b", "[", "\u202e")
            ),
            {"url": "javascript:alert(1)"},
            {"url": "https://"},
            7,
        ],
        "database_specific": {"cwe_ids": ["CWE-0", "CWE-79", 12, "79"], "severity": ["HIGH"]},
        "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/nonsense"}, {"type": "x", "score": 5}, None],
    }
    data = compose(AT, [_known(("requests", "2.19.1"), odd)], [], TOOLS)
    assert judge_schema(data, "vex") == ()
    (found,) = json.loads(data)["vulnerabilities"]
    assert found["cwes"] == [79]
    assert found["advisories"] == [{"url": "https://x.example/a?b=c%20d#e"}]
    assert len(found["description"]) <= 2000
    assert "published" not in found
