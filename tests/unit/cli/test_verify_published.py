"""`sealwright verify` of what is published: an attested package, a GitHub release, and whatever does not come."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import jsonschema_rs
import pytest
from tests.support.pypi import World, make_world, write_release, write_sdist
from tests.support.wheels import write_wheel

from sealwright.cli import main
from sealwright.endpoints import PYPI_VARIABLE
from sealwright.rehearsal.standins.github import GitHubStandIn
from sealwright.rehearsal.standins.server import Fault, Request, Response, StandIn
from sealwright.services.github import GitHub
from sealwright.verifying import index_reader

WHEEL, SDIST = "tiny-1.0-py3-none-any.whl", "tiny-1.0.tar.gz"
SIMPLE, JSON_API, INTEGRITY = "/simple/tiny", "/pypi/tiny/1.0/json", "/integrity/tiny/1.0"
REPOSITORY = "owner/tiny"
SCHEMA = json.loads((Path(__file__).parents[3] / "docs/schema/verification.json").read_bytes())
Capture = pytest.CaptureFixture[str]


@dataclass(frozen=True)
class Published:
    """A release that was uploaded with attestations, and put on GitHub."""

    world: World
    github: GitHubStandIn
    dist: Path
    root: Path
    """The trust root of the signatures."""


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Published]:
    folder = tmp_path_factory.mktemp("published")
    dist = folder / "dist"
    with make_world(folder / "world") as world, GitHubStandIn(folder / "github", REPOSITORY) as github:
        files = write_release(dist)
        world.publish(dist)
        writer = GitHub(github.url, REPOSITORY, github.token({"contents": "write"}))
        release = writer.create_draft("v1.0", commit="a" * 40, title="", notes="", prerelease=False)
        for file in files:
            writer.upload_asset(release, file.name, file.read_bytes())
        writer.publish(release, make_latest=True)
        draft = writer.create_draft("v2.0", commit="a" * 40, title="", notes="", prerelease=False)
        writer.upload_asset(draft, "tiny-2.0.tar.gz", b"sdist")
        root = folder / "trust_config.json"
        root.write_text(json.dumps(world.sigstore.trust_config()))
        yield Published(world, github, dist, root)


@pytest.fixture
def published(everything: Published, monkeypatch: pytest.MonkeyPatch) -> Iterator[Published]:
    monkeypatch.setenv(PYPI_VARIABLE, everything.world.pypi.url)
    monkeypatch.setenv("GITHUB_API_URL", everything.github.url)
    monkeypatch.setenv("GH_TOKEN", everything.github.token({"contents": "write"}))
    yield everything
    everything.world.pypi.faults.clear()
    everything.github.faults.clear()


def verify(published: Published, capture: Capture, *words: str) -> tuple[int, dict[str, str]]:
    """(exit code, codes of what stands in the way, each with its check)."""
    capture.readouterr()
    code = main(["verify", *words, "--trust-config", str(published.root), "--json"])
    said = capture.readouterr()
    assert said.out, said.err
    answer = json.loads(said.out)
    assert jsonschema_rs.is_valid(SCHEMA, answer)
    assert answer["passed"] is (code == 0)
    return code, {finding["code"]: finding["check"] for finding in answer["findings"] if finding["blocking"]}


def test_an_attested_package_passes_for_whoever_names_its_repository(published: Published, capsys: Capture) -> None:
    assert verify(published, capsys, "pypi:tiny==1.0", "--repo", REPOSITORY) == (0, {})


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ((), "repository-not-named"),
        (("--repo", "evil/tiny"), "repository-mismatch"),
        (("--repo", REPOSITORY, "--workflow", "other.yml"), "signer-workflow"),
        (("--repo", REPOSITORY, "--tag", "v2.0"), "tag-mismatch"),
        (("--repo", REPOSITORY, "--environment", "other"), "environment-mismatch"),
        (("--repo", REPOSITORY, "--accept", "release"), "release-missing"),
    ],
)
def test_another_question_is_not_answered_with_yes(
    published: Published, capsys: Capture, options: tuple[str, ...], code: str
) -> None:
    exit_code, blocking = verify(published, capsys, "pypi:tiny==1.0", *options)
    assert exit_code == 1
    assert code in blocking


@pytest.mark.parametrize(
    ("target", "code"), [("pypi:tiny==3.0", "version-unknown"), ("pypi:nobody==1.0", "project-unknown")]
)
def test_what_the_index_does_not_have_is_said(published: Published, capsys: Capture, target: str, code: str) -> None:
    assert verify(published, capsys, target, "--repo", REPOSITORY) == (1, {code: "index-files"})


def half(body: bytes) -> bytes:
    return body[: len(body) // 2]


def without_sdist(body: bytes) -> bytes:
    page = json.loads(body)
    page["files"] = [file for file in page["files"] if file["filename"] != SDIST]
    return json.dumps(page).encode()


def renamed(body: bytes) -> bytes:
    return body.replace(WHEEL.encode(), b"../../" + WHEEL.encode())


UNAVAILABLE, JUDGED = 3, 1
INDEX_FAULTS: list[tuple[str, Fault, int, str]] = [
    ("page 403", Fault("GET", SIMPLE, status=403), UNAVAILABLE, "answer-unexpected"),
    ("page 500", Fault("GET", SIMPLE, status=500), UNAVAILABLE, "answer-unexpected"),
    ("page cut off", Fault("GET", SIMPLE, tamper=half), UNAVAILABLE, "answer-malformed"),
    ("page of nothing", Fault("GET", SIMPLE, tamper=lambda _: b""), UNAVAILABLE, "answer-malformed"),
    ("page of brackets", Fault("GET", SIMPLE, tamper=lambda _: b"[" * 9999), UNAVAILABLE, "answer-malformed"),
    ("page is old", Fault("GET", SIMPLE, tamper=without_sdist), UNAVAILABLE, "index-propagating"),
    ("page with a path as a name", Fault("GET", SIMPLE, tamper=renamed), UNAVAILABLE, "index-propagating"),
    ("release 500", Fault("GET", JSON_API, status=500), UNAVAILABLE, "answer-unexpected"),
    ("release 403", Fault("GET", JSON_API, status=403), UNAVAILABLE, "answer-unexpected"),
    ("release cut off", Fault("GET", JSON_API, tamper=half), UNAVAILABLE, "answer-malformed"),
    ("provenance 403", Fault("GET", INTEGRITY, status=403), UNAVAILABLE, "answer-unexpected"),
    ("provenance 500", Fault("GET", INTEGRITY, status=500), UNAVAILABLE, "answer-unexpected"),
    ("provenance listed, 404", Fault("GET", INTEGRITY, status=404), UNAVAILABLE, "index-propagating"),
    ("provenance cut off", Fault("GET", INTEGRITY, tamper=half), UNAVAILABLE, "answer-malformed"),
    ("provenance is empty", Fault("GET", INTEGRITY, tamper=lambda _: b"{}"), JUDGED, "provenance-malformed"),
]
FILE_FAULTS: list[tuple[str, Fault, int, str]] = [
    ("file 404", Fault("GET", "/packages", status=404), UNAVAILABLE, "answer-unexpected"),
    ("file 403", Fault("GET", "/packages", status=403), UNAVAILABLE, "answer-unexpected"),
    ("file 500", Fault("GET", "/packages", status=500), UNAVAILABLE, "answer-unexpected"),
    ("file too short", Fault("GET", "/packages", tamper=half), JUDGED, "digest-mismatch"),
    ("file too long", Fault("GET", "/packages", tamper=lambda body: body + b"x"), JUDGED, "digest-mismatch"),
    ("other bytes", Fault("GET", "/packages", tamper=lambda body: body[::-1]), JUDGED, "digest-mismatch"),
]


ALL_FAULTS = [*INDEX_FAULTS, *FILE_FAULTS]


@pytest.mark.parametrize(
    ("fault", "exit_code", "code"), [row[1:] for row in ALL_FAULTS], ids=[r[0] for r in ALL_FAULTS]
)
def test_nothing_passes_of_an_index_that_does_not_answer_well(
    published: Published, capsys: Capture, fault: Fault, exit_code: int, code: str
) -> None:
    published.world.pypi.faults.append(replace(fault))
    found, blocking = verify(published, capsys, "pypi:tiny==1.0", "--repo", REPOSITORY)
    assert code in blocking
    assert found == exit_code


@pytest.mark.parametrize(
    ("fault", "code"), [(row[1], row[3]) for row in INDEX_FAULTS], ids=[r[0] for r in INDEX_FAULTS]
)
def test_no_comparison_with_such_an_index_passes_either(
    published: Published, capsys: Capture, fault: Fault, code: str
) -> None:
    published.world.pypi.faults.append(replace(fault))
    target = ("--online", "--accept", "signed", str(published.dist))
    _, blocking = verify(published, capsys, *target, "--repo", REPOSITORY)
    assert code in blocking


class Elsewhere(StandIn):
    """Sends everybody away, or speaks no JSON."""

    def __init__(self, response: Response) -> None:
        super().__init__()
        self.response = response

    def handle(self, request: Request) -> Response:  # noqa: ARG002 - whatever is asked
        return self.response


REDIRECT = Response(302, headers={"Location": "http://localhost:9/"})
PORTAL = Response(200, b"<html>log in</html>", "text/html")


@pytest.mark.parametrize(
    ("response", "code"), [(REDIRECT, "answer-unexpected"), (PORTAL, "answer-malformed")], ids=["redirect", "portal"]
)
def test_an_answer_from_elsewhere_is_none(
    published: Published, capsys: Capture, monkeypatch: pytest.MonkeyPatch, response: Response, code: str
) -> None:
    with Elsewhere(response) as elsewhere:
        monkeypatch.setenv(PYPI_VARIABLE, elsewhere.url)
        assert verify(published, capsys, "pypi:tiny==1.0", "--repo", REPOSITORY) == (3, {code: "index-files"})


def test_an_index_that_takes_too_long_is_not_waited_for(
    published: Published, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    published.world.pypi.faults.append(Fault("GET", "", delay=1.0))
    monkeypatch.setattr(index_reader.IndexReader.__init__, "__kwdefaults__", {"seconds": 0.2})
    code, blocking = verify(published, capsys, "pypi:tiny==1.0", "--repo", REPOSITORY)
    assert (code, list(blocking.values())) == (3, ["index-files"])


def test_files_at_hand_are_compared_with_the_index(published: Published, capsys: Capture, tmp_path: Path) -> None:
    other = write_sdist(tmp_path, text="VALUE = 2\n")
    code, blocking = verify(published, capsys, str(other), "--online", "--accept", "signed", "--repo", REPOSITORY)
    assert (code, blocking["index-different"]) == (1, "index-files")


def test_a_file_that_only_the_index_has_is_found(published: Published, capsys: Capture, tmp_path: Path) -> None:
    (tmp_path / SDIST).write_bytes((published.dist / SDIST).read_bytes())
    _, blocking = verify(published, capsys, str(tmp_path), "--online", "--accept", "signed", "--repo", REPOSITORY)
    assert blocking["index-extra"] == "index-files"
    single = str(tmp_path / SDIST)
    _, blocking = verify(published, capsys, single, "--online", "--accept", "signed", "--repo", REPOSITORY)
    assert "index-extra" not in blocking  # whoever asks about one file does not ask about the others


RELEASES, ASSETS = f"/repos/{REPOSITORY}/releases/tags", f"/repos/{REPOSITORY}/releases/assets"
STORE = "/_objects"
"""Where GitHub keeps the bytes, on another host."""


def another_tag(body: bytes) -> bytes:
    return body.replace(b'"tag_name": "v1.0"', b'"tag_name": "v9"')


GITHUB_FAULTS: list[tuple[str, Fault, int, str]] = [
    ("release 403", Fault("GET", RELEASES, status=403), UNAVAILABLE, "github-forbidden"),
    ("release 401", Fault("GET", RELEASES, status=401), UNAVAILABLE, "github-token"),
    ("release 500", Fault("GET", RELEASES, status=500), UNAVAILABLE, "github-unavailable"),
    ("release cut off", Fault("GET", RELEASES, tamper=half), UNAVAILABLE, "answer-malformed"),
    ("release of another tag", Fault("GET", RELEASES, tamper=another_tag), UNAVAILABLE, "release-of-another-tag"),
    ("a list instead", Fault("GET", RELEASES, tamper=lambda _: b"[]"), UNAVAILABLE, "answer-malformed"),
    ("asset 403", Fault("GET", ASSETS, status=403), UNAVAILABLE, "github-forbidden"),
    ("asset 500", Fault("GET", ASSETS, status=500), UNAVAILABLE, "github-unavailable"),
    ("asset 404", Fault("GET", ASSETS, status=404), JUDGED, "github-not-found"),
    ("store 403", Fault("GET", STORE, status=403), UNAVAILABLE, "github-forbidden"),
    ("store 500", Fault("GET", STORE, status=500), UNAVAILABLE, "github-unavailable"),
    ("asset too short", Fault("GET", STORE, tamper=half), JUDGED, "asset-changed"),
    ("asset too long", Fault("GET", STORE, tamper=lambda body: body + b"x"), UNAVAILABLE, "answer-too-large"),
    ("other bytes", Fault("GET", STORE, tamper=lambda body: body[::-1]), JUDGED, "asset-changed"),
]


@pytest.mark.parametrize(
    ("fault", "exit_code", "code"), [row[1:] for row in GITHUB_FAULTS], ids=[r[0] for r in GITHUB_FAULTS]
)
def test_nothing_passes_of_a_github_that_does_not_answer_well(
    published: Published, capsys: Capture, fault: Fault, exit_code: int, code: str
) -> None:
    published.github.faults.append(replace(fault))
    found, blocking = verify(published, capsys, f"github:{REPOSITORY}@v1.0")
    assert (found, blocking) == (exit_code, {code: "github-release"})


@pytest.mark.parametrize(
    ("tag", "code"), [("v3.0", "release-unknown"), ("v2.0", "release-draft"), ("v1.0", "release-missing")]
)
def test_a_release_without_evidence_a_draft_and_none_do_not_pass(
    published: Published, capsys: Capture, tag: str, code: str
) -> None:
    found, blocking = verify(published, capsys, f"github:{REPOSITORY}@{tag}")
    assert found == 1
    assert code in blocking


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("pypi:tiny==1.0", "--offline"), "target-offline"),
        (("github:o/r@v1", "--offline"), "target-offline"),
        (("pypi:tiny==1.0", "github:o/r@v1"), "target-mixed"),
        (("github:o/r",), "source-malformed"),
        (("github:o/r/s@v1",), "source-malformed"),
        (("pypi:tiny",), "source-malformed"),
        (("pypi:tiny==1.*",), "source-malformed"),
    ],
)
def test_what_is_not_understood_is_a_usage_error_and_nobody_is_asked(
    published: Published, capsys: Capture, words: tuple[str, ...], code: str
) -> None:
    before = len(published.world.pypi.exchanges) + len(published.github.exchanges)
    assert main(["verify", *words]) == 2
    assert code in capsys.readouterr().err
    assert len(published.world.pypi.exchanges) + len(published.github.exchanges) == before


def test_what_changed_since_another_folder_is_noted_beside_the_verdict(
    published: Published, capsys: Capture, tmp_path: Path
) -> None:
    write_wheel(tmp_path, version="0.9", members={"tiny.pth": "import os"})
    words = ("pypi:tiny==1.0", "--repo", REPOSITORY, "--against", str(tmp_path), "--trust-config", str(published.root))
    assert main(["verify", *words]) == 0
    said = capsys.readouterr().out
    assert "Changed since 0.9; notes, no part of the verdict:" in said
    assert "runs-at-start" in said
    assert verify(published, capsys, *words[:-2]) == (0, {})


def test_an_earlier_release_that_is_not_there_is_said_and_decides_nothing(
    published: Published, capsys: Capture
) -> None:
    words = ("pypi:tiny==1.0", "--repo", REPOSITORY, "--against", "0.1")
    assert verify(published, capsys, *words) == (0, {})
