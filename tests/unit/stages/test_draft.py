import json
import shutil

import pytest
from tests.support.projects import git
from tests.support.release_page import ALL, PREPARED, REPOSITORY, Page, github, origin, released_commit

from sealwright.errors import Refused, SealwrightError, Unavailable, UsageError
from sealwright.model import FileRef, State
from sealwright.rehearsal.standins.server import Fault
from sealwright.stages import announce, draft
from sealwright.stages.release_assets import by_name, prepared


@pytest.fixture
def page(tmp_path):
    with github(tmp_path) as standin:
        yield Page(standin, tmp_path)


def states(result):
    return {(f.code, f.state) for f in result.findings if f.check not in ("contributors", "release-page")}


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


def body(page):
    return json.loads((page.folder / "github" / "releases.json").read_text())["releases"][0]["body"]


def test_the_notes_are_the_changelog_s_entry_the_contributors_and_how_to_check(page):
    page.notes = b"### Fixed\n"
    result = draft.run(page.context("draft"))
    assert body(page).startswith("### Fixed\n\n### Contributors\n\n@octo, `Pat *Smith*`\n")
    assert "https://github.com/owner/tiny/compare/v0.9...v1.0" in body(page)
    assert "--source-uri github.com/owner/tiny --source-tag v1.0" in body(page)
    assert {f.found for f in result.findings if f.check == "contributors"} == {"2 since v0.9"}


def test_notes_without_contributors_are_said_and_stop_nothing(page):
    page.standin.faults.append(Fault("GET", f"/repos/{REPOSITORY}/compare/", status=500))
    result = draft.run(page.context("draft"))
    assert ("contributors", State.UNAVAILABLE) in {(f.check, f.state) for f in result.findings}
    assert states(result) == {("draft", State.PASS)}
    assert "### Check these files" in body(page)


def test_what_people_wrote_into_a_draft_stays_and_what_was_planned_is_set_right(page):
    fields = {"commit": "main", "title": "mine", "notes": "by hand", "prerelease": True}
    page.github.create_draft("v1.0", **fields)
    result = draft.run(page.context("draft"))
    assert {f.subject for f in result.findings if "set from" in f.found} == {"commit", "pre-release"}
    assert (page.release.commitish, page.release.prerelease) == (released_commit(), False)
    assert body(page) == "by hand"


@pytest.mark.parametrize(("tag", "code"), [("v1.0", "tag-moved"), ("v9.9", "tag-missing")])
def test_a_tag_that_does_not_lead_to_the_planned_commit_stops_before_anything_is_written(page, tmp_path, tag, code):
    page.standin.origin = tmp_path / "origin"
    shutil.copytree(origin(), page.standin.origin)
    git(page.standin.origin, "tag", "--force", "v1.0", "v0.9")
    page.version = tag.removeprefix("v")
    result = draft.run(page.context("draft"))
    assert states(result) == {(code, State.FAIL)}
    assert page.github.releases() == ()


def test_what_an_interrupted_upload_left_behind_is_replaced(page):
    page.standin.faults.append(Fault("POST", f"/repos/{REPOSITORY}/releases/1/assets", status=500))
    with pytest.raises(Unavailable):
        draft.run(page.context("draft"))
    page.standin.faults.clear()
    page.standin.interrupt_upload("v1.0", "SHA256SUMS")
    result = draft.run(page.context("draft"))
    assert any((f.subject, f.found) == ("SHA256SUMS", "replaced an interrupted upload") for f in result.findings)
    assert set(page.github.assets(page.release)) == PREPARED


def test_files_of_which_github_knows_no_digest_are_downloaded_and_compared(page):
    draft.run(page.context("draft"))
    page.standin.knows_digests = False
    before = page.github.assets(page.release)
    assert states(draft.run(page.context("draft"))) == {("draft", State.PASS)}
    assert page.github.assets(page.release) == before
    assert any(exchange.path.startswith("/_objects/") for exchange in page.standin.exchanges)


def test_two_drafts_of_one_tag_are_refused_with_their_addresses(page):
    fields = {"commit": released_commit(), "title": "t", "notes": "n", "prerelease": False}
    pages = [page.github.create_draft("v1.0", **fields).page for _ in range(2)]
    with pytest.raises(Refused) as caught:
        draft.run(page.context("draft"))
    assert caught.value.code == "drafts-ambiguous"
    assert all(address in caught.value.message for address in pages)


def test_a_published_release_without_files_fails_and_stays_as_it_is(page):
    fields = {"commit": released_commit(), "title": "t", "notes": "n", "prerelease": False}
    page.github.publish(page.github.create_draft("v1.0", **fields), make_latest=True)
    assert states(draft.run(page.context("draft"))) == {("asset-missing", State.FAIL)}
    assert page.github.assets(page.release) == {}


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
