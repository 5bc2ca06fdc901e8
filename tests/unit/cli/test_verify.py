"""`sealwright verify` as its user meets it: targets, output, exit codes, and what bad input gets."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from tests.support.evidence import SDIST, WHEEL
from tests.support.sealed import RELEASE, downloaded, sealed_release
from tests.support.sigstore import RUN

from sealwright.cli import main
from sealwright.model import Mode

SCHEMA = json.loads((Path(__file__).parents[3] / "docs/schema/verification.json").read_text())


@dataclass(frozen=True)
class Downloaded:
    """A rehearsed release's assets in a folder, and the trust root they hold with."""

    folder: Path
    trust_config: Path


@pytest.fixture(scope="module")
def downloads(tmp_path_factory: pytest.TempPathFactory) -> Downloaded:
    made = tmp_path_factory.mktemp("made")
    with sealed_release(made, Mode.REHEARSAL) as release:
        folder = tmp_path_factory.mktemp("downloads")
        for path, content in downloaded(release).items():
            (folder / path.rpartition("/")[2]).write_bytes(content.data or b"")
        trust_config = folder.parent / "trust_config.json"
        shutil.copy(release.sigstore.trust_config, trust_config)
    return Downloaded(folder, trust_config)


def verify(downloads: Downloaded, *options: str | Path, target: Path | None = None, repo: str = RUN.repository) -> int:
    given = [target or downloads.folder, "--trust-config", downloads.trust_config, *(("--repo", repo) if repo else ())]
    return main(["verify", *map(str, (*given, *options))])


def document(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    jsonschema_rs.validator_for(SCHEMA).validate(found)
    return found


def codes(document: dict[str, Any], *states: str) -> set[str]:
    return {finding["code"] for finding in document["findings"] if finding["state"] in states}


def test_a_release_passes_and_says_what_that_proves_and_what_not(
    downloads: Downloaded, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verify(downloads) == 0
    said = capsys.readouterr().out
    assert "ok      signatures" in said
    assert "self    gate" in said
    assert "PASSED" in said
    assert "as a rehearsal and not as a release" in said
    assert "You named the repository; we did not." in said
    assert "Does not prove: " in said
    assert f"{WHEEL}  sha256:" in said
    assert "\x1b" not in said


def test_without_a_repository_it_names_the_one_that_is_claimed_and_does_not_pass(
    downloads: Downloaded, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verify(downloads, repo="") == 1
    said = capsys.readouterr().out
    assert f"add `--repo {RUN.repository}`" in said
    assert "PASSED  " not in said
    assert "Why: sealwright verify --explain repository-not-named" in said


def test_a_rehearsal_is_nothing_to_the_public_trust_root(
    downloads: Downloaded, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["verify", str(downloads.folder), "--repo", RUN.repository, "--json"]) == 1
    assert {"certificate-invalid", "release-unsigned"} <= codes(document(capsys), "fail", "absent")


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (("--tag", "v9.9"), "tag-mismatch"),
        (("--version", "9.9"), "version-mismatch"),
        (("--workflow", "ci.yml"), "signer-workflow"),
        (("--trigger", "workflow_dispatch"), "signer-trigger"),
    ],
)
def test_each_expectation_is_compared(
    downloads: Downloaded, options: tuple[str, str], code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verify(downloads, *options, "--json") == 1
    assert code in codes(document(capsys), "fail")


@pytest.mark.parametrize("options", [(), ("--tag", "v1.0"), ("--version", "1.0.0"), ("--workflow", "release.yml")])
def test_json_fits_the_published_schema_and_tells_which_questions_were_asked(
    downloads: Downloaded, options: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert verify(downloads, *options, "--json") == 0
    found = document(capsys)
    assert found["passed"] is True
    assert found["mode"] == "rehearsal"
    assert found["question"]["repository"] == RUN.repository
    assert {bundle["verified"] for bundle in found["bundles"]} == {True}
    assert found["claims"]["commit"] == RUN.commit


def test_the_schema_is_closed_to_other_keys(downloads: Downloaded, capsys: pytest.CaptureFixture[str]) -> None:
    verify(downloads, "--json")
    found = document(capsys)
    validator = jsonschema_rs.validator_for(SCHEMA)
    assert not validator.is_valid({**found, "findings": [{**found["findings"][0], "state": "fine"}]})
    assert not validator.is_valid({name: value for name, value in found.items() if name != "passed"})


def test_findings_are_written_as_sarif(downloads: Downloaded, tmp_path: Path) -> None:
    shutil.copytree(downloads.folder, tmp_path / "d")
    (tmp_path / "d" / "extra-1.0.tar.gz").write_bytes(b"more")
    sarif = tmp_path / "found.sarif"
    assert verify(downloads, "--sarif", sarif, target=tmp_path / "d") == 1
    (run,) = json.loads(sarif.read_text())["runs"]
    results = {(result["ruleId"], result["level"]) for result in run["results"]}
    assert ("file-unclaimed", "error") in results


def test_a_single_file_is_judged_with_the_evidence_beside_it(
    downloads: Downloaded, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verify(downloads, "--accept", "provenance", "--json", target=downloads.folder / SDIST) == 0
    assert [subject["path"] for subject in document(capsys)["subjects"]] == [f"dist/{SDIST}"]
    lone = tmp_path / SDIST
    shutil.copy(downloads.folder / SDIST, lone)
    assert verify(downloads, target=lone) == 1
    assert "release-unsigned" in capsys.readouterr().out


@pytest.mark.parametrize("accept", ["release", "provenance", "signed"])
def test_a_changed_byte_is_never_accepted(
    downloads: Downloaded, accept: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(downloads.folder, tmp_path / "d")
    wheel = tmp_path / "d" / WHEEL
    data = bytearray(wheel.read_bytes())
    data[-1] ^= 1
    wheel.write_bytes(data)
    assert verify(downloads, "--accept", accept, "--json", target=tmp_path / "d") == 1
    assert {"digest-mismatch", "signature-invalid"} & codes(document(capsys), "fail")


def test_a_policy_can_only_ask_for_more(
    downloads: Downloaded, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text('[checks]\napproval = "require"\n')
    assert verify(downloads, "--policy", policy, "--json") == 1
    assert "approval-unproven" in codes(document(capsys), "absent")
    policy.write_text('[checks]\nsignatures = "report"\n')
    assert verify(downloads, "--policy", policy) == 2


def test_a_version_that_its_project_took_back_does_not_pass_with_the_policy_that_says_so(
    downloads: Downloaded, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text('[[withdrawn]]\nversion = "1.0"\nreason = "loses what it was given"\ndate = 2026-01-02\n')
    assert verify(downloads, "--policy", policy, "--json") == 1
    assert codes(document(capsys), "fail") == {"version-withdrawn"}
    policy.write_text(policy.read_text().replace('"1.0"', '"1.1"'))
    assert verify(downloads, "--policy", policy) == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "name a release"),
        (("nowhere",), "target-missing"),
        (("empty",), "target-empty"),
        ((".", "empty"), "targets-mixed"),
        (("empty", "--repo", "no slash"), "repository-malformed"),
        (("empty", "--trust-config", "nowhere.json"), "nowhere.json"),
        (("empty", "--policy", "nowhere.toml"), "nowhere.toml"),
        (("--explain", "no-such-code"), "code-unknown"),
        (("empty", "--tag", "v1", "--version", "1"), "not allowed with"),
    ],
)
def test_bad_input_gets_a_clear_error(
    arguments: tuple[str, ...],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path)
    try:
        code = main(["verify", *arguments])
    except SystemExit as error:
        code = int(str(error.code))
    output = capsys.readouterr()
    assert code == 2
    assert said in output.err
    assert "Traceback" not in output.err
    assert output.out == ""


def test_a_link_among_the_files_is_no_release(
    downloads: Downloaded, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(downloads.folder, tmp_path / "d")
    (tmp_path / "d" / RELEASE).unlink()
    (tmp_path / "d" / RELEASE).symlink_to(downloads.folder / RELEASE)
    assert verify(downloads, target=tmp_path / "d") in (1, 2, 3)
    assert "target-irregular" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["signatures", "digest-mismatch", "vouched"])
def test_checks_and_codes_are_explained(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", "--explain", name]) == 0
    assert capsys.readouterr().out.startswith(f"{name}\n\n")


def test_every_code_that_stops_a_release_here_is_explained(
    downloads: Downloaded, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is printed as the reason can be asked about."""
    for name in sorted(path.name for path in downloads.folder.iterdir()):
        folder = tmp_path / "d"
        shutil.copytree(downloads.folder, folder)
        (folder / name).unlink()
        if verify(downloads, "--json", target=folder) == 1:
            for code in codes(document(capsys), "fail", "absent"):
                assert main(["verify", "--explain", code]) == 0, (name, code)
                capsys.readouterr()
        else:
            capsys.readouterr()
        shutil.rmtree(folder)
