"""An advisory service and an index on loopback, and locks of what they have."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sealwright.model import sha256_hex
from sealwright.rehearsal.standins.advisories import AdvisoriesStandIn
from tests.support.advisories import CONTROL, write_advisories
from tests.support.simple_index import SimpleIndex
from tests.support.wheels import write_pylock

Package = tuple[str, str]


@dataclass(frozen=True)
class World:
    """Who is asked."""

    osv: AdvisoriesStandIn
    index: SimpleIndex

    @property
    def pip(self) -> dict[str, str]:
        """Variables that make the index the only one."""
        return {"PIP_INDEX_URL": self.index.address, "PIP_FIND_LINKS": "", "PIP_EXTRA_INDEX_URL": ""}


@contextmanager
def audit_world(folder: Path, *advisories: dict[str, Any], packages: Iterable[Package] = ()) -> Iterator[World]:
    """Running services that know `advisories` and list `packages`."""
    with AdvisoriesStandIn(write_advisories(folder, *advisories)) as osv, SimpleIndex() as index:
        for name, version in packages:
            index.add(name, (filename(name, version), digest(name, version)))
        yield World(osv, index)


def filename(name: str, version: str) -> str:
    return f"{name.replace('-', '_')}-{version}-py3-none-any.whl"


def digest(name: str, version: str) -> str:
    return sha256_hex(filename(name, version).encode())


def locked(*packages: Package, markers: dict[str, str] | None = None) -> bytes:
    """A pylock.toml of the files that `audit_world` lists."""
    return write_pylock(
        (
            name,
            version,
            (markers or {}).get(name, ""),
            f"https://files.example/{filename(name, version)}",
            digest(name, version),
        )
        for name, version in packages
    )


def but_control(change: Callable[[dict[str, Any]], Any]) -> Callable[[bytes], bytes]:
    """A change to every answer of OSV but the one about the control package. A result of bytes replaces the body."""

    def tamper(body: bytes) -> bytes:
        document = json.loads(body)
        if any(vuln["id"] == CONTROL["id"] for vuln in document.get("vulns", [])):
            return body
        changed = change(document)
        return changed if isinstance(changed, bytes) else json.dumps(document).encode()

    return tamper
