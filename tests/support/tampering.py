"""Ways to tamper with the case that `tests.support.evidence` makes, for attack tables and tests of the controls."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import replace

from sealwright.dossier import encode
from sealwright.dossier.store import PLAN, record_path
from sealwright.model import FileRef, Finding, sha256_hex
from sealwright.verify.evidence import Case, FileContent
from sealwright.verify.statement import SLSA_PROVENANCE_V1, TEST_RESULT, make
from tests.support.evidence import EXAMINED, SMOKE, WHEEL, SignedRelease, plan_of, rerecorded

WHEEL_PATH = f"dist/{WHEEL}"
SBOM = f"evidence/{WHEEL}.cdx.json"
SIGNATURE = f"evidence/{WHEEL}.sigstore.json"
STATEMENT = f"statements/{SMOKE}.json"


def data(case: Case, path: str) -> bytes:
    found = case.files[path].data
    assert found is not None
    return found


def put(case: Case, path: str, content: bytes) -> Case:
    return replace(case, files={**case.files, path: FileContent.of(path, content)})


def drop(case: Case, *paths: str) -> Case:
    return replace(case, files={path: content for path, content in case.files.items() if path not in paths})


def flip(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


def claim(case: Case, job: str, *refs: FileRef, findings: tuple[Finding, ...] | None = None) -> Case:
    """The record of `job`, with more outputs or other findings, as if the job itself had written it so."""
    document = json.loads(data(case, record_path(job)))
    known = {ref["path"]: ref for ref in document["outputs"]}
    outputs = {**known, **{ref.path: dataclasses.asdict(ref) for ref in refs}}
    changes: dict[str, object] = {"outputs": list(outputs.values())}
    if findings is not None:
        changes["findings"] = [dataclasses.asdict(finding) for finding in findings]
    return rerecorded(case, job, **changes)


def claimed(case: Case, job: str, path: str, content: bytes) -> Case:
    """A file that `job` made and recorded."""
    return claim(put(case, path, content), job, FileRef.of(path, content))


def signed_by(release: SignedRelease, case: Case, **grant: str) -> Case:
    """The wheel's signature made anew, by a job with another identity, and recorded by attest."""
    path = release.kept / WHEEL_PATH
    with release.sigstore.signer(**grant) as signer:
        return claimed(case, "attest", SIGNATURE, signer.sign_file(path))


def stated_by(release: SignedRelease, case: Case, payload: bytes, *, what: str = SMOKE, job: str = SMOKE) -> Case:
    """A statement that `job` made and that attest has signed."""
    with release.sigstore.signer(environment="sign") as signer:
        bundle = signer.sign_statement(payload)
    with_statement = claimed(case, job, f"statements/{what}.json", payload)
    return claimed(with_statement, "attest", f"evidence/{what}.intoto.jsonl", bundle)


def another_run(release: SignedRelease, case: Case) -> Case:
    """The wheel's signature from another run of the same workflow at the same tag."""
    identity = release.sigstore.identity
    before = identity.run
    identity.run = replace(before, run_id="2")
    try:
        return signed_by(release, case, environment="sign")
    finally:
        identity.run = before


def planned_otherwise(case: Case, **changes: object) -> Case:
    """Another plan, recorded by plan and named by all records: what whoever controls all artifacts could do."""
    return planned_as(case, encode(replace(plan_of(), **changes)))


def planned_as(case: Case, plan: bytes) -> Case:
    """`planned_otherwise` with any bytes."""
    changed = claimed(case, "plan", PLAN, plan)
    for job in changed.jobs:
        changed = rerecorded(changed, job, plan=sha256_hex(plan))
    return changed


def expecting(case: Case, **changes: str) -> Case:
    return replace(case, expected=replace(case.expected, **changes))


def reported(case: Case, job: str, *findings: Finding) -> Case:
    """Other answers by `job`; by examine, instead of its usual ones of the same checks."""
    checks = {finding.check for finding in findings}
    usual = tuple(finding for finding in EXAMINED if finding.check not in checks) if job == "examine" else ()
    return claim(case, job, findings=(*usual, *findings))


def unanswered(case: Case, check: str) -> Case:
    """Examine answers everything but `check`."""
    return claim(case, "examine", findings=tuple(finding for finding in EXAMINED if finding.check != check))


def signed_sbom(release: SignedRelease, case: Case, sbom: bytes, path: str = SBOM) -> Case:
    """An SBOM, or a VEX, that examine made and that attest has signed."""
    file = release.folder / "another.cdx.json"
    file.write_bytes(sbom)
    with release.sigstore.signer(environment="sign") as signer:
        bundle = signer.sign_file(file)
    return claimed(claimed(case, "examine", path, sbom), "attest", f"{path}.sigstore.json", bundle)


def vex_of(state: str = "in_triage", ref: str = "pkg:pypi/idna@3.6", **analysis: str) -> bytes:
    """A VEX about one package that it lists itself."""
    purl = "pkg:pypi/idna@3.6"
    document = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "components": [{"type": "library", "name": "idna", "version": "3.6", "bom-ref": purl, "purl": purl}],
        "vulnerabilities": [
            {"id": "PYSEC-2024-60", "affects": [{"ref": ref}], "analysis": {"state": state, **analysis}}
        ],
    }
    return json.dumps(document).encode()


def unmade(case: Case, job: str, path: str) -> Case:
    """A file that `job` neither made nor recorded."""
    record = json.loads(data(case, record_path(job)))
    outputs = [ref for ref in record["outputs"] if ref["path"] != path]
    return drop(rerecorded(case, job, outputs=outputs), path)


def restated(
    case: Case,
    *,
    subjects: tuple[FileRef, ...] = (),
    extra: tuple[FileRef, ...] = (),
    kind: str = TEST_RESULT,
    result: str = "PASSED",
) -> bytes:
    ours = tuple(content.ref for path, content in case.files.items() if path.startswith("dist/"))
    return make((*(subjects or ours), *extra), kind, {"result": result})


def forged_provenance(
    case: Case,
    *,
    build_type: str = "https://actions.github.io/buildtypes/workflow/v1",
    builder: str = "https://github.com/actions/runner/github-hosted",
) -> bytes:
    ours = tuple(content.ref for path, content in case.files.items() if path.startswith("dist/"))
    predicate = {"buildDefinition": {"buildType": build_type}, "runDetails": {"builder": {"id": builder}}}
    return make(ours, SLSA_PROVENANCE_V1, predicate)


def truncated(case: Case, job: str) -> Case:
    content = FileContent.of(record_path(job), data(case, record_path(job))[:-9])
    changed = put(case, content.ref.path, content.data or b"")
    return replace(changed, records={**case.records, job: content.ref.sha256})
