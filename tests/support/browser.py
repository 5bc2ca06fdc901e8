"""A headless Chromium, spoken to through a pipe in its own protocol: what a page logs, asks for, and looks like.

https://chromedevtools.github.io/devtools-protocol/
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import select
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

PROGRAM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
needs_browser = pytest.mark.skipif(
    PROGRAM is None, reason="there is no Chromium here; Debian's package `chromium` brings one"
)
_SECONDS = 60
_COMPLAINTS = ("Runtime.exceptionThrown", "Log.entryAdded", "Runtime.consoleAPICalled")


@dataclass
class Tab:
    """One page, and all that it was heard to do."""

    browser: Browser
    session: str
    complaints: list[dict[str, Any]] = field(default_factory=list)
    """What the console shows, refusals of the Content-Security-Policy included."""
    requests: list[str] = field(default_factory=list)
    """Addresses that were asked for, that of the page itself included."""

    def call(self, method: str, **parameters: Any) -> Any:
        return self.browser.call(method, session=self.session, **parameters)

    def open(self, page: Path, *, width: int, height: int = 800, dark: bool = False, medium: str = "") -> None:
        """Load a file in a window of this size, as a phone would where it is narrow."""
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        self.call("Emulation.setDeviceMetricsOverride", **metrics)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", media=medium, features=[scheme])
        self.browser.loaded.discard(self.session)
        self.call("Page.navigate", url=page.as_uri())
        self.browser.wait(lambda: self.session in self.browser.loaded)
        self.ask("document.fonts.ready.then(() => 1)")

    def ask(self, expression: str) -> Any:
        """The value of an expression, evaluated by the protocol: pages may forbid scripts of their own."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def picture(self) -> bytes:
        """The whole page as a PNG."""
        shot = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=True)
        return base64.b64decode(shot["data"])

    def paper(self) -> bytes:
        """The page as a PDF."""
        return base64.b64decode(self.call("Page.printToPDF", printBackground=False)["data"])


class Browser:
    """A running browser; use `running`."""

    def __init__(self, program: str, profile: Path) -> None:
        ours, theirs = os.pipe(), os.pipe()
        options = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"]
        options += ["--disable-background-networking", "--remote-debugging-pipe", f"--user-data-dir={profile}"]
        # The protocol is on descriptors 3 (in) and 4 (out), which a shell can arrange without races.
        script = f'exec "$@" 3<&{ours[0]} 4>&{theirs[1]}'
        self.process = subprocess.Popen(
            ["bash", "-c", script, "browser", program, *options, "about:blank"],
            pass_fds=(ours[0], theirs[1]),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "HOME": str(profile)},
        )
        os.close(ours[0])
        os.close(theirs[1])
        self._in, self._out = ours[1], theirs[0]
        self._buffer = b""
        self._answers: dict[int, dict[str, Any]] = {}
        self._number = 0
        self._tabs: dict[str, Tab] = {}
        self.loaded: set[str] = set()

    def tab(self) -> Tab:
        """A new page that is listened to from its first moment."""
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        tab = self._tabs[session] = Tab(self, session)
        for domain in ("Page", "Runtime", "Log", "Network"):
            tab.call(f"{domain}.enable")
        return tab

    def call(self, method: str, *, session: str = "", **parameters: Any) -> Any:
        self._number += 1
        number = self._number
        message = {"id": number, "method": method, "params": parameters, **({"sessionId": session} if session else {})}
        os.write(self._in, json.dumps(message).encode() + b"\0")
        self.wait(lambda: number in self._answers)
        answer = self._answers.pop(number)
        assert "error" not in answer, (method, answer)
        return answer["result"]

    def wait(self, until: Any) -> None:
        """Read messages until something holds."""
        deadline = time.monotonic() + _SECONDS
        while not until():
            ready, _, _ = select.select([self._out], [], [], max(0.0, deadline - time.monotonic()))
            assert ready, "the browser does not answer"
            data = os.read(self._out, 1 << 20)
            assert data, "the browser has ended"
            self._buffer += data
            *messages, self._buffer = self._buffer.split(b"\0")
            for message in messages:
                self._take(json.loads(message))

    def close(self) -> None:
        with contextlib.suppress(AssertionError, OSError):
            self.call("Browser.close")
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        os.close(self._in)
        os.close(self._out)

    def _take(self, message: dict[str, Any]) -> None:
        if "id" in message:
            self._answers[message["id"]] = message
            return
        tab = self._tabs.get(message.get("sessionId", ""))
        method, details = message["method"], message.get("params", {})
        if tab is None:
            return
        if method == "Page.loadEventFired":
            self.loaded.add(tab.session)
        elif method in _COMPLAINTS:
            tab.complaints.append(details)
        elif method == "Network.requestWillBeSent":
            tab.requests.append(details["request"]["url"])


@contextlib.contextmanager
def running(profile: Path) -> Iterator[Browser]:
    """A browser for the time of a test module."""
    assert PROGRAM is not None
    browser = Browser(PROGRAM, profile)
    try:
        yield browser
    finally:
        browser.close()
