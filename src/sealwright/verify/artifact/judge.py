"""One artifact against its provenance, in the order of slsa-verifier: the order decides what is said first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from sealwright.endpoints import GITHUB_URL
from sealwright.verify.artifact.builders import WORKFLOWS, Builder, Kind, require_delegated
from sealwright.verify.artifact.envelope import Signed, open_provenance
from sealwright.verify.artifact.predicate import Predicate, branch_name, tag_name
from sealwright.verify.artifact.refusal import NotVerified, Reason
from sealwright.verify.artifact.versions import require_within
from sealwright.verify.artifact.workflow import Workflow
from sealwright.verify.claims import claims_of
from sealwright.verify.github_provenance import disagreeing
from sealwright.verify.trust_root import TrustRoot

_NONE: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an artifact must come from. Only `source_uri` has to be given."""

    source_uri: str
    """`github.com/owner/name`, with or without `git+https://`."""
    builder_id: str = ""
    """A workflow file's address, with `@version` or without; the trusted builders where it is empty."""
    source_branch: str = ""
    source_tag: str = ""
    source_versioned_tag: str = ""
    """A series of versions: `v14` takes v14.2."""
    inputs: Mapping[str, str] = field(default_factory=lambda: _NONE)
    """Of a workflow that a person started."""


@dataclass(frozen=True, slots=True)
class Verified:
    """What the provenance proves of the artifact."""

    builder: str
    """`name@ref`."""
    commit: str
    payload: bytes
    """The statement, as it was signed."""
    signed_at: datetime
    logged: bool
    """False for the weaker answer: nothing shows that the signature is in the public log."""


def verify_artifact(
    provenance: bytes, digests: tuple[str, ...], wanted: Wanted, root: TrustRoot, *, allow_unlogged: bool = False
) -> Verified:
    """What `provenance` (a file's bytes) proves about artifacts with these digests, all of them.

    A digest is in hexadecimal: sha256, sha384 or sha512 by its length. With `allow_unlogged`, a plain envelope without
    a log entry is verified as far as it goes. Raises NotVerified.
    """
    if not digests:
        raise NotVerified(Reason.HASH, "there is no artifact to look for")
    signed = open_provenance(provenance, root, allow_unlogged=allow_unlogged)
    workflow = Workflow.of(signed.certificate)
    named = Builder.parse(wanted.builder_id) if wanted.builder_id else None
    workflow.require_builder(named)
    workflow.require_source(wanted.source_uri)
    predicate = Predicate.parse(signed.payload_type, signed.payload, workflow.builder)
    builder = _builder(predicate, workflow, named)
    _require_source(predicate, wanted.source_uri)
    for digest in digests:
        predicate.require_subject(digest.lower())
    _require_refs(predicate, wanted)
    _require_inputs(predicate, wanted.inputs)
    if predicate.kind is Kind.ATTESTED:
        _require_certified(predicate, signed)
    return Verified(str(builder), workflow.commit, signed.payload, signed.signed_at, signed.logged)


def _builder(predicate: Predicate, workflow: Workflow, named: Builder | None) -> Builder:
    """The builder that the predicate names, which is the certificate's unless that one signs for others."""
    builder = predicate.builder
    if not workflow.builder.delegates:
        builder.require(workflow.builder)
        return workflow.builder
    require_delegated(builder)
    if named is not None:
        builder.require(named)
    elif not builder.name.startswith(WORKFLOWS):
        raise NotVerified(Reason.BUILDER_ID, f"{builder.name} is no builder that is trusted without being named")
    return builder


def _require_source(predicate: Predicate, source_uri: str) -> None:
    wanted = _normal(source_uri)
    if not wanted.startswith(f"git+{GITHUB_URL}/"):
        raise NotVerified(Reason.URI, f"{source_uri!r} is not a repository on {GITHUB_URL}")
    trigger, source = predicate.trigger_uri, predicate.source_uri
    for what, address in (("trigger", trigger), ("source", source)):
        repository, _, ref = _git(address)
        if repository != wanted:
            raise NotVerified(Reason.MISMATCH_SOURCE, f"wanted {wanted}, the {what} is {address}")
        # A delegated builder may build a commit of its own making, which has no ref.
        if not ref and not (what == "source" and predicate.kind is Kind.DELEGATED):
            raise NotVerified(Reason.URI, f"the {what} {address} has no ref")
    if "@" in source and source != trigger:
        raise NotVerified(Reason.PAYLOAD, f"the source {source} is not the trigger {trigger}")


def _normal(source_uri: str) -> str:
    if source_uri.startswith("git+"):
        return source_uri
    return f"git+{source_uri}" if "://" in source_uri else f"git+https://{source_uri}"


def _git(address: str) -> tuple[str, str, str]:
    if not address.startswith("git+"):
        raise NotVerified(Reason.URI, f"{address!r} is not the address of a git repository")
    return address.partition("@")


def _require_refs(predicate: Predicate, wanted: Wanted) -> None:
    if wanted.source_branch and (found := branch_name(predicate)) != wanted.source_branch:
        raise NotVerified(Reason.MISMATCH_BRANCH, f"wanted {wanted.source_branch}, found {found}")
    if wanted.source_tag and (found := tag_name(predicate)) != wanted.source_tag:
        raise NotVerified(Reason.MISMATCH_TAG, f"wanted {wanted.source_tag}, found {found}")
    if wanted.source_versioned_tag:
        require_within(tag_name(predicate), wanted.source_versioned_tag)


def _require_inputs(predicate: Predicate, wanted: Mapping[str, str]) -> None:
    found = predicate.inputs if wanted else {}
    for name, value in wanted.items():
        if found.get(name) != value:
            raise NotVerified(Reason.MISMATCH_INPUTS, f"{name}: wanted {value!r}, found {found.get(name)!r}")


def _require_certified(predicate: Predicate, signed: Signed) -> None:
    wrong = disagreeing(predicate.statement["predicate"], claims_of(signed.certificate))
    if wrong:
        first = wrong[0]
        raise NotVerified(Reason.MISMATCH_CERTIFICATE, f"expected {first.expected}, found {first.found}")
