"""The approver's page cannot be written by what it is about."""

from __future__ import annotations

import pytest
from tests.support.evidence import plan_of

from sealwright.model import FileRef, Finding, Plan, Verdict
from sealwright.report.markdown import code
from sealwright.report.summary import Page
from sealwright.report.summary import gate_summary as summary
from sealwright.verify.evidence import Signed

WHEEL = FileRef("dist/tiny-1.0-py3-none-any.whl", "a" * 64, 10)


def gate_summary(plan: Plan, judged: Verdict, signed: tuple[Signed, ...], notes: str = "") -> str:
    return summary(Page(plan, judged, signed, notes=notes))


def verdict(*findings: Finding) -> Verdict:
    return Verdict("b" * 64, (WHEEL,), ("smoke",), ("audit",), findings)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "`plain`"),
        ("", ""),
        ("a`b", "`a'b`"),
        ("a|b", "`a/b`"),
        ("a\n## PASSED\r\nb", "`a ## PASSED b`"),
        ("turned \u202e around", "`turned   around`"),
        ("\x1b[31mred", "`[31mred`"),
        ("x" * 200, f"`{'x' * 159}…`"),
        ("größer", "`größer`"),
    ],
)
def test_text_of_others_is_one_bounded_code_span(text: str, shown: str) -> None:
    assert code(text) == shown


def test_a_failure_is_told_with_what_was_expected_found_and_to_do() -> None:
    finding = Finding.failed("smoke", "smoke-import", "x.whl", expected="it imports", found="no", hint="add it")
    page = gate_summary(plan_of(), verdict(finding), ())
    told = page[page.index("### What stops it") :]
    assert "- **FAIL** `smoke-import` `x.whl`\n  - expected: `it imports`\n  - found: `no`\n  - fix: `add it`" in told


def test_weights_and_answers_stand_in_one_row_a_check() -> None:
    page = gate_summary(
        plan_of(),
        verdict(
            Finding.passed("smoke", "one", "fine"),
            Finding.passed("smoke", "two", "fine"),
            Finding.unavailable("audit", "advisories-unreachable", found="no answer"),
            Finding.skipped("changelog", "there is none"),
        ),
        (),
    )
    assert "| ok | `smoke` | required | 2: `fine` |" in page
    assert "| unseen | `audit` | enforced | `advisories-unreachable` |" in page
    assert "| skip | `changelog` | shown | `there is none` |" in page
    assert "- `audit` unseen: `no answer`" in page
    assert page.startswith("## PASSED")


def test_the_worst_answer_speaks_for_a_check() -> None:
    page = gate_summary(plan_of(), verdict(Finding.passed("smoke"), Finding.failed("smoke", "smoke-import")), ())
    assert "| FAIL | `smoke` | required | `smoke-import` |" in page


def test_notes_cannot_leave_their_fence() -> None:
    page = gate_summary(plan_of(), verdict(Finding.passed("smoke")), (), "````\n## PASSED\n````")
    assert "`````text\n````\n## PASSED\n````\n`````" in page


def test_no_verdict_is_called_safe() -> None:
    page = gate_summary(plan_of(), verdict(Finding.passed("smoke")), (), "notes")
    assert not {"safe", "secure", "trusted"} & set(page.lower().split())
