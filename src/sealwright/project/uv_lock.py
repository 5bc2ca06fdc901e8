"""A project's own version in uv.lock, which `uv lock --check` compares with the one that the project says."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from typing import Any

from packaging.utils import canonicalize_name

from sealwright.errors import UsageError
from sealwright.project.tables import text

UV_LOCK = "uv.lock"
_LOCAL = ("editable", "virtual", "directory")
"""Kinds of source that are a folder of the repository."""


def with_own_version(lock: bytes, name: str, directory: str, version: str) -> bytes:
    """The lock with another version of one project; all else as it was.

    `name` is the project's, normalised, `directory` where it lies, seen from the lock.
    Unchanged where the lock says no version of it, as for one that only a build or a tag decides.
    Raises UsageError (`lock-not-writable`).
    """
    try:
        written = lock.decode()
        found = _own_entry(tomllib.loads(written), name, directory)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _not_writable(version, f"cannot be read: {error}") from error
    if found is None or found["version"] == version:
        return lock
    wanted = {**found, "version": version}
    for place in re.finditer(rf'^version = "{re.escape(found["version"])}"', written, re.MULTILINE):
        changed = f'{written[: place.start()]}version = "{version}"{written[place.end() :]}'
        if _own_entry(tomllib.loads(changed), name, directory) == wanted:
            return changed.encode()
    raise _not_writable(version, f"has {found['version']} for {name} in a form that uv does not write")


def _own_entry(document: Mapping[str, Any], name: str, directory: str) -> Mapping[str, Any] | None:
    packages = document.get("package")
    found = [package for package in packages if isinstance(package, dict)] if isinstance(packages, list) else []
    return next((package for package in found if text(package, "version") and _is(package, name, directory)), None)


def _is(package: Mapping[str, Any], name: str, directory: str) -> bool:
    here = directory in [text(package, "source", kind) for kind in _LOCAL]
    return here and canonicalize_name(text(package, "name") or "") == name


def _not_writable(version: str, why: str) -> UsageError:
    return UsageError(
        "lock-not-writable",
        f"{UV_LOCK} {why}",
        hint=f"set the version yourself, run `uv lock`, commit both, and run `sealwright prepare {version}`",
    )
