"""GitHub's OIDC provider: one request token for each job that was granted `id-token: write`.

Claims: https://docs.github.com/en/actions/reference/security/oidc
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from sealwright.endpoints import GITHUB_ISSUER
from sealwright.rehearsal.standins.server import Refusal, Request, Response, StandIn

_LIFETIME = 300
_KEY_ID = "rehearsal"


@dataclass(frozen=True, slots=True)
class Run:
    """The workflow run whose jobs ask for tokens."""

    repository: str
    ref: str
    commit: str
    workflow: str = ".github/workflows/release.yml"
    run_id: str = "1"
    run_attempt: str = "1"
    repository_id: str = "1001"
    owner_id: str = "2001"
    event: str = "push"
    visibility: str = "public"

    @property
    def workflow_ref(self) -> str:
        """`owner/name/.github/workflows/release.yml@refs/tags/v1.0`."""
        return f"{self.repository}/{self.workflow}@{self.ref}"


class TokenIssuer:
    """Signs and checks identity tokens. The key lives in `state`, so that a resumed rehearsal has the same one."""

    def __init__(self, state: Path) -> None:
        state.mkdir(parents=True, exist_ok=True)
        path = state / "oidc.pem"
        if not path.exists():
            key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
            path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        loaded = load_pem_private_key(path.read_bytes(), None)
        assert isinstance(loaded, rsa.RSAPrivateKey)  # this class wrote it
        self._key = loaded

    def issue(self, claims: Mapping[str, Any], audience: str, *, lifetime: int = _LIFETIME) -> str:
        """A signed token, valid from now for `lifetime` seconds."""
        now = int(time.time())
        body = {
            "iss": GITHUB_ISSUER,
            "aud": audience,
            "jti": secrets.token_hex(16),
            "iat": now,
            "nbf": now - 60,
            "exp": now + lifetime,
            **claims,
        }
        return jwt.encode(body, self._key, "RS256", headers={"kid": _KEY_ID})

    def check(self, token: str, audience: str) -> dict[str, Any]:
        """The claims of a token for `audience`. Raises jwt.PyJWTError."""
        return jwt.decode(
            token,
            self._key.public_key(),
            ["RS256"],
            audience=audience,
            issuer=GITHUB_ISSUER,
            leeway=30,
            options={"require": ["aud", "sub", "iat", "exp", "iss", "jti"]},
        )

    def jwks(self) -> dict[str, Any]:
        """The public key as a JSON Web Key Set."""
        key = jwt.algorithms.RSAAlgorithm.to_jwk(self._key.public_key(), as_dict=True)
        return {"keys": [{**key, "kid": _KEY_ID, "use": "sig", "alg": "RS256"}]}


class IdentityStandIn(StandIn):
    """`GET /idtoken?audience=...` with a request token; refuses everyone else."""

    name = "identity"

    def __init__(self, issuer: TokenIssuer, run: Run) -> None:
        super().__init__()
        self.issuer = issuer
        self.run = run
        self._claims: dict[str, dict[str, Any]] = {}

    def grant(
        self, *, environment: str | None = None, reusable_workflow: str | None = None, reusable_sha: str | None = None
    ) -> dict[str, str]:
        """The variables of a job that may ask for tokens.

        `reusable_workflow` is `owner/name/path@ref` of a called workflow of somebody else's, `reusable_sha` its
        commit.
        """
        request_token = secrets.token_urlsafe(24)
        self._claims[request_token] = _claims(self.run, environment, reusable_workflow, reusable_sha)
        return {
            "ACTIONS_ID_TOKEN_REQUEST_URL": f"{self.url}/idtoken?api-version=2.0",
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN": request_token,
        }

    def handle(self, request: Request) -> Response:
        """Hand out a token for the job that the request token belongs to."""
        match request.method, request.path:
            case "GET", "/idtoken":
                claims = self._claims.get(request.bearer)
                if claims is None:
                    raise Refusal(401, "this job has no id-token permission, or used another job's request token")
                owner = self.run.repository.split("/")[0]
                (audience,) = request.query.get("audience", [f"https://github.com/{owner}"])
                return Response(body={"count": 1, "value": self.issuer.issue(claims, audience)})
            case "GET", "/.well-known/jwks":
                return Response(body=self.issuer.jwks())
        raise Refusal(404, f"no {request.method} {request.path} here")


def _claims(
    run: Run, environment: str | None, reusable_workflow: str | None, reusable_sha: str | None
) -> dict[str, Any]:
    owner = run.repository.split("/")[0]
    context = f"environment:{environment}" if environment else f"ref:{run.ref}"
    return {
        "sub": f"repo:{run.repository}:{context}",
        "actor": owner,
        "actor_id": run.owner_id,
        "base_ref": "",
        "head_ref": "",
        "event_name": run.event,
        "ref": run.ref,
        "ref_type": "tag",
        "ref_protected": "true",
        "repository": run.repository,
        "repository_id": run.repository_id,
        "repository_owner": owner,
        "repository_owner_id": run.owner_id,
        "repository_visibility": run.visibility,
        "run_id": run.run_id,
        "run_number": run.run_id,
        "run_attempt": run.run_attempt,
        "runner_environment": "github-hosted",
        "sha": run.commit,
        "workflow": "release",
        "workflow_ref": run.workflow_ref,
        "workflow_sha": run.commit,
        "job_workflow_ref": reusable_workflow or run.workflow_ref,
        "job_workflow_sha": reusable_sha or run.commit,
        **({"environment": environment} if environment else {}),
    }
