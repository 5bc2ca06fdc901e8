"""Provenance that must not count for an artifact, each with the name that slsa-verifier gives to the cause."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.support import built
from tests.support.built import (
    CONTAINER,
    DELEGATED,
    DIGEST,
    GENERIC,
    GO,
    OWN,
    OWN_BEFORE,
    OWN_BUILDER,
    REPOSITORY,
    Build,
)
from tests.support.log_entries import as_intoto
from tests.support.provenance import Maker
from tests.support.sigstore import edited, local_sigstore

from sealwright.services.trust import public_good
from sealwright.verify.artifact import NotVerified, Verified, Wanted, verify_artifact
from sealwright.verify.artifact.builders import WORKFLOWS
from sealwright.verify.bundle import TrustRoot

WANTED = Wanted(REPOSITORY)
ENTRY = ("verificationMaterial", "tlogEntries", 0)


@pytest.fixture(scope="module")
def maker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Maker]:
    folder = tmp_path_factory.mktemp("provenance")
    with local_sigstore(folder / "sigstore") as sigstore:
        yield Maker(sigstore, folder)


def verify(maker: Maker, bundle: bytes, wanted: Wanted = WANTED, digest: str = DIGEST, **more: Any) -> Verified:
    return verify_artifact(bundle, (digest,), wanted, maker.sigstore.root, **more)


def why_not(maker: Maker, bundle: bytes, wanted: Wanted = WANTED, digest: str = DIGEST, **more: Any) -> str:
    with pytest.raises(NotVerified) as caught:
        verify(maker, bundle, wanted, digest, **more)
    assert caught.value.detail
    return caught.value.reason.value


GOOD: dict[str, tuple[Build, Wanted]] = {
    "generic": (GENERIC, WANTED),
    "generic, named": (GENERIC, replace(WANTED, builder_id=GENERIC.name)),
    "generic, named with its version": (GENERIC, replace(WANTED, builder_id=f"{GENERIC.name}@v2.1.0")),
    "generic, named with its ref": (GENERIC, replace(WANTED, builder_id=f"{GENERIC.name}@refs/tags/v2.1.0")),
    "generic, its tag": (GENERIC, replace(WANTED, source_tag="v1.0")),
    "generic, its series": (GENERIC, replace(WANTED, source_versioned_tag="v1")),
    "go": (GO, WANTED),
    "container-based": (CONTAINER, replace(WANTED, source_tag="v1.0")),
    "delegated": (DELEGATED, replace(WANTED, source_tag="v1.0")),
    "delegated, low permissions": (replace(DELEGATED, name=f"{WORKFLOWS}delegator_lowperms-generic_slsa3.yml"), WANTED),
    "somebody's builder, named": (OWN, replace(WANTED, builder_id=OWN_BUILDER)),
    "somebody's builder, named with its version": (OWN, replace(WANTED, builder_id=f"{OWN_BUILDER}@v1.2.3")),
    "somebody's builder in SLSA v0.2": (OWN_BEFORE, replace(WANTED, builder_id=OWN_BUILDER)),
    "the address as git spells it": (GENERIC, Wanted(f"git+https://{REPOSITORY}")),
}


@pytest.mark.parametrize(("build", "wanted"), GOOD.values(), ids=GOOD)
def test_every_builder_is_verified_with_right_expectations(build: Build, wanted: Wanted, maker: Maker) -> None:
    verified = verify(maker, build.bundle(maker), wanted)
    assert verified.logged
    assert json.loads(verified.payload)["subject"]


BUILDERS: dict[str, tuple[Build, Wanted, str]] = {
    "of no builder": (
        Build("https://github.com/evil/repo/.github/workflows/generator_generic_slsa3.yml", shape=built.generated),
        WANTED,
        "ErrorUntrustedReusableWorkflow",
    ),
    "at a branch": (replace(GENERIC, ref="refs/heads/main"), WANTED, "ErrorInvalidRef"),
    "at a short tag": (replace(GENERIC, ref="refs/tags/v2"), WANTED, "ErrorInvalidRef"),
    "at a pre-release": (replace(GENERIC, ref="refs/tags/v2.1.0-rc.1"), WANTED, "ErrorInvalidRef"),
    "at a tag with build metadata": (replace(GENERIC, ref="refs/tags/v2.1.0+x"), WANTED, "ErrorInvalidRef"),
    "another named": (GENERIC, replace(WANTED, builder_id=GO.name), "ErrorUntrustedReusableWorkflow"),
    "another version named": (
        GENERIC,
        replace(WANTED, builder_id=f"{GENERIC.name}@v2.0.0"),
        "ErrorUntrustedReusableWorkflow",
    ),
    "a name with two refs": (GENERIC, replace(WANTED, builder_id=f"{GENERIC.name}@v1@v2"), "ErrorInvalidFormat"),
    "somebody's, not named": (OWN, WANTED, "ErrorInvalidBuilderID"),
    "another of somebody's": (OWN, replace(WANTED, builder_id=f"{OWN_BUILDER}.old"), "ErrorMismatchBuilderID"),
    "somebody's at another version": (
        OWN,
        replace(WANTED, builder_id=f"{OWN_BUILDER}@v9.0.0"),
        "ErrorMismatchBuilderID",
    ),
    "somebody's at a branch": (
        replace(OWN, shape=lambda s: built.delegated(s, f"{OWN_BUILDER}@refs/heads/main")),
        replace(WANTED, builder_id=OWN_BUILDER),
        "ErrorInvalidRef",
    ),
    "somebody's without a ref": (
        replace(OWN, shape=lambda s: built.delegated(s, OWN_BUILDER)),
        replace(WANTED, builder_id=OWN_BUILDER),
        "ErrorInvalidBuilderID",
    ),
    "another builder's provenance": (
        replace(GENERIC, shape=built.container),
        WANTED,
        "ErrorInvalidDssePayload",
    ),
    "a delegator's provenance": (replace(GENERIC, shape=built.delegated), WANTED, "ErrorInvalidDssePayload"),
}


@pytest.mark.parametrize(("build", "wanted", "reason"), BUILDERS.values(), ids=BUILDERS)
def test_another_builder_is_refused(build: Build, wanted: Wanted, reason: str, maker: Maker) -> None:
    assert why_not(maker, build.bundle(maker), wanted) == reason


def test_java_releases_may_have_tags_of_their_own(maker: Maker) -> None:
    def shape(suffix: str) -> Build:
        name = "https://github.com/jreleaser/release-action/.github/workflows/builder.yml"
        return replace(OWN, shape=lambda s: built.delegated(s, f"{name}@refs/tags/v1.2.3{suffix}"))

    wanted = replace(WANTED, builder_id="https://github.com/jreleaser/release-action/.github/workflows/builder.yml")
    assert verify(maker, shape("-java").bundle(maker), wanted).logged
    assert why_not(maker, shape("").bundle(maker), wanted) == "ErrorInvalidRef"


def test_expectations_that_do_not_hold_are_refused_by_name(maker: Maker) -> None:
    bundle = GENERIC.bundle(maker)
    for wanted, reason in (
        (Wanted("github.com/evil/tiny"), "ErrorMismatchSource"),
        (Wanted(REPOSITORY.upper()), "ErrorMismatchSource"),
        (Wanted("gitlab.com/octo-org/tiny"), "ErrorMismatchSource"),
        (replace(WANTED, source_tag="v2.0"), "ErrorMismatchTag"),
        (replace(WANTED, source_versioned_tag="v2"), "ErrorMismatchVersionedTag"),
        (replace(WANTED, source_versioned_tag="v1.1"), "ErrorMismatchVersionedTag"),
        (replace(WANTED, source_versioned_tag="1"), "ErrorInvalidSemver"),
        (replace(WANTED, source_versioned_tag="v01"), "ErrorInvalidSemver"),
        (replace(WANTED, inputs={"a": "b"}), "ErrorMismatchWorkflowInputs"),
    ):
        assert why_not(maker, bundle, wanted) == reason, wanted
    assert why_not(maker, bundle, digest="f" * 64) == "ErrorMismatchHash"
    assert why_not(maker, bundle, digest="f" * 40) == "ErrorInvalidHash"
    with pytest.raises(NotVerified, match="ErrorInvalidHash"):
        verify_artifact(bundle, (), WANTED, maker.sigstore.root)


def test_every_artifact_of_several_must_be_covered(maker: Maker) -> None:
    bundle = GENERIC.bundle(maker)
    with pytest.raises(NotVerified, match="ErrorMismatchHash"):
        verify_artifact(bundle, (DIGEST, "f" * 64), WANTED, maker.sigstore.root)


def _predicate(statement: Any) -> Any:
    return statement["predicate"]


def _environment(statement: Any) -> Any:
    return _predicate(statement)["invocation"]["environment"]


def _config(statement: Any) -> Any:
    return _predicate(statement)["invocation"]["configSource"]


# Signed by the generator, and not what the generator writes: it was called by somebody who could make it.
PREDICATES: dict[str, tuple[Any, Wanted, str]] = {
    "another builder": (
        lambda s: _predicate(s)["builder"].update(id=f"{GO.name}@refs/tags/v2.1.0"),
        WANTED,
        "ErrorMismatchBuilderID",
    ),
    "another version": (
        lambda s: _predicate(s)["builder"].update(id=f"{GENERIC.name}@refs/tags/v1.0.0"),
        WANTED,
        "ErrorMismatchBuilderID",
    ),
    "a builder without a version": (
        lambda s: _predicate(s)["builder"].update(id=GENERIC.name),
        WANTED,
        "ErrorMismatchBuilderID",
    ),
    "another trigger": (
        lambda s: _config(s).update(uri="git+https://github.com/evil/tiny@refs/tags/v1.0"),
        WANTED,
        "ErrorMismatchSource",
    ),
    "another material": (
        lambda s: _predicate(s)["materials"][0].update(uri="git+https://github.com/evil/tiny@refs/tags/v1.0"),
        WANTED,
        "ErrorMismatchSource",
    ),
    "a trigger without a ref": (
        lambda s: _config(s).update(uri=_config(s)["uri"].partition("@")[0]),
        WANTED,
        "ErrorMalformedURI",
    ),
    "a trigger that is no address": (lambda s: _config(s).update(uri="octo-org/tiny"), WANTED, "ErrorMalformedURI"),
    "an empty trigger": (lambda s: _config(s).update(uri=""), WANTED, "ErrorMalformedURI"),
    "a material at another ref": (
        lambda s: _predicate(s)["materials"][0].update(uri=_config(s)["uri"].replace("v1.0", "v0.9")),
        WANTED,
        "ErrorInvalidDssePayload",
    ),
    "no materials": (lambda s: _predicate(s).update(materials=[]), WANTED, "ErrorInvalidDssePayload"),
    "no subjects": (lambda s: s.update(subject=[]), WANTED, "ErrorInvalidDssePayload"),
    "an unknown field": (lambda s: _predicate(s).update(more=1), WANTED, "ErrorInvalidDssePayload"),
    "an unknown field deep inside": (lambda s: _config(s).update(more=1), WANTED, "ErrorInvalidDssePayload"),
    "an unknown predicate": (
        lambda s: s.update(predicateType="https://slsa.dev/provenance/v9"),
        WANTED,
        "ErrorInvalidDssePayload",
    ),
    "an unknown build": (
        lambda s: _predicate(s).update(buildType="https://example.org/build"),
        WANTED,
        "ErrorInvalidDssePayload",
    ),
    "a list that is none": (lambda s: _predicate(s).update(materials={}), WANTED, "ErrorInvalidDssePayload"),
    "an object that is none": (lambda s: _predicate(s).update(invocation=[]), WANTED, "ErrorInvalidDssePayload"),
    "a branch where a tag is wanted": (
        lambda s: _environment(s).update(github_ref_type="branch", github_ref="refs/heads/main"),
        replace(WANTED, source_tag="v1.0"),
        "ErrorInvalidRef",
    ),
    "a ref of no kind": (
        lambda s: _environment(s).update(github_ref_type="note"),
        replace(WANTED, source_tag="v1.0"),
        "ErrorInvalidDssePayload",
    ),
    "no variables": (
        lambda s: _predicate(s)["invocation"].pop("environment"),
        replace(WANTED, source_tag="v1.0"),
        "ErrorInvalidDssePayload",
    ),
    "a variable that is no text": (
        lambda s: _environment(s).update(github_ref=1),
        replace(WANTED, source_tag="v1.0"),
        "ErrorInvalidDssePayload",
    ),
}


@pytest.mark.parametrize(("change", "wanted", "reason"), PREDICATES.values(), ids=PREDICATES)
def test_a_predicate_that_says_another_thing_is_refused(change: Any, wanted: Wanted, reason: str, maker: Maker) -> None:
    assert why_not(maker, replace(GENERIC, change=change).bundle(maker), wanted) == reason


EVENTS: dict[str, tuple[dict[str, Any], Wanted, str]] = {
    "the branch of a pushed tag": (
        {"github_event_name": "push", "github_event_payload": {"base_ref": "refs/heads/main"}},
        replace(WANTED, source_branch="main"),
        "",
    ),
    "a pushed tag on no branch": (
        {"github_event_name": "push", "github_event_payload": {"base_ref": None}},
        replace(WANTED, source_branch="main"),
        "ErrorInvalidRef",
    ),
    "a push that does not say": (
        {"github_event_name": "push", "github_event_payload": {}},
        replace(WANTED, source_branch="main"),
        "ErrorInvalidDssePayload",
    ),
    "the branch of a release": (
        {"github_event_name": "release", "github_event_payload": {"release": {"target_commitish": "main"}}},
        replace(WANTED, source_branch="main"),
        "",
    ),
    "another branch": (
        {"github_event_name": "release", "github_event_payload": {"release": {"target_commitish": "old"}}},
        replace(WANTED, source_branch="main"),
        "ErrorMismatchBranch",
    ),
    "a release that does not say": (
        {"github_event_name": "release", "github_event_payload": {"release": {}}},
        replace(WANTED, source_branch="main"),
        "ErrorInvalidDssePayload",
    ),
    "a branch that was pushed": (
        {"github_ref_type": "branch", "github_ref": "refs/heads/main"},
        replace(WANTED, source_branch="main"),
        "",
    ),
    "inputs": (
        {"github_event_name": "workflow_dispatch", "github_event_payload": {"inputs": {"a": "b", "c": "d"}}},
        replace(WANTED, inputs={"a": "b"}),
        "",
    ),
    "other inputs": (
        {"github_event_name": "workflow_dispatch", "github_event_payload": {"inputs": {"a": "x"}}},
        replace(WANTED, inputs={"a": "b"}),
        "ErrorMismatchWorkflowInputs",
    ),
    "inputs that are none": (
        {"github_event_name": "workflow_dispatch", "github_event_payload": {"inputs": None}},
        replace(WANTED, inputs={"a": "b"}),
        "ErrorInvalidDssePayload",
    ),
    "no event": (
        {"github_event_name": "workflow_dispatch", "github_event_payload": None},
        replace(WANTED, inputs={"a": "b"}),
        "ErrorInvalidDssePayload",
    ),
}


@pytest.mark.parametrize(("variables", "wanted", "reason"), EVENTS.values(), ids=EVENTS)
def test_branches_and_inputs_are_read_from_the_event(
    variables: dict[str, Any], wanted: Wanted, reason: str, maker: Maker
) -> None:
    def change(statement: Any) -> None:
        _environment(statement).update(variables)

    bundle = replace(GENERIC, change=change).bundle(maker)
    if reason:
        assert why_not(maker, bundle, wanted) == reason
    else:
        assert verify(maker, bundle, wanted).logged


def test_an_entry_of_the_kind_intoto_counts_as_one_of_the_kind_dsse(maker: Maker) -> None:
    bundle = as_intoto(maker.sigstore.standin.rekor_v1, GENERIC.bundle(maker))
    assert verify(maker, bundle).logged


BUNDLES: dict[str, tuple[Any, str]] = {
    "no entry": (lambda b: edited(b, "verificationMaterial", "tlogEntries", value=[]), "ErrorInvalidRekorEntry"),
    "an entry that is none": (
        lambda b: edited(b, "verificationMaterial", "tlogEntries", value=[{}]),
        "ErrorInvalidRekorEntry",
    ),
    "another time": (lambda b: edited(b, *ENTRY, "integratedTime", value="1"), "ErrorInvalidRekorEntry"),
    "an unknown log": (
        lambda b: edited(b, *ENTRY, "logId", "keyId", value=base64.b64encode(b"x" * 32).decode()),
        "ErrorRekorPubKey",
    ),
    "an unread kind": (
        lambda b: edited(b, *ENTRY, "kindVersion", value={"kind": "rekord", "version": "0.0.1"}),
        "ErrorUnexpectedEntryType",
    ),
    "another signature": (
        lambda b: edited(b, "dsseEnvelope", "signatures", 0, "sig", value=base64.b64encode(b"x").decode()),
        "ErrorMismatchSignature",
    ),
    "two signatures": (
        lambda b: edited(b, "dsseEnvelope", "signatures", value=lambda s: [*s, *s]),
        "ErrorMismatchSignature",
    ),
    "another payload": (
        lambda b: edited(b, "dsseEnvelope", "payload", value=base64.b64encode(b"{}").decode()),
        "ErrorInvalidSignature",
    ),
    "another payload type": (
        lambda b: edited(b, "dsseEnvelope", "payloadType", value="text/plain"),
        "ErrorInvalidDssePayload",
    ),
    "a file's signature": (lambda b: edited(b, "dsseEnvelope", value=None), "ErrorUnexpectedBundleContent"),
    "two documents": (lambda b: b + b"\n" + b, "ErrorInvalidFormat"),
    "no object": (lambda _: b"[]", "ErrorInvalidFormat"),
    "no JSON": (lambda _: b"\xff", "ErrorInvalidFormat"),
    "an unknown field beside the envelope": (lambda b: edited(b, "more", value=1), "ErrorRekorSearch"),
}


@pytest.mark.parametrize(("change", "reason"), BUNDLES.values(), ids=BUNDLES)
def test_a_changed_bundle_is_refused_by_name(change: Any, reason: str, maker: Maker) -> None:
    assert why_not(maker, change(GENERIC.bundle(maker))) == reason


def test_another_instance_s_provenance_is_refused(maker: Maker) -> None:
    with pytest.raises(NotVerified, match="ErrorRekorPubKey"):
        verify_artifact(GENERIC.bundle(maker), (DIGEST,), WANTED, public_good())


def test_a_plain_envelope_gets_a_weaker_answer_and_only_if_it_is_asked_for(maker: Maker) -> None:
    envelope = built.plain_envelope(GENERIC.bundle(maker))
    assert why_not(maker, envelope) == "ErrorRekorSearch"
    verified = verify(maker, envelope, allow_unlogged=True)
    assert not verified.logged
    assert why_not(maker, envelope, Wanted("github.com/evil/tiny"), allow_unlogged=True) == "ErrorMismatchSource"


PLAIN: dict[str, tuple[Any, str]] = {
    "signature": (lambda e: e["signatures"][0].update(sig=base64.b64encode(b"x").decode()), "ErrorInvalidSignature"),
    "payload": (lambda e: e.update(payload=base64.b64encode(b"{}").decode()), "ErrorInvalidSignature"),
    "payload type": (lambda e: e.update(payloadType="text"), "ErrorInvalidSignature"),
    "certificate": (lambda e: e["signatures"][0].update(cert="none"), "ErrorInvalidFormat"),
    "no certificate": (lambda e: e["signatures"][0].pop("cert"), "ErrorRekorSearch"),
    "two signatures": (lambda e: e["signatures"].append(e["signatures"][0]), "ErrorInvalidFormat"),
    "no payload": (lambda e: e.pop("payload"), "ErrorInvalidFormat"),
}


@pytest.mark.parametrize(("change", "reason"), PLAIN.values(), ids=PLAIN)
def test_a_changed_plain_envelope_is_refused(change: Any, reason: str, maker: Maker) -> None:
    envelope = json.loads(built.plain_envelope(GENERIC.bundle(maker)))
    change(envelope)
    assert why_not(maker, json.dumps(envelope).encode(), allow_unlogged=True) == reason


def test_a_plain_envelope_of_another_instance_is_refused(maker: Maker) -> None:
    envelope = built.plain_envelope(GENERIC.bundle(maker))
    with pytest.raises(NotVerified, match="ErrorInvalidCertificate"):
        verify_artifact(envelope, (DIGEST,), WANTED, public_good(), allow_unlogged=True)


def test_a_certificate_that_its_log_did_not_promise_is_refused(maker: Maker, tmp_path: Path) -> None:
    # The same authority, and another certificate log: all but the promise in the certificate holds.
    with local_sigstore(tmp_path / "other") as other:
        document = maker.sigstore.standin.trusted_root()
        document["ctlogs"][0]["publicKey"] = other.standin.trusted_root()["ctlogs"][0]["publicKey"]
    root = TrustRoot.parse(json.dumps(document).encode())
    envelope = built.plain_envelope(GENERIC.bundle(maker))
    with pytest.raises(NotVerified, match="ErrorInvalidCertificate: the certificate: the certificate log did not sign"):
        verify_artifact(envelope, (DIGEST,), WANTED, root, allow_unlogged=True)


def test_github_s_attestation_is_verified_if_its_workflow_is_named(maker: Maker) -> None:
    own = f"https://{REPOSITORY}/.github/workflows/release.yml"
    environ = maker.job(run={"ref": "refs/tags/v1.0.0"}, environment="sign")
    bundle = maker.github(environ=environ)
    wanted = replace(WANTED, builder_id=own)
    assert verify(maker, bundle, wanted).builder == f"{own}@refs/tags/v1.0.0"
    assert why_not(maker, bundle) == "ErrorUntrustedReusableWorkflow"


@pytest.mark.parametrize("path", [("repository",), ("path",)])
def test_github_s_attestation_must_repeat_its_certificate(path: tuple[str, ...], maker: Maker) -> None:
    def claim(statement: Any) -> None:
        statement["predicate"]["buildDefinition"]["externalParameters"]["workflow"][path[0]] = "other"

    environ = maker.job(run={"ref": "refs/tags/v1.0.0"}, environment="sign")
    forged = maker.forged(
        maker.github(environ=environ), claim, maker.job(run={"ref": "refs/tags/v1.0.0"}, environment="sign")
    )
    wanted = replace(WANTED, builder_id=f"https://{REPOSITORY}/.github/workflows/release.yml")
    assert why_not(maker, forged, wanted) in {"ErrorMismatchCertificate", "ErrorMismatchSource"}
