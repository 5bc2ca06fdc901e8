"""Whether a release was taken back by its project. Nothing that was signed says so: only who withdrew it can."""

from __future__ import annotations

from packaging.version import InvalidVersion, Version

from sealwright.config.policy import POLICY_FILE, Policy
from sealwright.model import Finding

CHECK = "withdrawn"


def withdrawn(policy: Policy, version: str) -> Finding:
    """Whether the policy of whoever asks lists `version` as withdrawn. Code: `version-withdrawn`.

    A policy that is older than the decision does not know of it, so the policy has to come from the project's
    branch of today, and not from the tag of the release.
    """
    for entry in policy.withdrawn:
        if _same(entry.version, version):
            return Finding.failed(
                CHECK,
                "version-withdrawn",
                version,
                expected="a version that its project stands by",
                found=f"withdrawn on {entry.date.isoformat()}: {entry.reason}",
                hint="install a higher version; the files are what was released, and were taken back all the same",
            )
    return Finding.passed(CHECK, version, f"not among the {len(policy.withdrawn)} in [[withdrawn]] of {POLICY_FILE}")


def _same(listed: str, version: str) -> bool:
    try:
        return Version(listed) == Version(version)
    except InvalidVersion:  # of what is judged; the policy's own was read
        return listed == version
