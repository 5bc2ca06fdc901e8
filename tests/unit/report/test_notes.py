from __future__ import annotations

import pytest

from sealwright.model import Finding, Record
from sealwright.report.notes import note

BROUGHT = Finding.passed("closure", "tiny.whl", "2 packages, from Python 3.11 on")
IGNORED = Finding.passed("audit", "requests 2.19.1", "PYSEC-2018-28 (HIGH 7.5) is ignored until 2026-12-31: a, b, c")
NOTHING = Finding.passed("audit", "", "0 dependencies: nothing to ask about")


@pytest.mark.parametrize(
    ("findings", "told"),
    [
        (
            (BROUGHT, Finding.passed("audit", "", "2 dependencies as pypi.org lists them, no known vulnerability")),
            "no known vulnerability",
        ),
        (
            (BROUGHT, IGNORED, Finding.passed("audit", "", "2 dependencies as pypi.org lists them, 1 ignored")),
            "1 ignored",
        ),
        ((BROUGHT, Finding.unavailable("audit", "audit-unreachable")), "2 packages"),
        ((Finding.passed("closure", "tiny.whl", "0 packages, from Python 3.11 on"), NOTHING), "0 packages"),
    ],
)
def test_what_is_ignored_is_not_called_unknown(findings: tuple[Finding, ...], told: str) -> None:
    text = note(Record("examine", "0" * 64, ("inspect", "audit"), (), (), findings))
    assert text.endswith(told)
    assert text.startswith("audit unseen") is any(finding.code == "audit-unreachable" for finding in findings)
