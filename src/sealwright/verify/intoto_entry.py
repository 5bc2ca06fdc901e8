"""Log entries of the kind intoto 0.0.2, which Rekor v1 made of DSSE envelopes before it knew the kind dsse.

https://github.com/sigstore/rekor/blob/main/pkg/types/intoto/v0.0.2/intoto_v0_0_2_schema.json
"""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

from sigstore_models import intoto

from sealwright.errors import Refused
from sealwright.verify.provenance import at

KIND = ("intoto", "0.0.2")


def require_same(body: bytes, envelope: intoto.Envelope, certificate: bytes) -> None:
    """The entry with this body is about this envelope, signed with this certificate (PEM), and nothing else.

    Raises Refused (`log-invalid`).
    """
    try:
        document: Any = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise _refused(f"its body is not JSON: {error}") from error
    content = ("spec", "content")
    pairs = (
        ("kind", KIND[0], at(document, "kind")),
        ("version", KIND[1], at(document, "apiVersion")),
        ("payload", hashlib.sha256(envelope.payload).hexdigest(), at(document, *content, "payloadHash", "value")),
        ("hash", "sha256", at(document, *content, "payloadHash", "algorithm")),
        ("payload type", envelope.payload_type, at(document, *content, "envelope", "payloadType")),
        ("signatures", _ours(envelope, certificate), _theirs(at(document, *content, "envelope", "signatures"))),
    )
    for what, ours, theirs in pairs:
        if ours != theirs:
            raise _refused(f"its {what} is not the envelope's")


def _ours(envelope: intoto.Envelope, certificate: bytes) -> list[tuple[bytes, bytes]]:
    return [(certificate.strip(), base64.b64encode(signature.sig)) for signature in envelope.signatures]


def _theirs(signatures: object) -> list[tuple[bytes, bytes]]:
    """Certificate and signature of each; the signature's text, which is base64 already, was encoded once more."""
    items = signatures if isinstance(signatures, list) else []
    return [(_decoded(at(item, "publicKey")).strip(), _decoded(at(item, "sig"))) for item in items]


def _decoded(text: object) -> bytes:
    try:
        return base64.b64decode(str(text), validate=True)
    except ValueError as error:
        raise _refused("a signature in its body is not base64") from error


def _refused(why: str) -> Refused:
    return Refused(
        "log-invalid", f"the log entry is about something else: {why}", hint="it was put beside the envelope"
    )
