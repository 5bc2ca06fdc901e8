"""What gets old by itself: the trust root that signatures are held against, and the pins of the workflow."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping

from packaging.version import Version

from sealwright.doctor.audits.ages import TRUST_ROOT_DAYS
from sealwright.errors import SealwrightError
from sealwright.model import Finding
from sealwright.pipeline.steps import WORKFLOW_FILE

TRUST, PINS, NEWER = "trust-root-age", "pins", "pins-newer"
_FULL = re.compile(r"v[0-9]+(\.[0-9]+){2}")
"""A tag of one version; `v4` is one that its owners move."""


def judge_trust_root(newest: dt.date, today: dt.date) -> Finding:
    """Whether the newest key of the trust root came into use not too long ago. Code: `trust-root-old`."""
    days = (today - newest).days
    if days <= TRUST_ROOT_DAYS:
        return Finding.passed(TRUST, "", f"its newest key is of {newest.isoformat()}")
    return Finding.failed(
        TRUST,
        "trust-root-old",
        expected=f"a key of the last {TRUST_ROOT_DAYS} days",
        found=f"the newest one is of {newest.isoformat()}",
        hint="upgrade the package `sigstore`: what newer keys signed cannot be verified with this one",
    )


def judge_pins(
    pinned: Mapping[str, Mapping[str, str]], tags: Mapping[str, Mapping[str, str] | SealwrightError]
) -> Iterator[Finding]:
    """Whether the tags of all actions still lead to the commits that the workflow pins, and are the newest ones.

    Check `pins`; codes `pin-moved`, `pin-tag-missing`, `pins-none`. Check `pins-newer`; code `pin-behind`.
    """
    if not pinned:
        hint = "`sealwright workflow` renders it; run this where the project's release.yml is"
        yield Finding.absent(PINS, "pins-none", WORKFLOW_FILE, expected="actions pinned to commits", hint=hint)
    for name, versions in sorted(pinned.items()):
        known = tags[name]
        if isinstance(known, SealwrightError):
            yield Finding.unavailable(PINS, known.code, name, found=known.message, hint=known.hint)
            continue
        yield from (_judge_pin(name, version, commit, known.get(version)) for version, commit in versions.items())
        yield from _behind(name, versions, known)


def _judge_pin(name: str, version: str, commit: str, found: str | None) -> Finding:
    subject = f"{name} {version}"
    if found == commit:
        return Finding.passed(PINS, subject, "as pinned")
    code = "pin-moved" if found else "pin-tag-missing"
    return Finding.failed(
        PINS,
        code,
        subject,
        expected=f"the pinned {commit}",
        found=f"the tag leads to {found}" if found else "there is no such tag any more",
        hint="the pin still holds; find out why before you renew it, as with tj-actions and Trivy",
    )


def _behind(name: str, versions: Mapping[str, str], known: Mapping[str, str]) -> Iterator[Finding]:
    newest = max((tag for tag in known if _FULL.fullmatch(tag)), key=Version, default=None)
    used = max(versions, key=Version)
    if newest is not None and Version(newest) > Version(used):
        hint = "let it wait for a week, read what changed, then renew the pin"
        yield Finding.failed(NEWER, "pin-behind", name, expected=newest, found=used, hint=hint)
