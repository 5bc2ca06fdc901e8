"""The whole command in a real repository, with an index and a GitHub that answer."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from tests.support.projects import commit, git, make_project
from tests.support.pypi import World, make_world

from sealwright.cli import main
from sealwright.endpoints import PYPI_VARIABLE
from sealwright.rehearsal.standins.github import GitHubStandIn
from sealwright.rehearsal.standins.server import Fault
from sealwright.services.github_published import PublishedOnGitHub

REPOSITORY = "owner/tiny"
REASON = "deletes what it should copy"
PROJECT = {"pyproject.toml": f'[project]\nname = "tiny"\n[tool.sealwright]\nrepository = "{REPOSITORY}"\n'}
STEPS = ["rollback-yank", "rollback-notice", "rollback-policy", "rollback-advisory", "rollback-hotfix"]
# What https://github.com/ossf/osv-schema/blob/main/validation/schema.json asks of the fields that a draft has.
EVENT = {"type": "object", "minProperties": 1, "maxProperties": 1, "additionalProperties": {"type": "string"}}
OSV_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["id", "modified"],
    "additionalProperties": False,
    "properties": {
        "schema_version": {"type": "string"},
        "id": {"type": "string", "pattern": "^PYSEC-0000-"},
        "modified": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"},
        "summary": {"type": "string"},
        "details": {"type": "string"},
        "affected": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["package", "ranges", "versions"],
                "additionalProperties": False,
                "properties": {
                    "package": {
                        "type": "object",
                        "required": ["ecosystem", "name"],
                        "properties": {"ecosystem": {"const": "PyPI"}, "purl": {"pattern": "^pkg:pypi/"}},
                    },
                    "ranges": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["type", "events"],
                            "properties": {
                                "type": {"const": "ECOSYSTEM"},
                                "events": {
                                    "type": "array",
                                    "items": EVENT,
                                    "contains": {"required": ["introduced"]},
                                    # The schema forbids both in one range.
                                    "not": {
                                        "allOf": [
                                            {"contains": {"required": ["fixed"]}},
                                            {"contains": {"required": ["last_affected"]}},
                                        ]
                                    },
                                },
                            },
                        },
                    },
                    "versions": {"type": "array", "items": {"type": "string"}},
                },
            },
        },
        "references": {
            "type": "array",
            "items": {"required": ["type", "url"], "properties": {"type": {"enum": ["PACKAGE", "WEB"]}}},
        },
        "database_specific": {"type": "object"},
    },
}


@dataclass
class Desk:
    """Where somebody sits who withdraws tiny 1.0."""

    world: World
    github: GitHubStandIn
    project: Path
    capture: pytest.CaptureFixture[str]

    @property
    def history(self) -> PublishedOnGitHub:
        return PublishedOnGitHub(self.github.url, REPOSITORY, self.github.token({"contents": "write"}))

    def __call__(self, *arguments: str) -> tuple[int, dict[str, str]]:
        """(exit code, code of each step's finding)."""
        code = main(["rollback", "1.0", "--project", str(self.project), "--json", *arguments])
        document = json.loads(self.capture.readouterr().out)
        assert document["exit_code"] == code
        return code, {finding["check"]: finding["code"] for finding in document["findings"]}

    def draft(self, kind: str) -> Any:
        return json.loads((self.project / f"security/advisories/tiny-1.0.{kind}.json").read_text())

    def publish_advisory(self, versions: str = "= 1.0", package: str = "Tiny") -> None:
        about = {"package": {"ecosystem": "pip", "name": package}, "vulnerable_version_range": versions}
        self.github.advisories.append({"ghsa_id": "GHSA-xxxx", "vulnerabilities": [about]})

    def finish(self) -> None:
        """Everything that only a person can do."""
        self.world.pypi.yank("tiny", "1.0", REASON)
        self.world.pypi.seed("tiny-1.0.1.tar.gz", b"mended")
        self.publish_advisory()
        commit(self.project, "Withdraw 1.0")


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    with make_world(tmp_path / "world") as world, GitHubStandIn(tmp_path / "github", REPOSITORY) as github:
        for version in ("0.9", "1.0"):
            world.pypi.seed(f"tiny-{version}.tar.gz", version.encode())
            world.pypi.seed(f"tiny-{version}-py3-none-any.whl", f"wheel {version}".encode())
        for name in ("GITHUB_TOKEN", "GH_TOKEN"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv(PYPI_VARIABLE, world.pypi.url)
        monkeypatch.setenv("GITHUB_API_URL", github.url)
        monkeypatch.setenv("SEALWRIGHT_INDEX_PATIENCE", "0")
        desk = Desk(world, github, make_project(tmp_path / "project", PROJECT), capsys)
        release = desk.history.create_draft(
            "v1.0", commit="a" * 40, title="tiny 1.0", notes="Says hello.", prerelease=False
        )
        desk.history.publish(release, make_latest=True)
        yield desk


@pytest.fixture
def token(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> str:
    given = desk.github.token({"contents": "write"})
    monkeypatch.setenv("GH_TOKEN", given)
    return given


def test_a_withdrawal_is_led_from_the_decision_to_the_replacement(desk: Desk, token: str) -> None:
    code, steps = desk("--reason", REASON)
    assert code == 1
    assert steps == {
        "rollback-yank": "yank-pending",
        "rollback-notice": "rollback-notice",
        "rollback-policy": "policy-uncommitted",
        "rollback-advisory": "advisory-pending",
        "rollback-hotfix": "hotfix-pending",
    }
    release = desk.history.of_tag("v1.0")
    assert release is not None
    assert release.release.immutable, "the strict case: only title and notes may change"
    assert release.title == "Withdrawn: tiny 1.0"
    assert REASON in release.notes
    assert release.notes.endswith("Says hello.\n")
    desk.finish()
    assert desk() == (0, dict(zip(STEPS, STEPS, strict=True)))


def test_running_it_again_changes_nothing(desk: Desk, token: str) -> None:
    desk("--reason", REASON)
    first = {path: path.read_bytes() for path in (desk.project / "security").rglob("*.*")}
    assert len(first) == 3
    release = desk.history.of_tag("v1.0")
    desk("--reason", "quite another reason")
    assert {path: path.read_bytes() for path in (desk.project / "security").rglob("*.*")} == first
    assert desk.history.of_tag("v1.0") == release


def test_a_dry_run_writes_and_changes_nothing(desk: Desk, token: str) -> None:
    before = desk.history.of_tag("v1.0")
    code, steps = desk("--reason", REASON, "--dry-run")
    assert code == 1
    assert steps["rollback-policy"] == "policy-pending"
    assert git(desk.project, "status", "--porcelain") == ""
    assert desk.history.of_tag("v1.0") == before
    assert {exchange.method for exchange in desk.github.exchanges[2:]} == {"GET"}


def test_the_drafts_have_the_shapes_that_databases_take(desk: Desk) -> None:
    desk("--reason", REASON, "--severity", "critical")
    entry = desk.draft("osv")
    jsonschema_rs.validate(OSV_SCHEMA, entry)
    assert entry["affected"][0]["versions"] == ["1.0"]
    assert entry["affected"][0]["ranges"][0]["events"] == [{"introduced": "1.0"}, {"last_affected": "1.0"}]
    assert desk.draft("ghsa")["severity"] == "critical"
    assert desk.draft("ghsa")["vulnerabilities"] == [
        {
            "package": {"ecosystem": "pip", "name": "tiny"},
            "vulnerable_version_range": "= 1.0",
            "patched_versions": None,
        }
    ]


def test_ranges_end_at_the_version_that_is_there_to_go_to(desk: Desk) -> None:
    desk.world.pypi.seed("tiny-1.0.1.tar.gz", b"as bad")
    desk.world.pypi.yank("tiny", "1.0.1")
    desk.world.pypi.seed("tiny-1.1rc1.tar.gz", b"nobody is sent to a pre-release")
    desk.world.pypi.seed("tiny-1.1.tar.gz", b"mended")
    desk("--reason", REASON)
    entry = desk.draft("osv")["affected"][0]
    jsonschema_rs.validate(OSV_SCHEMA, desk.draft("osv"))
    assert entry["ranges"][0]["events"] == [{"introduced": "1.0"}, {"fixed": "1.1"}]
    assert entry["versions"] == ["1.0", "1.0.1", "1.1rc1"]
    assert desk.draft("ghsa")["vulnerabilities"][0]["vulnerable_version_range"] == ">= 1.0, < 1.1"


def test_a_draft_that_somebody_has_worked_on_stays(desk: Desk) -> None:
    desk("--reason", REASON)
    file = desk.project / "security/advisories/tiny-1.0.osv.json"
    file.write_text("mine")
    desk()
    assert file.read_text() == "mine"


def test_without_a_token_the_exact_command_is_shown(desk: Desk) -> None:
    main(["rollback", "1.0", "--project", str(desk.project), "--reason", "says \\n it's 100%"])
    lines = desk.capture.readouterr().out.splitlines()
    (line,) = (line for line in lines if "gh release edit" in line)
    command = line.removeprefix("        |         ")
    # Everything but the program that is not here: the shell has to read it as it is meant.
    stub = f'gh() {{ if [ "$2" = view ]; then echo "old notes"; else printf "%s|" "$@"; cat; fi; }}; {command}'
    printed = subprocess.run(["bash", "-c", stub], capture_output=True, text=True, check=True).stdout
    assert printed.startswith("release|edit|v1.0|--repo|owner/tiny|--title|Withdrawn: tiny 1.0|--notes-file|-|<!--")
    assert "> says \\n it's 100%\n" in printed
    assert printed.endswith("old notes\n")


def test_a_token_that_may_not_write_leaves_the_step_open_and_says_why(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GH_TOKEN", desk.github.token({"contents": "read"}))
    main(["rollback", "1.0", "--project", str(desk.project), "--reason", REASON])
    assert "could not be put there" in desk.capture.readouterr().out
    assert desk()[1]["rollback-notice"] == "notice-pending"


@pytest.mark.parametrize(
    ("versions", "package", "published"),
    [
        ("= 1.0", "tiny", True),
        (">= 0.9, < 1.0.1", "tiny", True),
        ("<= 1.0", "TINY", True),
        ("< 1.0", "tiny", False),
        ("= 1.0", "other", False),
        ("", "tiny", False),
        ("all of them", "tiny", False),
    ],
)
def test_an_advisory_counts_if_it_is_about_this_version(
    desk: Desk, versions: str, package: str, published: bool
) -> None:
    desk.publish_advisory(versions, package)
    _, steps = desk("--reason", REASON, "--dry-run")
    assert (steps["rollback-advisory"] == "rollback-advisory") is published


def test_without_an_advisory_nobody_asks_for_one(desk: Desk) -> None:
    _, steps = desk("--reason", REASON, "--no-advisory")
    assert "rollback-advisory" not in steps
    assert not (desk.project / "security/advisories").exists()


INDEX, RELEASES, ADVISORIES = "/simple/tiny/", "/repos/owner/tiny/releases", "/repos/owner/tiny/security-advisories"
SEEN_BY = {
    INDEX: {"rollback-yank", "rollback-hotfix"},
    RELEASES: {"rollback-notice"},
    ADVISORIES: {"rollback-advisory"},
}


@pytest.mark.parametrize("path", SEEN_BY)
@pytest.mark.parametrize("how", [503, 500, 403, 429, "cut off", "another kind", "not JSON"])
def test_whatever_does_not_answer_is_neither_done_nor_an_error_and_the_next_run_goes_on(
    desk: Desk, token: str, path: str, how: int | str
) -> None:
    changes = {"cut off": lambda body: body[: len(body) // 2] or b"[", "another kind": lambda _: b'["a", 1]'}
    fault = (
        Fault("GET", path, status=how)
        if isinstance(how, int)
        else Fault("GET", path, tamper=changes.get(how, lambda _: b"<html>"))
    )
    service = desk.world.pypi if path == INDEX else desk.github
    desk("--reason", REASON)
    desk.finish()
    service.faults.append(fault)
    code, steps = desk()
    assert code in (1, 3)
    assert all(steps[check] != check for check in SEEN_BY[path]), steps
    assert all(steps[check] == check for check in set(STEPS) - SEEN_BY[path]), steps
    service.faults.clear()
    assert desk()[0] == 0


def test_a_change_of_the_release_that_is_lost_is_made_by_the_next_run(desk: Desk, token: str) -> None:
    desk.github.faults.append(Fault("PATCH", RELEASES, status=502, times=1))
    assert desk("--reason", REASON)[1]["rollback-notice"] == "notice-pending"
    assert desk()[1]["rollback-notice"] == "rollback-notice"


@pytest.mark.parametrize(("yanked", "code"), [(True, 0), (False, 1)])
def test_confirm_asks_the_index_alone(desk: Desk, yanked: bool, code: int) -> None:
    before = len(desk.github.exchanges)
    if yanked:
        desk.world.pypi.yank("tiny", "1.0")
    assert desk("--confirm")[0] == code
    assert len(desk.github.exchanges) == before
    assert not (desk.project / "security").exists()


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["1.0"], "reason-missing"),
        (["1.0", "--reason", "bad"], "reason-unusable"),
        (["1.0", "--reason", "rings \x07\x07\x07\x07 bells"], "reason-unusable"),
        (["one"], "version-malformed"),
        (["2.0", "--reason", REASON], "version-unknown"),
        (["2.0", "--confirm"], "version-unknown"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_anything_is_written(
    desk: Desk, arguments: list[str], code: str
) -> None:
    assert main(["rollback", *arguments, "--project", str(desk.project)]) == 2
    assert f"error: {code}:" in desk.capture.readouterr().err
    assert git(desk.project, "status", "--porcelain") == ""


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("# mine\n[checks]\nindex = 'require' # why\n", "# mine\n[checks]\nindex = 'require' # why\n\n[[withdrawn]]\n"),
        ("[checks]", "[checks]\n\n[[withdrawn]]\n"),
    ],
)
def test_everything_else_in_the_policy_stays(desk: Desk, before: str, after: str) -> None:
    file = desk.project / "security/policy.toml"
    file.parent.mkdir()
    file.write_text(before)
    desk("--reason", REASON)
    assert file.read_text().startswith(after)


def test_a_policy_that_cannot_be_added_to_is_left_alone(desk: Desk) -> None:
    file = desk.project / "security/policy.toml"
    file.parent.mkdir()
    file.write_text("withdrawn = []\n")
    assert main(["rollback", "1.0", "--project", str(desk.project), "--reason", REASON]) == 2
    assert "policy-not-editable" in desk.capture.readouterr().err
    assert file.read_text() == "withdrawn = []\n"
