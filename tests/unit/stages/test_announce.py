import pytest
from tests.support import release_page
from tests.support.release_page import ALL, REPOSITORY, Page

from sealwright.errors import Refused
from sealwright.model import State
from sealwright.rehearsal.standins.github import GitHubStandIn
from sealwright.rehearsal.standins.server import Fault
from sealwright.stages import announce, draft


@pytest.fixture
def page(tmp_path):
    with GitHubStandIn(tmp_path / "github", REPOSITORY) as standin:
        drafted = Page(standin, tmp_path)
        draft.run(drafted.context("draft"))
        yield drafted


def states(result):
    return {(f.code, f.state) for f in result.findings}


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
    with GitHubStandIn(tmp_path / "github", REPOSITORY) as standin, pytest.raises(Refused) as caught:
        announce.run(Page(standin, tmp_path).context("announce"))
    assert caught.value.code == "draft-missing"


@pytest.mark.parametrize(("version", "latest"), [("1.0", True), ("1.0rc1", False)])
def test_only_a_full_release_becomes_the_latest(tmp_path, version, latest):
    with GitHubStandIn(tmp_path / "github", REPOSITORY) as standin:
        page = Page(standin, tmp_path, version)
        draft.run(page.context("draft"))
        announce.run(page.context("announce"))
        assert standin._releases.all[0]["make_latest"] == str(latest).lower()
