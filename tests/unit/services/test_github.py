import time

import pytest

from sealwright.errors import Refused, SealwrightError, Unavailable
from sealwright.model import sha256_hex
from sealwright.rehearsal.standins.github import GitHubStandIn, ProtectedEnvironment
from sealwright.rehearsal.standins.server import Fault, Response, StandIn
from sealwright.services.github import Asset, Environment, GitHub

REPOSITORY = "owner/tiny"


@pytest.fixture
def standin(tmp_path):
    environments = [ProtectedEnvironment("pypi", ("alice",), ("v*",)), ProtectedEnvironment("open")]
    with GitHubStandIn(tmp_path, REPOSITORY, environments) as running:
        yield running


@pytest.fixture
def github(standin):
    token = standin.token({"contents": "write", "actions": "read"})
    return GitHub(standin.url, REPOSITORY, token, patience=30, sleep=lambda _: None)


def make(github, tag="v1.0"):
    return github.create_draft(tag, commit="a" * 40, title="tiny 1.0", notes="notes", prerelease=False)


def test_a_draft_is_made_filled_and_published_once(github):
    assert github.find_release("v1.0") is None
    release = make(github)
    assert github.find_release("v1.0") == release
    asset = github.upload_asset(release, "tiny.whl", b"wheel")
    assert github.assets(release) == {"tiny.whl": asset}
    assert github.holds(asset, sha256_hex(b"wheel"), 5)
    assert github.download_asset(asset) == b"wheel"
    published = github.publish(release, make_latest=True)
    assert (published.draft, published.immutable) == (False, True)
    assert github.find_release("v1.0") == published
    assert github.publish(published, make_latest=True) == published


def test_a_draft_is_found_on_a_later_page(github):
    wanted = make(github, "v0.1")
    for number in range(101):
        make(github, f"v1.{number}")
    assert github.find_release("v0.1") == wanted


def test_two_drafts_of_one_tag_are_not_guessed_between(github):
    make(github)
    make(github)
    with pytest.raises(Refused) as caught:
        github.find_release("v1.0")
    assert caught.value.code == "drafts-ambiguous"


@pytest.mark.parametrize(
    ("status", "kind", "code"),
    [
        (401, SealwrightError, "github-token"),
        (403, SealwrightError, "github-forbidden"),
        (422, SealwrightError, "github-refused"),
        (429, Unavailable, "github-limited"),
        (500, Unavailable, "github-unavailable"),
    ],
)
def test_every_refusal_says_what_to_do(standin, github, status, kind, code):
    standin.faults.append(Fault("POST", "", status=status))
    with pytest.raises(kind) as caught:
        make(github)
    assert caught.value.code == code
    assert caught.value.hint


def test_the_reason_that_github_gives_is_passed_on(github):
    release = make(github)
    github.upload_asset(release, "tiny.whl", b"wheel")
    with pytest.raises(SealwrightError, match="name already_exists"):
        github.upload_asset(release, "tiny.whl", b"other")


def test_a_token_without_the_permission_is_refused(standin):
    with pytest.raises(SealwrightError) as caught:
        make(GitHub(standin.url, REPOSITORY, standin.token({"contents": "read"})))
    assert caught.value.code == "github-forbidden"


def test_an_interrupted_upload_is_repeated(standin, github):
    release = make(github)
    standin.faults.append(Fault("POST", "", status=502, times=1))
    assert github.upload_asset(release, "tiny.whl", b"wheel").sha256 == sha256_hex(b"wheel")


@pytest.mark.parametrize("acts", [True, False])
def test_what_github_did_although_its_answer_was_lost_is_found_out(standin, github, acts):
    standin.faults.append(Fault("POST", "/repos/owner/tiny/releases", acts=True, cut=True, times=1))
    release = make(github)
    standin.faults.append(Fault("POST", "", acts=acts, cut=True, times=1))
    asset = github.upload_asset(release, "tiny.whl", b"wheel")
    standin.faults.append(Fault("PATCH", "", acts=True, cut=True, times=1))
    assert not github.publish(release, make_latest=True).draft
    assert [r["assets"][0]["id"] for r in standin._releases.all] == [asset.id]


def test_what_was_removed_already_is_removed(standin, github):
    asset = github.upload_asset(make(github), "tiny.whl", b"wheel")
    standin.faults.append(Fault("DELETE", "", acts=True, status=502, times=1))
    with pytest.raises(Unavailable):
        github.delete_asset(asset)
    github.delete_asset(asset)


def test_a_draft_that_was_not_published_stays_unavailable(standin, github):
    release = make(github)
    standin.faults.append(Fault("PATCH", "", status=502, times=1))
    with pytest.raises(Unavailable):
        github.publish(release, make_latest=True)


def test_an_upload_of_a_name_that_an_interrupted_one_holds_replaces_it(standin, github):
    release = make(github)
    standin.interrupt_upload("v1.0", "tiny.whl")
    assert github.upload_asset(release, "tiny.whl", b"wheel").complete
    assert github.upload_asset(release, "tiny.whl", b"wheel") == github.assets(release)["tiny.whl"]


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        (403, {"Retry-After": "7"}),
        (429, {"Retry-After": "7"}),
        (403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "{soon}"}),
    ],
)
def test_a_limit_is_waited_for_as_long_as_github_asks(standin, status, headers):
    paused = []
    github = GitHub(standin.url, REPOSITORY, standin.token({"contents": "write"}), patience=30, sleep=paused.append)
    given = {name: value.format(soon=int(time.time()) + 7) for name, value in headers.items()}
    standin.faults.append(Fault("POST", "", status=status, headers=given, times=1))
    make(github)
    assert [round(pause, -1) for pause in paused] == [10]


@pytest.mark.parametrize("after", ["31", "3600"])
def test_a_longer_limit_is_said_with_its_end(standin, github, after):
    standin.faults.append(Fault("POST", "", status=403, headers={"Retry-After": after}))
    with pytest.raises(Unavailable) as caught:
        make(github)
    assert caught.value.code == "github-limited"
    assert "UTC" in caught.value.hint


def test_github_is_not_waited_for_without_end(standin, github):
    standin.faults.append(Fault("POST", "", status=429, headers={"Retry-After": "0"}))
    with pytest.raises(Unavailable):
        make(github)
    assert sum(exchange.method == "POST" for exchange in standin.exchanges) == 31


def test_an_upload_that_github_renames_is_refused(github):
    with pytest.raises(Refused) as caught:
        github.upload_asset(make(github), "tiny-1!2.0.whl", b"wheel")
    assert caught.value.code == "asset-renamed"


def test_an_asset_that_is_served_with_other_bytes_is_refused(standin, github):
    asset = github.upload_asset(make(github), "tiny.whl", b"wheel")
    standin.faults.append(Fault("GET", "/_objects/", tamper=lambda _: b"evil!"))
    with pytest.raises(Refused) as caught:
        github.download_asset(asset)
    assert caught.value.code == "asset-changed"


def test_the_token_is_sent_to_no_other_host(standin, github):
    asset = github.upload_asset(make(github), "tiny.whl", b"wheel")
    github.download_asset(asset)
    assert not standin.refusals  # the store refuses requests with a token


class Elsewhere(StandIn):
    """Answers with an upload address of another host."""

    def handle(self, request):
        release = {
            "id": 1,
            "tag_name": "v1.0",
            "draft": True,
            "prerelease": False,
            "html_url": "x",
            "upload_url": "http://evil.invalid/upload{?name,label}",
        }
        return Response(201 if request.method == "POST" else 200, release)


def test_an_upload_address_on_another_host_is_refused():
    with Elsewhere() as standin:
        github = GitHub(standin.url, REPOSITORY, "token")
        with pytest.raises(Refused) as caught:
            github.upload_asset(make(github), "tiny.whl", b"wheel")
    assert caught.value.code == "upload-elsewhere"


@pytest.mark.parametrize("location", ["", "file:///etc/passwd"])
def test_a_redirect_to_nowhere_usable_is_no_answer(location):
    class Redirecting(StandIn):
        def handle(self, _):
            return Response(302, headers={"Location": location} if location else {})

    with Redirecting() as standin, pytest.raises(Unavailable):
        GitHub(standin.url, REPOSITORY, "t").download_asset(Asset(1, "x", 1, "", True, ""))


def test_environments_say_who_approves_and_what_may_deploy(github):
    assert github.environments() == (
        Environment("pypi", ("alice",), True, ("v*",)),
        Environment("open", (), False, ()),
    )


def test_environments_that_may_not_be_read_are_unavailable(standin):
    with pytest.raises(Unavailable) as caught:
        GitHub(standin.url, REPOSITORY, standin.token({})).environments()
    assert caught.value.code == "environments-unreadable"
