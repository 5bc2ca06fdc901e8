"""The page that a rehearsal leaves: about one that reached its gate, and never about an earlier one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.rehearsal import support
from tests.rehearsal.test_rehearse import command

pytestmark = pytest.mark.index


def test_a_rehearsal_that_came_to_its_end_leaves_its_verdict_as_a_page(rehearsed: Path, tmp_path: Path) -> None:
    out = support.copy_of(rehearsed / "done", rehearsed / "project", tmp_path / "out").out
    answer = command("rehearse", "--resume", "--out", out, cwd=rehearsed / "project")
    page = (out / "report.html").read_text(encoding="utf-8")
    assert answer.returncode == 0
    assert "tiny-project 1.2.3, rehearsed" in page
    assert "<p>PASSED: " in page
    assert "sabotages caught" in page
    assert "2 attested there" in page


def test_a_gate_that_says_no_leaves_its_reasons_as_a_page(after: Callable[[str], support.Snapshot]) -> None:
    snapshot = after("attest")
    snapshot.rewrite("attest", "evidence/*.tar.gz.sigstore.json", b"{}")
    snapshot.renew_digests()
    answer = command("rehearse", "--resume", "--out", snapshot.out, cwd=snapshot.project)
    page = (snapshot.out / "report.html").read_text(encoding="utf-8")
    assert answer.returncode == 1
    assert "<p>FAILED: " in page
    assert "bundle-malformed" in page


def test_a_rehearsal_that_stopped_before_its_gate_leaves_no_page(rehearsed: Path, tmp_path: Path) -> None:
    out = support.copy_of(rehearsed / "done", rehearsed / "project", tmp_path / "out").out
    (out / "report.html").write_text("an earlier verdict")
    answer = command("rehearse", "--version", "9.9.9", "--out", out, cwd=rehearsed / "project")
    assert answer.returncode == 1
    assert (out / "records" / "plan.json").is_file()
    assert not (out / "report.html").exists()
