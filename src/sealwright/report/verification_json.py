"""The verdict on a release for programs: JSON by docs/schema/verification.json, and SARIF."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from sealwright.model import Finding, State
from sealwright.report import answer as reports
from sealwright.report import sarif
from sealwright.report.codes import CODES
from sealwright.report.verification import Judged
from sealwright.verify.evidence import Signed

FORMAT = 1
"""Raised when a key changes its meaning or goes away; new keys do not raise it."""


def as_json(judged: Judged) -> dict[str, Any]:
    """Everything that the lines say, and what they leave out: every finding, every bundle with its certificate."""
    found, verdict, question = judged.answer, judged.answer.verdict, judged.question
    answer = reports.Answer("verify", verdict.subjects, verdict.findings, verdict.blocking)
    document = reports.as_json(
        answer,
        format=FORMAT,
        targets=list(judged.targets),
        scope=judged.scope.value,
        mode=found.mode.value,
        question={**asdict(question), "accept": question.accept.value},
        claims=asdict(found.claims) if found.claims else None,
        required=list(verdict.required),
        enforced=list(verdict.enforced),
        bundles=[_bundle(signed) for signed in found.signed],
        policy=verdict.policy,
        trust_root={"sha256": judged.root.sha256, "newest_key": f"{judged.root.newest:%Y-%m-%dT%H:%M:%SZ}"},
    )
    # A verdict without a subject, or with a required check that is silent, is none: it decides, not the findings alone.
    return {**document, "passed": verdict.passed, "exit_code": verdict.exit_code}


def as_sarif(judged: Judged) -> dict[str, Any]:
    """The findings as a SARIF log. A release is no source code: each is at the file that it is about, line 1."""
    verdict = judged.answer.verdict
    return sarif.sarif(_located(judged, set(verdict.blocking)), CODES)


def _located(judged: Judged, blocking: set[Finding]) -> Iterator[sarif.Located]:
    known = {ref.name: ref.path for ref in judged.answer.verdict.subjects}
    for finding in judged.answer.verdict.findings:
        if finding.state is not State.PASS:
            path = known.get(finding.subject, finding.subject if "/" in finding.subject else judged.targets[0])
            yield sarif.Located(finding, path, blocking=finding in blocking)


def _bundle(signed: Signed) -> dict[str, Any]:
    verified = signed.verified
    return {
        "path": signed.path,
        "subject": signed.subject,
        "verified": verified is not None,
        "signed_at": f"{verified.signed_at:%Y-%m-%dT%H:%M:%SZ}" if verified else None,
        "certificate": asdict(verified.claims) if verified else None,
    }
