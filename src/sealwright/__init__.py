"""Sealwright: releases Python packages through one hardened pipeline and lets anyone check the result."""

from typing import TYPE_CHECKING

from sealwright.lazy import lazy

if TYPE_CHECKING:
    from sealwright.api import ArtifactAnswer, verify_artifact, verify_release
    from sealwright.model import FileRef, Finding, State, Verdict
    from sealwright.verify.anybody import Answer
    from sealwright.verify.artifact import Wanted
    from sealwright.verify.evidence import Accept, Scope
    from sealwright.verify.question import Question
    from sealwright.verify.trust_root import TrustRoot

__version__ = "0.1.0"

__all__ = [
    "Accept",
    "Answer",
    "ArtifactAnswer",
    "FileRef",
    "Finding",
    "Question",
    "Scope",
    "State",
    "TrustRoot",
    "Verdict",
    "Wanted",
    "__version__",
    "verify_artifact",
    "verify_release",
]

# `sealwright --help` does without all of it.
__getattr__ = lazy(
    __name__,
    {
        "Accept": "sealwright.verify.evidence",
        "Answer": "sealwright.verify.anybody",
        "ArtifactAnswer": "sealwright.api",
        "FileRef": "sealwright.model",
        "Finding": "sealwright.model",
        "Question": "sealwright.verify.question",
        "Scope": "sealwright.verify.evidence",
        "State": "sealwright.model",
        "TrustRoot": "sealwright.verify.trust_root",
        "Verdict": "sealwright.model",
        "Wanted": "sealwright.verify.artifact",
        "verify_artifact": "sealwright.api",
        "verify_release": "sealwright.api",
    },
)
