"""What GitHub keeps of releases, and what it refuses. On disk, so that a resumed rehearsal finds it again.

https://docs.github.com/en/rest/releases and, for what publishing freezes,
https://docs.github.com/en/code-security/supply-chain-security/understanding-your-software-supply-chain/immutable-releases
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from sealwright.rehearsal.standins.server import Refusal

Stored = dict[str, Any]
T = TypeVar("T")
_UNCHANGEABLE = ("tag_name", "target_commitish", "draft")


def invalid(resource: str, code: str, field: str, message: str = "") -> Refusal:
    """GitHub's 422, which says in `errors` what is wrong."""
    error = {"resource": resource, "code": code, "field": field, **({"message": message} if message else {})}
    body = {"message": "Validation Failed", "errors": [error], "status": "422"}
    return Refusal(422, f"Validation Failed: {resource}.{field} {message or code}", body)


class Releases:
    """Releases of one repository, each as the fields that are not derived from an address.

    Callers hold one lock around each method: nothing here may be interleaved.
    """

    def __init__(self, state: Path) -> None:
        self._blobs = state / "assets"
        self._blobs.mkdir(parents=True, exist_ok=True)
        self._path = state / "releases.json"
        self._data: Stored = {"last_id": 0, "releases": [], "used_tags": [], "notifications": []}
        if self._path.exists():
            self._data = json.loads(self._path.read_text("utf-8"))

    @property
    def all(self) -> list[Stored]:
        """Newest first, drafts included."""
        releases: list[Stored] = self._data["releases"]
        return sorted(releases, key=lambda release: release["id"], reverse=True)

    @property
    def notifications(self) -> list[Any]:
        """What was sent to the webhook, in order."""
        return list(self._data["notifications"])

    def notify(self, message: Any) -> None:
        """Keep what was sent to the webhook."""
        self._data["notifications"].append(message)
        self._save()

    def get(self, id_: str) -> Stored:
        """A release by its id, drafts included."""
        return _one((r for r in self.all if str(r["id"]) == id_), "release")

    def by_tag(self, tag: str) -> Stored:
        """A published release by its tag. A draft has no tag yet and is not found, as on GitHub."""
        return _one((r for r in self.all if r["tag_name"] == tag and not r["draft"]), "release")

    def latest(self) -> Stored:
        """The release marked as latest, else the newest that is neither draft nor prerelease."""
        full = [r for r in self.all if not r["draft"] and not r["prerelease"] and r["make_latest"] != "false"]
        return _one(full, "release")

    def asset(self, id_: str) -> tuple[Stored, Stored]:
        """(release, asset) by the asset's id."""
        return _one(((r, a) for r in self.all for a in r["assets"] if str(a["id"]) == id_), "asset")

    def create(self, fields: Stored) -> Stored:
        """POST /releases."""
        tag = fields.get("tag_name")
        if not tag:
            raise invalid("Release", "missing_field", "tag_name")
        release = {
            "id": self._next_id(),
            "tag_name": tag,
            "target_commitish": fields.get("target_commitish", "main"),
            "name": fields.get("name") or None,
            "body": fields.get("body") or None,
            "draft": bool(fields.get("draft", False)),
            "prerelease": bool(fields.get("prerelease", False)),
            "make_latest": str(fields.get("make_latest", "true")),
            "immutable": False,
            "created_at": _now(),
            "published_at": None,
            "assets": [],
        }
        self._check_tag(release)
        if not release["draft"]:
            _publish(release)
        self._data["releases"].append(release)
        self._save()
        return release

    def change(self, release: Stored, fields: Stored) -> Stored:
        """PATCH /releases/ID. Of a published release only what it says may change, not what it is."""
        frozen = [key for key in _UNCHANGEABLE if key in fields and fields[key] != release[key]]
        if release["immutable"] and frozen:
            raise invalid("Release", "custom", frozen[0], f"{frozen[0]} of an immutable release cannot be changed")
        known = {*_UNCHANGEABLE, "name", "body", "prerelease", "make_latest"}
        changed = {**release, **{key: value for key, value in fields.items() if key in known}}
        publishes = release["draft"] and not changed["draft"]
        self._check_tag(changed)
        release.update(changed)
        if publishes:
            _publish(release)
        self._save()
        return release

    def delete(self, release: Stored) -> None:
        """DELETE /releases/ID. The tag of an immutable release stays used for ever."""
        self._data["releases"].remove(release)
        if release["immutable"]:
            self._data["used_tags"].append(release["tag_name"])
        self._save()

    def add_asset(self, release: Stored, name: str, label: str, content_type: str, data: bytes) -> Stored:
        """POST to the upload address. Special characters in names become dots, as on GitHub."""
        if release["immutable"]:
            raise invalid("ReleaseAsset", "custom", "release", "Cannot upload assets to an immutable release.")
        if not name or not data:
            raise invalid("ReleaseAsset", "missing_field", "size" if name else "name")
        name = re.sub(r"[^A-Za-z0-9._+@-]+", ".", name).strip(".")
        if any(asset["name"] == name for asset in release["assets"]):
            raise invalid("ReleaseAsset", "already_exists", "name")
        digest = hashlib.sha256(data).hexdigest()
        self._write(self._blobs / digest, data)
        asset = {
            "id": self._next_id(),
            "name": name,
            "label": label,
            "content_type": content_type,
            "size": len(data),
            "sha256": digest,
            "created_at": _now(),
        }
        release["assets"].append(asset)
        self._save()
        return asset

    def interrupt_upload(self, tag: str, name: str) -> None:
        """Keep an asset without content, `starter`, as GitHub does after an upload that was cut off."""
        release = _one((r for r in self.all if r["tag_name"] == tag), "release")
        self.add_asset(release, name, "", "application/octet-stream", b"partial")
        release["assets"][-1].update(state="starter", size=0)
        self._save()

    def delete_asset(self, release: Stored, asset: Stored) -> None:
        """DELETE /releases/assets/ID."""
        if release["immutable"]:
            raise invalid("ReleaseAsset", "custom", "release", "Cannot delete assets of an immutable release.")
        release["assets"].remove(asset)
        self._save()

    def content(self, asset: Stored) -> bytes:
        """The bytes of an asset."""
        return (self._blobs / str(asset["sha256"])).read_bytes()

    def _check_tag(self, release: Stored) -> None:
        tag = release["tag_name"]
        if tag in self._data["used_tags"]:
            raise invalid("Release", "custom", "tag_name", "tag_name was used by an immutable release")
        taken = any(r["tag_name"] == tag and not r["draft"] and r["id"] != release["id"] for r in self.all)
        if taken and not release["draft"]:
            raise invalid("Release", "already_exists", "tag_name")

    def _next_id(self) -> int:
        self._data["last_id"] += 1
        return int(self._data["last_id"])

    def _save(self) -> None:
        self._write(self._path, json.dumps(self._data, indent=1).encode())

    def _write(self, path: Path, data: bytes) -> None:
        temporary = path.with_name(f".{path.name}.tmp")
        temporary.write_bytes(data)
        temporary.replace(path)


def _publish(release: Stored) -> None:
    release.update(draft=False, immutable=True, published_at=_now())


def _one(found: Iterable[T], what: str) -> T:
    first = next(iter(found), None)
    if first is None:
        raise Refusal(404, f"Not Found: no such {what}", {"message": "Not Found", "status": "404"})
    return first


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
