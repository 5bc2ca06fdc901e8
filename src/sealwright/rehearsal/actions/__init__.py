"""Stand-ins of third-party actions, one function each; run as processes with the job's own environment."""

from __future__ import annotations

from typing import NamedTuple

from sealwright.pipeline.pins import CHECKOUT, DOWNLOAD, EGRESS, SETUP_PYTHON, UPLOAD
from sealwright.pipeline.steps import Action, Flow, Role


class Actor(NamedTuple):
    """What plays an action."""

    function: str
    """The module here whose `run` does it."""
    role: str
    """Whose hash-locked environment that needs."""


STAND_INS: dict[str, Actor] = {
    CHECKOUT: Actor("checkout", Role.PLAN),
    SETUP_PYTHON: Actor("setup_python", Role.PLAN),
    UPLOAD: Actor("upload_artifact", Role.PLAN),
    DOWNLOAD: Actor("download_artifact", Role.PLAN),
    EGRESS: Actor("harden_runner", Role.PLAN),
    Action.ATTEST: Actor("attest", Role.SIGN),
    Action.PUBLISH: Actor("publish", "publish"),
    Flow.SLSA_GENERIC: Actor("slsa_generator", Role.SIGN),
}
"""By `owner/name`, or by path for a reusable workflow. A rehearsal that runs the table itself does what the first five
do without starting a process; under act every one of them is a local action."""
