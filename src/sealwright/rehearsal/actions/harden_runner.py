"""Stand-in of step-security/harden-runner v2: nothing here can watch or limit the connections of a job.

https://github.com/step-security/harden-runner. It refuses what the original would not understand; that egress is not
controlled here is in the list at the end of every rehearsal.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from sealwright.errors import UsageError
from sealwright.rehearsal.actions.inputs import refuse_unplayed

_NAME = "step-security/harden-runner"
_INPUTS = {"egress-policy", "allowed-endpoints", "disable-telemetry"}


def run(inputs: Mapping[str, str], _environ: Mapping[str, str], _workspace: Path) -> Mapping[str, str]:
    """Do nothing. Raises UsageError for a policy that there is not, and for other inputs."""
    refuse_unplayed(_NAME, inputs, _INPUTS)
    policy = inputs.get("egress-policy", "")
    if policy not in ("audit", "block"):
        raise UsageError("input-malformed", f"{_NAME}: egress-policy is {policy!r}, neither audit nor block")
    return {}
