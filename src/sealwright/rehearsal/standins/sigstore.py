"""A Sigstore instance on loopback: Fulcio, its CT log, Rekor v1 and v2, a timestamp authority, and its trust root."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any, Literal

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from sealwright.rehearsal.standins.fulcio import Fulcio
from sealwright.rehearsal.standins.identity import TokenIssuer
from sealwright.rehearsal.standins.rekor import RekorV1, RekorV2
from sealwright.rehearsal.standins.server import Refusal, Request, Response, StandIn
from sealwright.rehearsal.standins.sigstore_keys import ORGANIZATION, ROOT, TSA_ROOT, SigstoreKeys, key_id, public_der
from sealwright.rehearsal.standins.timestamp import TimestampAuthority

_P256 = "PKIX_ECDSA_P256_SHA_256"
_ED25519 = "PKIX_ED25519"
_FOLDER = "sigstore"


class SigstoreStandIn(StandIn):
    """Issues, logs and timestamps for real; its trust root and its logs outlive it in `state`."""

    name = "sigstore"

    def __init__(self, state: Path, issuer: TokenIssuer, rekor: Literal[1, 2] = 1) -> None:
        """`rekor` is the newest version that clients are offered; they take the newest they know."""
        super().__init__()
        state.mkdir(parents=True, exist_ok=True)
        folder = state / _FOLDER
        self._keys = SigstoreKeys.at(folder)
        self._offered = range(1, rekor + 1)
        self.fulcio = Fulcio(self._keys, issuer)
        self.timestamps = TimestampAuthority(self._keys.tsa, self._keys.tsa_key)
        self.rekor_v1 = RekorV1(folder / "rekor-v1.leaves", self._keys.rekor_v1_key)
        self.rekor_v2 = RekorV2(folder / "rekor-v2.leaves", self._keys.rekor_v2_key)

    def handle(self, request: Request) -> Response:
        """Route to the service that the path belongs to."""
        try:
            return self._route(request)
        except Refusal as refusal:  # all of these services answer with the status in the body as well
            raise Refusal(
                refusal.status, refusal.reason, {"code": refusal.status, "message": refusal.reason}
            ) from refusal

    def _route(self, request: Request) -> Response:
        match request.method, request.path.rstrip("/"):
            case "POST", "/api/v2/signingCert":
                return Response(body=self.fulcio.issue(request.json(), request.bearer))
            case "GET", "/api/v2/trustBundle":
                return Response(body={"chains": [{"certificates": self.fulcio.chain()}]})
            case "POST", "/api/v1/log/entries":
                return Response(201, self.rekor_v1.add(request.json()))
            case "POST", "/api/v2/log/entries":
                return Response(201, self.rekor_v2.add(request.json()))
            case "POST", "/api/v1/timestamp":
                return Response(201, self.timestamps.answer(request.body), "application/timestamp-reply")
        raise Refusal(404, f"no {request.method} {request.path} here")

    def trusted_root(self) -> dict[str, Any]:
        """The trusted root JSON; the same for every instance on the same state."""
        keys, start = self._keys, _start(self._keys)
        v1 = _log(f"https://{RekorV1.name}", public_der(keys.rekor_v1_key), _P256, self.rekor_v1.log_id, start)
        v2 = _log(f"https://{RekorV2.name}", public_der(keys.rekor_v2_key), _ED25519, self.rekor_v2.log_id, start)
        ct = _log("https://ctfe.rehearsal.invalid", public_der(keys.ct_key), _P256, key_id(keys.ct_key), start)
        return {
            "mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
            "tlogs": [v1, v2],
            "certificateAuthorities": [
                _authority("https://fulcio.rehearsal.invalid", ROOT, start, keys.intermediate, keys.root)
            ],
            "ctlogs": [ct],
            "timestampAuthorities": [
                _authority("https://tsa.rehearsal.invalid", TSA_ROOT, start, keys.tsa, keys.tsa_root)
            ],
        }

    def trust_config(self) -> dict[str, Any]:
        """The client trust configuration. Only while the server runs, since it names its address."""
        start = _start(self._keys)
        return {
            "mediaType": "application/vnd.dev.sigstore.clienttrustconfig.v0.1+json",
            "trustedRoot": self.trusted_root(),
            "signingConfig": {
                "mediaType": "application/vnd.dev.sigstore.signingconfig.v0.2+json",
                "caUrls": [_service(self.url, 1, start)],
                "oidcUrls": [_service(self.url, 1, start)],
                "rekorTlogUrls": [_service(self.url, version, start) for version in reversed(self._offered)],
                "rekorTlogConfig": {"selector": "ANY"},
                "tsaUrls": [_service(f"{self.url}/api/v1/timestamp", 1, start)],
                "tsaConfig": {"selector": "ANY"},
            },
        }


def _start(keys: SigstoreKeys) -> str:
    return keys.root.not_valid_before_utc.strftime("%Y-%m-%dT%H:%M:%SZ")


def _log(base_url: str, key: bytes, details: str, log_id: bytes, start: str) -> dict[str, Any]:
    """`base_url` must contain the name that signs checkpoints: sigstore-js insists."""
    return {
        "baseUrl": base_url,
        "hashAlgorithm": "SHA2_256",
        "publicKey": {"rawBytes": _base64(key), "keyDetails": details, "validFor": {"start": start}},
        "logId": {"keyId": _base64(log_id)},
    }


def _authority(uri: str, name: str, start: str, *chain: x509.Certificate) -> dict[str, Any]:
    certificates = [{"rawBytes": _base64(certificate.public_bytes(Encoding.DER))} for certificate in chain]
    return {
        "subject": {"organization": ORGANIZATION, "commonName": name},
        "uri": uri,
        "certChain": {"certificates": certificates},
        "validFor": {"start": start},
    }


def _service(url: str, version: int, start: str) -> dict[str, Any]:
    return {"url": url, "majorApiVersion": version, "validFor": {"start": start}, "operator": ORGANIZATION}


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
