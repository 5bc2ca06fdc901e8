"""Signing with Sigstore as the workflow that runs.

Every bundle is verified against the trust root before it is handed out: sigstore-python looks only at the
certificate's SCT when it signs.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from sigstore.dsse import Statement
from sigstore.errors import TUFError, VerificationError
from sigstore.hashes import Hashed
from sigstore.models import ClientTrustConfig, InvalidBundle
from sigstore.oidc import ExpiredIdentity, IdentityError, IdentityToken
from sigstore.sign import Signer as SigstoreSigner
from sigstore.sign import SigningContext
from sigstore_models.common.v1 import HashAlgorithm
from urllib3 import Retry

from sealwright.errors import Refused, SealwrightError, Unavailable, UsageError
from sealwright.services.identity import request_identity_token
from sealwright.verify.bundle import TrustRoot, verify_file, verify_statement
from sealwright.verify.statement import parse

__all__ = ["Signer", "open_signer", "request_identity_token"]

_AUDIENCE = "sigstore"
_TIMEOUT = (10.0, 60.0)
_AGAIN = "try again; if it stays, look at the service's status page"


class Signer:
    """One certificate and its key, for as many files as are signed within its ten minutes."""

    def __init__(self, signer: SigstoreSigner, root: TrustRoot) -> None:
        self._signer = signer
        self._root = root

    def sign_file(self, path: Path) -> bytes:
        """A bundle (JSON) over the bytes of a file of any size. Raises Refused and Unavailable."""
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256")
        hashed = Hashed(algorithm=HashAlgorithm.SHA2_256, digest=digest.digest())
        with _translated(f"signing {path.name}"):
            bundle = self._signer.sign_artifact(hashed).to_json().encode()
        verify_file(bundle, digest.hexdigest(), self._root)
        return bundle

    def sign_statement(self, payload: bytes) -> bytes:
        """A DSSE bundle (JSON) over exactly these bytes of an in-toto statement, version 1 or 0.1.

        Raises Refused (`statement-malformed` among others) and Unavailable.
        """
        statement = parse(payload, "the statement to be signed")
        with _translated(f"signing the statement of {statement.predicate_type}"):
            bundle = self._signer.sign_dsse(_Verbatim(payload)).to_json().encode()
        verify_statement(bundle, self._root)
        return bundle


@contextmanager
def open_signer(
    trust_config: str | None,
    environ: Mapping[str, str],
    *,
    log_version: int | None = None,
    timeout: tuple[float, float] = _TIMEOUT,
) -> Iterator[Signer]:
    """A signer with the identity of the job that `environ` describes.

    `trust_config` is the path of a client trust configuration, None for the public-good instance, whose
    configuration is fetched by TUF into sigstore's cache. `log_version` forces a major version of Rekor. `timeout` is
    for connecting and for each wait, in seconds. Raises UsageError (`trust-config-unreadable`), Refused
    (`identity-missing`, `identity-refused`, `certificate-invalid`, ...) and Unavailable.
    """
    config, root = _configuration(trust_config)
    config.force_tlog_version = log_version
    token = request_identity_token(_AUDIENCE, environ)
    with _translated("asking for a signing certificate"):
        signer = SigstoreSigner(IdentityToken(token, _AUDIENCE), _context(config, timeout))
    yield Signer(signer, root)


class _Verbatim(Statement):
    """Bytes to be signed as they are: sigstore's own class knows neither Statement/v0.1 nor git digests."""

    def __init__(self, payload: bytes) -> None:  # the base class would parse, and refuse
        self._contents = payload


class _BoundedAdapter(HTTPAdapter):
    """Gives up. sigstore's clients wait for ever; a request is only repeated if it never reached the service."""

    def __init__(self, timeout: tuple[float, float]) -> None:
        super().__init__(max_retries=Retry(total=2, connect=2, read=0, status=0, other=0, backoff_factor=0.5))
        self._timeout = timeout

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:
        """As the base class does, in bounded time."""
        return super().send(request, *args, **{**options, "timeout": self._timeout})


class _BoundedLog:
    """A Rekor client whose sessions, one a thread, give up."""

    def __init__(self, log: Any, timeout: tuple[float, float]) -> None:
        self._log = log
        self._timeout = timeout

    def create_entry(self, request: Any) -> Any:
        """Submit an entry."""
        _bound(self._log._session, self._timeout)  # noqa: SLF001 - it takes no session and no timeout
        return self._log.create_entry(request)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._log, name)


def _bound(session: requests.Session, timeout: tuple[float, float]) -> None:
    for scheme in ("http://", "https://"):
        if not isinstance(session.adapters.get(scheme), _BoundedAdapter):
            session.mount(scheme, _BoundedAdapter(timeout))


def _context(config: ClientTrustConfig, timeout: tuple[float, float]) -> SigningContext:
    services = config.signing_config
    fulcio = services.get_fulcio()
    _bound(fulcio.session, timeout)
    log: Any = _BoundedLog(services.get_tlogs()[0], timeout)
    return SigningContext(fulcio=fulcio, rekor=log, trusted_root=config.trusted_root, tsa_clients=services.get_tsas())


def _configuration(path: str | None) -> tuple[ClientTrustConfig, TrustRoot]:
    if path is None:
        with _translated("fetching Sigstore's trust root"):
            config = ClientTrustConfig.production()
        root = config.trusted_root._inner.to_json()  # noqa: SLF001 - there is no other way to its bytes
        return config, TrustRoot.parse(root.encode())
    try:
        data = Path(path).read_bytes()
        return ClientTrustConfig.from_json(data.decode()), TrustRoot.parse(data)
    except (OSError, ValueError) as error:  # pydantic's ValidationError is a ValueError
        first = str(error).splitlines()[0]
        raise UsageError("trust-config-unreadable", f"{path} is not a client trust configuration: {first}") from error


@contextmanager
def _translated(doing: str) -> Iterator[None]:
    """Make one of ours of whatever sigstore and the five libraries below it raise."""
    try:
        yield
    except SealwrightError:
        raise
    except Exception as error:
        raise _ours(error, doing) from error


def _ours(error: Exception, doing: str) -> SealwrightError:
    response = _response(error)
    if response is not None:
        return _refusal(response, doing)
    text = f"{doing}: {' '.join(str(error).split())[:400] or type(error).__name__}"
    if type(error).__name__ == "ExpiredCertificate":  # it lives in a private module
        text = f"{doing}: the signing certificate has expired"
        return Unavailable("certificate-expired", text, hint="certificates live ten minutes; run the job again")
    match error:
        case requests.JSONDecodeError():
            ours = Unavailable("answer-malformed", text, hint=_AGAIN)
        case requests.RequestException():
            ours = Unavailable("no-answer", text, hint=_AGAIN)
        case TUFError():
            ours = Unavailable("trust-root-unavailable", f"{doing}: {error.message}", hint=_AGAIN)
        case InvalidBundle() if "signed timestamp" in text:
            ours = Unavailable("timestamp-unavailable", text, hint="the timestamp authority did not answer; try again")
        case IdentityError() | ExpiredIdentity():
            return Refused("identity-refused", text, hint="identity tokens live five minutes; run the job again")
        case VerificationError():
            return Refused("certificate-invalid", text, hint="the trust configuration is of another instance")
        case _:
            ours = Unavailable("answer-malformed", text, hint=_AGAIN)
    return ours


def _response(error: BaseException | None) -> requests.Response | None:
    """The HTTP response that led to an error, which sigstore keeps out of its messages."""
    while error is not None:
        if isinstance(error, requests.RequestException) and error.response is not None:
            return error.response
        error = error.__cause__ or error.__context__
    return None


def _refusal(response: requests.Response, doing: str) -> SealwrightError:
    text = f"{doing}: {response.url} answered {response.status_code} {response.reason}"
    if detail := " ".join(response.text[:400].split()):
        text = f"{text}: {detail}"
    if response.status_code >= 500 or response.status_code in (408, 429):
        return Unavailable("signing-unavailable", text, hint=_AGAIN)
    return Refused("signing-refused", text, hint="Sigstore does not take this identity or this entry")
