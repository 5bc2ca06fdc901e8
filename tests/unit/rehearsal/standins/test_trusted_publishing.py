from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import jwt
import pytest
import urllib3
from tests.support.pypi import COMMIT, PUBLISHER, World, make_world, post, write_release

from sealwright.rehearsal.standins.identity import TokenIssuer
from sealwright.rehearsal.standins.pypi import Publisher
from sealwright.services.index import MintedToken, MintRefused

REF = "refs/tags/v1.0"
CLAIMS: dict[str, Any] = {
    "sub": "repo:owner/tiny:environment:pypi",
    "repository": "owner/tiny",
    "repository_owner": "owner",
    "repository_owner_id": "2001",
    "job_workflow_ref": f"owner/tiny/.github/workflows/release.yml@{REF}",
    "workflow_ref": f"owner/tiny/.github/workflows/release.yml@{REF}",
    "ref": REF,
    "sha": COMMIT,
    "event_name": "push",
    "environment": "pypi",
}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with make_world(tmp_path_factory.mktemp("world")) as world:
        yield world


@pytest.fixture
def world(shared: World) -> World:
    shared.pypi.publishers[:] = [PUBLISHER]
    shared.pypi.trusted_publishing = True
    return shared


def mint(world: World, audience: str = "pypi", **changes: Any) -> MintedToken | MintRefused:
    claims = {name: value for name, value in {**CLAIMS, **changes}.items() if value is not None}
    return world.client.mint_token(world.issuer.issue(claims, audience))


def codes(answer: MintedToken | MintRefused) -> set[str]:
    return set(answer.codes) if isinstance(answer, MintRefused) else set()


def test_the_audience_is_the_name_of_the_index(world: World) -> None:
    assert world.client.audience() == "pypi"


def test_a_job_in_the_publisher_s_environment_gets_a_token_of_fifteen_minutes(world: World) -> None:
    claims = world.issuer.issue(CLAIMS, "pypi")
    issued = jwt.decode(claims, options={"verify_signature": False})["iat"]
    answer = world.client.mint_token(claims)
    assert isinstance(answer, MintedToken)
    assert answer.token.startswith("pypi-")
    assert 0 <= answer.expires - issued - 900 <= 5
    assert answer.token not in repr(answer)


@pytest.mark.parametrize(
    "changes",
    [
        {"environment": None},
        {"environment": "pypi-nightly"},
        {"repository": "stranger/tiny", "repository_owner": "stranger"},
        {"repository_owner_id": "666"},
        {"job_workflow_ref": f"owner/tiny/.github/workflows/other.yml@{REF}"},
        {"job_workflow_ref": f"stranger/shared/.github/workflows/release.yml@{REF}"},
        {"job_workflow_ref": "owner/tiny/.github/workflows/release.yml@refs/heads/main"},
        {"job_workflow_ref": "owner/tiny/.github/workflows/release.yml"},
        {"event_name": "pull_request_target"},
        {"sha": None},
        {"ref": ""},
    ],
    ids=str,
)
def test_an_identity_that_is_not_the_publisher_s_is_refused(world: World, changes: dict[str, Any]) -> None:
    answer = mint(world, **changes)
    assert codes(answer) == {"invalid-publisher"}
    assert "valid token, but no corresponding publisher" in str(answer)


@pytest.mark.parametrize(
    "changes",
    [
        {"repository": "Owner/Tiny", "job_workflow_ref": f"Owner/Tiny/.github/workflows/release.yml@{REF}"},
        {"job_workflow_ref": f"owner/tiny/.github/workflows/release.yml@{COMMIT}"},
        {"environment": "PyPI"},
        {"workflow_ref": "owner/tiny/.github/workflows/caller.yml@refs/heads/main"},
        {"ref": "refs/heads/main", "job_workflow_ref": "owner/tiny/.github/workflows/release.yml@refs/heads/main"},
    ],
    ids=str,
)
def test_what_the_index_does_not_look_at_does_not_matter(world: World, changes: dict[str, Any]) -> None:
    assert isinstance(mint(world, **changes), MintedToken)


@pytest.mark.parametrize("environment", [None, "anything", "pypi"])
def test_a_publisher_without_environment_takes_every_job(world: World, environment: str | None) -> None:
    world.pypi.publishers[:] = [replace(PUBLISHER, environment="")]
    assert isinstance(mint(world, environment=environment), MintedToken)


def test_a_publisher_without_environment_undoes_the_bound_one_beside_it(world: World) -> None:
    world.pypi.publishers[:] = [PUBLISHER, replace(PUBLISHER, environment="")]
    assert isinstance(mint(world, environment=None), MintedToken)


def test_an_identity_token_is_exchanged_once(world: World) -> None:
    token = world.issuer.issue(CLAIMS, "pypi")
    assert isinstance(world.client.mint_token(token), MintedToken)
    assert codes(world.client.mint_token(token)) == {"invalid-reuse-token"}


def test_a_token_for_another_audience_is_invalid(world: World) -> None:
    assert codes(mint(world, "testpypi")) == {"invalid-token"}


def test_an_expired_token_is_invalid(world: World) -> None:
    token = world.issuer.issue(CLAIMS, "pypi", lifetime=-60)
    assert codes(world.client.mint_token(token)) == {"invalid-token"}


def test_a_token_of_another_key_is_invalid(world: World, tmp_path: Any) -> None:
    assert codes(world.client.mint_token(TokenIssuer(tmp_path).issue(CLAIMS, "pypi"))) == {"invalid-token"}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b'{"token": 1}',
        b'{"token": "no JWT"}',
        json.dumps({"token": jwt.encode({"iss": "https://elsewhere.invalid"}, "k" * 32)}).encode(),
        json.dumps({"token": jwt.encode({}, "k" * 32)}).encode(),
    ],
)
def test_what_is_no_github_token_is_an_invalid_payload(world: World, body: bytes) -> None:
    answer = urllib3.request("POST", f"{world.pypi.url}/_/oidc/mint-token", body=body)
    assert answer.status == 422
    assert answer.json()["errors"][0]["code"] == "invalid-payload"


def test_with_trusted_publishing_switched_off_nothing_is_exchanged(world: World) -> None:
    world.pypi.trusted_publishing = False
    assert codes(mint(world)) == {"not-enabled"}
    assert urllib3.request("GET", f"{world.pypi.url}/_/oidc/audience").status == 403


def test_a_pending_publisher_creates_its_project_and_then_publishes_like_any_other(world: World) -> None:
    world.pypi.publishers[:] = [replace(PUBLISHER, project="brand-new", pending=True)]
    assert isinstance(mint(world), MintedToken)
    world.pypi.seed("brand_new-1.0.tar.gz", b"")
    assert isinstance(mint(world), MintedToken)


def test_a_pending_publisher_of_a_project_that_exists_is_refused(world: World) -> None:
    world.pypi.seed("taken-1.0.tar.gz", b"taken")
    world.pypi.publishers[:] = [replace(PUBLISHER, project="Taken", pending=True)]
    assert codes(mint(world)) == {"invalid-pending-publisher"}


def test_a_token_uploads_to_the_publisher_s_projects_only(world: World, tmp_path: Any) -> None:
    wheel, _ = write_release(tmp_path)
    world.pypi.publishers[:] = [Publisher("another", "owner/tiny", "2001", "release.yml", "pypi")]
    status, reason = post(world.pypi, world.token(), wheel)
    assert (status, reason) == (403, "The given token isn't allowed to upload to project 'tiny'.")


def test_publishers_of_several_projects_with_one_identity_share_a_token(world: World, tmp_path: Any) -> None:
    wheel, _ = write_release(tmp_path)
    world.pypi.publishers[:] = [replace(PUBLISHER, project="another"), PUBLISHER]
    assert post(world.pypi, world.token(), wheel)[0] == 200


def test_refusals_are_kept_in_the_request_log(world: World) -> None:
    mint(world, environment=None)
    assert world.pypi.refusals[-1].refusal.startswith("invalid-publisher: valid token")
