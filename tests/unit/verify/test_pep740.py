from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.support.pypi import COMMIT, RUN, World, make_world, write_release

from sealwright.model import Finding, State, sha256_hex
from sealwright.services.trust import public_good
from sealwright.verify.bundle import TrustRoot
from sealwright.verify.pep740 import ExpectedPublisher, verify_provenance

SAMPLES = Path(__file__).parents[4] / "shared" / "samples" / "pypi-pep740"
SDIST = "sampleproject-4.0.0.tar.gz"
WHEEL = "tiny-1.0-py3-none-any.whl"
REAL = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the recorded answers of the real index are not here")
Edit = Callable[[dict[str, Any]], None]


def codes(findings: tuple[Finding, ...]) -> list[tuple[str, State]]:
    return [(finding.code, finding.state) for finding in findings]


def judge_real(
    name: str = "prov.json",
    repository: str = "pypa/sampleproject",
    workflow: str = "release.yml",
    environment: str | None = None,
    **expected: str,
) -> list[tuple[str, State]]:
    digest = sha256_hex((SAMPLES / SDIST).read_bytes())
    publisher = ExpectedPublisher(repository, workflow, environment, **expected)
    return codes(verify_provenance((SAMPLES / name).read_bytes(), SDIST, digest, public_good(), publisher))


PASSED = ("index-provenance", State.PASS)
UNPROVEN = ("environment-unproven", State.ABSENT)


@REAL
def test_the_real_index_s_provenance_of_a_file_passes() -> None:
    assert judge_real() == [PASSED]


@REAL
def test_case_of_owner_and_name_does_not_matter() -> None:
    assert judge_real("prov-case.json", "PYPA/sampleproject") == [PASSED]


@REAL
@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("prov-empty.json", "provenance-empty"),
        ("prov-noatt.json", "provenance-empty"),
        ("prov-wf.json", "publisher-mismatch"),
    ],
)
def test_provenance_that_says_nothing_or_somebody_else_fails(name: str, code: str) -> None:
    assert judge_real(name) == [(code, State.FAIL)]


@REAL
def test_an_environment_that_only_the_index_names_is_unproven() -> None:
    assert judge_real("prov-env.json") == [PASSED, UNPROVEN]
    assert judge_real(environment="pypi") == [PASSED, UNPROVEN]


@REAL
def test_an_environment_that_the_index_contradicts_fails() -> None:
    assert ("publisher-mismatch", State.FAIL) in judge_real("prov-env.json", environment="pypi")


@REAL
@pytest.mark.parametrize(
    ("expected", "found"),
    [
        ({"repository": "stranger/sampleproject"}, {"publisher-mismatch", "signer-repository", "signer-workflow"}),
        ({"workflow": "other.yml"}, {"publisher-mismatch", "signer-workflow"}),
        ({"commit": "0" * 40}, {"signer-commit"}),
        ({"ref": "refs/tags/v1"}, {"signer-ref"}),
    ],
    ids=["repository", "workflow", "commit", "ref"],
)
def test_another_publisher_than_the_expected_one_fails(expected: dict[str, Any], found: set[str]) -> None:
    answer = judge_real(**expected)
    assert {code for code, _ in answer} == found
    assert {state for _, state in answer} == {State.FAIL}


@REAL
@pytest.mark.parametrize(("name", "sha256"), [("sampleproject-4.0.1.tar.gz", None), (SDIST, "0" * 64)])
def test_provenance_of_another_file_fails(name: str, sha256: str | None) -> None:
    digest = sha256 or sha256_hex((SAMPLES / SDIST).read_bytes())
    publisher = ExpectedPublisher("pypa/sampleproject", "release.yml", None)
    data = (SAMPLES / "prov.json").read_bytes()
    findings = verify_provenance(data, name, digest, public_good(), publisher)
    assert codes(findings) == [("attestation-subject", State.FAIL)]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("world")
    write_release(folder / "dist")
    with make_world(folder) as world:
        world.publish(folder / "dist")
        yield world


def judge(
    world: World,
    edit: Edit | None = None,
    environment: str | None = "pypi",
    root: TrustRoot | None = None,
) -> list[tuple[str, State]]:
    data = world.client.provenance("tiny", "1.0", WHEEL)
    assert data is not None
    document = json.loads(data)
    if edit is not None:
        edit(document)
    digest = sha256_hex((world.folder / "dist" / WHEEL).read_bytes())
    expected = ExpectedPublisher("owner/tiny", "release.yml", environment, commit=COMMIT, ref=RUN.ref)
    return codes(
        verify_provenance(
            json.dumps(document).encode(), WHEEL, digest, root or TrustRoot.parse(world.trust_root), expected
        )
    )


def test_a_certificate_that_names_the_environment_proves_it(world: World) -> None:
    assert judge(world) == [PASSED, ("environment", State.PASS)]


def test_an_environment_other_than_the_certificate_s_fails_even_if_the_index_agrees(world: World) -> None:
    def edit(document: dict[str, Any]) -> None:
        document["attestation_bundles"][0]["publisher"]["environment"] = "nightly"

    assert judge(world, edit, "nightly") == [("environment-mismatch", State.FAIL)]
    assert judge(world, edit, None) == [("environment-mismatch", State.FAIL)]


def _bundle(document: dict[str, Any]) -> dict[str, Any]:
    return document["attestation_bundles"][0]


def _statement(edit: Edit) -> Edit:
    def change(document: dict[str, Any]) -> None:
        envelope = _bundle(document)["attestations"][0]["envelope"]
        statement = json.loads(base64.b64decode(envelope["statement"]))
        edit(statement)
        envelope["statement"] = base64.b64encode(json.dumps(statement).encode()).decode()

    return change


@pytest.mark.parametrize(
    ("edit", "code"),
    [
        (lambda d: d.update(attestation_bundles=[]), "provenance-empty"),
        (lambda d: _bundle(d).update(attestations=[]), "provenance-empty"),
        (lambda d: d["attestation_bundles"].append({**_bundle(d), "attestations": []}), "provenance-empty"),
        (lambda d: _bundle(d)["attestations"].append(_bundle(d)["attestations"][0]), "attestation-duplicate"),
        (lambda d: d["attestation_bundles"].append(_bundle(d)), "attestation-duplicate"),
        (lambda d: d.update(version=2), "provenance-malformed"),
        (lambda d: d.pop("attestation_bundles"), "provenance-malformed"),
        (lambda d: _bundle(d)["publisher"].update(kind="Nobody"), "provenance-malformed"),
        (
            lambda d: _bundle(d).update(publisher={"kind": "GitLab", "repository": "o/t", "workflow_filepath": "ci"}),
            "publisher-kind",
        ),
        (lambda d: _bundle(d)["publisher"].update(repository="stranger/tiny"), "publisher-mismatch"),
        (lambda d: _bundle(d)["publisher"].update(workflow="other.yml"), "publisher-mismatch"),
        (lambda d: _bundle(d)["publisher"].update(environment="nightly"), "publisher-mismatch"),
        (_statement(lambda s: s["subject"][0]["digest"].update(sha256="0" * 64)), "signature-invalid"),
        (_statement(lambda s: s.update(predicateType="https://slsa.dev/provenance/v1")), "signature-invalid"),
        (
            lambda d: _bundle(d)["attestations"][0]["verification_material"].update(certificate="AAAA"),
            "attestation-malformed",
        ),
        (
            lambda d: _bundle(d)["attestations"][0]["verification_material"].update(transparency_entries=[{}]),
            "attestation-malformed",
        ),
        (
            lambda d: _bundle(d)["attestations"][0]["verification_material"].update(transparency_entries=[]),
            "provenance-malformed",
        ),
    ],
    ids=range(17),
)
def test_changed_provenance_fails_with_the_cause(world: World, edit: Edit, code: str) -> None:
    answer = judge(world, edit)
    assert (code, State.FAIL) in answer
    assert PASSED not in answer


@pytest.mark.parametrize("data", [b"", b"null", b"[]", b"{}", b"\xff", b"[" * 100_000])
def test_what_is_no_provenance_fails(world: World, data: bytes) -> None:
    expected = ExpectedPublisher("owner/tiny", "release.yml", None)
    findings = verify_provenance(data, WHEEL, "0" * 64, TrustRoot.parse(world.trust_root), expected)
    assert codes(findings) == [("provenance-malformed", State.FAIL)]


def test_another_trust_root_does_not_verify_it(world: World) -> None:
    answer = judge(world, root=public_good())
    assert PASSED not in answer
    assert all(state is State.FAIL for _, state in answer)


@pytest.mark.parametrize(("repository", "workflow"), [("tiny", "release.yml"), ("o/t", ""), ("o/t", "a/b.yml")])
def test_an_expectation_that_fits_anybody_cannot_be_made(repository: str, workflow: str) -> None:
    with pytest.raises(ValueError, match="names no publisher"):
        ExpectedPublisher(repository, workflow, None)
