import hashlib
import json

import pytest
import urllib3

from sealwright.rehearsal.standins.github import GitHubStandIn, ProtectedEnvironment

REPOSITORY = "owner/tiny"
WRITE = {"contents": "write"}


@pytest.fixture
def github(tmp_path):
    with GitHubStandIn(tmp_path, REPOSITORY) as standin:
        yield standin


def ask(github, method, path, token="", body=None, **headers):
    url = path if path.startswith("http") else f"{github.url}/repos/{REPOSITORY}{path}"
    if token:
        headers["Authorization"] = f"Bearer {token}"
    data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
    response = urllib3.request(method, url, headers=headers, body=data, redirect=False)
    is_json = response.headers.get("Content-Type") == "application/json" and response.data
    return response.status, json.loads(response.data) if is_json else response.data, response.headers


def draft(github, token, tag="v1.0", **fields):
    status, release, _ = ask(github, "POST", "/releases", token, {"tag_name": tag, "draft": True, **fields})
    assert status == 201
    return release


def upload(github, token, release, name="a.whl", data=b"wheel"):
    url = release["upload_url"].replace("{?name,label}", f"?name={name}")
    return ask(github, "POST", url, token, data, **{"Content-Type": "application/zip"})


def publish(github, token, release):
    return ask(github, "PATCH", f"/releases/{release['id']}", token, {"draft": False})


def test_a_draft_is_found_in_the_list_and_not_by_its_tag(github):
    token = github.token(WRITE)
    release = draft(github, token)
    assert ask(github, "GET", "/releases/tags/v1.0", token)[0] == 404
    assert [r["id"] for r in ask(github, "GET", "/releases", token)[1]] == [release["id"]]
    assert ask(github, "GET", "/releases", github.token({"contents": "read"}))[1] == []
    publish(github, token, release)
    assert ask(github, "GET", "/releases/tags/v1.0")[1]["id"] == release["id"]
    assert ask(github, "GET", "/releases/latest")[1]["id"] == release["id"]


def test_an_asset_carries_the_digest_of_its_bytes(github):
    token = github.token(WRITE)
    status, asset, _ = upload(github, token, draft(github, token))
    assert (status, asset["state"], asset["size"]) == (201, "uploaded", 5)
    assert asset["digest"] == f"sha256:{hashlib.sha256(b'wheel').hexdigest()}"
    status, _, headers = ask(github, "GET", asset["url"], token, Accept="application/octet-stream")
    assert status == 302
    assert ask(github, "GET", headers["Location"])[1] == b"wheel"
    assert ask(github, "GET", headers["Location"], token)[0] == 400


def test_an_asset_s_name_is_taken_once(github):
    token = github.token(WRITE)
    release = draft(github, token)
    upload(github, token, release)
    status, body, _ = upload(github, token, release, data=b"other")
    assert (status, body["errors"][0]["code"]) == (422, "already_exists")


def test_a_published_release_cannot_be_changed(github):
    token = github.token(WRITE)
    release = draft(github, token)
    _, asset, _ = upload(github, token, release)
    status, published, _ = publish(github, token, release)
    assert (status, published["immutable"], published["draft"]) == (200, True, False)
    assert upload(github, token, release, name="late.whl")[0] == 422
    assert ask(github, "DELETE", f"/releases/assets/{asset['id']}", token)[0] == 422
    for change in ({"tag_name": "v2.0"}, {"draft": True}, {"target_commitish": "evil"}):
        assert ask(github, "PATCH", f"/releases/{release['id']}", token, change)[0] == 422
    assert ask(github, "PATCH", f"/releases/{release['id']}", token, {"body": "a typo"})[0] == 200


def test_the_tag_of_a_deleted_immutable_release_is_never_free_again(github):
    token = github.token(WRITE)
    release = draft(github, token)
    publish(github, token, release)
    assert ask(github, "DELETE", f"/releases/{release['id']}", token)[0] == 204
    status, body, _ = ask(github, "POST", "/releases", token, {"tag_name": "v1.0", "draft": True})
    assert (status, body["errors"][0]["message"]) == (422, "tag_name was used by an immutable release")


def test_a_second_release_of_a_published_tag_is_refused(github):
    token = github.token(WRITE)
    first, second = draft(github, token), draft(github, token)
    publish(github, token, first)
    assert publish(github, token, second)[1]["errors"][0]["code"] == "already_exists"


@pytest.mark.parametrize(
    ("grants", "status", "message"),
    [
        (None, 401, "Requires authentication"),
        ("unknown", 401, "Bad credentials"),
        ({}, 403, "Resource not accessible by integration"),
        ({"contents": "read"}, 403, "Resource not accessible by integration"),
        ({"actions": "write"}, 403, "Resource not accessible by integration"),
    ],
)
def test_writing_needs_a_token_that_may_write(github, grants, status, message):
    token = {None: "", "unknown": "ghs_x"}.get(grants) if isinstance(grants, str | None) else github.token(grants)
    found, body, _ = ask(github, "POST", "/releases", token, {"tag_name": "v1.0"})
    assert (found, body["message"]) == (status, message)
    assert github.refusals


def test_another_repository_is_not_here(github):
    url = f"{github.url}/repos/owner/other/releases"
    assert ask(github, "GET", url, github.token(WRITE))[0] == 404


def test_the_list_has_pages(github):
    token = github.token(WRITE)
    for number in range(3):
        draft(github, token, f"v{number}")
    _, first, headers = ask(github, "GET", "/releases?per_page=2", token)
    assert ([r["tag_name"] for r in first], 'rel="next"' in headers["Link"]) == (["v2", "v1"], True)
    _, second, headers = ask(github, "GET", "/releases?per_page=2&page=2", token)
    assert ([r["tag_name"] for r in second], "Link" in headers) == (["v0"], False)


def test_a_second_instance_continues_with_what_the_first_kept(tmp_path):
    with GitHubStandIn(tmp_path, REPOSITORY) as first:
        token = first.token(WRITE)
        release = draft(first, token)
        upload(first, token, release)
        publish(first, token, release)
        ask(first, "POST", f"{first.url}/webhook", "", {"text": "hello"})
    with GitHubStandIn(tmp_path, REPOSITORY) as second:
        assert second.notifications == [{"text": "hello"}]
        assert ask(second, "GET", f"/releases/{release['id']}", token)[0] == 401  # tokens end with their run
        found = ask(second, "GET", "/releases/tags/v1.0")[1]
        assert ask(second, "GET", found["assets"][0]["browser_download_url"])[1] == b"wheel"
        assert upload(second, second.token(WRITE), found)[0] == 422


def test_environments_are_shown_to_who_may_read_actions(tmp_path):
    environments = [ProtectedEnvironment("pypi", ("alice",), ("v*",)), ProtectedEnvironment("open")]
    with GitHubStandIn(tmp_path, REPOSITORY, environments) as github:
        token = github.token({"actions": "read"})
        assert ask(github, "GET", "/environments", github.token(WRITE))[0] == 403
        _, body, _ = ask(github, "GET", "/environments", token)
        assert [(e["name"], len(e["protection_rules"])) for e in body["environments"]] == [("pypi", 2), ("open", 0)]
        _, policies, _ = ask(github, "GET", "/environments/pypi/deployment-branch-policies", token)
        assert [p["name"] for p in policies["branch_policies"]] == ["v*"]
        assert ask(github, "GET", "/environments/none", token)[0] == 404


def test_environments_that_nobody_described_are_unreadable_rather_than_missing(github):
    assert ask(github, "GET", "/environments", github.token({"actions": "read"}))[0] == 403


@pytest.mark.parametrize("body", [b"not JSON", b"{}", b'["text"]'])
def test_the_webhook_takes_only_messages(github, body):
    assert ask(github, "POST", f"{github.url}/webhook", "", body)[0] == 400
    assert github.notifications == []
