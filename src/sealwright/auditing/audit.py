"""One audit of however many things at once: everything in them is asked about once, each is judged by itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from sealwright.config.policy import Ignore
from sealwright.errors import Refused, Unavailable
from sealwright.model import Finding
from sealwright.services.advisories import Sources, ask
from sealwright.verify.advisories import CHECK
from sealwright.verify.audit import Knowledge
from sealwright.verify.ignores import Ignores
from sealwright.verify.inventory import Inventory, read_inventory
from sealwright.verify.judgement import Judgement, Subject, judge_nothing
from sealwright.verify.origins import Origins

Explain = Callable[[Subject], Origins]
"""Finds out who brings what; called only where something is vulnerable."""


@dataclass(frozen=True, slots=True)
class Audit:
    """What was found, and when it was asked."""

    at: dt.datetime
    """UTC, whole seconds."""
    judgements: Mapping[str, Judgement]
    """By the name under which each thing was given."""


@dataclass(frozen=True, slots=True)
class AuditedSboms:
    """The same for documents, with what was read in them."""

    audit: Audit
    inventories: Mapping[str, Inventory]
    """Those that could be read."""


def audit(
    subjects: Mapping[str, Subject],
    sources: Sources,
    ignores: Iterable[Ignore] = (),
    *,
    stale: bool = True,
    explain: Explain | None = None,
) -> Audit:
    """Ask about everything in `subjects` and judge each of them by the ignores of one policy.

    `stale`: whether an ignore has to cover something. Never raises for a service that does not answer: then nothing is
    known, and each judgement says so.
    """
    packages = frozenset().union(*(subject.packages for subject in subjects.values()))
    now = dt.datetime.now(dt.UTC).replace(microsecond=0)
    rules = Ignores(tuple(ignores), now.date())
    if not packages:
        nothing = {name: judge_nothing(subject, rules, stale=stale) for name, subject in subjects.items()}
        return Audit(now, nothing)
    try:
        knowledge = Knowledge.of(ask(sources, packages))
    except Unavailable as error:
        missing = Finding.unavailable(CHECK, error.code, found=error.message, hint=error.hint)
        return Audit(now, {name: _unknown(subject, missing, rules) for name, subject in subjects.items()})
    found = {
        name: knowledge.judge(_explained(subject, knowledge, explain), rules, stale=stale)
        for name, subject in subjects.items()
    }
    return Audit(now, found)


def audit_sboms(documents: Mapping[str, bytes], sources: Sources, ignores: Iterable[Ignore] = ()) -> AuditedSboms:
    """Today's advisories about what released CycloneDX documents list, by the name of each document.

    What was released does not change any more while a policy goes on, so no ignore is stale here. A document that
    cannot be read leaves its own audit unavailable (`sbom-malformed`), and no other.
    """
    inventories: dict[str, Inventory] = {}
    subjects: dict[str, Subject] = {}
    for name, data in documents.items():
        try:
            inventories[name] = read_inventory(data, name)
            subjects[name] = inventories[name].subject
        except Refused as error:
            unread = Finding.unavailable(CHECK, error.code, name, found=error.message, hint=error.hint)
            subjects[name] = Subject((), unread=(unread,))
    return AuditedSboms(audit(subjects, sources, ignores, stale=False), inventories)


def _explained(subject: Subject, knowledge: Knowledge, explain: Explain | None) -> Subject:
    if explain is None or not knowledge.vulnerabilities(subject.packages):
        return subject
    return replace(subject, origins=explain(subject))


def _unknown(subject: Subject, missing: Finding, rules: Ignores) -> Judgement:
    """Where nobody answered: what could not be read stays said, and ignores are judged as far as dates go."""
    if not subject.packages:
        return judge_nothing(subject, rules, stale=False)
    return judge_nothing(replace(subject, unread=(missing, *subject.unread)), rules, stale=False)
