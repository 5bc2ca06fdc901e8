"""What provenance says, wherever its version and its builder put it.

v0.2: https://slsa.dev/spec/v0.2/provenance, v1: https://slsa.dev/spec/v1.0/provenance.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from sealwright.endpoints import GITHUB_URL
from sealwright.verify.artifact.builders import Builder, Kind, kind_of
from sealwright.verify.artifact.layout import require_known_fields
from sealwright.verify.artifact.refusal import NotVerified, Reason
from sealwright.verify.artifact.versions import name_in
from sealwright.verify.provenance import at
from sealwright.verify.statement import PAYLOAD_TYPE, SLSA_PROVENANCE_V1
from sealwright.verify.strict_json import Malformed, as_object, strict_json

_SMALLEST_HASH = 64
"""Hexadecimal digits: 256 bits."""
_LARGEST = 32 * 1024 * 1024
"""Bytes."""


@dataclass(frozen=True, slots=True)
class Predicate:
    """A statement of provenance whose signature holds, and how to read it."""

    statement: Mapping[str, Any]
    kind: Kind

    @classmethod
    def parse(cls, payload_type: str, payload: bytes, builder: Builder) -> Self:
        """The provenance that `builder` signed. Raises NotVerified (ErrorInvalidDssePayload)."""
        if payload_type != PAYLOAD_TYPE:
            raise NotVerified(Reason.PAYLOAD, f"payload type {payload_type!r}, not {PAYLOAD_TYPE!r}")
        statement = _parsed(payload)
        predicate_type = str(statement.get("predicateType"))
        require_known_fields(statement, predicate_type)
        build_type = at(statement, "predicate", *_BUILD_TYPE[predicate_type == SLSA_PROVENANCE_V1])
        return cls(statement, kind_of(builder, predicate_type, str(build_type)))

    @property
    def first_version(self) -> bool:
        """Whether it is SLSA v1 rather than v0.2."""
        return self.statement.get("predicateType") == SLSA_PROVENANCE_V1

    @property
    def builder(self) -> Builder:
        """The builder that the predicate names. Raises NotVerified (ErrorInvalidFormat)."""
        path = ("runDetails", "builder", "id") if self.first_version else ("builder", "id")
        return Builder.parse(str(self._at(*path) or ""))

    @property
    def source_uri(self) -> str:
        """`git+https://github.com/owner/name@ref` of what was built.

        Raises NotVerified (ErrorInvalidDssePayload, ErrorMalformedURI).
        """
        path = ("buildDefinition", "resolvedDependencies") if self.first_version else ("materials",)
        if not self._at(*path):
            raise NotVerified(Reason.PAYLOAD, "it names no material")
        return _address(self._at(*path, 0, "uri"), "the first material")

    @property
    def trigger_uri(self) -> str:
        """The same of what triggered the build."""
        match self.kind:
            case Kind.ATTESTED:
                workflow = ("buildDefinition", "externalParameters", "workflow")
                repository, ref = self._at(*workflow, "repository"), self._at(*workflow, "ref")
                if not isinstance(repository, str) or not isinstance(ref, str):
                    raise NotVerified(Reason.INVALID_FORMAT, "it names no workflow")
                return f"git+{repository}@{ref}"
            case _ if self.first_version:
                return self._workflow_ref()
            case _:
                return _address(self._at("invocation", "configSource", "uri"), "the trigger")

    @property
    def branch(self) -> str:
        """`refs/heads/...`, of a tag the branch that it was made on where GitHub said so; else empty."""
        return self._of_source("heads") if self.kind is Kind.DELEGATED else self._ref(tag=False)

    @property
    def tag(self) -> str:
        """`refs/tags/...`; empty where a branch was built."""
        return self._of_source("tags") if self.kind is Kind.DELEGATED else self._ref(tag=True)

    @property
    def inputs(self) -> Mapping[str, Any]:
        """What a person started the workflow with.

        Raises NotVerified (ErrorMismatchWorkflowInputs, ErrorInvalidDssePayload).
        """
        event = self._variable("github_event_name")
        if event != "workflow_dispatch":
            raise NotVerified(Reason.MISMATCH_INPUTS, f"it was started by {event}, which has no inputs")
        inputs = self._event().get("inputs")
        if not isinstance(inputs, dict):
            raise NotVerified(Reason.PAYLOAD, "the event has no inputs")
        return inputs

    def require_subject(self, digest: str) -> None:
        """It is about a file of this digest, in hexadecimal: sha256, sha384 or sha512 by its length.

        Raises NotVerified (ErrorInvalidDssePayload, ErrorInvalidHash, ErrorMismatchHash).
        """
        subjects = self.statement.get("subject")
        if not isinstance(subjects, list) or not subjects:
            raise NotVerified(Reason.PAYLOAD, "it has no subjects")
        if len(digest) < _SMALLEST_HASH:
            raise NotVerified(Reason.HASH, f"{digest!r} is shorter than 256 bits")
        algorithm = f"sha{len(digest) * 4}"
        if not any(at(subject, "digest", algorithm) == digest for subject in subjects):
            raise NotVerified(Reason.MISMATCH_HASH, f"no subject has {algorithm}:{digest}")

    def _at(self, *path: str | int) -> Any:
        return at(self.statement, "predicate", *path)

    def _workflow_ref(self) -> str:
        if "GITHUB_WORKFLOW_REF" not in self._environment():
            raise NotVerified(Reason.NOT_PRESENT, "GITHUB_WORKFLOW_REF")
        path, _, ref = self._variable("github_workflow_ref").partition("@")
        owner, _, rest = path.partition("/")
        if not ref or "@" in ref or not rest:
            raise NotVerified(Reason.INVALID_FORMAT, f"GITHUB_WORKFLOW_REF {path}@{ref}")
        return f"git+{GITHUB_URL}/{owner}/{rest.partition('/')[0]}@{ref}"

    def _ref(self, *, tag: bool) -> str:
        match self._variable("github_ref_type"):
            case "branch":
                return "" if tag else self._variable("github_ref")
            case "tag":
                return self._variable("github_ref") if tag else self._branch_of_tag()
            case other:
                raise NotVerified(Reason.PAYLOAD, f"GitHub has no refs of type {other!r}")

    def _branch_of_tag(self) -> str:
        base = self._variable("github_base_ref")
        if base:
            return base
        event = self._variable("github_event_name")
        match event, self._event():
            case "push", {"base_ref": branch}:
                return branch if isinstance(branch, str) else ""
            case "release", {"release": {"target_commitish": str(branch)}}:
                return f"refs/heads/{branch}"
            case "push" | "release", _:
                raise NotVerified(Reason.PAYLOAD, f"the {event} names no branch")
            case _:
                return ""

    def _of_source(self, kind: str) -> str:
        _, _, ref = self.source_uri.partition("@")
        match ref.split("/", 2):
            case ["refs", "heads", _]:
                return ref if kind == "heads" else ""
            case ["refs", "tags", _]:
                return ref if kind == "tags" else self._ref(tag=False)
            case _:
                raise NotVerified(Reason.PAYLOAD, f"the source is at {ref!r}")

    def _environment(self) -> Mapping[str, Any]:
        path = ("buildDefinition", "internalParameters") if self.first_version else ("invocation", "environment")
        found = self._at(*path)
        if not isinstance(found, dict):
            raise NotVerified(Reason.PAYLOAD, "it has no variables of GitHub's")
        return found

    def _event(self) -> Mapping[str, Any]:
        event = self._environment().get(self._spelled("github_event_payload"))
        if not isinstance(event, dict):
            raise NotVerified(Reason.PAYLOAD, "it has no event")
        return event

    def _variable(self, name: str) -> str:
        value = self._environment().get(self._spelled(name))
        if not isinstance(value, str):
            raise NotVerified(Reason.PAYLOAD, f"it has no text {self._spelled(name)}")
        return value

    def _spelled(self, name: str) -> str:
        return name.upper() if self.first_version or self.kind is Kind.DELEGATED else name


_BUILD_TYPE = {True: ("buildDefinition", "buildType"), False: ("buildType",)}


def tag_name(predicate: Predicate) -> str:
    """The tag that was built. Raises NotVerified (ErrorInvalidRef) where it was none."""
    return name_in(predicate.tag, "tags")


def branch_name(predicate: Predicate) -> str:
    """The branch that was built. Raises NotVerified (ErrorInvalidRef) where it is not known."""
    return name_in(predicate.branch, "heads")


def _address(value: object, what: str) -> str:
    if not isinstance(value, str) or not value:
        raise NotVerified(Reason.URI, f"{what} has no address")
    return value


def _parsed(payload: bytes) -> Mapping[str, Any]:
    try:
        return as_object(strict_json(payload, _LARGEST), "the payload")
    except Malformed as error:
        raise NotVerified(Reason.PAYLOAD, str(error)) from error
