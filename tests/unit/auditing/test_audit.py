"""Several released SBOMs against today's advisories, at once."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.support.advisories import REAL
from tests.support.audits import Package, World, audit_world, digest

from sealwright.auditing.audit import audit_sboms
from sealwright.config.policy import Ignore
from sealwright.model import State
from sealwright.rehearsal.standins.server import Fault, Request
from sealwright.services.advisories import Patience, Sources
from sealwright.services.package_index import PackageIndex

OLD = [
    ("requests", "2.19.1"),
    ("urllib3", "1.24.1"),
    ("pyyaml", "5.3"),
    ("certifi", "2022.5.18"),
    ("cryptography", "2.1.3"),
]
NEW = [("requests", "2.34.2"), ("urllib3", "2.8.0"), ("idna", "3.20")]
EXPECTED = {
    "requests": ["PYSEC-2018-28"],
    "urllib3": ["PYSEC-2019-132", "PYSEC-2019-133"],
    "pyyaml": ["PYSEC-2020-96", "PYSEC-2021-142"],
    "certifi": ["PYSEC-2022-42986", "PYSEC-2023-135"],
    "cryptography": ["PYSEC-2018-52"],
}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with audit_world(tmp_path / "osv", *REAL, packages=[*OLD, *NEW]) as world:
        yield world


def _sources(world: World) -> Sources:
    return Sources(world.osv.url, PackageIndex.of(world.pip), {}, Patience(5, 60))


def _sbom(*packages: Package, **changes: Any) -> bytes:
    components = [
        {
            "type": "library",
            "name": name,
            "version": version,
            "purl": f"pkg:pypi/{name}@{version}",
            "hashes": [{"alg": "SHA-256", "content": digest(name, version)}],
        }
        for name, version in packages
    ]
    return json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.4", "components": components, **changes}).encode()


def test_real_advisories_about_old_releases_are_found(world: World) -> None:
    judgement = audit_sboms({"old": _sbom(*OLD)}, _sources(world)).audit.judgements["old"]
    assert judgement.complete
    found: dict[str, list[str]] = {}
    for known in judgement.known:
        found.setdefault(known.vulnerability.package, []).append(known.vulnerability.id)
    assert found == EXPECTED
    severities = {known.vulnerability.id: known.vulnerability.severity for known in judgement.known}
    assert severities["PYSEC-2020-96"] == "CRITICAL 9.8"
    assert severities["PYSEC-2018-52"] == "HIGH 7.5"
    assert severities["PYSEC-2019-132"] == ""


def test_each_document_has_its_own_answer_and_each_package_is_asked_about_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: Counter[str] = Counter()
    handle = world.osv.handle

    def counted(request: Request) -> Any:
        if "python-requests" not in request.headers.get("user-agent", ""):  # pip-audit asks by itself
            asked[str(request.json())] += 1
        return handle(request)

    monkeypatch.setattr(world.osv, "handle", counted)
    documents = {"old": _sbom(*OLD), "mixed": _sbom(OLD[1], *NEW), "new": _sbom(*NEW), "half": _sbom(*NEW)[:-9]}
    done = audit_sboms(documents, _sources(world))
    judgements = done.audit.judgements
    assert {name: len(judgement.known) for name, judgement in judgements.items()} == {
        "old": 8,
        "mixed": 2,
        "new": 0,
        "half": 0,
    }
    assert [f.state for f in judgements["new"].findings] == [State.PASS]
    assert [(f.code, f.state) for f in judgements["half"].findings] == [("sbom-malformed", State.UNAVAILABLE)]
    assert set(done.inventories) == {"old", "mixed", "new"}
    assert len(asked) == len({*OLD, *NEW}) + 1  # and the control
    assert set(asked.values()) == {1}
    pages = Counter(exchange.path for exchange in world.index.exchanges)
    assert pages == Counter({f"/simple/{name}/": 1 for name in {name for name, _ in (*OLD, *NEW)}})


def test_what_is_missing_in_one_document_is_not_missing_in_another(world: World) -> None:
    documents = {"known": _sbom(NEW[2]), "unknown": _sbom(NEW[2], ("private", "1.0"))}
    judgements = audit_sboms(documents, _sources(world)).audit.judgements
    assert judgements["known"].complete
    assert [(f.code, f.subject) for f in judgements["unknown"].findings] == [("audit-name-unknown", "private 1.0")]


def test_no_answer_leaves_every_document_unknown_and_says_what_else_is_wrong(world: World) -> None:
    world.osv.faults.append(Fault("POST", "", status=500))
    documents = {"new": _sbom(*NEW), "empty": _sbom(), "half": b"{"}
    judgements = audit_sboms(documents, _sources(world)).audit.judgements
    assert {name: [f.code for f in j.findings] for name, j in judgements.items()} == {
        "new": ["audit-unreachable"],
        "empty": ["audit-nothing-asked"],
        "half": ["sbom-malformed"],
    }
    assert not any(judgement.complete for judgement in judgements.values())


def test_ignore_of_today_is_not_stale_for_what_was_released_long_ago(world: World) -> None:
    expires = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=9)
    ignore = Ignore(id="CVE-2018-10903", package="cryptography", reason="no such tag is ever accepted", expires=expires)
    documents = {"old": _sbom(OLD[4]), "new": _sbom(*NEW)}
    judgements = audit_sboms(documents, _sources(world), [ignore]).audit.judgements
    assert {f.state for j in judgements.values() for f in j.findings} == {State.PASS}
    assert judgements["old"].known[0].ignore == ignore


def test_package_inside_another_is_found_by_its_name(world: World) -> None:
    inside = {"type": "library", "name": "urllib3", "version": "1.24.1", "purl": "pkg:pypi/urllib3@1.24.1"}
    name, version = NEW[0]
    outer = {**json.loads(_sbom(NEW[0]))["components"][0], "components": [inside]}
    judgement = audit_sboms({"x": _sbom(components=[outer])}, _sources(world)).audit.judgements["x"]
    assert judgement.complete, (name, version)
    assert [known.vulnerability.package for known in judgement.known] == ["urllib3", "urllib3"]
    assert [note.check for note in judgement.notes] == ["audit-scope"]
