"""What lies in a wheel's dist-info: its own files, lists of the backend, licences, SBOMs."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterator, Mapping
from typing import Any

from sealwright.verify.archive import egg_info
from sealwright.verify.archive.commit import Commit
from sealwright.verify.archive.explained import Accepted, Judged
from sealwright.verify.archive.faults import Fault
from sealwright.verify.archive.generated import judge_each, judge_list
from sealwright.verify.archive.members import Member

_OWN = {
    "METADATA": "core metadata; judged as such",
    "RECORD": "the list of files; judged as such",
    "WHEEL": "version and tags of the format; judged with the names",
    "entry_points.txt": "entry points; judged as such",
}
_SBOM = re.compile(r"sboms/[^/]+\.json")


def is_generated(rest: str) -> bool:
    """Whether a backend makes a file of this name in dist-info, so that no sdist has it."""
    return rest in _OWN or rest in egg_info.JUDGES or _SBOM.fullmatch(rest) is not None


def judge_dist_info(rest: str, member: Member, commit: Commit, around: egg_info.Surroundings) -> Iterator[Judged]:
    """What is to be said of one member; `rest` is its name below the folder."""
    if rest in _OWN:
        yield Accepted(member.name, _OWN[rest])
        return
    path = _committed_as(rest, member, commit)
    if path is not None:
        yield Accepted(member.name, f"the committed {path}")
    elif _SBOM.fullmatch(rest):
        yield _judge_sbom(member)
    elif rest in egg_info.JUDGES:
        yield from judge_each(judge_list(rest, member, around))
    else:
        yield Fault("not-in-git", member.name, f"{member.size} bytes")


def _committed_as(rest: str, member: Member, commit: Commit) -> str | None:
    """The committed file of this name and content; backends differ in what they make of folders of licences."""
    paths = commit.by_blob.get(member.blob, ())
    return next((path for path in paths if posixpath.basename(path) == posixpath.basename(rest)), None)


def _judge_sbom(member: Member) -> Judged:
    """An SBOM that a plugin makes during the build (PEP 770) says what nobody could compare with a commit."""
    kind = _sbom_format(member.data)
    if kind is None:
        return Fault("embedded-sbom", member.name, f"{member.size} bytes that are neither CycloneDX nor SPDX")
    return Accepted(member.name, f"{kind} made during the build; nothing in it was compared", compared=False)


def _sbom_format(data: bytes | None) -> str | None:
    try:
        document: Any = json.loads(data or b"")
    except (ValueError, RecursionError):
        return None
    if not isinstance(document, Mapping):
        return None
    if document.get("bomFormat") == "CycloneDX":
        return f"CycloneDX {document.get('specVersion')}"
    if isinstance(document.get("spdxVersion"), str):
        return str(document["spdxVersion"])
    return "SPDX 3" if "spdx.org/rdf/3" in str(document.get("@context")) else None
