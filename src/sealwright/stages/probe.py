"""Asks the index for an upload token without the environment, and must be refused."""

from __future__ import annotations

from sealwright.model import Finding
from sealwright.services.identity import request_identity_token
from sealwright.services.index import IndexClient, MintedToken, MintRefused
from sealwright.stages.base import Context, Result

CHECK = "probe"
_REFUSAL = "invalid-publisher"


def run(context: Context) -> Result:
    """Whether a job of this workflow outside the publishing environment gets no upload token."""
    client = IndexClient(context.endpoints.pypi)
    token = request_identity_token(client.audience(), context.environ)
    return Result((_judge(client.mint_token(token), context.settings.environments.pypi),))


def _judge(answer: MintedToken | MintRefused, environment: str) -> Finding:
    match answer:
        case MintedToken():  # never kept, never shown; it expires by itself
            return Finding.failed(
                CHECK,
                "publisher-not-bound",
                expected=f"no token for a job outside the environment {environment!r}",
                found="a token that uploads",
                hint=f"set the environment of every publisher in the project's settings on PyPI to {environment!r}, "
                "and remove publishers without one: they let any job of release.yml publish, unapproved",
            )
        case MintRefused() if _REFUSAL in answer.codes:
            return Finding.passed(CHECK, found="no upload token without the environment")
        case MintRefused():
            return Finding.unavailable(
                CHECK,
                "probe-inconclusive",
                found=str(answer),
                hint="the index refused for another reason, which shows nothing about the publisher; try again",
            )
