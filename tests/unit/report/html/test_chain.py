"""What each link of the chain says, given what the checks answered."""

from __future__ import annotations

import pytest
from tests.support.pages import CLAIMS, PASSING, verdict

from sealwright.config.policy import FLOOR
from sealwright.model import Finding
from sealwright.report.html.chain import Link, links
from sealwright.verify import complete, published, release, vouched
from sealwright.verify.anybody import GENERATOR

NAMES = ["Commit", "Workflow run", "Build", "Evidence", "Gate verdict", "Index"]
LATER = {"released", "trust-root-age", "pins-newer", "audit-earlier"}
"""Checks of what was released long ago, which no verdict on one release has."""
FURTHER = (complete.CHECK, vouched.CHECK, GENERATOR, "source", "index", "approval")


def chain(*findings: Finding) -> dict[str, Link]:
    return {link.name: link for link in links(verdict(*findings), CLAIMS, "release")}


def test_the_chain_goes_from_commit_to_index() -> None:
    assert [link.name for link in links(verdict(), CLAIMS, "release")] == NAMES


def test_a_release_that_passes_says_what_was_not_looked_at() -> None:
    answers = {name: link.answer.word for name, link in chain(*PASSING).items()}
    assert answers == {
        "Commit": "unseen",
        "Workflow run": "ok",
        "Build": "ok",
        "Evidence": "ok",
        "Gate verdict": "self",
        "Index": "unseen",
    }


FAILED = Finding.failed("signer", "signer-commit")


@pytest.mark.parametrize(
    ("name", "findings", "word"),
    [
        ("Workflow run", (Finding.passed("agreement"), FAILED), "FAIL"),
        ("Workflow run", (Finding.absent("approval", "approval-unproven"), Finding.passed("signer")), "ok"),
        ("Build", (Finding.passed("runner"), Finding.failed("rebuild", "rebuild-differs-code")), "note"),
        ("Build", (Finding.skipped("source", "x"), Finding.passed("runner")), "ok"),
        ("Commit", (Finding.skipped("source", "no clone"),), "skip"),
        ("Commit", (Finding.passed("release"), Finding.failed("source", "source-differs")), "FAIL"),
        ("Evidence", (Finding.absent("sbom", "sbom-missing"), Finding.passed("signatures")), "absent"),
        ("Evidence", (Finding.passed("sbom"), Finding.unavailable("signatures", "x")), "unseen"),
        ("Index", (), "unseen"),
    ],
)
def test_a_link_is_as_good_as_the_worst_of_its_checks(name: str, findings: tuple[Finding, ...], word: str) -> None:
    assert chain(*(findings or (Finding.passed("signer"),)))[name].answer.word == word


def test_what_spoils_a_link_is_named_in_it() -> None:
    assert chain(FAILED)["Workflow run"].facts[0] == "signer-commit"
    assert chain(*PASSING)["Commit"].facts == ("source-not-compared", "octo-org/tiny")


def test_the_index_s_attestations_are_counted_where_nobody_asked_it_for_files() -> None:
    attested, compared = Finding.passed("index-provenance", "dist/x"), Finding.passed("index-files", "dist/x")
    required = ("index-provenance",)
    (*_, alone) = links(verdict(attested, required=required), CLAIMS, "release")
    (*_, both) = links(verdict(attested, compared, required=required), CLAIMS, "release")
    assert (alone.facts, both.facts) == (("1 attested there",), ("1 files as planned", "1 attested there"))
    assert chain(attested)["Index"].facts == ("no check that counts asked",)


def test_a_check_that_nobody_foresaw_spoils_the_gate_s_verdict() -> None:
    new = Finding.failed("a-new-check", "a-new-code")
    judged = verdict(*PASSING, new, required=("a-new-check",))
    gate = {link.name: link for link in links(judged, CLAIMS, "release")}["Gate verdict"]
    assert (gate.answer.word, gate.facts[0]) == ("FAIL", "a-new-code")


@pytest.mark.parametrize(
    "check", sorted({*FLOOR, *release.CHECKS, *published.CHECKS, *FURTHER} - {"controls", "gate", "notify"} - LATER)
)
def test_every_known_check_but_the_gate_s_own_has_its_link(check: str) -> None:
    found = chain(Finding.failed(check, "wrong"))
    assert [name for name, link in found.items() if check in link.checks] != ["Gate verdict"]


def test_nothing_is_claimed_without_a_certificate() -> None:
    found = {link.name: link for link in links(verdict(Finding.absent("release", "release-unsigned")), None, "release")}
    assert found["Commit"].facts == ("release-unsigned",)
    assert found["Workflow run"].facts == ("no check asked about it",)
