"""Findings as SARIF 2.1.0, which code hosts show beside the lines they are about.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sealwright import __version__
from sealwright.model import Finding, State

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
# What was not looked at is no defect of the code, but whoever reads the list must see that it is open.
_KINDS = {
    State.FAIL: "fail",
    State.UNAVAILABLE: "open",
    State.ABSENT: "open",
    State.SKIPPED: "notApplicable",
    State.PASS: "pass",
}


@dataclass(frozen=True, slots=True)
class Rule:
    """What a finding is an instance of, where its code says too little: an advisory, say."""

    id: str
    text: str
    """One line about it."""
    address: str = ""
    """Where to read more; empty where there is nothing."""
    score: float | None = None
    """Its severity from 0.0 to 10.0, as CVSS measures it; None where nobody computed one."""


@dataclass(frozen=True, slots=True)
class Located:
    """A finding and where it is."""

    finding: Finding
    path: str
    """Of a file in the repository, with `/`."""
    line: int = 1
    blocking: bool = True
    """Whether it stands in the way; what only informs is a warning."""
    rule: Rule | None = None
    """None where the finding's code is the rule."""
    suppressed: str = ""
    """Why it is known and left as it is; empty where it is not."""

    @property
    def rule_id(self) -> str:
        """The id of its rule."""
        return self.rule.id if self.rule else self.finding.code


def sarif(results: Iterable[Located], help_of: Mapping[str, str] | None = None) -> dict[str, Any]:
    """A SARIF log of one run. `help_of` explains codes, for the list of rules."""
    found = tuple(results)
    explained = help_of or {}
    own = {located.rule_id: located.rule for located in found}
    codes = sorted(own)
    rules = [_rule(own[code] or Rule(code, explained.get(code) or code.replace("-", " "))) for code in codes]
    driver = {"name": "sealwright", "version": __version__, "rules": rules}
    results_ = [_result(located, codes.index(located.rule_id)) for located in found]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results_}
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(rule: Rule) -> dict[str, Any]:
    found: dict[str, Any] = {"id": rule.id, "shortDescription": {"text": rule.text}}
    if rule.address:
        found["helpUri"] = rule.address
    if rule.score is not None:
        # Code hosts sort by this one, whoever defined it.
        found["properties"] = {"security-severity": str(rule.score), "tags": ["security"]}
    return found


def _result(located: Located, rule: int) -> dict[str, Any]:
    finding = located.finding
    # SARIF 3.27.23: what is suppressed is still a failure, and is shown as such to whoever asks.
    kind = "fail" if located.suppressed else _KINDS[finding.state]
    # SARIF 3.27.9: only a failure has a level of its own.
    level = ("error" if located.blocking else "warning") if kind == "fail" else "none"
    suppressions = [{"kind": "external", "justification": located.suppressed}] if located.suppressed else None
    return {
        "ruleId": located.rule_id,
        "ruleIndex": rule,
        "kind": kind,
        "level": level,
        "message": {"text": _message(finding)},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": located.path},
                    "region": {"startLine": max(located.line, 1)},
                }
            }
        ],
        **({"suppressions": suppressions} if suppressions else {}),
    }


def _message(finding: Finding) -> str:
    parts = (
        finding.subject,
        f"found {finding.found}" if finding.found else "",
        f"expected {finding.expected}" if finding.expected else "",
        f"fix: {finding.hint}" if finding.hint else "",
    )
    return "; ".join(part for part in parts if part) or finding.code
