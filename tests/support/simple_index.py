"""A package index that lists what a test says, and answers as one of 2026 does."""

from __future__ import annotations

import base64
from typing import Any

from packaging.utils import canonicalize_name

from sealwright.rehearsal.standins.server import Refusal, Request, Response, StandIn

JSON = "application/vnd.pypi.simple.v1+json"


class SimpleIndex(StandIn):
    """`files` maps a project to (file name, sha256) pairs; `yanked` a file name to why it was taken back."""

    name = "simple index"

    def __init__(self, files: dict[str, list[tuple[str, str]]] | None = None, *, user: str = "") -> None:
        super().__init__()
        self.files = files or {}
        self.yanked: dict[str, str] = {}
        self.user = user
        """`name:password` that it asks for; empty where anybody may ask."""

    @property
    def address(self) -> str:
        """As pip is told it, with the user where there is one."""
        scheme, _, host = self.url.partition("://")
        return f"{scheme}://{self.user}@{host}/simple" if self.user else f"{self.url}/simple"

    def add(self, name: str, *files: tuple[str, str]) -> None:
        """List files of a project."""
        self.files.setdefault(name, []).extend(files)

    def handle(self, request: Request) -> Response:
        """`GET /simple/<project>/`, as JSON only."""
        if (
            self.user
            and request.headers.get("authorization") != f"Basic {base64.b64encode(self.user.encode()).decode()}"
        ):
            raise Refusal(401, "who are you?")
        first, name, *rest = request.path.strip("/").split("/")
        if first != "simple" or rest or not request.path.endswith("/"):
            raise Refusal(404, "nothing here")
        if JSON not in request.headers.get("accept", "") or canonicalize_name(name) != name:
            raise Refusal(406, "only JSON, only normal names")
        if name not in self.files:
            raise Refusal(404, "no such project")
        return Response(200, self.page(name), JSON)

    def page(self, name: str) -> dict[str, Any]:
        """The body of one page."""
        return {"meta": {"api-version": "1.4"}, "name": name, "files": [self._file(*file) for file in self.files[name]]}

    def _file(self, filename: str, sha256: str) -> dict[str, Any]:
        return {
            "filename": filename,
            "url": f"{self.url}/files/{filename}",
            "hashes": {"sha256": sha256},
            "yanked": self.yanked.get(filename, False),
        }
