"""The command in real repositories, with an index and a GitHub that answer."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from tests.support.postures import FILES, GOOD, RELEASE, changed, provenance, spelled
from tests.support.projects import GIT_ENVIRONMENT, commit, git, make_project
from tests.support.pypi import World, make_world, write_release

from sealwright.cli import main
from sealwright.doctor.audits import CODES
from sealwright.endpoints import PYPI_VARIABLE
from sealwright.rehearsal.standins.github import GitHubStandIn, ProtectedEnvironment
from sealwright.rehearsal.standins.github_settings import SettingsPage, TagRules

PUBLISH = "      - uses: PUBLISH\n"
BAD = changed(GOOD, (PUBLISH, PUBLISH + "        with:\n          password: ${{ secrets.PYPI_TOKEN }}\n"))
SARIF = {
    "type": "object",
    "required": ["$schema", "version", "runs"],
    "properties": {
        "version": {"const": "2.1.0"},
        "runs": {
            "minItems": 1,
            "maxItems": 1,
            "items": {
                "required": ["tool", "results"],
                "properties": {
                    "tool": {
                        "required": ["driver"],
                        "properties": {"driver": {"required": ["name", "version", "rules"]}},
                    },
                    "results": {
                        "minItems": 1,
                        "items": {
                            "required": ["ruleId", "ruleIndex", "level", "kind", "message", "locations"],
                            "properties": {
                                "kind": {"enum": ["fail", "open"]},
                                "level": {"enum": ["error", "warning", "none"]},
                                "message": {"required": ["text"], "properties": {"text": {"minLength": 10}}},
                                "locations": {
                                    "minItems": 1,
                                    "items": {
                                        "properties": {
                                            "physicalLocation": {
                                                "required": ["artifactLocation", "region"],
                                                "properties": {
                                                    "artifactLocation": {
                                                        "properties": {"uri": {"pattern": "^[^/\\\\][^\\\\]*$"}}
                                                    },
                                                    "region": {"properties": {"startLine": {"minimum": 1}}},
                                                },
                                            }
                                        }
                                    },
                                },
                            },
                        },
                    },
                },
            },
        },
    },
}


def repository(folder: Path, release: str | None = GOOD, **more: str) -> Path:
    files = {**FILES, **({RELEASE: spelled(release)} if release else {}), **more}
    make_project(folder, files)
    # Of today, so that nothing in it is old.
    dated = {"GIT_COMMITTER_DATE": dt.datetime.now(dt.UTC).isoformat()}
    amend = ["git", "commit", "-q", "--amend", "--no-edit"]
    subprocess.run(amend, cwd=folder, env={**GIT_ENVIRONMENT, **dated}, check=True)
    git(folder, "remote", "add", "origin", "https://github.com/owner/tiny.git")
    return folder


def line_of(text: str, part: str) -> int:
    return next(number for number, line in enumerate(spelled(text).splitlines(), 1) if part in line)


def asked(folder: Path, capsys: pytest.CaptureFixture[str], *options: str) -> tuple[int, dict[str, Any]]:
    code = main(["doctor", "--project", str(folder), "--json", *options])
    return code, json.loads(capsys.readouterr().out)


def codes(document: dict[str, Any], state: str = "fail") -> set[str]:
    return {finding["code"] for finding in document["findings"] if finding["state"] == state}


def test_a_good_repository_passes_and_says_what_was_not_looked_at(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["doctor", "--project", str(repository(tmp_path))]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "1 workflow; release.yml publishes to PyPI (job pypi, environment pypi)."
    assert f"unseen  publisher-unseen {RELEASE}:{line_of(GOOD, 'environment: pypi')}" in lines
    assert "unseen  settings-unseen settings on GitHub" in lines
    assert any(line.startswith("PASSED  nothing blocks, ") for line in lines)
    assert not any(word in line for line in lines for word in ("FAIL", "safe", "secure"))


def test_a_bad_one_fails_with_file_line_reason_and_fix(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--project", str(repository(tmp_path, BAD))]) == 1
    text = capsys.readouterr().out
    assert f"FAIL    stored-token {RELEASE}:{line_of(BAD, 'password:')}\n        found     secrets.PYPI_TOKEN\n" in text
    assert "        why       A stored token publishes from anywhere" in text
    assert "`gh secret delete PYPI_TOKEN`" in " ".join(text.split())
    assert text.splitlines()[-2].startswith("FAILED  1 block")


def test_the_places_of_one_code_stand_together_and_their_reason_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = spelled(GOOD).replace("3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1", "v7")
    make_project(tmp_path, {**FILES, RELEASE: text})
    assert main(["doctor", "--project", str(tmp_path)]) == 1
    shown = capsys.readouterr().out
    assert shown.count("FAIL    unpinned-action") == 2
    assert shown.count("tj-actions/changed-files") == 1


def test_json_has_the_place_of_every_defect(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, document = asked(repository(tmp_path, BAD), capsys)
    assert (code, document["exit_code"], document["passed"]) == (1, 1, False)
    first = document["findings"][0]
    assert (first["code"], first["path"], first["blocking"]) == ("stored-token", RELEASE, True)
    assert first["line"] == line_of(BAD, "password:")
    assert first["why"] == CODES["stored-token"].why
    assert document["uploads"] == [
        {
            "workflow": RELEASE,
            "job": "pypi",
            "index": "pypi",
            "tool": "pypa/gh-action-pypi-publish",
            "environment": "pypi",
            "line": line_of(BAD, "pypi-publish"),
        }
    ]


def test_sarif_has_the_shape_that_code_hosts_take(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "doctor.sarif"
    folder = repository(tmp_path / "repository", BAD)
    assert main(["doctor", "--project", str(folder), "--sarif", str(target)]) == 1
    log = json.loads(target.read_text())
    jsonschema_rs.Draft202012Validator(SARIF).validate(log)
    (run,) = log["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert all(rules[result["ruleIndex"]] == result["ruleId"] for result in run["results"])
    levels = {result["ruleId"]: result["level"] for result in run["results"]}
    assert levels["stored-token"] == "error"
    assert levels["attestations-none"] == "warning"
    assert levels["settings-unseen"] == "none"


def test_a_place_that_cannot_be_written_to_is_a_usage_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "no" / "folder.sarif"
    assert main(["doctor", "--project", str(repository(tmp_path / "x")), "--sarif", str(target)]) == 2
    assert "sarif-unwritable" in capsys.readouterr().err


def test_without_a_workflow_nothing_could_be_looked_at(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--project", str(repository(tmp_path, None))]) == 3
    text = capsys.readouterr().out
    assert "`sealwright workflow` writes a release workflow" in text
    assert "COULD NOT JUDGE" in text
    assert "PASSED" not in text


def test_a_folder_that_is_no_repository_is_a_usage_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--project", str(tmp_path)]) == 2
    assert "not-a-repository" in capsys.readouterr().err


def test_a_shallow_clone_is_looked_at_and_ages_are_unseen(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    origin = repository(tmp_path / "origin")
    (origin / "more").write_text("x")
    commit(origin)
    git(tmp_path, "clone", "-q", "--depth", "1", origin.as_uri(), "clone")
    code, document = asked(tmp_path / "clone", capsys)
    assert code == 0
    assert "age-unseen" in codes(document, "unavailable")


def test_what_is_not_committed_yet_is_looked_at_and_what_git_ignores_is_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = repository(tmp_path, None, **{".gitignore": "*.pypirc\n"})
    (folder / ".pypirc").write_text("[pypi]\npassword = hunter2\n")
    (folder / RELEASE).parent.mkdir(parents=True)
    (folder / RELEASE).write_text(spelled(GOOD))
    code, document = asked(folder, capsys)
    assert (code, codes(document)) == (0, set())


def test_a_project_in_a_folder_of_its_repository_is_released_by_the_repositorys_workflows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = repository(tmp_path, **{"packages/x/pyproject.toml": '[project]\nname = "x"\nversion = "1"\n'})
    code, document = asked(folder / "packages" / "x", capsys)
    assert (code, document["workflows"]) == (0, 1)


def test_a_link_out_of_the_work_tree_is_not_followed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    outside = tmp_path / "outside.yml"
    outside.write_text("a: [\n")
    folder = repository(tmp_path / "repository")
    (folder / ".github/workflows/x.yml").symlink_to(outside)
    code, document = asked(folder, capsys)
    assert (code, codes(document)) == (0, set())


def test_a_lock_that_was_committed_long_ago_is_noted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = make_project(tmp_path, {**FILES, RELEASE: spelled(GOOD)})  # whose commits are of January
    code, document = asked(folder, capsys)
    assert (code, codes(document)) == (0, {"lock-old"})


def test_the_commit_that_would_be_tagged_is_looked_at(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = repository(tmp_path)
    (folder / "x").write_text("x")
    commit(folder, "Prepare 1.0 [skip ci]")
    code, document = asked(folder, capsys)
    assert (code, codes(document)) == (1, {"head-skips-ci"})


def test_nothing_is_written_into_the_repository(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = repository(tmp_path, BAD)
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    asked(folder, capsys)
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before


def test_names_in_a_workflow_cannot_command_a_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = changed(GOOD, ("    environment: pypi\n", '    environment: "\\e[2Jpypi"\n'))
    main(["doctor", "--project", str(repository(tmp_path, text))])
    shown = capsys.readouterr().out
    assert "\x1b" not in shown
    assert "environment \\x1b[2Jpypi" in shown


@pytest.mark.parametrize("code", CODES)
def test_every_code_is_explained(code: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--explain", code]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(f"{code}: ")
    assert len(lines) >= 5
    assert max(map(len, lines)) <= 120


def test_an_unknown_code_is_a_usage_error_that_names_near_ones(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--explain", "stored-tokens"]) == 2
    assert "did you mean `stored-token`" in capsys.readouterr().err


# A provenance file at hand


@pytest.mark.parametrize(("environment", "code"), [("pypi", 0), ("release", 1)])
def test_a_provenance_file_stands_for_the_last_release(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], environment: str, code: int
) -> None:
    kept = tmp_path / "tiny-0.9.tar.gz.provenance.json"
    kept.write_bytes(provenance(environment=environment))
    found, document = asked(repository(tmp_path / "repository"), capsys, "--provenance", str(kept))
    assert (found, codes(document)) == (code, {"publisher-mismatch"} if code else set())


def test_a_provenance_file_that_is_not_there_is_a_usage_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["doctor", "--project", str(repository(tmp_path)), "--provenance", "nowhere.json"]) == 2
    assert "provenance-unreadable" in capsys.readouterr().err


# Online


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """An index on which tiny 1.0 was published by owner/tiny, release.yml, environment pypi."""
    folder = tmp_path_factory.mktemp("world")
    with make_world(folder) as running:
        write_release(folder / "job" / "dist")
        running.publish(folder / "job" / "dist")
        yield running


@pytest.fixture
def online(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    for name in ("GH_TOKEN", "GITHUB_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(PYPI_VARIABLE, world.pypi.url)
    return world


def test_the_publisher_of_the_last_release_is_asked_of_the_index(
    online: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, document = asked(repository(tmp_path), capsys, "--online")
    assert code == 0
    assert "publisher" in codes(document, "pass")
    assert codes(document, "unavailable") == {"settings-unseen"}


def test_a_publisher_that_differs_from_the_last_release_blocks(
    online: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = changed(GOOD, ("    environment: pypi\n", "    environment: production\n"))
    code, document = asked(repository(tmp_path, text), capsys, "--online")
    assert (code, codes(document)) == (1, {"publisher-mismatch"})
    (mismatch,) = [finding for finding in document["findings"] if finding["code"] == "publisher-mismatch"]
    assert mismatch["expected"] == "environment pypi (1.0's provenance)"


def test_an_index_that_does_not_answer_leaves_the_publisher_unseen(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PYPI_VARIABLE, "http://127.0.0.1:9")
    monkeypatch.delenv("GH_TOKEN", raising=False)
    code, document = asked(repository(tmp_path), capsys, "--online")
    assert code == 0
    assert "publisher-unseen" in codes(document, "unavailable")


STRICT = SettingsPage((TagRules("tags"),), immutable_releases=True, pins_required=True)
TRIED_OUT = SettingsPage((TagRules("tags", enforcement="evaluate"),), immutable_releases=True, pins_required=True)
GUARDED = (ProtectedEnvironment("pypi", ("alice",), ("v*",)),)
ALL = {"actions": "read", "administration": "read"}


@pytest.mark.parametrize(
    ("environments", "settings", "grants", "failed", "unseen"),
    [
        (GUARDED, STRICT, ALL, set(), False),
        ((), STRICT, ALL, {"environment-missing"}, False),
        ((ProtectedEnvironment("pypi", ("alice",)),), STRICT, ALL, {"environment-unrestricted"}, False),
        (
            (ProtectedEnvironment("pypi", ("alice",), ("v*",), ("main",)),),
            STRICT,
            ALL,
            {"environment-unrestricted"},
            False,
        ),
        (
            GUARDED,
            SettingsPage(),
            ALL,
            {"tag-ruleset-missing", "releases-mutable", "action-pins-not-required"},
            False,
        ),
        (
            GUARDED,
            TRIED_OUT,
            ALL,
            {"tag-ruleset-missing"},
            False,
        ),
        (GUARDED, SettingsPage((TagRules("tags"),)), {"actions": "read"}, set(), True),
        (GUARDED, STRICT, {}, set(), True),
        (None, STRICT, ALL, set(), True),
    ],
)
def test_settings_are_read_with_a_token_and_unseen_where_it_may_not(
    online: World,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    environments: tuple[ProtectedEnvironment, ...] | None,
    settings: SettingsPage,
    grants: dict[str, str],
    failed: set[str],
    unseen: bool,
) -> None:
    with GitHubStandIn(tmp_path / "github", "owner/tiny", environments, settings) as github:
        monkeypatch.setenv("GITHUB_API_URL", github.url)
        monkeypatch.setenv("GH_TOKEN", github.token(grants))
        _, document = asked(repository(tmp_path / "repository"), capsys, "--online")
    assert codes(document) == failed
    assert ("settings-unseen" in codes(document, "unavailable")) is unseen


def test_a_wrong_token_is_said_and_nothing_is_concluded(
    online: World, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with GitHubStandIn(tmp_path / "github", "owner/tiny", GUARDED, STRICT) as github:
        monkeypatch.setenv("GITHUB_API_URL", github.url)
        monkeypatch.setenv("GITHUB_TOKEN", "ghs_wrong")
        _, document = asked(repository(tmp_path / "repository"), capsys, "--online")
    assert "settings-unseen" in codes(document, "unavailable")
    assert codes(document) == set()


def test_the_command_starts_as_a_program(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "sealwright", "doctor", "--project", str(repository(tmp_path, BAD))],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (1, "")
