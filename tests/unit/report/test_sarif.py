from __future__ import annotations

import pytest

from sealwright.model import Finding
from sealwright.report.sarif import Located, Rule, sarif

FAILED = Finding.failed("audit", "vulnerable-dependency", "jinja2 2.4.1", found="CVE-1", hint="upgrade")


def result_of(*located: Located) -> list[dict[str, object]]:
    (run,) = sarif(located)["runs"]
    results: list[dict[str, object]] = run["results"]
    return results


@pytest.mark.parametrize(
    ("finding", "blocking", "kind", "level"),
    [
        (FAILED, True, "fail", "error"),
        (FAILED, False, "fail", "warning"),
        (Finding.unavailable("audit", "audit-no-answer"), True, "open", "none"),
        (Finding.absent("audit", "none-there"), True, "open", "none"),
        (Finding.skipped("audit", "not asked"), False, "notApplicable", "none"),
        (Finding.passed("audit"), False, "pass", "none"),
    ],
)
def test_every_state_has_a_kind_and_only_failures_have_a_level(
    finding: Finding, blocking: bool, kind: str, level: str
) -> None:
    (result,) = result_of(Located(finding, "pyproject.toml", 3, blocking=blocking))
    assert (result["kind"], result["level"]) == (kind, level)


def test_results_point_to_their_rule_and_their_line() -> None:
    other = Finding.failed("audit", "ignore-stale")
    log = sarif((Located(FAILED, "a.toml", 7), Located(other, "b.toml")), {"ignore-stale": "an ignore for nothing"})
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert [rules[result["ruleIndex"]]["id"] for result in run["results"]] == [r["ruleId"] for r in run["results"]]
    assert run["results"][0]["locations"][0]["physicalLocation"]["region"] == {"startLine": 7}
    assert {rule["shortDescription"]["text"] for rule in rules} == {"an ignore for nothing", "vulnerable dependency"}


def test_an_advisory_is_a_rule_of_its_own_with_its_severity() -> None:
    rule = Rule("PYSEC-1", "it leaks", "https://osv.dev/vulnerability/PYSEC-1", 7.5)
    (run,) = sarif((Located(FAILED, "a.toml", 7, rule=rule), Located(FAILED, "b.toml")))["runs"]
    assert [result["ruleId"] for result in run["results"]] == ["PYSEC-1", "vulnerable-dependency"]
    assert run["tool"]["driver"]["rules"][0] == {
        "id": "PYSEC-1",
        "shortDescription": {"text": "it leaks"},
        "helpUri": "https://osv.dev/vulnerability/PYSEC-1",
        "properties": {"security-severity": "7.5", "tags": ["security"]},
    }


def test_what_is_suppressed_is_still_a_failure_with_its_reason() -> None:
    (result,) = result_of(Located(Finding.passed("audit"), "a.toml", blocking=False, suppressed="not reachable"))
    assert (result["kind"], result["level"]) == ("fail", "warning")
    assert result["suppressions"] == [{"kind": "external", "justification": "not reachable"}]
