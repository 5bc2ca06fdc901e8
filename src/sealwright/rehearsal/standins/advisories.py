"""OSV's query API over a folder of advisories, such as a clone of https://github.com/pypa/advisory-database.

https://google.github.io/osv.dev/post-v1-query/, https://ossf.github.io/osv-schema/
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from sealwright.errors import UsageError
from sealwright.rehearsal.standins.server import Refusal, Request, Response, StandIn
from sealwright.verify.advisories import CONTROL

Advisory = dict[str, Any]
_ECOSYSTEM = "PyPI"
_TEXT_TAGS = {"tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:float", "tag:yaml.org,2002:int"}


# An audit first asks about a vulnerability that every advisory service knows, to see that it is one. A small folder of
# advisories need not contain it.
_CONTROL_ADVISORY: Advisory = {
    "schema_version": "1.6.0",
    "id": "PYSEC-2014-8",
    "modified": "2014-05-19T14:55:00Z",
    "summary": "The default configuration for bccache.FileSystemBytecodeCache does not properly create temporary files",
    "aliases": ["CVE-2014-1402"],
}


class _TextLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Leaves dates and numbers as text: OSV's dates are RFC 3339 text, and an unquoted 1.10 is a version."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - the base class declares it so
        first: [(tag, pattern) for tag, pattern in resolvers if tag not in _TEXT_TAGS]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


def check_folder(directory: Path) -> None:
    """Raise UsageError (`advisories-missing`) where there cannot be any advisories."""
    if not directory.is_dir():
        raise UsageError(
            "advisories-missing", f"{directory} is not a folder of advisories", hint="give a folder of OSV files"
        )


class AdvisoriesStandIn(StandIn):
    """Answers for the PyPI advisories below `directory`, YAML or JSON.

    Raises UsageError (`advisory-malformed`, `advisories-missing`) at once: an advisory that cannot be read must
    not turn into "no known vulnerability".
    """

    name = "advisories"

    def __init__(self, directory: Path) -> None:
        super().__init__()
        self._by_package = _load(directory)
        name, version = CONTROL
        if not self._query({"package": {"name": name, "ecosystem": _ECOSYSTEM}, "version": version}):
            affected = {"package": {"name": name, "ecosystem": _ECOSYSTEM}, "versions": [version]}
            self._by_package.setdefault(name, []).append(({**_CONTROL_ADVISORY, "affected": [affected]}, affected))

    def handle(self, request: Request) -> Response:
        """`POST /v1/query` and `POST /v1/querybatch`."""
        match request.method, request.path:
            case "POST", "/v1/query":
                found = self._query(request.json())
                return Response(body={"vulns": found} if found else {})
            case "POST", "/v1/querybatch":
                return Response(body={"results": [self._short(query) for query in request.json()["queries"]]})
        raise Refusal(404, f"no {request.method} {request.path} here")

    def _short(self, query: Any) -> dict[str, Any]:
        vulns = [{"id": a["id"], "modified": a.get("modified", "")} for a in self._query(query)]
        return {"vulns": vulns} if vulns else {}

    def _query(self, query: Any) -> list[Advisory]:
        name, version = _asked(query)
        found = {
            advisory["id"]: advisory
            for advisory, affected in self._by_package.get(name, ())
            if version is None or _affects(affected, version)
        }
        return list(found.values())


def _asked(query: Any) -> tuple[str, str | None]:
    package = query.get("package") if isinstance(query, dict) else None
    if not isinstance(package, dict) or not package.get("name"):
        raise Refusal(400, "Invalid query: only queries by package name are played", {"code": 3, "message": "Invalid"})
    if package.get("ecosystem") != _ECOSYSTEM:
        raise Refusal(400, f"Invalid ecosystem: only {_ECOSYSTEM} is played", {"code": 3, "message": "Invalid"})
    return canonicalize_name(package["name"]), query.get("version")


def _load(directory: Path) -> dict[str, list[tuple[Advisory, Advisory]]]:
    """Normalised package name to (advisory, its part about that package)."""
    check_folder(directory)
    if (directory / "vulns").is_dir():  # a clone, with files of other kinds beside them
        directory = directory / "vulns"
    index: dict[str, list[tuple[Advisory, Advisory]]] = {}
    for path in sorted(p for p in directory.rglob("*") if p.suffix in _READERS and p.is_file()):
        if any(part.startswith(".") for part in path.relative_to(directory).parts):
            continue  # settings of tools, not advisories
        for name, advisory, affected in _read(path):
            index.setdefault(name, []).append((advisory, affected))
    return index


def _read(path: Path) -> list[tuple[str, Advisory, Advisory]]:
    try:
        return list(_parts(_READERS[path.suffix](path.read_text("utf-8"))))
    except (ValueError, KeyError, TypeError, AttributeError, yaml.YAMLError) as error:
        reason = " ".join(str(error).split()) or "no reason given"
        raise UsageError(
            "advisory-malformed",
            f"{path} is not an OSV advisory: {type(error).__name__}: {reason}",
            hint="correct or remove it; leaving it out silently would hide a vulnerability",
        ) from error


def _parts(advisory: Advisory) -> Iterator[tuple[str, Advisory, Advisory]]:
    if not isinstance(advisory["id"], str):
        raise TypeError("id is not text")
    for affected in advisory.get("affected") or ():
        if affected["package"]["ecosystem"] == _ECOSYSTEM:
            _validate(affected)
            # pip-audit compares names as they are.
            affected["package"]["name"] = canonicalize_name(affected["package"]["name"])
            if not advisory.get("withdrawn"):
                yield affected["package"]["name"], advisory, affected


def _validate(affected: Mapping[str, Any]) -> None:
    """Raise what `_read` expects unless versions and ranges can be compared later."""
    if not all(isinstance(version, str) for version in affected.get("versions") or ()):
        raise TypeError("versions are not text")
    for events in _ranges(affected):
        for kind, version in events:
            if kind not in ("introduced", "fixed", "last_affected", "limit"):
                raise ValueError(f"unknown event {kind!r}")
            if version != ("*" if kind == "limit" else "0"):
                Version(version)


def _ranges(affected: Mapping[str, Any]) -> Iterator[list[tuple[str, str]]]:
    for span in affected.get("ranges") or ():
        if span["type"] == "ECOSYSTEM":  # GIT ranges name commits, SEMVER does not apply to PyPI
            yield [(kind, version) for event in span["events"] for kind, version in event.items()]


def _affects(affected: Mapping[str, Any], text: str) -> bool:
    """Whether a version is listed or lies in a range, by the evaluation algorithm of the schema."""
    listed = affected.get("versions") or ()
    if text in listed:
        return True
    try:
        version = Version(text)
    except InvalidVersion:
        return False
    return any(_same(version, other) for other in listed) or any(_inside(version, r) for r in _ranges(affected))


def _inside(version: Version, events: Iterable[tuple[str, str]]) -> bool:
    limits = [Version(limit) for kind, limit in events if kind == "limit" and limit != "*"]
    if limits and not any(version < limit for limit in limits):
        return False
    vulnerable = False
    for kind, bound in sorted(((k, v) for k, v in events if k != "limit"), key=_position):
        if kind == "introduced" and (bound == "0" or version >= Version(bound)):
            vulnerable = True
        elif (kind == "fixed" and version >= Version(bound)) or (kind == "last_affected" and version > Version(bound)):
            vulnerable = False
    return vulnerable


def _position(event: tuple[str, str]) -> tuple[bool, Version, bool]:
    kind, bound = event
    # `0` comes before every version, dev releases of 0 included.
    return bound != "0", Version(bound), kind == "introduced"


def _same(version: Version, other: str) -> bool:
    try:
        return version == Version(other)
    except InvalidVersion:
        return False


def _yaml(text: str) -> Any:
    return yaml.load(text, _TextLoader)  # noqa: S506 - a safe loader with fewer types


_READERS: dict[str, Callable[[str], Any]] = {".json": json.loads, ".yaml": _yaml, ".yml": _yaml}
