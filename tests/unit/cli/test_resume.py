from __future__ import annotations

import json
import shutil

import pytest
from tests.support.half_published import REPOSITORY, SDIST, TAG, WHEEL, half_published

from sealwright.cli import Invocation
from sealwright.cli.resume import run as command
from sealwright.errors import Refused, SealwrightError, Unavailable, UsageError
from sealwright.rehearsal.standins.server import Fault

RERUN = f"gh run rerun 8 --failed --repo {REPOSITORY}"


@pytest.fixture
def release(tmp_path):
    with half_published(tmp_path) as half:
        yield half


@pytest.fixture
def resume(release, capsys):
    """Run the command; (exit code, what it printed), or the JSON of it."""

    def call(*arguments, token=True, **environ):
        given = {"GH_TOKEN": release.token} if token else {}
        code = command(Invocation(arguments, release.environ(**given, **environ), release.dossier.parent))
        said = capsys.readouterr().out
        return code, json.loads(said) if "--json" in arguments else said

    return call


DOSSIER = ("--out", "dossier")
FROM_GITHUB = ("--repo", REPOSITORY, "--tag", TAG)


def half_on_pypi(release):
    release.drafted()
    release.on("testpypi", WHEEL, SDIST)
    release.on("pypi", WHEEL, days_ago=3.5)
    release.ran(pypi="failure", confirm="skipped")


@pytest.mark.parametrize("named", [DOSSIER, FROM_GITHUB], ids=["dossier", "draft"])
def test_a_half_published_release_is_explained_file_by_file_with_what_to_run(release, resume, named):
    half_on_pypi(release)
    code, said = resume(*named)
    assert code == 1
    assert "ok      testpypi: 2 of 2 files, identical" in said
    assert f"absent  index-absent {SDIST}" in said
    assert "10 days and 11 hours left: PyPI takes what is missing until" in said
    assert "a draft with 6 of 6 files" in said
    assert "run 8: failure, failed in pypi" in said
    assert "INCOMPLETE  what is there is as planned; the rest is missing" in said
    assert RERUN in said
    assert f"{release.standin.url}/{REPOSITORY}/actions/runs/8" in said
    assert "--continue" not in said  # nothing can be done from here until PyPI has everything


def test_a_complete_release_has_nothing_left_to_do(release, resume):
    release.published()
    release.on("testpypi", WHEEL, SDIST)
    assert resume(*DOSSIER, "--continue")[0] == 0
    code, said = resume(*DOSSIER)
    assert (code, said.splitlines()[-1]) == (0, "COMPLETE  every place has exactly the planned files")


def test_what_testpypi_has_not_does_not_matter_once_pypi_has_everything(release, resume):
    release.published()
    assert resume(*DOSSIER, "--continue")[0] == 0
    assert resume(*DOSSIER, "--json")[1]["progress"] == "complete"


def different_on_pypi(release):
    release.on("pypi", WHEEL, content=b"other bytes")


def extra_on_pypi(release):
    release.on("pypi", WHEEL, SDIST)
    release.on("pypi", "tiny-1.0-cp311-cp311-linux_x86_64.whl", content=b"somebody's")


def different_on_testpypi_although_pypi_is_complete(release):
    release.published()
    release.on("testpypi", SDIST, content=b"other bytes")


def different_in_the_draft(release):
    release.drafted()
    wheel = release.github.assets(release.release)[WHEEL]
    release.github.delete_asset(wheel)
    release.github.upload_asset(release.release, WHEEL, b"other bytes")


def signed_by_nobody_known(release):
    path = release.dossier / "evidence" / "release.json.sigstore.json"
    path.write_bytes(path.read_bytes().replace(b'"signature"', b'"nothing"'))


@pytest.mark.parametrize(
    "happens",
    [
        different_on_pypi,
        extra_on_pypi,
        different_on_testpypi_although_pypi_is_complete,
        different_in_the_draft,
        signed_by_nobody_known,
    ],
)
def test_other_bytes_anywhere_stop_everything(release, resume, happens):
    happens(release)
    release.ran(pypi="failure")
    code, said = resume(*DOSSIER)
    assert code == 1
    assert "DIFFERENT  somewhere are other bytes than the planned ones" in said
    assert "do not continue" in said
    assert "gh run rerun" not in said
    with pytest.raises(Refused) as caught:
        resume(*DOSSIER, "--continue")
    assert caught.value.code == "not-continued"


def test_a_release_that_pypi_takes_no_more_files_for_is_yanked_not_continued(release, resume):
    release.on("pypi", WHEEL, days_ago=14.1)
    code, said = resume(*DOSSIER)
    assert (code, "CLOSED  half published" in said) == (1, True)
    assert "window-closed" in said
    assert "https://pypi.org/manage/project/tiny/release/1.0/" in said
    assert "gh run rerun" not in said


@pytest.mark.parametrize("place", ["pypi", "testpypi", "github"])
def test_a_place_that_does_not_answer_leaves_the_release_unknown(release, resume, place):
    half_on_pypi(release)
    standin = release.standin if place == "github" else getattr(release.world, place)
    standin.faults.append(Fault("GET", "", status=503))
    code, answer = resume(*DOSSIER, "--json")
    assert (code, answer["progress"]) == (3, "unknown")
    assert {f["check"] for f in answer["findings"] if f["state"] == "unavailable"} == {place}
    assert "gh run rerun" not in json.dumps(answer["next"])


def test_other_bytes_are_said_although_another_place_does_not_answer(release, resume):
    different_on_pypi(release)
    release.standin.faults.append(Fault("GET", "", status=503))
    assert resume(*DOSSIER)[0] == 1


@pytest.mark.parametrize(
    ("run", "says"),
    [
        ({"status": "waiting", "conclusion": None}, "waits for an approval"),
        ({"status": "in_progress", "conclusion": None}, "still running"),
        ({"status": "completed", "conclusion": "success"}, "look again"),
        ({"status": "completed", "conclusion": "cancelled"}, RERUN),
        (None, f"gh run list --repo {REPOSITORY} --workflow release.yml --branch {TAG}"),
    ],
)
def test_what_to_do_depends_on_the_run(release, resume, run, says):
    if run:
        release.ran(**run)
    code, said = resume(*DOSSIER)
    assert (code, says in said) == (1, True), said


def test_what_pypi_has_is_announced_from_here_with_its_provenance(release, resume):
    release.drafted()
    release.published()
    release.ran(confirm="failure")
    code, said = resume(*FROM_GITHUB)
    assert (code, "GH_TOKEN=$(gh auth token) sealwright resume --repo owner/tiny --tag v1.0 --continue" in said) == (
        1,
        True,
    )
    code, said = resume(*FROM_GITHUB, "--continue")
    assert (code, "COMPLETE" in said) == (0, True)
    assert (release.release.draft, release.release.immutable) == (False, True)
    assert {f"{name}.provenance.json" for name in (WHEEL, SDIST)} <= set(release.github.assets(release.release))
    assert resume(*FROM_GITHUB, token=False)[0] == 0  # published, so everybody sees it


def test_only_the_draft_is_filled_while_pypi_has_not_everything(release, resume):
    half_on_pypi(release)
    release.github.delete_asset(release.github.assets(release.release)["SHA256SUMS"])
    code, said = resume(*DOSSIER, "--continue")
    assert (code, "a draft with 6 of 6 files" in said) == (1, True)
    assert {file.filename for file in release.world.pypi.store.of_project("tiny")} == {WHEEL}


def test_files_that_somebody_else_uploaded_are_not_announced(release, resume):
    release.drafted()
    release.on("pypi", WHEEL, SDIST)  # the same bytes, but no provenance
    with pytest.raises(Refused) as caught:
        resume(*DOSSIER, "--continue")
    assert caught.value.code == "index-provenance"
    assert release.release.draft


def test_a_draft_that_lacks_a_file_is_filled_from_the_dossier_and_from_nowhere_else(release, resume):
    release.drafted()
    release.github.delete_asset(release.github.assets(release.release)[WHEEL])
    with pytest.raises(Refused) as caught:
        resume(*FROM_GITHUB, "--continue")
    assert (caught.value.code, "--out" in caught.value.hint) == ("file-changed", True)
    assert "a draft with 6 of 6 files" in resume(*DOSSIER, "--continue")[1]


def test_a_published_release_that_lacks_files_is_never_touched(release, resume):
    release.drafted()
    release.published()
    release.github.publish(release.release, make_latest=True)
    before = release.github.assets(release.release)
    assert resume(*DOSSIER)[0] == 1
    with pytest.raises(Refused) as caught:
        resume(*DOSSIER, "--continue")
    assert caught.value.code == "not-continued"
    assert release.github.assets(release.release) == before


def test_a_release_of_another_repository_is_not_taken_for_the_named_one(release, resume):
    code, answer = resume(*DOSSIER, "--repo", "owner/other", "--tag", TAG, "--json")
    assert (code, answer["progress"]) == (1, "different")
    assert "signer-repository" in {finding["code"] for finding in answer["findings"]}


def no_draft(release):
    return FROM_GITHUB


def no_gate(release):
    (release.dossier / "release.json").unlink()
    return DOSSIER


def no_folder(release):
    shutil.rmtree(release.dossier)
    return DOSSIER


def broken(release):
    (release.dossier / "release.json").write_text("[]")
    return DOSSIER


@pytest.mark.parametrize(
    ("happens", "kind", "code"),
    [
        (no_draft, Unavailable, "release-invisible"),
        (no_gate, Unavailable, "release-undecided"),
        (no_folder, UsageError, "dossier-missing"),
        (broken, Refused, "malformed"),
    ],
)
def test_where_nobody_knows_what_was_planned_it_says_so_and_what_to_do(release, resume, happens, kind, code):
    with pytest.raises(kind) as caught:
        resume(*happens(release))
    assert caught.value.code == code
    assert caught.value.hint


def test_without_a_token_a_draft_is_not_taken_for_missing_without_a_word(release, resume):
    release.drafted()
    with pytest.raises(Unavailable) as caught:
        resume(*FROM_GITHUB, token=False)
    assert "GH_TOKEN" in caught.value.hint


def test_continuing_needs_a_token(release, resume):
    with pytest.raises(SealwrightError) as caught:
        resume(*DOSSIER, "--continue", token=False)
    assert caught.value.code == "token-missing"


def test_a_release_must_be_named(resume, capsys):
    with pytest.raises(SystemExit) as caught:
        resume()
    assert caught.value.code == 2
