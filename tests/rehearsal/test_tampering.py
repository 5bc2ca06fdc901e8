"""Each manipulation stops the release before anything reaches the index."""

from __future__ import annotations

import base64
import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from sealwright.endpoints import TRUST_CONFIG_VARIABLE
from sealwright.model import FileRef, State
from sealwright.rehearsal.services import World
from sealwright.rehearsal.standins.identity import IdentityStandIn, Run, TokenIssuer
from sealwright.rehearsal.standins.pypi import PyPIStandIn
from sealwright.rehearsal.standins.sigstore import SigstoreStandIn
from tests.rehearsal import support
from tests.rehearsal.support import Snapshot
from tests.support.provenance import GENERATOR, Maker
from tests.support.sigstore import LocalSigstore

pytestmark = pytest.mark.index
After = Callable[[str], Snapshot]


def flip(path: Path) -> bytes:
    """The content of a file with one bit changed in the middle."""
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    return bytes(data)


def assert_stopped(outcome: support.Outcome, job: str, *expected: str) -> None:
    """The release ended at `job`, for the expected reasons, and neither index got a file after that."""
    assert outcome.exit_code == 1
    assert support.failed(outcome) == [job]
    assert set(expected) <= support.codes(outcome), support.codes(outcome)
    assert outcome.published == () or job == "pypi"
    assert support.on_index(outcome.out, "pypi") == []


def test_a_byte_flipped_in_the_wheel_after_the_build(after: After) -> None:
    snapshot = after("build")
    wheel = snapshot.artifact("build", "dist/*.whl")
    wheel.write_bytes(flip(wheel))
    outcome = snapshot.resume()
    assert outcome.exit_code == 1
    assert "file-changed" in support.codes(outcome)
    assert {"examine", "rebuild"} & set(support.failed(outcome))
    assert support.on_index(outcome.out, "testpypi") == support.on_index(outcome.out, "pypi") == []


def test_a_wheel_replaced_together_with_the_build_job_s_record(after: After) -> None:
    snapshot = after("build")
    snapshot.rewrite("build", "dist/*.whl", flip(snapshot.artifact("build", "dist/*.whl")))
    outcome = snapshot.resume()
    assert outcome.exit_code == 1
    assert support.failed(outcome)
    assert support.on_index(outcome.out, "testpypi") == support.on_index(outcome.out, "pypi") == []


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("tiny_project-1.2.3-py2-none-any.whl", b"PK\x03\x04"),
        ("tiny_project-1.2.3-py3-none-any.whl.publish.attestation", b"{}"),
        (".hidden", b""),
    ],
)
@pytest.mark.parametrize(("point", "job"), [("gate", "testpypi"), ("testpypi-check", "pypi")])
def test_a_file_too_many_in_the_folder_to_publish(
    after: After, name: str, content: bytes, point: str, job: str
) -> None:
    snapshot = after(point)
    (snapshot.publish_folder() / name).write_bytes(content)
    outcome = snapshot.resume()
    assert_stopped(outcome, job)
    assert "does not hold exactly the listed files" in snapshot.layout.jobs.joinpath(f"{job}.log").read_text()


@pytest.mark.parametrize(("point", "job"), [("gate", "testpypi"), ("testpypi-check", "pypi")])
def test_a_byte_flipped_between_the_gate_and_the_index(after: After, point: str, job: str) -> None:
    snapshot = after(point)
    (wheel,) = snapshot.publish_folder().glob("*.whl")
    wheel.write_bytes(flip(wheel))
    assert_stopped(snapshot.resume(), job)


@pytest.mark.parametrize("sums", ["", "cut", "one"])
def test_the_gate_s_list_of_files_lost_or_cut_off(after: After, sums: str) -> None:
    snapshot = after("gate")
    whole = base64.b64decode(snapshot.output("gate", "sums")).decode()
    one = whole.splitlines(keepends=True)[0]
    text = {"": "", "cut": whole[:-10], "one": one}[sums]
    snapshot.set_output("gate", "sums", base64.b64encode(text.encode()).decode())
    assert_stopped(snapshot.resume(), "testpypi")


@pytest.mark.parametrize(
    ("job", "code"),
    [("plan", "record-digest-empty"), ("examine", "record-digest-malformed"), ("build", "record-changed")],
)
def test_a_record_digest_lost_cut_off_or_replaced(after: After, job: str, code: str) -> None:
    snapshot = after("attest")
    value = {
        "record-digest-empty": "",
        "record-digest-malformed": snapshot.output(job, "record")[:40],
        "record-changed": "0" * 64,
    }[code]
    snapshot.set_output(job, "record", value)
    assert_stopped(snapshot.resume(), "gate", code)


def test_a_swapped_sbom(after: After) -> None:
    snapshot = after("attest")
    path = snapshot.artifact("examine", "evidence/*.cdx.json")
    path.write_bytes(path.read_bytes().replace(b"1.2.3", b"1.2.4"))
    assert_stopped(snapshot.resume(), "gate", "digest-mismatch", "sbom-root-mismatch")


def test_a_swapped_sbom_with_a_record_to_match(after: After) -> None:
    snapshot = after("attest")
    old = snapshot.artifact("examine", "evidence/*.cdx.json").read_bytes()
    snapshot.rewrite("examine", "evidence/*.cdx.json", old.replace(b"1.2.3", b"1.2.4"))
    outcome = snapshot.resume()
    assert_stopped(outcome, "gate")
    assert {f.check for f in outcome.records["gate"].findings if f.state is State.FAIL} & {"sbom", "signatures"}


@contextmanager
def certified(snapshot: Snapshot, folder: Path, run: Run) -> Iterator[Maker]:
    """Somebody whom the very same Sigstore instance gives certificates, for another run."""
    state = snapshot.layout.services / "sigstore"
    issuer = TokenIssuer(snapshot.layout.services / "identity")
    with SigstoreStandIn(state, issuer, 1) as standin, IdentityStandIn(issuer, run) as identity:
        yield Maker(LocalSigstore(standin, identity, folder / "trust_config.json"), folder)


def run_of(snapshot: Snapshot, **changes: str) -> Run:
    """The run that is rehearsed, or one that differs from it."""
    subject, lock = snapshot.layout.resume()
    lock.release()
    return replace(Run(subject.repository, f"refs/tags/{subject.tag}", subject.commit), **changes)


def planned(snapshot: Snapshot) -> tuple[FileRef, ...]:
    """The distributions as built."""
    files = sorted(snapshot.artifact("build", "records").parent.glob("dist/*"))
    return tuple(FileRef.of(f"dist/{path.name}", path.read_bytes()) for path in files)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"repository": "evil/tiny-project"}, "signer-repository"),
        ({"commit": "f" * 40}, "signer-commit"),
        ({"ref": "refs/heads/main"}, "signer-ref"),
        ({"event": "workflow_dispatch"}, "signer-trigger"),
        ({"run_id": "2"}, "another-run"),
    ],
)
def test_provenance_of_another_run(after: After, tmp_path: Path, changes: dict[str, str], code: str) -> None:
    snapshot = after("attest")
    with certified(snapshot, tmp_path, run_of(snapshot, **changes)) as maker:
        maker.sigstore.identity.run = run_of(snapshot, **changes)
        environ = {
            **maker.sigstore.identity.grant(**GENERATOR),
            TRUST_CONFIG_VARIABLE: str(maker.sigstore.trust_config),
            "GITHUB_SERVER_URL": "https://github.com",
            "RUNNER_TEMP": str(tmp_path),
        }
        bundle = maker.generator(planned(snapshot), environ)
    snapshot.artifact("keep-provenance", "*.jsonl", "provenance").write_bytes(bundle)
    assert_stopped(snapshot.resume(), "gate", code)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"workflow": ".github/workflows/other.yml"}, "signer-workflow"),
        ({"repository": "evil/tiny-project"}, "signer-repository"),
    ],
)
def test_a_signature_by_another_workflow(after: After, tmp_path: Path, changes: dict[str, str], code: str) -> None:
    snapshot = after("attest")
    wheel = snapshot.artifact("build", "dist/*.whl")
    with (
        certified(snapshot, tmp_path, run_of(snapshot, **changes)) as maker,
        maker.sigstore.signer(environment="sign") as signer,
    ):
        bundle = signer.sign_file(wheel)
    snapshot.rewrite("attest", f"evidence/{wheel.name}.sigstore.json", bundle)
    assert_stopped(snapshot.resume(), "gate", code)


def test_a_version_that_the_index_has_with_other_bytes(after: After) -> None:
    snapshot = after("attest")
    wheel = snapshot.artifact("build", "dist/*.whl")
    issuer = TokenIssuer(snapshot.layout.services / "identity")
    root = snapshot.layout.trust_config.read_bytes()
    with PyPIStandIn("pypi", snapshot.layout.services / "pypi", issuer, root, []) as index:
        index.seed(wheel.name, wheel.read_bytes() + b"\0")
    outcome = snapshot.resume()
    assert support.failed(outcome) == ["gate"]
    assert "index-different" in support.codes(outcome)
    assert outcome.published == ()


def test_no_record_of_a_smoke_cell(after: After) -> None:
    snapshot = after("attest")
    shutil.rmtree(snapshot.artifact("smoke-ubuntu-3-11", "records").parent)
    assert_stopped(snapshot.resume(), "gate")


def test_a_smoke_cell_that_failed_and_says_it_did_not(after: After) -> None:
    snapshot = after("attest")
    job = "smoke-ubuntu-3-11"
    snapshot.change_record(job, lambda record: replace(record, findings=()))
    assert_stopped(snapshot.resume(), "gate")


@pytest.mark.parametrize("job", ["plan", "build", "examine", "rebuild", "smoke-ubuntu-3-11", "attest"])
def test_a_record_with_a_failure_in_it_does_not_pass_the_gate(after: After, job: str) -> None:
    snapshot = after("attest")

    def fail(record):  # type: ignore[no-untyped-def]
        first, *others = record.findings
        return replace(record, findings=(replace(first, state=State.FAIL, code="broken"), *others))

    snapshot.change_record(job, fail)
    assert_stopped(snapshot.resume(), "gate")


def test_a_publisher_bound_to_another_environment(after: After) -> None:
    outcome = after("gate").resume(world=World(publisher_environments={"pypi": "release-pypi"}))
    assert outcome.exit_code == 1
    assert support.failed(outcome) == ["pypi"]
    assert support.on_index(outcome.out, "pypi") == []
    assert [finding.code for finding in outcome.findings("pypi")] == ["publisher-mismatch"]
    assert "'release-pypi'" in outcome.findings("pypi")[0].expected


def test_a_publisher_bound_to_no_environment_is_found_by_the_probe(after: After) -> None:
    outcome = after("gate").resume(world=World(publisher_environments={"pypi": ""}))
    assert_stopped(outcome, "probe", "publisher-not-bound")


def test_bytes_of_an_upload_are_what_the_gate_judged(done: Path) -> None:
    release = json.loads((done / "release.json").read_bytes())
    paths = [entry["path"] for entry in release["files"]]
    judged = sorted(path.removeprefix("dist/") for path in paths if path.startswith("dist/"))
    assert support.on_index(done, "pypi") == support.on_index(done, "testpypi") == judged
