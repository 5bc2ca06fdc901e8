"""Trusted publishing as the index does it: which identity token is exchanged for which upload token.

Rules: docs/user/trusted-publishers and warehouse/oidc of https://github.com/pypi/warehouse.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import jwt
from packaging.utils import canonicalize_name

from sealwright.endpoints import GITHUB_ISSUER
from sealwright.rehearsal.standins.identity import TokenIssuer
from sealwright.rehearsal.standins.server import Refusal

LIFETIME = 900
"""Of an upload token, in seconds."""

_WORKFLOW_FILE = re.compile(r"[^/]+\.ya?ml(?=@)")
_NEEDED = ("sub", "repository", "repository_owner", "repository_owner_id", "job_workflow_ref", "jti", "ref", "sha")


@dataclass(frozen=True, slots=True)
class Publisher:
    """What a project's owner registered on the index."""

    project: str
    repository: str
    """`owner/name`."""
    owner_id: str
    """GitHub's number for the owner: a name that somebody else took over later does not match."""
    workflow: str
    """The file name alone, such as `release.yml`."""
    environment: str = ""
    """Empty: any job of the workflow may publish, inside an environment or not."""
    pending: bool = False
    """Registered before the project existed; its first token creates the project."""

    @property
    def identity(self) -> tuple[str, str, str, str]:
        """What a token must name. Publishers of several projects with the same identity share one token."""
        return self.repository.lower(), self.owner_id, self.workflow, self.environment.lower()


@dataclass(frozen=True, slots=True)
class Grant:
    """What an upload token allows, until when, and in whose name."""

    __pydantic_config__: ClassVar = {"extra": "forbid", "strict": True}

    projects: tuple[str, ...]
    """Normalised names."""
    expires: int
    """Unix seconds."""
    repository: str
    workflow: str
    environment: str


def refuse(code: str, description: str) -> Refusal:
    """The answer 422 that clients read a reason from."""
    body = {"message": "Token request failed", "errors": [{"code": code, "description": description}]}
    return Refusal(422, f"{code}: {description}", body)


def identify(body: bytes, issuer: TokenIssuer, audience: str) -> dict[str, Any]:
    """The claims of the identity token in a request to mint. Raises Refusal (`invalid-payload`, `invalid-token`)."""
    try:
        token = json.loads(body)["token"]
    except (ValueError, KeyError, TypeError) as error:
        raise refuse("invalid-payload", 'the body must be {"token": "..."}') from error
    if not isinstance(token, str):
        raise refuse("invalid-payload", "the token must be a string")
    try:
        unverified = jwt.decode(token, options={"verify_signature": False})
    except jwt.PyJWTError as error:
        raise refuse("invalid-payload", "malformed JWT") from error
    if unverified.get("iss") != GITHUB_ISSUER:
        raise refuse("invalid-payload", "unknown trusted publishing issuer")
    try:
        return issuer.check(token, audience)
    except jwt.PyJWTError as error:
        raise refuse("invalid-token", f"malformed or invalid token ({error})") from error


def find(claims: Mapping[str, Any], publishers: Iterable[Publisher]) -> Publisher:
    """The publisher that an identity may act for, the one bound to its environment before one bound to none.

    Raises Refusal (`invalid-publisher`).
    """
    missing = [claim for claim in _NEEDED if not claims.get(claim)]
    if missing:
        raise _no_publisher(f"Missing claim {missing[0]!r}")
    called = _WORKFLOW_FILE.search(str(claims["job_workflow_ref"]))
    candidates = [
        publisher
        for publisher in publishers
        if called is not None
        and publisher.repository.lower() == str(claims["repository"]).lower()
        and publisher.owner_id == claims["repository_owner_id"]
        and publisher.workflow == called[0]
    ]
    environment = str(claims.get("environment") or "").lower()
    bound = [publisher for publisher in candidates if publisher.environment.lower() == environment]
    unbound = [publisher for publisher in candidates if not publisher.environment]
    if not (bound or unbound):
        raise _no_publisher("Publisher with matching claims was not found")
    publisher = (bound or unbound)[0]
    _check_workflow(publisher, claims)
    return publisher


def _check_workflow(publisher: Publisher, claims: Mapping[str, Any]) -> None:
    # The lookup above saw the file's name alone; a reusable workflow of the same name elsewhere ends here.
    found = str(claims["job_workflow_ref"])
    slug = f"{publisher.repository}/.github/workflows/{publisher.workflow}"
    expected = [f"{slug}@{claims[revision]}" for revision in ("ref", "sha")]
    if not any(_same_workflow(found, wanted) for wanted in expected):
        raise _no_publisher(f"The job_workflow_ref claim does not match, expecting one of {expected!r}, got {found!r}")
    if claims.get("event_name") == "pull_request_target":
        raise _no_publisher("Publishing from a workflow invoked via 'pull_request_target' is not supported.")


def _same_workflow(found: str, wanted: str) -> bool:
    # Owner and name of a repository are case-insensitive on GitHub, paths and refs are not.
    found_parts, wanted_parts = found.split("/", 2), wanted.split("/", 2)
    return [part.lower() for part in found_parts[:2]] + found_parts[2:] == [
        part.lower() for part in wanted_parts[:2]
    ] + wanted_parts[2:]


def scope(publisher: Publisher, publishers: Iterable[Publisher]) -> tuple[str, ...]:
    """The projects that a token of `publisher` may upload to, normalised."""
    shared = {canonicalize_name(other.project) for other in publishers if other.identity == publisher.identity}
    return tuple(sorted(shared))


def _no_publisher(why: str) -> Refusal:
    return refuse("invalid-publisher", f"valid token, but no corresponding publisher ({why})")
