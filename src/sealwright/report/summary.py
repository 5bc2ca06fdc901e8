"""The page that the approver reads: the verdict in Markdown, for the job's summary. Strings only, no third parties."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sealwright.config.policy import Ignore
from sealwright.model import Finding, Mode, Plan, State, Verdict
from sealwright.report.changes import markdown
from sealwright.report.findings import FROM_BAD_TO_GOOD, WORDS, weight_of
from sealwright.report.markdown import code
from sealwright.verify.changes.model import Changes
from sealwright.verify.difference.findings import GRAVE
from sealwright.verify.evidence import Signed

_CONTROLS = "controls"
_CHANGES = "changes"
_MEANING = (
    "PASSED says that this evidence agrees with the policy. It does not say that the commit was reviewed, or that it "
    "is harmless: that is what the approver is for."
)


@dataclass(frozen=True, slots=True)
class Page:
    """Everything that the approver is shown."""

    plan: Plan
    verdict: Verdict
    signed: tuple[Signed, ...]
    changes: Changes | None = None
    """Since the last release on the index; None where there is none, or where it could not be asked, which is said."""
    waivers: tuple[Ignore, ...] = ()
    """Advisories that the policy lets pass for a while."""
    notes: str = ""
    """The changelog's entry."""


def gate_summary(page: Page) -> str:
    """Verdict, what stops it, what changed, checks, files, signers, waivers, controls, what was not judged, notes.

    Texts from records and archives are the project's or an attacker's, so none of them is taken as Markdown.
    """
    verdict = page.verdict
    parts = (
        _title(page.plan, verdict),
        _stopping(verdict),
        _grave(verdict),
        _changed(page.changes, verdict),
        _waivers(page.waivers),
        _checks(verdict),
        _files(verdict),
        _signers(page.signed),
        _controls(verdict.of(_CONTROLS)),
        _open_questions(verdict),
        _notes(page.notes),
        _MEANING,
    )
    return "\n\n".join(part for part in parts if part)


def _title(plan: Plan, verdict: Verdict) -> str:
    word = "PASSED" if verdict.passed else "FAILED"
    kind = " (rehearsal)" if plan.mode is Mode.REHEARSAL else ""
    where = f"Tag {code(plan.tag)} at {code(plan.commit)} of {code(plan.repository)}."
    return f"## {word}: {code(plan.project.name)} {code(plan.version)}{kind}\n\n{where}"


def _stopping(verdict: Verdict) -> str:
    lines = [line for finding in verdict.blocking for line in _told(finding)]
    return "### What stops it\n\n" + "\n".join(lines) if lines else ""


def _grave(verdict: Verdict) -> str:
    """Differences between the two builds that nobody may overlook, although the policy lets them pass."""
    found = [finding for finding in verdict.findings if finding.code in GRAVE and finding not in verdict.blocking]
    lines = [line for finding in found for line in _told(finding)]
    return "### Does not stop it: built twice, with other code\n\n" + "\n".join(lines) if lines else ""


def _told(finding: Finding) -> Iterator[str]:
    about = f" {code(finding.subject)}" if finding.subject else ""
    yield f"- **{WORDS[finding.state]}** {code(finding.code)}{about}"
    for label, text in (("expected", finding.expected), ("found", finding.found), ("fix", finding.hint)):
        if text:
            yield f"  - {label}: {code(text)}"


def _checks(verdict: Verdict) -> str:
    rows = [_check(verdict, check) for check in dict.fromkeys(f.check for f in verdict.findings)]
    return "\n".join(["| answer | check | weight | seen |", "| --- | --- | --- | --- |", *rows])


def _check(verdict: Verdict, check: str) -> str:
    findings = verdict.of(check)
    worst = min((f.state for f in findings), key=FROM_BAD_TO_GOOD.index)
    of_that_kind = [f for f in findings if f.state is worst]
    return f"| {WORDS[worst]} | {code(check)} | {weight_of(verdict, check)} | {_seen(of_that_kind)} |"


def _seen(findings: list[Finding]) -> str:
    first = findings[0]
    text = first.found if first.state in (State.PASS, State.SKIPPED) else first.code
    if len(findings) == 1:
        return code(text or first.subject)
    same = {f.found if f.state is State.PASS else f.code for f in findings} == {text}
    return f"{len(findings)}: {code(text)}" if same and text else f"{len(findings)} answers"


def _files(verdict: Verdict) -> str:
    rows = [f"| {code(ref.name)} | {ref.size} | `{ref.sha256}` |" for ref in verdict.subjects]
    return "\n".join(["| file | bytes | sha256 |", "| --- | --- | --- |", *rows]) if rows else ""


def _changed(changes: Changes | None, verdict: Verdict) -> str:
    if changes is not None:
        return markdown(changes)
    said = [finding for finding in verdict.findings if finding.check == _CHANGES]
    why = "; ".join(code(finding.found or finding.code) for finding in said) or "nobody compared it"
    return f"### What changes\n\nNot known: {why}."


def _waivers(waivers: Iterable[Ignore]) -> str:
    rows = [
        f"| {code(ignore.id)} | {code(ignore.package)} | {ignore.expires.isoformat()} | {code(ignore.reason)} |"
        for ignore in sorted(waivers, key=lambda ignore: ignore.expires)
    ]
    head = ["### Open waivers", "", "| advisory | package | until | reason |", "| --- | --- | --- | --- |"]
    return "\n".join([*head, *rows]) if rows else ""


def _signers(signed: Iterable[Signed]) -> str:
    by: dict[tuple[str, str], list[str]] = {}
    for item in signed:
        if item.claims is not None:
            key = (item.claims.san, item.claims.environment)
            by.setdefault(key, []).append((item.subject or item.path).rpartition("/")[2])
    rows = [
        f"- {code(san)}" + (f", environment {code(environment)}" if environment else "") + f": {_named(paths)}"
        for (san, environment), paths in sorted(by.items())
    ]
    return "Signed by\n\n" + "\n".join(rows) if rows else ""


def _named(names: list[str]) -> str:
    return ", ".join(code(name) for name in sorted(names))


def _controls(findings: tuple[Finding, ...]) -> str:
    caught = [f for f in findings if f.state is State.PASS]
    if not caught:
        return ""
    rows = [f"- {code(f.subject)}: {code(f.found)}" for f in caught]
    head = f"{len(caught)} of {len(findings)} broken copies were refused for the expected reasons."
    return f"<details><summary>{head}</summary>\n\n" + "\n".join(rows) + "\n\n</details>"


def _open_questions(verdict: Verdict) -> str:
    open_ = [f for f in verdict.findings if f.state not in (State.PASS, State.FAIL) and f.check != _CONTROLS]
    rows = [f"- {code(f.check)} {WORDS[f.state]}: {code(f.found or f.code)} {code(f.subject)}".rstrip() for f in open_]
    return "Not judged\n\n" + "\n".join(dict.fromkeys(rows)) if rows else ""


def _notes(notes: str) -> str:
    if not notes.strip():
        return ""
    fence = "`" * max(3, *(len(run) + 1 for run in re.findall(r"`+", notes) or [""]))
    return f"Release notes, as the project wrote them\n\n{fence}text\n{notes.strip()}\n{fence}"
