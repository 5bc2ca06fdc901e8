"""`sealwright verify` on files that other people's releases really left behind."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from sealwright.cli import main

SAMPLES = Path(__file__).resolve().parents[4] / "shared" / "samples" / "pypi-pep740"
pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the samples are not here")
SDIST = "sampleproject-4.0.0.tar.gz"
OWNER = "pypa/sampleproject"


def verify(
    folder: Path, capsys: pytest.CaptureFixture[str], *options: str, provenance: str | None = "prov.json"
) -> tuple[int, dict[str, set[str]]]:
    """The exit code, and by state what was found: `check: code`, or the check alone where it passed."""
    shutil.copy(SAMPLES / SDIST, folder)
    if provenance:
        shutil.copy(SAMPLES / provenance, folder / f"{SDIST}.provenance.json")
    code = main(["verify", str(folder), "--json", *options])
    found: dict[str, set[str]] = {}
    for finding in json.loads(capsys.readouterr().out)["findings"]:
        said = finding["check"] if finding["state"] == "pass" else f"{finding['check']}: {finding['code']}"
        found.setdefault(finding["state"], set()).add(said)
    return code, found


def test_a_release_of_others_is_graded(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, found = verify(tmp_path, capsys, "--repo", OWNER)
    assert code == 1
    assert found["pass"] == {"runner", "agreement", "index-provenance"}
    assert "fail" not in found
    assert {"release: tag-missing", "files: release-missing", "vouched: not-vouched"} <= found["absent"]


@pytest.mark.parametrize(
    ("options", "provenance", "exit_code", "said"),
    [
        (("--repo", OWNER), "prov.json", 0, ""),
        (("--repo", "PYPA/SampleProject"), "prov.json", 0, ""),
        (("--repo", OWNER), "prov-case.json", 0, ""),
        (("--repo", OWNER, "--environment", "pypi"), "prov.json", 0, "environment: environment-unproven"),
        (("--repo", OWNER, "--version", "4.0"), "prov.json", 0, ""),
        ((), "prov.json", 1, "release: repository-not-named"),
        (("--repo", "pypa/other"), "prov.json", 1, "release: repository-mismatch"),
        (("--repo", OWNER, "--tag", "4.0.0"), "prov.json", 1, "release: tag-missing"),
        (("--repo", OWNER, "--version", "4.0.1"), "prov.json", 1, "release: version-mismatch"),
        (("--repo", OWNER, "--environment", "pypi"), "prov-env.json", 1, "index-provenance: publisher-mismatch"),
        (("--repo", OWNER, "--workflow", "ci.yml"), "prov.json", 1, "index-provenance: publisher-mismatch"),
        (("--repo", OWNER), "prov-wf.json", 1, "index-provenance: publisher-mismatch"),
        (("--repo", OWNER), "prov-empty.json", 1, "index-provenance: provenance-empty"),
        (("--repo", OWNER), "prov-noatt.json", 1, "index-provenance: provenance-empty"),
        (("--repo", OWNER), None, 1, "release: release-unsigned"),
    ],
)
def test_the_index_s_attestations_alone_are_enough_only_if_asked_for_and_as_expected(
    options: tuple[str, ...],
    provenance: str | None,
    exit_code: int,
    said: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, found = verify(tmp_path, capsys, "--accept", "signed", *options, provenance=provenance)
    assert code == exit_code
    assert not said or said in found.get("fail", set()) | found["absent"]


def test_attestations_about_another_file_vouch_for_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wheel = "sampleproject-4.0.0-py3-none-any.whl"
    shutil.copy(SAMPLES / wheel, tmp_path)
    shutil.copy(SAMPLES / "prov.json", tmp_path / f"{wheel}.provenance.json")
    code, found = verify(tmp_path, capsys, "--repo", OWNER, "--accept", "signed")
    assert code == 1
    assert any(said.startswith("index-provenance: ") for said in found["fail"])
