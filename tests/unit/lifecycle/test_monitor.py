"""The whole command against stand-ins that serve two signed releases, as they were released and after attacks."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.support.projects import commit
from tests.support.watched import (
    ACTION,
    GENERATOR_REPOSITORY,
    PIN,
    REPOSITORY,
    VERSIONS,
    Watch,
    watching,
)

from sealwright.cli import main
from sealwright.rehearsal.standins.server import Fault, StandIn

CHECKS = {
    *("released", "released-manifest", "released-files", "released-tags", "released-withdrawn", "released-publisher"),
    *("index-provenance", "environment", "audit", "audit-earlier", "trust-root-age", "pins"),
}
WHEEL = "tiny-1.1-py3-none-any.whl"


@dataclass
class Command:
    """`sealwright monitor` in a clone of tiny."""

    watch: Watch
    capture: pytest.CaptureFixture[str]

    def __call__(self, *arguments: str) -> tuple[int, dict[str, Any]]:
        code = main(["monitor", "--project", str(self.watch.project), "--json", *arguments])
        caught = self.capture.readouterr()
        assert "Traceback" not in caught.err
        return code, json.loads(caught.out)

    def wrong(self, *arguments: str) -> tuple[int, dict[str, set[str]]]:
        """(exit code, code to subjects of everything that blocks)."""
        code, document = self(*arguments)
        found: dict[str, set[str]] = {}
        for finding in document["findings"]:
            if finding["blocking"]:
                found.setdefault(finding["code"], set()).add(finding["subject"])
        return code, found


@pytest.fixture
def command(
    published: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Command]:
    for name in ("GITHUB_TOKEN", "GH_TOKEN", "WEBHOOK", "GITHUB_STEP_SUMMARY"):
        monkeypatch.delenv(name, raising=False)
    with watching(published, tmp_path / "world") as watch:
        for name, value in watch.environ.items():
            monkeypatch.setenv(name, value)
        yield Command(watch, capsys)


def test_releases_that_are_as_they_were_released_pass_every_check(command: Command) -> None:
    code, document = command()
    assert code == 0
    assert {finding["check"] for finding in document["findings"]} == CHECKS
    assert {finding["state"] for finding in document["findings"]} == {"pass", "fail"}
    (note,) = (finding for finding in document["findings"] if finding["state"] == "fail")
    assert (note["check"], note["subject"]) == ("audit-earlier", "1.0: requests 2.19.1"), "old releases only report"


def test_which_of_our_releases_ship_a_package(command: Command) -> None:
    code, document = command("--ships", "idna")
    assert document["ships"]["1.0"]["requests"] == ["2.19.1"]
    assert "requests" not in document["ships"]["1.1"]
    assert (code, document["ships_unknown"]) == (0, [])
    main(["monitor", "--project", str(command.watch.project), "--ships", "Requests"])
    assert "requests is shipped by 1 of 2 versions whose SBOM could be read\n  1.0  2.19.1" in (
        command.capture.readouterr().out
    )


def test_a_vulnerability_that_became_known_in_the_newest_release_blocks(command: Command) -> None:
    command.watch.pypi.yank("tiny", "1.1")
    code, wrong = command.wrong()
    assert (code, wrong) == (1, {"vulnerable-dependency": {"1.0: requests 2.19.1"}, "yanked-not-withdrawn": {"1.1"}})


def moved(watch: Watch) -> None:
    watch.github.tags[REPOSITORY]["v1.0"] = "d" * 40


def tagless(watch: Watch) -> None:
    del watch.github.tags[REPOSITORY]["v1.0"]


def stranger(watch: Watch) -> None:
    watch.pypi.seed("tiny-1.1-py2-none-any.whl", b"not ours")


def stranger_below(watch: Watch) -> None:
    watch.pypi.seed("tiny-0.1.tar.gz", b"not ours")


def deleted_file(watch: Watch) -> None:
    watch.pypi.store.change(file for file in watch.pypi.store.ledger.files if file.filename != WHEEL)


def deleted_release(watch: Watch) -> None:
    watch.stored.delete(watch.release("1.0"))


def manifest_with(**changes: str) -> Callable[[Watch], None]:
    def change(watch: Watch) -> None:
        document = json.loads(watch.asset("1.1", "release.json"))
        watch.replace_asset("1.1", "release.json", json.dumps({**document, **changes}).encode())

    return change


def manifest_of_another(watch: Watch) -> None:
    for name in ("release.json", "release.json.sigstore.json"):
        watch.replace_asset("1.1", name, watch.asset("1.0", name))


def manifest_gone(watch: Watch) -> None:
    release = watch.release("1.1")
    release["assets"] = [asset for asset in release["assets"] if asset["name"] != "release.json.sigstore.json"]


def other_sbom(watch: Watch) -> None:
    watch.replace_asset("1.1", f"{WHEEL}.cdx.json", b'{"bomFormat": "CycloneDX", "specVersion": "1.6"}')


def no_sbom(watch: Watch) -> None:
    release = watch.release("1.1")
    release["assets"] = [asset for asset in release["assets"] if not asset["name"].endswith(".cdx.json")]


def moved_pin(watch: Watch) -> None:
    watch.github.tags[ACTION][PIN.version] = "e" * 40


def pin_gone(watch: Watch) -> None:
    watch.github.tags[GENERATOR_REPOSITORY] = {}


def no_workflow(watch: Watch) -> None:
    (watch.project / ".github/workflows/release.yml").unlink()


def withdrawn(watch: Watch) -> None:
    (watch.project / "security").mkdir()
    (watch.project / "security/policy.toml").write_text(
        '[[withdrawn]]\nversion = "1.0"\nreason = "deletes what it should copy"\ndate = 2026-11-25\n'
    )


def renamed_environment(watch: Watch) -> None:
    file = watch.project / "pyproject.toml"
    file.write_text(f'{file.read_text()}[tool.sealwright.environments]\npypi = "release"\nseal = "signing"\n')
    commit(watch.project)


ATTACKS: dict[Callable[[Watch], None], dict[str, set[str]]] = {
    moved: {"tag-moved": {"v1.0"}},
    tagless: {"tag-missing": {"v1.0"}},
    stranger: {
        "file-unclaimed": {"tiny-1.1-py2-none-any.whl"},
        "provenance-missing": {"tiny-1.1-py2-none-any.whl"},
    },
    stranger_below: {"release-missing": {"0.1"}, "provenance-missing": {"tiny-0.1.tar.gz"}},
    deleted_file: {"file-missing": {WHEEL}, "audit-file-unknown": {"1.1: tiny 1.1"}},
    deleted_release: {"release-missing": {"1.0"}},
    manifest_with(commit="f" * 40): {"digest-mismatch": {"v1.1"}, "manifest-unusable": {"1.1"}},
    manifest_with(version="1.2"): {"digest-mismatch": {"v1.1"}, "manifest-unusable": {"1.1"}},
    manifest_of_another: {
        "manifest-mismatch": {"v1.1"},
        "signer-workflow": {"v1.1"},
        "signer-ref": {"v1.1"},
        "manifest-unusable": {"1.1"},
    },
    manifest_gone: {"manifest-missing": {"v1.1"}, "manifest-unusable": {"1.1"}},
    other_sbom: {"digest-mismatch": {f"v1.1 {WHEEL}.cdx.json"}},
    no_sbom: {"sbom-missing": {f"1.1 {WHEEL}.cdx.json"}},
    moved_pin: {"pin-moved": {f"{ACTION} {PIN.version}"}},
    pin_gone: {"pin-tag-missing": {f"{GENERATOR_REPOSITORY} v2.1.0"}},
    no_workflow: {"pins-none": {".github/workflows/release.yml"}},
    withdrawn: {"withdrawn-not-yanked": {"1.0"}},
    renamed_environment: {
        "environment-mismatch": {
            *("v1.0", "v1.1", WHEEL, "tiny-1.1.tar.gz", "tiny-1.0-py3-none-any.whl", "tiny-1.0.tar.gz")
        },
        "publisher-mismatch": {*(WHEEL, "tiny-1.1.tar.gz", "tiny-1.0-py3-none-any.whl", "tiny-1.0.tar.gz")},
    },
}


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__qualname__.partition(".")[0])
def test_what_was_changed_afterwards_is_noticed(command: Command, attack: Callable[[Watch], None]) -> None:
    attack(command.watch)
    assert command.wrong() == (1, ATTACKS[attack])


def test_another_publisher_than_the_last_one_is_noticed_until_it_is_acknowledged(command: Command) -> None:
    """The settings in the repository may have been changed along with the publisher, so they are not enough."""

    def change(body: bytes) -> bytes:
        document = json.loads(body)
        document["attestation_bundles"][0]["publisher"]["environment"] = "release"
        return json.dumps(document).encode()

    command.watch.pypi.faults.append(Fault("GET", "/integrity/tiny/1.1/", tamper=change))
    code, wrong = command.wrong()
    assert (code, wrong["publisher-changed"]) == (1, {"1.1"})
    assert "publisher-changed" not in command.wrong("--since", "1.1")[1]


def test_versions_from_before_the_pipeline_are_left_out_on_request(command: Command) -> None:
    for version in ("0.1", "0.2"):
        long_ago = dt.datetime(2020, 1, 2, tzinfo=dt.UTC)
        command.watch.pypi.seed(f"tiny-{version}.tar.gz", b"by hand", uploaded=long_ago)
    assert command()[0] == 1
    code, document = command("--since", "1.0")
    assert code == 0
    (left,) = (finding for finding in document["findings"] if finding["code"] == "released-skipped")
    assert left["subject"] == "0.1, 0.2"


def test_an_old_version_number_hides_no_new_file(command: Command) -> None:
    stranger_below(command.watch)
    code, wrong = command.wrong("--since", "1.0", "--last", "1")
    assert (code, wrong["provenance-missing"]) == (1, {"tiny-0.1.tar.gz"})


def test_a_project_without_a_release_has_nothing_to_hide(command: Command) -> None:
    command.watch.pypi.store.change(())
    for version in VERSIONS:
        command.watch.stored.delete(command.watch.release(version))
    code, document = command()
    assert code == 0
    assert [finding["found"] for finding in document["findings"] if finding["state"] == "skipped"] == [
        "neither the index nor GitHub has a release of tiny"
    ]


def test_a_newer_action_is_only_pointed_out(command: Command) -> None:
    command.watch.github.tags[ACTION]["v5.0.0"] = "e" * 40
    code, document = command()
    assert code == 0
    assert [finding["code"] for finding in document["findings"] if finding["check"] == "pins-newer"] == ["pin-behind"]


INDEX, GITHUB, OSV = "pypi", "github", "osv"
QUESTIONS = [
    (INDEX, "GET", "/simple/tiny/"),
    (INDEX, "GET", "/simple/idna/"),
    (INDEX, "GET", f"/integrity/tiny/1.1/{WHEEL}"),
    (GITHUB, "GET", f"/repos/{REPOSITORY}/releases"),
    (GITHUB, "GET", f"/repos/{REPOSITORY}/releases/assets/"),
    (GITHUB, "GET", "/_objects/"),
    (GITHUB, "GET", f"/{REPOSITORY}/info/refs"),
    (GITHUB, "GET", f"/{ACTION}/info/refs"),
    (OSV, "POST", "/v1/query"),
]


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: f"{question[0]} {question[2]}")
@pytest.mark.parametrize("status", [503, 403])
def test_whatever_does_not_answer_is_never_read_as_well(
    command: Command, question: tuple[str, str, str], status: int
) -> None:
    service, method, path = question
    standin: StandIn = getattr(command.watch, service)
    standin.faults.append(Fault(method, path, status=status))
    code, document = command()
    assert code == 3, [f for f in document["findings"] if f["blocking"]]
    assert {f["state"] for f in document["findings"] if f["blocking"]} == {"unavailable"}


# What GitHub answers about one asset is a redirect, whose text nobody reads.
TEXTS = [question for question in QUESTIONS if not question[2].endswith("/releases/assets/")]


@pytest.mark.parametrize("question", TEXTS, ids=lambda question: f"{question[0]} {question[2]}")
@pytest.mark.parametrize("how", ["cut off", "another kind"])
def test_half_an_answer_is_none(command: Command, question: tuple[str, str, str], how: str) -> None:
    service, method, path = question
    change: Callable[[bytes], bytes] = {
        "cut off": lambda body: body[: len(body) // 2 - 1],
        "another kind": lambda _: b'["a", 1]',
    }[how]
    standin: StandIn = getattr(command.watch, service)
    standin.faults.append(Fault(method, path, tamper=change))
    code, _ = command()
    assert code in (1, 3)


def test_the_job_page_and_the_webhook_are_told_what_is_wrong(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    monkeypatch.setenv("WEBHOOK", f"{command.watch.github.url}/webhook")
    assert command()[0] == 0
    assert command.watch.github.notifications == [], "nobody is told that everything is well"
    moved(command.watch)
    code, document = command()
    assert code == 1
    assert document["findings"][-1]["check"] == "notify"
    page = (tmp_path / "summary.md").read_text()
    assert "## Releases of `tiny`: as they were released" in page
    assert "| FAIL | `tag-moved` `v1.0` |" in page
    (told,) = command.watch.github.notifications
    assert told["text"].startswith("tiny: releases not as they were released: tag-moved v1.0")
    assert told["result"] == "failed"


def test_a_webhook_that_is_down_changes_no_answer(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEBHOOK", "http://127.0.0.1:1/opensesame")
    moved(command.watch)
    code, document = command()
    assert code == 1
    assert document["findings"][-1]["code"] == "webhook-failed"
    assert "opensesame" not in json.dumps(document)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(["--since", "x"], "version-malformed"), (["--last", "0"], "last-invalid"), (["--trust-config", "none"], "trust")],
)
def test_what_cannot_be_meant_is_refused(command: Command, arguments: list[str], code: str) -> None:
    assert main(["monitor", "--project", str(command.watch.project), *arguments]) == 2
    assert f"error: {code}" in command.capture.readouterr().err


def test_a_project_that_is_not_on_github_cannot_be_watched(command: Command) -> None:
    (command.watch.project / "pyproject.toml").write_text('[project]\nname = "tiny"\n')
    assert main(["monitor", "--project", str(command.watch.project)]) == 2
    assert "error: repository-unknown" in command.capture.readouterr().err
