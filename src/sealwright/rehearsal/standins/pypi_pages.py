"""What the index stand-in shows: simple pages, release JSON.

https://packaging.python.org/en/latest/specifications/simple-repository-api/ (version 1.4) and
https://github.com/pypi/warehouse/blob/main/docs/user/api/json.md.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from datetime import UTC
from typing import Any
from urllib.parse import quote

from packaging.version import Version

from sealwright.rehearsal.standins.pypi_store import StoredFile
from sealwright.rehearsal.standins.server import Refusal

JSON = "application/vnd.pypi.simple.v1+json"
HTML = "application/vnd.pypi.simple.v1+html"
INTEGRITY = "application/vnd.pypi.integrity.v1+json"
_KINDS = {JSON: JSON, "application/vnd.pypi.simple.latest+json": JSON, HTML: HTML, "text/html": "text/html"}


def negotiate(accept: str) -> str:
    """The content type to answer with. Raises Refusal 406."""
    offers: list[tuple[float, str]] = []
    for entry in (accept or "*/*").split(","):
        kind, *parameters = (part.strip() for part in entry.split(";"))
        weights = [part.removeprefix("q=") for part in parameters if part.startswith("q=")]
        chosen = "text/html" if kind in ("*/*", "text/*") else _KINDS.get(kind.lower())
        if chosen:
            offers.append((float(weights[0]) if weights else 1.0, chosen))
    best = max(offers, key=lambda offer: offer[0], default=(0.0, ""))
    if best[0] <= 0:
        raise Refusal(406, f"cannot answer as {accept!r}")
    return best[1]


def simple_json(base: str, project: str, files: Sequence[StoredFile]) -> dict[str, Any]:
    """A project's page as JSON."""
    return {
        "meta": {"api-version": "1.4", "_last-serial": len(files)},
        "name": project,
        "project-status": {"status": "active"},
        "versions": _versions(files),
        "alternate-locations": [],
        "files": [_simple_file(base, file) for file in files],
    }


def simple_html(base: str, project: str, files: Sequence[StoredFile]) -> bytes:
    """A project's page as HTML."""
    links = "\n".join(_link(base, file) for file in files)
    head = '<meta name="pypi:repository-version" content="1.4">'
    return (
        f"<!DOCTYPE html>\n<html><head>{head}<title>Links for {project}</title></head>"
        f"<body>\n<h1>Links for {project}</h1>\n{links}\n</body></html>\n"
    ).encode()


def release_json(base: str, files: Sequence[StoredFile], version: str, *, all_releases: bool) -> dict[str, Any]:
    """`/pypi/<project>/<version>/json`, or `/pypi/<project>/json` with `all_releases`."""
    of_version = [file for file in files if Version(file.version) == Version(version)]
    document: dict[str, Any] = {
        "info": {
            "name": files[0].project,
            "version": version,
            "requires_python": of_version[0].requires_python or None,
            "yanked": all(file.yanked is not None for file in of_version),
        },
        "last_serial": len(files),
        "urls": [_json_file(base, file) for file in of_version],
        "vulnerabilities": [],
    }
    if all_releases:
        document["releases"] = {
            each: [_json_file(base, file) for file in files if file.version == each] for each in _versions(files)
        }
    return document


def newest(files: Sequence[StoredFile]) -> str:
    """The version that a project's own JSON describes: the newest final one, if there is one."""
    versions = sorted(Version(version) for version in _versions(files))
    return str(([version for version in versions if not version.is_prerelease] or versions)[-1])


def provenance_url(base: str, file: StoredFile) -> str | None:
    """Where the integrity API answers for a file; None for a file without attestations."""
    if not file.provenance:
        return None
    return f"{base}/integrity/{file.project}/{file.version}/{quote(file.filename)}/provenance"


def _versions(files: Sequence[StoredFile]) -> list[str]:
    return sorted({file.version for file in files}, key=Version)


def _url(base: str, file: StoredFile) -> str:
    return f"{base}/{quote(file.path)}"


def _simple_file(base: str, file: StoredFile) -> dict[str, Any]:
    core = {"sha256": file.metadata_sha256} if file.metadata_sha256 else False
    return {
        "filename": file.filename,
        "url": _url(base, file),
        "hashes": {"sha256": file.sha256},
        "size": file.size,
        "upload-time": f"{file.time.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}",  # as PEP 700 wants it
        "requires-python": file.requires_python or None,
        "core-metadata": core,
        "data-dist-info-metadata": core,
        "provenance": provenance_url(base, file),
        "yanked": False if file.yanked is None else file.yanked or True,
    }


def _link(base: str, file: StoredFile) -> str:
    core = f"sha256={file.metadata_sha256}" if file.metadata_sha256 else None
    attributes = {
        "href": f"{_url(base, file)}#sha256={file.sha256}",
        "data-requires-python": file.requires_python or None,
        "data-core-metadata": core,
        "data-dist-info-metadata": core,
        "data-provenance": provenance_url(base, file),
        "data-yanked": file.yanked,
    }
    text = "".join(f' {name}="{html.escape(value)}"' for name, value in attributes.items() if value is not None)
    return f"<a{text}>{html.escape(file.filename)}</a><br>"


def _json_file(base: str, file: StoredFile) -> dict[str, Any]:
    return {
        "filename": file.filename,
        "url": _url(base, file),
        "digests": {"sha256": file.sha256, "blake2b_256": file.blake2_256},
        "size": file.size,
        "packagetype": file.filetype,
        "requires_python": file.requires_python or None,
        "upload_time_iso_8601": file.uploaded,
        "yanked": file.yanked is not None,
        "yanked_reason": file.yanked or None,
    }
