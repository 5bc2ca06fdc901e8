"""Every audit, in the order in which they are asked."""

from __future__ import annotations

from sealwright.doctor.audits import (
    ages,
    artifacts,
    assets,
    attestations,
    caches,
    checkout,
    comments,
    concurrency,
    drift,
    duplicates,
    environments,
    existing,
    gates,
    generator,
    grants,
    injection,
    installs,
    metadata,
    permissions,
    pins,
    presence,
    project_code,
    publisher,
    readable,
    reusable,
    runners,
    settings,
    skip_ci,
    tokens,
    triggers,
)
from sealwright.doctor.codes import Audit, Code

AUDITS: tuple[Audit, ...] = (
    presence.AUDIT,
    readable.AUDIT,
    drift.AUDIT,
    # who may publish
    tokens.AUDIT,
    publisher.AUDIT,
    reusable.AUDIT,
    environments.AUDIT,
    triggers.AUDIT,
    duplicates.AUDIT,
    settings.AUDIT,
    # what could be slipped in
    permissions.AUDIT,
    caches.AUDIT,
    project_code.AUDIT,
    installs.AUDIT,
    injection.AUDIT,
    pins.AUDIT,
    comments.AUDIT,
    artifacts.AUDIT,
    checkout.AUDIT,
    runners.AUDIT,
    # what would stop a release half-way, or hide that it went wrong
    grants.AUDIT,
    generator.AUDIT,
    gates.AUDIT,
    concurrency.AUDIT,
    skip_ci.AUDIT,
    existing.AUDIT,
    metadata.AUDIT,
    attestations.AUDIT,
    assets.AUDIT,
    ages.AUDIT,
)

CODES: dict[str, Code] = {code.name: code for audit in AUDITS for code in audit.codes}
"""Everything that can be said, by its code."""
