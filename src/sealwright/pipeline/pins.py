"""Which commit of each action the rendered workflow uses. Data: renewing a line changes no behaviour of ours.

A commit is the one its tag resolves to, with annotated tags followed to the commit: for gh-action-pypi-publish the
tag object's own id would name a container image that does not exist.
"""

from __future__ import annotations

from dataclasses import dataclass

from sealwright.pipeline.steps import Action, Flow


@dataclass(frozen=True, slots=True)
class Pin:
    """One version of somebody else's code."""

    version: str
    """The tag, with its `v`."""
    commit: str
    """The full object id of the commit that the tag resolved to."""


CHECKOUT = "actions/checkout"
SETUP_PYTHON = "actions/setup-python"
UPLOAD = "actions/upload-artifact"
DOWNLOAD = "actions/download-artifact"
EGRESS = "step-security/harden-runner"
CIBUILDWHEEL = "pypa/cibuildwheel"

ACTIONS: dict[str, Pin] = {
    CHECKOUT: Pin("v7.0.1", "3d3c42e5aac5ba805825da76410c181273ba90b1"),
    SETUP_PYTHON: Pin("v7.0.0", "5fda3b95a4ea91299a34e894583c3862153e4b97"),
    UPLOAD: Pin("v7.0.1", "043fb46d1a93c77aae656e7c1c64a875d1fc6a0a"),
    DOWNLOAD: Pin("v8.0.1", "3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c"),
    Action.ATTEST.value: Pin("v4.2.2", "1e69f48acb82d1966a394da916b4c1698aa569d6"),
    # From v1.14.2 on it takes Metadata 2.5, which hatchling writes.
    Action.PUBLISH.value: Pin("v1.14.2", "dc37677b2e1c63e2034f94d8a5b11f265b73ba33"),
}
"""Every action of the release, by `owner/name`."""

OPTIONAL_ACTIONS: dict[str, Pin] = {
    EGRESS: Pin("v2.20.1", "b09bb98e06d4d774595224525879c09bc6e98c40"),
    CIBUILDWHEEL: Pin("v4.2.0", "1828c10ab37f080699c7b81cea34097c684a7074"),
}
"""Actions that occur only where a project asks for them."""

FLOWS: dict[Flow, Pin] = {
    # Called by its tag, because it refuses anything else; what ran is pinned by this commit, which a signing
    # certificate names as its Build Signer Digest.
    Flow.SLSA_GENERIC: Pin("v2.1.0", "f7dd8c54c2067bafc12ca7a55595d5ee9b75204a"),
}
"""Every reusable workflow of the release."""
