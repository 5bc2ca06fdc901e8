"""The identity of the job that runs, as GitHub's OIDC provider attests it.

https://docs.github.com/en/actions/reference/security/oidc
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit, urlunsplit

from sealwright.errors import Refused, Unavailable
from sealwright.services import http

_URL_VARIABLE = "ACTIONS_ID_TOKEN_REQUEST_URL"
_TOKEN_VARIABLE = "ACTIONS_ID_TOKEN_REQUEST_TOKEN"  # noqa: S105 - the name of a variable
_AGAIN = "try again; if it stays, look at the service's status page"
_PERMISSION = "give the job `permissions: id-token: write`, and run it on GitHub or in a rehearsal"


def request_identity_token(audience: str, environ: Mapping[str, str]) -> str:
    """An identity token of this job for `audience`, a JWT.

    Raises Refused (`identity-missing`, `identity-refused`) and Unavailable (`identity-unavailable` and what
    `http.request` raises).
    """
    url, secret = environ.get(_URL_VARIABLE), environ.get(_TOKEN_VARIABLE)
    if not url or not secret:
        raise Refused(
            "identity-missing", f"this job may not ask for an identity: {_URL_VARIABLE} is not set", hint=_PERMISSION
        )
    parts = urlsplit(url)
    query = "&".join(filter(None, (parts.query, urlencode({"audience": audience}))))
    answer = http.request("GET", urlunsplit(parts._replace(query=query)), headers={"Authorization": f"Bearer {secret}"})
    if answer.status in (401, 403):
        raise Refused("identity-refused", f"no identity token: {answer.status} {answer.reason}", hint=_PERMISSION)
    if answer.status != 200:
        raise Unavailable("identity-unavailable", f"no identity token: {answer.status} {answer.reason}", hint=_AGAIN)
    body = answer.json()
    token = body.get("value") if isinstance(body, dict) else None
    if not isinstance(token, str) or not token:
        raise Unavailable("identity-unavailable", "the identity provider answered without a token", hint=_AGAIN)
    return token
