import json

import pytest
from tests.support.release_page import ALL, PREPARED, REPOSITORY, Page

from sealwright.errors import Refused, SealwrightError, Unavailable, UsageError
from sealwright.model import FileRef, State
from sealwright.rehearsal.standins.github import GitHubStandIn
from sealwright.rehearsal.standins.server import Fault
from sealwright.stages import announce, draft
from sealwright.stages.release_assets import by_name, prepared


@pytest.fixture
def page(tmp_path):
    with GitHubStandIn(tmp_path / "github", REPOSITORY) as standin:
        yield Page(standin, tmp_path)


def states(result):
    return {(f.code, f.state) for f in result.findings}


def test_a_draft_holds_every_file_of_the_release_and_nothing_else(page):
    result = draft.run(page.context("draft"))
    assert states(result) == {("draft", State.PASS)}
    assert set(page.github.assets(page.release)) == PREPARED
    assert (page.release.draft, page.release.prerelease) == (True, False)
    assert page.release.page in result.summary


def test_a_second_run_changes_nothing(page):
    draft.run(page.context("draft"))
    before = page.github.assets(page.release)
    assert states(draft.run(page.context("draft"))) == {("draft", State.PASS)}
    assert page.github.assets(page.release) == before


def test_an_interrupted_run_is_continued(page):
    context = page.context("draft")
    page.standin.faults.append(Fault("POST", f"/repos/{REPOSITORY}/releases/1/assets", status=500, times=2))
    with pytest.raises(Unavailable):
        draft.run(context)
    assert states(draft.run(page.context("draft"))) == {("draft", State.PASS)}
    assert set(page.github.assets(page.release)) == PREPARED


def test_another_file_under_a_planned_name_is_replaced_in_a_draft_and_said(page):
    draft.run(page.context("draft"))
    wheel = page.github.assets(page.release)["tiny-1.0-py3-none-any.whl"]
    page.github.delete_asset(wheel)
    page.github.upload_asset(page.release, wheel.name, b"evil")
    result = draft.run(page.context("draft"))
    assert any(f.subject == wheel.name and "replaced" in f.found for f in result.findings)
    assert page.github.assets(page.release)[wheel.name].sha256 == wheel.sha256


def test_a_file_that_does_not_belong_there_is_removed_from_a_draft_and_said(page):
    draft.run(page.context("draft"))
    page.github.upload_asset(page.release, "evil.whl", b"evil")
    result = draft.run(page.context("draft"))
    assert any(f.subject == "evil.whl" and "removed" in f.found for f in result.findings)
    assert set(page.github.assets(page.release)) == PREPARED


def test_a_published_release_with_the_same_files_passes(page):
    draft.run(page.context("draft"))
    announce.run(page.context("announce"))
    assert states(draft.run(page.context("draft"))) == {("draft", State.PASS)}
    assert set(page.github.assets(page.release)) == ALL


def test_a_published_release_with_another_file_fails_and_stays_as_it_is(page):
    draft.run(page.context("draft"))
    announce.run(page.context("announce"))
    before = page.github.assets(page.release)
    page.changed = {"evidence/new.intoto.jsonl": b"new"}
    result = draft.run(page.context("draft"))
    assert ("asset-missing", State.FAIL) in states(result)
    assert ("asset-different", State.FAIL) in states(result)  # release.json lists one more
    assert page.github.assets(page.release) == before


@pytest.mark.parametrize("version", ["1.0rc1", "1.0.dev1", "1.0a2"])
def test_a_prerelease_is_marked_as_one(page, version):
    page.version = version
    draft.run(page.context("draft"))
    assert page.release.prerelease


def test_the_changelog_s_entry_becomes_the_notes(page):
    page.notes = b"### Fixed\n"
    draft.run(page.context("draft"))
    assert json.loads((page.folder / "github" / "releases.json").read_text())["releases"][0]["body"] == "### Fixed\n"


def test_two_files_of_one_name_are_refused():
    with pytest.raises(Refused) as caught:
        by_name([FileRef.of("dist/a", b"1"), FileRef.of("evidence/a", b"2")])
    assert caught.value.code == "asset-name-twice"


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"files": 1}', b'{"files": [{"path": "../x"}]}'])
def test_a_release_json_that_lists_no_files_is_refused(page, content):
    page.changed = {"release.json": content}
    with pytest.raises(Refused) as caught:
        prepared(page.context("draft"))
    assert caught.value.code == "release-malformed"


def test_without_a_token_nothing_is_tried(page):
    with pytest.raises(UsageError) as caught:
        draft.run(page.context("draft", {"GH_TOKEN": ""}))
    assert caught.value.code == "token-missing"


def test_a_token_that_may_only_read_is_refused(page):
    with pytest.raises(SealwrightError) as caught:
        draft.run(page.context("draft", {"GH_TOKEN": page.standin.token({"contents": "read"})}))
    assert caught.value.code == "github-forbidden"
