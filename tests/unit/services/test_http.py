from __future__ import annotations

import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from sealwright.errors import Unavailable
from sealwright.rehearsal.standins.server import Fault, Request, Response, StandIn
from sealwright.services.http import Connections, request


class Echo(StandIn):
    """Answers everything."""

    def handle(self, request: Request) -> Response:  # noqa: ARG002 - whatever it is
        return Response(body=b"here")


@pytest.fixture
def echo() -> Iterator[Echo]:
    with Echo() as echo:
        yield echo


@contextmanager
def raw_server(answer: bytes) -> Iterator[str]:
    """One that writes these very bytes and hangs up."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.recv(65536)
            self.request.sendall(answer)

    with socketserver.TCPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/"
        finally:
            # A thread that still waited in accept() would answer for whoever is given this file descriptor next.
            server.shutdown()


@pytest.mark.parametrize(
    ("method", "options", "asked"),
    [("GET", {}, 3), ("POST", {}, 1), ("POST", {"changes_nothing": True}, 3), ("PUT", {}, 1)],
)
def test_only_what_changes_nothing_is_asked_again(
    echo: Echo, method: str, options: dict[str, bool], asked: int
) -> None:
    echo.faults.append(Fault(method, "/", status=503))
    assert request(method, f"{echo.url}/", **options).status == 503  # type: ignore[arg-type]
    assert len(echo.exchanges) == asked


def test_a_service_that_asks_for_an_hour_is_not_waited_for() -> None:
    busy = b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 3600\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    started = time.monotonic()
    with raw_server(busy) as url:
        assert request("GET", url).status == 429
    assert time.monotonic() - started < 60


def test_half_an_answer_is_no_answer() -> None:
    half = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\nConnection: close\r\n\r\n{}"
    with raw_server(half) as url, pytest.raises(Unavailable) as caught:
        request("GET", url)
    assert caught.value.code == "no-answer"


def test_connections_are_used_again(echo: Echo) -> None:
    connections = Connections(1)
    for _ in range(3):
        assert request("GET", f"{echo.url}/", connections=connections).body == b"here"
    (pool,) = (connections._pool.pools[key] for key in connections._pool.pools.keys())  # noqa: SIM118 - not a dict
    assert pool.num_connections == 1
    assert pool.num_requests == 3
