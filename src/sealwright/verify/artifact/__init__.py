"""Provenance of GitHub builders about one artifact, judged as slsa-verifier judges it, by its names. Pure.

https://github.com/slsa-framework/slsa-verifier, `verify-artifact`. docs/strictness.md says where it is stricter.
"""

from sealwright.verify.artifact.judge import Verified, Wanted, verify_artifact
from sealwright.verify.artifact.refusal import NotVerified, Reason

__all__ = ["NotVerified", "Reason", "Verified", "Wanted", "verify_artifact"]
