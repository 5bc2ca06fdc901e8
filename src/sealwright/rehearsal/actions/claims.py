"""What the stand-ins of attesting actions share: the claims of the job's token, and JSON as the originals write it."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

from sealwright.services.identity import request_identity_token


def token_claims(audience: str, environ: Mapping[str, str]) -> dict[str, Any]:
    """The claims of an identity token of this job. It came straight from its issuer, so it is not verified."""
    payload = request_identity_token(audience, environ).split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return claims


def workflow_path(claims: Mapping[str, Any]) -> str:
    """`.github/workflows/release.yml` of the workflow that was triggered."""
    path, _, _ = str(claims["workflow_ref"]).removeprefix(f"{claims['repository']}/").partition("@")
    return path


def compact(document: object) -> bytes:
    """JSON without spaces, keys in the order given."""
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode()
