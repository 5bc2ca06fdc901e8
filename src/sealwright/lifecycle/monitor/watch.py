"""One look at everything that was published: asks, judges, audits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sealwright.endpoints import Endpoints
from sealwright.lifecycle.monitor.ages import judge_pins, judge_trust_root
from sealwright.lifecycle.monitor.gather import gather, pinned
from sealwright.lifecycle.monitor.judge import judge, summed
from sealwright.lifecycle.monitor.sboms import audit_released
from sealwright.lifecycle.monitor.seen import Watched
from sealwright.model import Finding
from sealwright.services.advisories import Sources
from sealwright.verify.bundle import TrustRoot


@dataclass(frozen=True, slots=True)
class Report:
    """What a look came to."""

    findings: tuple[Finding, ...]
    ships: Mapping[str, Mapping[str, tuple[str, ...]]]
    """Version of ours to the packages that it ships, each with its versions."""
    unread: tuple[str, ...]
    """Versions of which it is not known what they ship."""


def watch(
    watched: Watched, endpoints: Endpoints, sources: Sources, root: TrustRoot, environ: Mapping[str, str]
) -> Report:
    """Look at the releases of `watched`. Never raises for a service that does not answer; the findings say so."""
    seen = gather(watched, endpoints, environ)
    findings, held = judge(seen, watched, root)
    shipped = audit_released(seen.versions, held, sources, watched.policy.audit.ignore)
    ages = (judge_trust_root(root.newest.date(), watched.today), *judge_pins(pinned(watched), seen.pinned))
    everything = tuple(dict.fromkeys(summed((*findings, *shipped.findings, *ages))))
    unread = [one.version for one in seen.versions if one.version not in shipped.packages]
    return Report(everything, shipped.packages, (*unread, *seen.left_out))
