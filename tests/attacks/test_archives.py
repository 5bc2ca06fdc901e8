"""Hostile archives are found out, each with its own code."""

from __future__ import annotations

import pytest
from tests.support.archives import (
    COMMITTED,
    SDIST,
    STEM,
    WHEEL,
    WHEEL_FILE,
    codes,
    commit_of,
    good_sdist,
    good_wheel,
    judged,
)
from tests.support.hostile_sdists import SDISTS, SdistAttack
from tests.support.hostile_wheels import EVIL, WHEELS, Attack

from sealwright.model import State
from sealwright.verify.archive import CHECKS, CODES, Commit


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(("code", "attack"), WHEELS.values(), ids=WHEELS.keys())
def test_a_hostile_wheel_is_found_out(code: str, attack: Attack) -> None:
    draft = good_wheel()
    data = attack(draft) or draft.build()
    findings = judged({WHEEL: data, SDIST: good_sdist().build()})
    assert code in codes(findings)
    failed = [finding for finding in findings if finding.state is State.FAIL]
    assert all(finding.hint and finding.subject.startswith(WHEEL) for finding in failed)
    assert all(character.isprintable() for finding in failed for character in finding.subject + finding.found)


@pytest.mark.parametrize(("code", "attack"), SDISTS.values(), ids=SDISTS.keys())
def test_a_hostile_sdist_is_found_out(code: str, attack: SdistAttack) -> None:
    draft = good_sdist()
    data = attack(draft) or draft.build()
    findings = judged({WHEEL: good_wheel().build(), SDIST: data})
    assert code in codes(findings)
    failed = [finding for finding in findings if finding.state is State.FAIL]
    assert all(finding.hint for finding in failed)
    assert all(character.isprintable() for finding in failed for character in finding.subject + finding.found)


@pytest.mark.parametrize("filename", ["tiny-1.0.zip", "tiny-1.0-py3-none-any.whl.exe", "tiny.tar.gz", "tiny-1.0.whl"])
def test_a_file_that_is_no_distribution_is_found_out(filename: str) -> None:
    findings = judged({WHEEL: good_wheel().build(), SDIST: good_sdist().build(), filename: b""})
    assert codes(findings) <= {"unexpected-file", "filename-malformed"}
    assert codes(findings)


def test_a_second_sdist_is_found_out() -> None:
    other = f"tiny-1.0.0{SDIST.removeprefix(STEM)}"
    findings = judged({WHEEL: good_wheel().build(), SDIST: good_sdist().build(), other: good_sdist().build()})
    assert "several-sdists" in codes(findings)


def test_a_wheel_with_more_than_the_sdist_is_found_out() -> None:
    sdist = good_sdist({path: data for path, data in COMMITTED.items() if path != "src/tiny/data.txt"})
    assert codes(judged({WHEEL: good_wheel().build(), SDIST: sdist.build()})) == {"not-in-sdist"}


def test_an_archive_that_cannot_be_read_passes_no_check() -> None:
    findings = judged({WHEEL: b"evil", SDIST: good_sdist().build()})
    assert not [f for f in findings if f.state is State.PASS and f.subject == WHEEL]


def test_a_hostile_archive_cannot_fill_the_record() -> None:
    wheel = good_wheel()
    for number in range(150):
        wheel.add(f"tiny/{number}.py", EVIL)
    findings = judged({WHEEL: wheel.build(), SDIST: good_sdist().build()})
    assert len(findings) < 70
    assert any("more findings" in finding.found for finding in findings)


def test_what_a_backend_makes_is_not_found_out() -> None:
    assert WHEEL_FILE in [entry.data for entry in good_wheel().entries]
    findings = judged({WHEEL: good_wheel().build(), SDIST: good_sdist().build()})
    assert codes(findings) == set()
    assert {(f.check, f.state) for f in findings if f.subject == WHEEL} == {
        (check, State.PASS) for check in CHECKS if check != "explained"
    }


def test_what_may_come_from_a_submodule_that_is_not_here_is_neither_passed_nor_accused() -> None:
    commit = commit_of(COMMITTED)
    unseen = Commit(commit.tree, commit.read_object, unseen={"src/tiny/vendored": "0" * 40})
    wheel, sdist = good_wheel(), good_sdist()
    wheel.add("tiny/vendored/x.py", b"x = 1\n")
    sdist.add(f"{STEM}/src/tiny/vendored/x.py", b"x = 1\n")
    findings = judged({WHEEL: wheel.build(), SDIST: sdist.build()}, unseen)
    assert codes(findings) == set()
    found = [finding for finding in findings if finding.code == "submodule-unseen"]
    assert {finding.subject.partition(":")[0] for finding in found} == {WHEEL, SDIST}
    assert all(f.state is State.UNAVAILABLE and "submodule update" in f.hint for f in found)
    assert not [f for f in findings if f.check == "contents" and f.state is State.PASS]


ELSEWHERE = {"filename-malformed", "unexpected-file", "several-sdists", "not-in-sdist"}
"""Found in tests above and below that need more than one archive."""
COMPILED = {"compiled-member", "compiled-format"}
"""Found in test_compiled.py: most of it is about wheels of other platforms."""
REWRITTEN = {"submodule-unseen", "rewritten"}
"""Shown beside what the backends may do, in test_false_positives.py, and above."""


def test_every_code_has_an_archive_that_it_is_found_in() -> None:
    tables = {code for code, _ in (*WHEELS.values(), *SDISTS.values())}
    assert tables | ELSEWHERE | COMPILED | REWRITTEN == set(CODES)
