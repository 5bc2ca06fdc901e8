"""`sealwright rehearse` around the rehearsal itself."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support.projects import make_project

from sealwright import cli
from sealwright.cli import rehearsing


def test_an_interrupted_rehearsal_says_what_to_type(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(prepared, *_):
        prepared.lock.release()
        raise KeyboardInterrupt

    make_project(tmp_path / "my project")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(rehearsing, "rehearse", interrupted)
    assert cli.main(["rehearse", "--project", "my project", "--out", "out"]) == 130
    said = f"`sealwright rehearse --project 'my project' --resume --out {tmp_path / 'out'}` continues"
    assert said in capsys.readouterr().err
