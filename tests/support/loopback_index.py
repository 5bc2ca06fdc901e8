"""A package index on loopback that serves what a test gives it, and lists whatever digest the test wants."""

from __future__ import annotations

import io
import tarfile
from dataclasses import dataclass
from pathlib import Path

from sealwright.model import sha256_hex
from sealwright.rehearsal.standins.server import Request, Response, StandIn
from tests.support.wheels import write_wheel

_SIMPLE = "application/vnd.pypi.simple.v1+json"


@dataclass(frozen=True)
class Listed:
    """A file as the index lists it."""

    data: bytes
    """What is served."""
    sha256: str = ""
    """What is listed; by default the truth."""
    uploaded: str = ""
    """RFC 3339; by default the index does not say."""


class LoopbackIndex(StandIn):
    """Projects by normalised name, each with its files by name."""

    def __init__(self, projects: dict[str, dict[str, Listed]]) -> None:
        super().__init__()
        self.projects = projects

    @property
    def variables(self) -> dict[str, str]:
        """What makes pip and uv use this index and no other."""
        return {"PIP_INDEX_URL": f"{self.url}/simple", "PIP_EXTRA_INDEX_URL": "", "PIP_FIND_LINKS": ""}

    def handle(self, request: Request) -> Response:
        kind, _, rest = request.path.strip("/").partition("/")
        if kind == "simple" and rest in self.projects:
            files = [self._entry(rest, name, file) for name, file in self.projects[rest].items()]
            body = {"meta": {"api-version": "1.1"}, "name": rest, "files": files, "versions": []}
            return Response(body=body, content_type=_SIMPLE)
        project, _, name = rest.partition("/")
        if kind == "files" and name in self.projects.get(project, {}):
            return Response(body=self.projects[project][name].data, content_type="application/octet-stream")
        return Response(404, {})

    def _entry(self, project: str, name: str, file: Listed) -> dict[str, object]:
        entry: dict[str, object] = {
            "filename": name,
            "url": f"{self.url}/files/{project}/{name}",
            "hashes": {"sha256": file.sha256 or sha256_hex(file.data)},
            "size": len(file.data),
        }
        return {**entry, "upload-time": file.uploaded} if file.uploaded else entry


BACKEND = '''\
"""A build backend in a few lines."""
import io, tarfile, zipfile
NAME, VERSION = "tiny_project", "1.2.3"
METADATA = f"Metadata-Version: 2.1\\nName: tiny-project\\nVersion: {VERSION}\\n"
WHEEL = "Wheel-Version: 1.0\\nGenerator: tiny-backend 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"

def build_sdist(folder, config_settings=None):
    name = f"{NAME}-{VERSION}.tar.gz"
    with tarfile.open(f"{folder}/{name}", "w:gz") as archive:
        for path in ("pyproject.toml", "src/tiny_project/__init__.py"):
            archive.add(path, f"{NAME}-{VERSION}/{path}")
    return name

def build_wheel(folder, config_settings=None, metadata_directory=None):
    name, info = f"{NAME}-{VERSION}-py3-none-any.whl", f"{NAME}-{VERSION}.dist-info"
    with zipfile.ZipFile(f"{folder}/{name}", "w") as archive:
        for path, text in ((f"{info}/METADATA", METADATA), (f"{info}/WHEEL", WHEEL), (f"{info}/RECORD", "")):
            archive.writestr(zipfile.ZipInfo(path, (2024, 1, 1, 0, 0, 0)), text)
    return name
'''


def backend_wheel(folder: Path, version: str = "1.0", more: str = "") -> tuple[str, bytes]:
    """(file name, bytes) of a wheel whose module `tiny_backend` is BACKEND and `more`."""
    path = write_wheel(folder, "tiny-backend", version, module=BACKEND + more)
    return path.name, path.read_bytes()


def backend_sdist() -> tuple[str, bytes]:
    """The same as an sdist alone."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, text in (("tiny_backend.py", BACKEND), ("PKG-INFO", "Name: tiny-backend\nVersion: 1.0\n")):
            info = tarfile.TarInfo(f"tiny_backend-1.0/{name}")
            info.size = len(text)
            archive.addfile(info, io.BytesIO(text.encode()))
    return "tiny_backend-1.0.tar.gz", buffer.getvalue()
