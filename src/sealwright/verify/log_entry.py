"""An entry of a transparency log by itself: the promise that was signed for it, and its place in the tree.

sigstore-python does the same for bundles with a certificate. This is for what it has no public function for: a key
instead of a certificate, and knowing of a log entry alone whether the log stands by it.
https://www.rfc-editor.org/rfc/rfc6962#section-2.1.1, https://github.com/C2SP/C2SP/blob/main/signed-note.md
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Iterator

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from sigstore_models.rekor import v1 as rekor

from sealwright.errors import Refused
from sealwright.verify.trust_root import TrustRoot

_KEY_HINT = 4
_SIGNATURE = re.compile("\N{EM DASH} (?P<name>\\S+) (?P<signature>[A-Za-z0-9+/=]+)")
_HEADER_LINES = 3


def require_promise(entry: rekor.TransparencyLogEntry, root: TrustRoot) -> None:
    """The log signed for this body, time and place (the "signed entry timestamp" of Rekor v1).

    Raises Refused (`log-unknown`, `log-invalid`).
    """
    promise = entry.inclusion_promise
    if promise is None or not entry.integrated_time:
        raise _refused("it holds no signed entry timestamp")
    # RFC 8785 of an object like this is what json writes with sorted keys.
    signed = {
        "body": base64.b64encode(entry.canonicalized_body).decode(),
        "integratedTime": int(entry.integrated_time),
        "logID": entry.log_id.key_id.hex(),
        "logIndex": int(entry.log_index or 0),
    }
    data = json.dumps(signed, sort_keys=True, separators=(",", ":")).encode()
    if not _signed_by_log(entry, root, promise.signed_entry_timestamp, data):
        raise _refused("the signed entry timestamp is not the log's over this entry")


def require_inclusion(entry: rekor.TransparencyLogEntry, root: TrustRoot) -> None:
    """The entry is in a tree whose head the log signed. Raises Refused (`log-unknown`, `log-invalid`)."""
    proof = entry.inclusion_proof
    if proof.checkpoint is None:
        raise _refused("it holds no inclusion proof with a checkpoint")
    size, index = int(proof.tree_size), int(proof.log_index or 0)
    head = _root_of(entry.canonicalized_body, index, size, tuple(proof.hashes or ()))
    if head != proof.root_hash:
        raise _refused("the inclusion proof does not lead from the entry to its root")
    text, stated_size, stated_root = _checkpoint(proof.checkpoint.envelope)
    if (stated_size, stated_root) != (size, proof.root_hash):
        raise _refused("the checkpoint is about another tree than the inclusion proof")
    wanted = entry.log_id.key_id[:_KEY_HINT]
    mine = [signature for hint, signature in _signatures(proof.checkpoint.envelope) if hint == wanted]
    if not any(_signed_by_log(entry, root, signature, text) for signature in mine):
        raise _refused("the checkpoint is not signed by the log")


def _signed_by_log(entry: rekor.TransparencyLogEntry, root: TrustRoot, signature: bytes, data: bytes) -> bool:
    log = next((log for log in root.model.tlogs if log.log_id.key_id == entry.log_id.key_id), None)
    if log is None or log.public_key.raw_bytes is None:
        raise Refused(
            "log-unknown",
            f"the trust root has no log {entry.log_id.key_id.hex()}",
            hint="the evidence is of another Sigstore instance, or the trust root is too old",
        )
    try:
        _verify(serialization.load_der_public_key(log.public_key.raw_bytes), signature, data)
    except (InvalidSignature, ValueError):
        return False
    return True


def _verify(key: object, signature: bytes, data: bytes) -> None:
    if isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(signature, data, ec.ECDSA(hashes.SHA256()))
    elif isinstance(key, ed25519.Ed25519PublicKey):
        key.verify(signature, data)
    else:
        raise _refused(f"the log's key is a {type(key).__name__}")


def _root_of(body: bytes, index: int, size: int, path: tuple[bytes, ...]) -> bytes:
    """https://www.rfc-editor.org/rfc/rfc9162#section-2.1.3.2."""
    if not 0 <= index < size:
        raise _refused(f"index {index} is not in a tree of {size}")
    node, last = index, size - 1
    found = hashlib.sha256(b"\0" + body).digest()
    for sibling in path:
        if last == 0:
            raise _refused("the inclusion proof is too long")
        if node & 1 or node == last:
            found = hashlib.sha256(b"\1" + sibling + found).digest()
            while node and not node & 1:
                node, last = node >> 1, last >> 1
        else:
            found = hashlib.sha256(b"\1" + found + sibling).digest()
        node, last = node >> 1, last >> 1
    if last:
        raise _refused("the inclusion proof is too short")
    return found


def _checkpoint(note: str) -> tuple[bytes, int, bytes]:
    """(what is signed, tree size, root hash)."""
    text, separator, _ = note.partition("\n\n")
    lines = text.split("\n")
    if not separator or len(lines) < _HEADER_LINES:
        raise _refused("the checkpoint has too few lines")
    try:
        return f"{text}\n".encode(), int(lines[1]), base64.b64decode(lines[2], validate=True)
    except ValueError as error:
        raise _refused(f"the checkpoint is malformed: {error}") from error


def _signatures(note: str) -> Iterator[tuple[bytes, bytes]]:
    """(hint of the key, signature)."""
    for found in _SIGNATURE.finditer(note.partition("\n\n")[2]):
        try:
            raw = base64.b64decode(found["signature"], validate=True)
        except binascii.Error:
            continue  # it is nobody's signature then
        yield raw[:_KEY_HINT], raw[_KEY_HINT:]


def _refused(why: str) -> Refused:
    return Refused("log-invalid", f"the log entry: {why}", hint="the evidence was changed after it was signed")
