"""What all stand-ins share: an HTTP server on 127.0.0.1, a request log, and injected faults."""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

HOST = "127.0.0.1"
INJECTED = "injected fault"


class Refusal(Exception):
    """A request that the stand-in refuses; `reason` becomes the HTTP reason phrase as well as the body."""

    def __init__(self, status: int, reason: str, body: object = None) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.body = body


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request, read whole."""

    method: str
    path: str
    """Without the query, not percent-decoded."""
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes

    def json(self) -> Any:
        """The body as JSON. Raises Refusal 400."""
        try:
            return json.loads(self.body)
        except ValueError as error:
            raise Refusal(400, f"body is not JSON: {error}") from error

    @property
    def bearer(self) -> str:
        """The token of an `Authorization: Bearer` or `token` header, or an empty string."""
        kind, _, token = self.headers.get("authorization", "").partition(" ")
        return token.strip() if kind.lower() in ("bearer", "token") else ""


@dataclass(frozen=True, slots=True)
class Response:
    """What is answered: JSON for anything that is not bytes."""

    status: int = 200
    body: object = b""
    content_type: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    reason: str | None = None
    cut: bool = False
    """Whether the connection ends in the middle of it; before it, where it has no body."""


@dataclass(slots=True)
class Fault:
    """Something going wrong on purpose, in requests whose method and path match."""

    method: str
    """Empty for every method."""
    path: str
    """A prefix of the path; empty for every path."""
    status: int | None = None
    """What is answered in place of the service's own answer."""
    delay: float = 0.0
    """Seconds before the answer."""
    tamper: Callable[[bytes], bytes] | None = None
    """Changes the body of an otherwise good answer."""
    times: int | None = None
    """How many requests it hits before it is used up; None for all."""
    skip: int = 0
    """How many requests pass before the first that it hits."""
    acts: bool = False
    """Whether the service does what it was asked for, and only the answer goes wrong."""
    cut: bool = False
    """Whether the connection ends in the middle of the answer."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Of the answer with `status`."""

    def takes(self, request: Request) -> bool:
        """Whether this fault applies now; counts down if it does."""
        if request.method != (self.method or request.method) or not request.path.startswith(self.path):
            return False
        if self.skip:
            self.skip -= 1
            return False
        if self.times is not None and self.times <= 0:
            return False
        if self.times is not None:
            self.times -= 1
        return True

    @property
    def replaces(self) -> bool:
        """Whether the service's own answer is not given."""
        return self.status is not None or self.cut

    @property
    def answer(self) -> Response:
        """What is given in its place."""
        body = b"" if self.cut else {"message": INJECTED}
        return Response(self.status or 200, body, headers=self.headers, reason=INJECTED, cut=self.cut)


@dataclass(frozen=True, slots=True)
class Exchange:
    """A line of the request log."""

    service: str
    method: str
    path: str
    status: int
    refusal: str = ""
    """Why, if it was refused."""


class StandIn:
    """A service on loopback. Subclasses answer in `handle`; state that must outlive them goes to disk there."""

    name = "stand-in"

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.exchanges: list[Exchange] = []
        self.lock = threading.RLock()
        self._server: ThreadingHTTPServer | None = None

    @property
    def url(self) -> str:
        """`http://127.0.0.1:PORT`, without a final slash. Only while the server runs."""
        if self._server is None:
            raise RuntimeError(f"{self.name} is not running")
        return f"http://{HOST}:{self._server.server_port}"

    def handle(self, request: Request) -> Response:
        """Answer one request; called from several threads at once. Raise `Refusal` to refuse."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        self._server = _Server((HOST, 0), _handler_for(self))
        threading.Thread(target=self._server.serve_forever, args=(0.02,), name=self.name, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    @property
    def refusals(self) -> tuple[Exchange, ...]:
        """Everything that was refused so far."""
        return tuple(e for e in self.exchanges if e.refusal)

    def respond(self, request: Request) -> Response:
        """`handle` with faults applied and the exchange logged."""
        fault = self._fault_for(request)
        if fault is not None and fault.delay:
            time.sleep(fault.delay)
        refusal = INJECTED if fault is not None and fault.replaces else ""
        try:
            response = self.handle(request) if fault is None else self._faulty(fault, request)
        except Refusal as error:
            refusal = error.reason
            body = {"message": error.reason} if error.body is None else error.body
            response = Response(error.status, body, reason=_reason_phrase(error.reason))
        except Exception as error:  # noqa: BLE001 - a request this server cannot read is the client's fault; say so
            refusal = f"cannot read this request: {type(error).__name__}: {error}"
            response = Response(400, {"message": refusal}, reason=_reason_phrase(refusal))
        response = _as_bytes(response)
        if fault is not None and fault.tamper is not None and isinstance(response.body, bytes):
            response = replace(response, body=fault.tamper(response.body))
        with self.lock:
            self.exchanges.append(Exchange(self.name, request.method, request.path, response.status, refusal))
        return response

    def _faulty(self, fault: Fault, request: Request) -> Response:
        own = self.handle(request) if fault.acts or not fault.replaces else None
        if own is not None and fault.cut:
            return replace(own, cut=True)
        return fault.answer if own is None or fault.replaces else own

    def _fault_for(self, request: Request) -> Fault | None:
        with self.lock:
            return next((fault for fault in self.faults if fault.takes(request)), None)


def _reason_phrase(text: str) -> str:
    return text.replace("\r", " ").replace("\n", " ").encode("latin-1", "replace").decode("latin-1")[:400]


def _as_bytes(response: Response) -> Response:
    if isinstance(response.body, bytes):
        return replace(response, content_type=response.content_type or "application/octet-stream")
    body = json.dumps(response.body).encode()
    return replace(response, body=body, content_type=response.content_type or "application/json")


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """As the base class, except that a client that hung up is no news."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


def _handler_for(standin: StandIn) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def answer(self) -> None:
            parts = urlsplit(self.path)
            length = int(self.headers.get("Content-Length") or 0)
            request = Request(
                self.command,
                parts.path,
                parse_qs(parts.query, keep_blank_values=True),
                {name.lower(): value for name, value in self.headers.items()},
                self.rfile.read(length),
            )
            response = standin.respond(request)
            body = response.body if isinstance(response.body, bytes) else b""
            if response.cut:
                self.close_connection = True
                if not body:
                    return
            self.send_response(response.status, response.reason or HTTPStatus(response.status).phrase)
            for name, value in response.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Type", response.content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body[: len(body) // 2] if response.cut else body)

        do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = do_HEAD = answer

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
            """Quiet: the request log is `exchanges`."""

    return Handler
