"""in-toto Statements: what every stage says about the digests it learned something of.

https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sealwright.errors import Refused
from sealwright.model import FileRef

STATEMENT_V1 = "https://in-toto.io/Statement/v1"
STATEMENT_V0_1 = "https://in-toto.io/Statement/v0.1"
PAYLOAD_TYPE = "application/vnd.in-toto+json"

SLSA_PROVENANCE_V0_2 = "https://slsa.dev/provenance/v0.2"
SLSA_PROVENANCE_V1 = "https://slsa.dev/provenance/v1"
VERIFICATION_SUMMARY = "https://slsa.dev/verification_summary/v1"
TEST_RESULT = "https://in-toto.io/attestation/test-result/v0.1"
VULNERABILITIES = "https://in-toto.io/attestation/vulns/v0.1"


@dataclass(frozen=True, slots=True)
class Statement:
    """A parsed statement. Nothing in it is trusted before its signature is."""

    type: str
    subjects: Mapping[str, str]
    """Name to sha256, lower-case hexadecimal."""
    predicate_type: str
    predicate: Mapping[str, Any]

    def covers(self, ref: FileRef) -> bool:
        """Whether the statement is about a file of this name with this digest."""
        return self.subjects.get(ref.name) == ref.sha256


def make(subjects: Iterable[FileRef], predicate_type: str, predicate: Mapping[str, Any]) -> bytes:
    """The bytes of a Statement/v1, the same for the same arguments."""
    # Whoever only reads statements does without these, which take as long to import as ten bundles to verify.
    from google.protobuf import json_format  # noqa: PLC0415
    from in_toto_attestation.v1.resource_descriptor import ResourceDescriptor  # noqa: PLC0415
    from in_toto_attestation.v1.statement import Statement as InTotoStatement  # noqa: PLC0415

    descriptors = [
        ResourceDescriptor(name=ref.name, digest={"sha256": ref.sha256}).pb
        for ref in sorted(subjects, key=lambda ref: ref.name)
    ]
    statement = InTotoStatement(descriptors, predicate_type, dict(predicate))
    statement.validate()
    # in-toto-attestation checks the shape; protobuf's Struct turns every number into a float, so the predicate itself
    # is serialised from what was given.
    document = json_format.MessageToDict(statement.pb)
    document["predicate"] = predicate
    return (json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False) + "\n").encode()


def parse(data: bytes, where: str) -> Statement:
    """A statement of version 1 or 0.1 (which slsa-github-generator still emits).

    Raises Refused (`statement-malformed`) for anything else, duplicate subject names and subjects without a sha256
    included: whoever asks about a file must get one answer.
    """
    try:
        document = json.loads(data)
        kind, predicate_type = document["_type"], document["predicateType"]
        # The specification makes no difference between no predicate and an empty one; index attestations have null.
        predicate = {} if document.get("predicate") is None else document["predicate"]
        pairs = [(subject["name"], subject["digest"]["sha256"]) for subject in document["subject"]]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Refused("statement-malformed", f"{where} is not an in-toto statement: {error!r}") from error
    strings = all(isinstance(name, str) and isinstance(digest, str) for name, digest in pairs)
    if (
        kind not in (STATEMENT_V1, STATEMENT_V0_1)
        or not isinstance(predicate_type, str)
        or not isinstance(predicate, dict)
        or not pairs
        or not strings
        or len({name for name, _ in pairs}) != len(pairs)
    ):
        raise Refused("statement-malformed", f"{where} is not an in-toto statement that says one thing")
    return Statement(kind, dict(pairs), predicate_type, predicate)
