import shutil

import pytest
from tests.support import release_page
from tests.support.projects import git
from tests.support.release_page import ALL, REPOSITORY, Page, github, origin

from sealwright.errors import Refused
from sealwright.model import State
from sealwright.rehearsal.standins.server import Fault
from sealwright.stages import announce, draft


@pytest.fixture
def page(tmp_path):
    with github(tmp_path) as standin:
        drafted = Page(standin, tmp_path)
        draft.run(drafted.context("draft"))
        yield drafted


def states(result):
    return {(f.code, f.state) for f in result.findings if f.check not in ("contributors", "release-page")}


def test_the_release_is_published_with_what_the_index_answered(page):
    result = announce.run(page.context("announce"))
    assert states(result) == {("announce", State.PASS)}
    assert (page.release.draft, page.release.immutable) == (False, True)
    assert set(page.github.assets(page.release)) == ALL
    assert "immutable" in result.summary


def test_a_second_run_compares_and_passes(page):
    announce.run(page.context("announce"))
    published = page.release
    assert states(announce.run(page.context("announce"))) == {("announce", State.PASS)}
    assert page.release == published


def test_confirm_which_runs_project_code_adds_nothing_but_the_provenance_of_each_distribution(page, monkeypatch):
    monkeypatch.setitem(release_page.PUBLISHED, "published/evil.whl.provenance.json", b"{}")
    with pytest.raises(Refused, match="provenance-unexpected"):
        announce.run(page.context("announce"))
    assert page.release.draft
    assert not any("provenance" in asset for asset in page.github.assets(page.release))


def tamper_extra(page):
    page.github.upload_asset(page.release, "evil.whl", b"evil")


def tamper_missing(page):
    page.github.delete_asset(page.github.assets(page.release)["SHA256SUMS"])


def tamper_different(page):
    tamper_missing(page)
    page.github.upload_asset(page.release, "SHA256SUMS", b"evil")


@pytest.mark.parametrize(
    ("tamper", "code"),
    [
        (tamper_extra, "asset-extra"),
        (tamper_missing, "asset-missing"),
        (tamper_different, "asset-different"),
    ],
)
def test_a_draft_that_was_changed_is_not_published(page, tamper, code):
    tamper(page)
    result = announce.run(page.context("announce"))
    assert (code, State.FAIL) in states(result)
    assert ("announce", State.PASS) not in states(result)
    assert page.release.draft


def test_a_release_published_by_hand_too_early_fails(page):
    page.github.publish(page.release, make_latest=True)
    assert states(announce.run(page.context("announce"))) == {("asset-missing", State.FAIL)}


def test_a_change_between_comparing_and_publishing_is_noticed(page):
    evil = b"[]"
    page.standin.faults.append(Fault("GET", f"/repos/{REPOSITORY}/releases/1/assets", delay=0, times=1))
    page.standin.faults.append(Fault("GET", f"/repos/{REPOSITORY}/releases/1/assets", tamper=lambda _: evil, times=1))
    result = announce.run(page.context("announce"))
    assert ("asset-missing", State.FAIL) in states(result)
    assert ("announce", State.PASS) not in states(result)


def test_without_a_draft_there_is_nothing_to_publish(tmp_path):
    with github(tmp_path) as standin, pytest.raises(Refused) as caught:
        announce.run(Page(standin, tmp_path).context("announce"))
    assert caught.value.code == "draft-missing"


@pytest.mark.parametrize(
    ("shown", "version", "latest"),
    [
        (None, "1.0", True),
        (None, "1.0rc1", False),
        ("v0.9", "1.0", True),
        ("v2.0", "0.8.1", False),
        ("other-7.0", "1.0", True),
        ("v1.0rc1", "1.0", True),
    ],
)
def test_only_a_full_release_of_the_newest_line_becomes_the_latest(tmp_path, shown, version, latest):
    with github(tmp_path) as standin:
        page = Page(standin, tmp_path, version)
        if shown:
            other = page.github.create_draft(shown, commit="main", title="t", notes="n", prerelease=False)
            page.github.publish(other, make_latest=True)
        draft.run(page.context("draft"))
        announce.run(page.context("announce"))
        assert standin._releases.by_tag(f"v{version}")["make_latest"] == str(latest).lower()
        assert page.release.prerelease == ("rc" in version)


def test_a_tag_that_was_deleted_is_not_made_anew_by_publishing(page, tmp_path):
    page.standin.origin = tmp_path / "origin"
    shutil.copytree(origin(), page.standin.origin)
    git(page.standin.origin, "tag", "--delete", "v1.0")
    result = announce.run(page.context("announce"))
    assert states(result) == {("tag-missing", State.FAIL)}
    assert page.release.draft


def test_a_draft_that_was_marked_as_a_prerelease_by_hand_is_set_right_and_said(page):
    page.github.change_draft(page.release, commit="main", prerelease=True)
    result = announce.run(page.context("announce"))
    assert {f.subject for f in result.findings if "set from" in f.found} == {"commit", "pre-release"}
    assert (page.release.draft, page.release.prerelease) == (False, False)


def test_a_published_release_that_is_shown_as_something_else_is_said_and_left_alone(page):
    announce.run(page.context("announce"))
    page.standin._releases.all[0]["prerelease"] = True
    result = announce.run(page.context("announce"))
    assert {f.code for f in result.findings if f.state is State.FAIL} == {"release-flag"}
    assert page.release.prerelease
