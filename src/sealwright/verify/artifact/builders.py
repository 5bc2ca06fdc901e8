"""Which reusable workflows are builders, and what provenance each of them writes.

The list is slsa-verifier's, `defaultArtifactTrustedReusableWorkflows` and `provenanceMap` there.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import Self

from sealwright.endpoints import GITHUB_URL
from sealwright.verify.artifact.refusal import NotVerified, Reason
from sealwright.verify.artifact.versions import Version, name_in, require_release_tag
from sealwright.verify.statement import SLSA_PROVENANCE_V0_2, SLSA_PROVENANCE_V1

_GENERATOR = f"{GITHUB_URL}/slsa-framework/slsa-github-generator"
WORKFLOWS = f"{_GENERATOR}/.github/workflows/"
"""Where the builders that are trusted without being named lie."""
GENERIC = f"{WORKFLOWS}generator_generic_slsa3.yml"
GO = f"{WORKFLOWS}builder_go_slsa3.yml"
CONTAINER_BASED = f"{WORKFLOWS}builder_container-based_slsa3.yml"
_CONTAINER = f"{WORKFLOWS}generator_container_slsa3.yml"
DELEGATORS = frozenset({f"{WORKFLOWS}delegator_generic_slsa3.yml", f"{WORKFLOWS}delegator_lowperms-generic_slsa3.yml"})
"""They sign for builders that others wrote ("bring your own builder"), which the predicate names."""
TRUSTED = frozenset({GENERIC, GO, CONTAINER_BASED}) | DELEGATORS
DELEGATED_BUILD = f"{_GENERATOR}/delegator-generic@v0"
WORKFLOW_BUILD = "https://actions.github.io/buildtypes/workflow/v1"
# It tags its builders vX.Y.Z-java: https://github.com/slsa-framework/slsa-github-generator/issues/2035
_JRELEASER = f"{GITHUB_URL}/jreleaser/release-action"


class Kind(Enum):
    """How a predicate is laid out."""

    GENERATED = auto()
    """SLSA v0.2, with GitHub's variables in lower case."""
    BUILT = auto()
    """SLSA v1, with GitHub's variables in upper case."""
    DELEGATED = auto()
    """Of a delegator, in either version."""
    ATTESTED = auto()
    """SLSA v1 by actions/attest: written by the calling workflow, so every fact must be the certificate's as well."""


_DELEGATED = {name: {DELEGATED_BUILD: Kind.DELEGATED} for name in DELEGATORS}
_WRITES: dict[str, dict[str, dict[str, Kind]]] = {
    SLSA_PROVENANCE_V0_2: {
        **_DELEGATED,
        GENERIC: {f"{_GENERATOR}/generic@v1": Kind.GENERATED},
        GO: dict.fromkeys((f"{_GENERATOR}/go@v1", f"{_GENERATOR}@v1", f"{_GENERATOR}-go@v1"), Kind.GENERATED),
        _CONTAINER: {f"{_GENERATOR}/container@v1": Kind.GENERATED},
    },
    SLSA_PROVENANCE_V1: {
        **_DELEGATED,
        CONTAINER_BASED: {"https://slsa.dev/container-based-build/v0.1?draft": Kind.BUILT},
    },
}


@dataclass(frozen=True, slots=True)
class Builder:
    """A builder's id: the address of a workflow file, and the ref it was called at."""

    name: str
    ref: str = ""

    @classmethod
    def parse(cls, text: str, *, whole: bool = False) -> Self:
        """`name@ref`, or `name` unless it has to be `whole`. Raises NotVerified (ErrorInvalidFormat)."""
        name, *refs = text.split("@")
        if len(refs) > 1 or (refs and not refs[0]) or (whole and not refs):
            raise NotVerified(Reason.INVALID_FORMAT, f"{text!r} is not a builder's id: name@ref")
        return cls(name, refs[0] if refs else "")

    def __str__(self) -> str:
        return f"{self.name}@{self.ref}" if self.ref else self.name

    @property
    def delegates(self) -> bool:
        """Whether it signs for a builder that the predicate names."""
        return self.name in DELEGATORS

    def require(self, wanted: Builder) -> None:
        """It is the builder `wanted`, at any ref where that names none. Raises NotVerified (ErrorMismatchBuilderID)."""
        if self.name != wanted.name:
            raise NotVerified(Reason.MISMATCH_BUILDER, f"wanted {wanted.name}, found {self.name}")
        if wanted.ref and self.ref not in (wanted.ref, f"refs/tags/{wanted.ref}"):
            raise NotVerified(Reason.MISMATCH_BUILDER, f"wanted version {wanted.ref}, found {self.ref}")


def kind_of(builder: Builder, predicate_type: str, build_type: str) -> Kind:
    """How the provenance of `builder` is laid out. Raises NotVerified (ErrorInvalidDssePayload)."""
    by_builder = _WRITES.get(predicate_type)
    if by_builder is None:
        raise NotVerified(Reason.PAYLOAD, f"predicate type {predicate_type!r}")
    if build_type == WORKFLOW_BUILD and predicate_type == SLSA_PROVENANCE_V1 and builder.name not in TRUSTED:
        return Kind.ATTESTED
    kinds = by_builder.get(builder.name)
    if kinds is None:
        raise NotVerified(Reason.PAYLOAD, f"{builder.name} is not a builder that writes {predicate_type}")
    if build_type not in kinds:
        raise NotVerified(Reason.PAYLOAD, f"{builder.name} does not make builds of type {build_type!r}")
    return kinds[build_type]


def require_delegated(builder: Builder) -> None:
    """A delegated builder was called at a release tag. Raises NotVerified (ErrorInvalidBuilderID, ErrorInvalidRef)."""
    if not builder.ref:
        raise NotVerified(Reason.BUILDER_ID, f"{builder.name} names no ref")
    if not builder.name.startswith(_JRELEASER):
        require_release_tag(builder.ref)
        return
    try:
        suffix = Version.of(name_in(builder.ref, "tags")).pre
    except NotVerified as error:
        raise NotVerified(Reason.REF, f"{builder.ref}: {error.detail}") from error
    if suffix != "java":
        raise NotVerified(Reason.REF, f"{builder.ref} is not of the form vX.Y.Z-java")
