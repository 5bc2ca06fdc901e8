"""release.json: the plan's fields, and every file of the release with its digest. Signed by the job seal."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping

from sealwright.dossier.codec import decode, encode_json
from sealwright.dossier.store import REBUILT, RELEASE
from sealwright.errors import Refused
from sealwright.model import WHEELS_JOB, FileRef, Plan
from sealwright.model.digest import is_plain_path
from sealwright.verify.evidence import FileContent

_AGAIN = "it is cut off or was changed by hand; get all files of the release again"


def compose(plan: Plan, files: Mapping[str, FileContent]) -> bytes:
    """The bytes of release.json, the same for the same arguments.

    `files` is everything that exists when the gate has judged. The rebuilt distributions are left out: they are the
    same files, or were judged and are not part of the release.
    """
    refs = [files[path].ref for path in sorted(files) if not path.startswith(f"{REBUILT}/")]
    return encode_json({**dataclasses.asdict(plan), "files": [dataclasses.asdict(ref) for ref in refs]})


def listed(data: bytes) -> dict[str, FileRef]:
    """The files that a release.json lists, by path. Raises Refused (`malformed`).

    Its other fields are the plan's; they are a claim, and certificates decide.
    """
    try:
        entries = json.dumps(json.loads(data)["files"]).encode()
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Refused("malformed", f"{RELEASE} does not list files: {error!r}", hint=_AGAIN) from error
    refs = decode(tuple[FileRef, ...], entries, RELEASE)
    found = {ref.path: ref for ref in refs}
    if len(found) != len(refs):
        raise Refused("malformed", f"{RELEASE} lists a file twice", hint=_AGAIN)
    return found


def wheels_apart(data: bytes) -> bool:
    """Whether a release.json says that a workflow of the project's own built the wheels: a claim."""
    try:
        said = json.loads(data)["jobs"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return False
    return isinstance(said, list) and WHEELS_JOB in said


def directory(data: bytes) -> str:
    """Where a release.json says that the project lies in its repository: a claim; the root where it says nothing."""
    try:
        said = json.loads(data)["project"]["directory"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return "."
    return said if isinstance(said, str) and is_plain_path(said) else "."
