"""Hostile provenance: each row is a bundle whose signature holds and whose word must not count."""

import base64
import json
from pathlib import Path

import pytest
from tests.support.provenance import EXPECTED, FILES, GENERATOR, SDIST, WHEEL, Maker, statement_of
from tests.support.sigstore import local_sigstore

from sealwright.model import FileRef, State
from sealwright.services.trust import public_good
from sealwright.verify.expected import Expected
from sealwright.verify.github_provenance import judge_github
from sealwright.verify.slsa import GENERATOR_COMMIT, GENERATOR_REF, judge_generator

OTHER = "f" * 40
GENERATOR_V2 = GENERATOR_REF.replace("v2.1.0", "v2.0.0")
GENERATOR_FORK = GENERATOR_REF.replace("slsa-framework/", "evil/", 1)


@pytest.fixture(scope="module")
def maker(tmp_path_factory):
    folder = tmp_path_factory.mktemp("provenance")
    with local_sigstore(folder / "sigstore") as sigstore:
        yield Maker(sigstore, folder)


def failures(findings):
    return {f.code for f in findings if f.state is State.FAIL}


def passes(findings):
    return [f for f in findings if f.state is State.PASS]


def test_the_generator_s_provenance_of_the_planned_run_passes(maker):
    findings = judge_generator(maker.generator(), FILES, EXPECTED, maker.sigstore.root)
    assert [(f.check, f.state, f.subject) for f in findings] == [
        ("provenance", State.PASS, WHEEL.name),
        ("provenance", State.PASS, SDIST.name),
    ]


def test_github_s_provenance_of_the_planned_run_passes(maker):
    findings = judge_github(maker.github(), FILES, EXPECTED, maker.sigstore.root, environment="sign")
    assert {(f.check, f.state) for f in findings} == {("provenance-github", State.PASS), ("environment", State.PASS)}


RUNS = {
    "another repository": ({"repository": "evil/tiny"}, {}, {"signer-repository", "signer-workflow", "signer-run"}),
    "another commit": ({"commit": OTHER}, {}, {"signer-commit"}),
    "another tag": ({"ref": "refs/tags/v0.9"}, {}, {"signer-ref", "signer-workflow"}),
    "a branch of the tag's name": (
        {"ref": "refs/heads/v1.0"},
        {"ref_type": "branch"},
        {"signer-ref", "signer-workflow"},
    ),
    "another workflow file": ({"workflow": ".github/workflows/ci.yml"}, {}, {"signer-workflow"}),
    "another run": ({"run_id": "2"}, {}, {"signer-run"}),
    "another attempt": ({"run_attempt": "2"}, {}, {"signer-run"}),
    "started by hand": ({"event": "workflow_dispatch"}, {}, {"signer-trigger"}),
    "a pull request": ({"event": "pull_request_target"}, {}, {"signer-trigger"}),
    "a self-hosted runner": ({}, {"runner_environment": "self-hosted"}, {"signer-runner"}),
}


@pytest.mark.parametrize(("run", "claims", "codes"), RUNS.values(), ids=RUNS)
def test_the_generator_called_by_another_run_is_refused(maker, run, claims, codes):
    bundle = maker.generator(environ=maker.job(run=run, claims=claims, **GENERATOR))
    findings = judge_generator(bundle, FILES, EXPECTED, maker.sigstore.root)
    assert failures(findings) == codes
    assert not passes(findings)


@pytest.mark.parametrize(("run", "claims", "codes"), RUNS.values(), ids=RUNS)
def test_github_s_provenance_of_another_run_is_refused(maker, run, claims, codes):
    bundle = maker.github(environ=maker.job(run=run, claims=claims, environment="sign"))
    findings = judge_github(bundle, FILES, EXPECTED, maker.sigstore.root)
    assert failures(findings) == codes
    assert not passes(findings)


GENERATORS = {
    "an older version": (GENERATOR_V2, GENERATOR_COMMIT, {"generator-version"}),
    "a branch": (GENERATOR_REF.replace("refs/tags/v2.1.0", "refs/heads/main"), GENERATOR_COMMIT, {"generator-version"}),
    "a tag that was moved": (GENERATOR_REF, OTHER, {"generator-commit"}),
    "a fork": (GENERATOR_FORK, GENERATOR_COMMIT, {"signer-workflow"}),
    "another builder of the same project": (
        GENERATOR_REF.replace("generator_generic", "builder_go"),
        GENERATOR_COMMIT,
        {"signer-workflow"},
    ),
}


@pytest.mark.parametrize(("workflow", "commit", "codes"), GENERATORS.values(), ids=GENERATORS)
def test_another_generator_than_the_pinned_one_is_refused(maker, workflow, commit, codes):
    environ = maker.job(reusable_workflow=workflow, reusable_sha=commit)
    findings = judge_generator(maker.generator(environ=environ), FILES, EXPECTED, maker.sigstore.root)
    assert failures(findings) == codes
    assert not passes(findings)


def test_a_statement_of_our_own_workflow_that_claims_the_generator_is_refused(maker):
    forged = maker.forged(maker.generator(), lambda _: None, maker.job(environment="sign"))
    findings = judge_generator(forged, FILES, EXPECTED, maker.sigstore.root)
    assert failures(findings) == {"signer-workflow", "generator-commit", "predicate-builder"}
    assert not passes(findings)


def test_a_predicate_that_names_another_signer_is_refused(maker):
    def claim(statement):
        statement["predicate"]["runDetails"]["builder"]["id"] = f"https://github.com/{GENERATOR_REF}"

    forged = maker.forged(maker.github(), claim, maker.job(environment="sign"))
    assert failures(judge_github(forged, FILES, EXPECTED, maker.sigstore.root)) == {"predicate-builder"}


def _leaves(document, path=()):
    match document:
        case dict():
            for key, value in document.items():
                yield from _leaves(value, (*path, key))
        case list():
            for index, value in enumerate(document):
                yield from _leaves(value, (*path, index))
        case _:
            yield path


def _set(document, path, value):
    for step in path[:-1]:
        document = document[step]
    document[path[-1]] = value


FREE = {
    # What the certificate does not say, and nobody decides by.
    "github_actor",
    "github_actor_id",
    "github_base_ref",
    "github_head_ref",
    "github_event_payload",
    "github_repository_owner",
    "github_run_number",
    "completeness",
    "reproducible",
}


@pytest.mark.parametrize("value", ["x", None, 7, [], ""])
def test_every_fact_of_github_s_predicate_must_be_the_certificate_s(maker, value):
    genuine = maker.github()
    for path in _leaves(statement_of(genuine)["predicate"]):
        forged = maker.forged(genuine, lambda s, p=path: _set(s["predicate"], p, value), maker.job(environment="sign"))
        findings = judge_github(forged, FILES, EXPECTED, maker.sigstore.root)
        assert failures(findings), path
        assert not passes(findings), path


def test_every_fact_of_the_generator_s_predicate_must_be_the_certificate_s(maker):
    genuine = maker.generator()
    for path in _leaves(statement_of(genuine)["predicate"]):
        if FREE & set(path):
            continue
        forged = maker.forged(genuine, lambda s, p=path: _set(s["predicate"], p, "x"), maker.job(**GENERATOR))
        findings = judge_generator(forged, FILES, EXPECTED, maker.sigstore.root)
        assert failures(findings), path
        assert not passes(findings), path


SHAPES = {
    "a second material": (lambda s: s["predicate"]["materials"].append({}), "predicate-materials"),
    "no materials": (lambda s: s["predicate"].pop("materials"), "predicate-materials"),
    "materials that are no list": (lambda s: s["predicate"].update(materials="x"), "predicate-materials"),
    "an invocation that is no object": (lambda s: s["predicate"].update(invocation=[1]), "predicate-source"),
    "an empty predicate": (lambda s: s.update(predicate={}), "predicate-builder"),
    "another predicate type": (lambda s: s.update(predicateType="https://slsa.dev/provenance/v1"), "predicate-type"),
    "another statement version": (lambda s: s.update(_type="https://in-toto.io/Statement/v1"), "statement-type"),
}


@pytest.mark.parametrize(("change", "code"), SHAPES.values(), ids=SHAPES)
def test_a_generator_s_statement_of_another_shape_is_refused(maker, change, code):
    forged = maker.forged(maker.generator(), change, maker.job(**GENERATOR))
    findings = judge_generator(forged, FILES, EXPECTED, maker.sigstore.root)
    assert code in failures(findings)
    assert not passes(findings)


EXTRA = FileRef.of("dist/tiny-1.0-cp313-none-any.whl", b"extra")
REPLACED = FileRef.of(WHEEL.path, b"replaced")
SUBJECTS = {
    "missing": ((WHEEL,), FILES, {"subject-missing"}),
    "extra": ((*FILES, EXTRA), FILES, {"subject-extra"}),
    "digest": ((REPLACED, SDIST), FILES, {"subject-digest"}),
    "all others": ((EXTRA,), FILES, {"subject-missing", "subject-extra"}),
    "nothing to cover": (FILES, (), {"subject-none"}),
}


@pytest.mark.parametrize("make", ["generator", "github"])
@pytest.mark.parametrize(("covered", "planned", "codes"), SUBJECTS.values(), ids=SUBJECTS)
def test_provenance_of_other_files_is_refused(maker, make, covered, planned, codes):
    judge = {"generator": judge_generator, "github": judge_github}[make]
    findings = judge(getattr(maker, make)(covered), planned, EXPECTED, maker.sigstore.root)
    assert failures(findings) == codes
    if codes == {"subject-missing"}:
        assert [f.subject for f in passes(findings)] == [WHEEL.name]


def _without_log(bundle):
    document = json.loads(bundle)
    document["verificationMaterial"]["tlogEntries"] = []
    return json.dumps(document).encode()


def _with_payload(bundle):
    document = json.loads(bundle)
    statement = statement_of(bundle)
    statement["subject"][0]["digest"]["sha256"] = OTHER + "f" * 24
    document["dsseEnvelope"]["payload"] = base64.b64encode(json.dumps(statement).encode()).decode()
    return json.dumps(document).encode()


BROKEN = {
    "truncated": lambda b: b[: len(b) // 2],
    "empty": lambda _: b"",
    "not JSON": lambda _: b"provenance",
    "two bundles": lambda b: b + b"\n" + b,
    "no log entry": _without_log,
    "payload changed": _with_payload,
}


@pytest.mark.parametrize("make", ["generator", "github"])
@pytest.mark.parametrize("damage", BROKEN.values(), ids=BROKEN)
def test_a_damaged_bundle_is_a_finding_and_never_a_pass(maker, make, damage):
    judge = {"generator": judge_generator, "github": judge_github}[make]
    (finding,) = judge(damage(getattr(maker, make)()), FILES, EXPECTED, maker.sigstore.root)
    assert finding.state is State.FAIL
    assert finding.subject


def test_a_plain_envelope_is_said_not_to_be_in_the_log(maker):
    envelope = json.dumps(json.loads(maker.generator())["dsseEnvelope"]).encode()
    (finding,) = judge_generator(envelope, FILES, EXPECTED, maker.sigstore.root)
    assert (finding.state, finding.code) == (State.FAIL, "provenance-not-in-log")


def test_another_sigstore_s_signature_is_refused(maker, tmp_path):
    with local_sigstore(tmp_path / "other") as other:
        findings = judge_generator(maker.generator(), FILES, EXPECTED, other.root)
    assert [f.state for f in findings] == [State.FAIL]


def test_a_signature_outside_the_environment_contradicts(maker):
    bundle = maker.github(environ=maker.job(environment="elsewhere"))
    findings = judge_github(bundle, FILES, EXPECTED, maker.sigstore.root, environment="sign")
    assert failures(findings) == {"environment-mismatch"}


def test_a_certificate_without_an_environment_proves_none(maker):
    findings = judge_github(maker.github(environ=maker.job()), FILES, EXPECTED, maker.sigstore.root, environment="sign")
    assert [(f.state, f.code) for f in findings if f.check == "environment"] == [(State.ABSENT, "environment-unproven")]


# Real bundles of the public-good instance.

SAMPLES = Path(__file__).parents[3] / "shared" / "samples"
needs_samples = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the sample bundles are not beside this checkout")
SLSA = "slsa-generic-v2.1.0/binary-linux-amd64-push-v14.2.intoto.jsonl"
BINARY = FileRef("binary", "376e7e01348585b6e6643bc6663146b9d525d9b41228bf180eaeb4d4a3706caa", 1)
EXAMPLE = Expected(
    "slsa-framework/example-package",
    "4d329c75e7ec1725f7c9ce917a8799d408d06be3",
    "refs/tags/v14.2",
    workflow=".github/workflows/verifier-e2e.all.workflow_dispatch.main.all.slsa3.yml",
)
MODULE = FileRef("MODULE.bazel", "06ce330900a7d6403bc8d88e5dfad6aeeb8ae40179f66bb89e69c8bf6f6b1a0b", 1)
RULES_LINT = Expected(
    "aspect-build/rules_lint",
    "8f70009fde0c94ade6ce2a054b94718c819126ec",
    "refs/heads/publish-to-bcr",
    trigger="workflow_dispatch",
)


@needs_samples
def test_a_real_bundle_of_the_generator_passes():
    findings = judge_generator((SAMPLES / SLSA).read_bytes(), (BINARY,), EXAMPLE, public_good())
    assert [f.state for f in findings] == [State.PASS]


@needs_samples
@pytest.mark.parametrize(
    ("name", "codes"),
    [
        (SLSA.replace("push-v14.2", "workflow_dispatch"), {"signer-ref", "signer-workflow", "signer-trigger"}),
        (SLSA.replace("v2.1.0", "legacy-dsse"), {"provenance-not-in-log"}),
        ("github-attest/MODULE-wrong-signer.bazel.intoto.jsonl", None),
    ],
)
def test_a_real_bundle_of_something_else_is_refused(name, codes):
    findings = judge_generator((SAMPLES / name).read_bytes(), (BINARY,), EXAMPLE, public_good())
    assert not passes(findings)
    assert failures(findings) if codes is None else failures(findings) == codes


@needs_samples
def test_a_real_attestation_that_claims_another_signer_is_refused():
    data = (SAMPLES / "github-attest" / "MODULE-wrong-signer.bazel.intoto.jsonl").read_bytes()
    findings = judge_github(data, (MODULE,), RULES_LINT, public_good())
    assert {"signer-repository", "signer-workflow", "predicate-builder", "predicate-source"} <= failures(findings)
    assert not passes(findings)


@needs_samples
def test_a_real_attestation_agrees_with_its_certificate_in_every_fact():
    data = (SAMPLES / "github-attest" / "MODULE.bazel.intoto.jsonl").read_bytes()
    findings = judge_github(data, (MODULE,), RULES_LINT, public_good())
    # It was signed in a reusable workflow, which we are not; all else holds.
    assert failures(findings) == {"signer-workflow", "signer-commit"}
