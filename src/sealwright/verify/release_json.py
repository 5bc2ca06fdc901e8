"""release.json: the plan's fields, and every file of the release with its digest. Signed by the job seal."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from sealwright.dossier.codec import encode_json
from sealwright.dossier.store import REBUILT
from sealwright.model import Plan
from sealwright.verify.evidence import FileContent


def compose(plan: Plan, files: Mapping[str, FileContent]) -> bytes:
    """The bytes of release.json, the same for the same arguments.

    `files` is everything that exists when the gate has judged. The rebuilt distributions are left out: they are the
    same files, or were judged and are not part of the release.
    """
    listed = [files[path].ref for path in sorted(files) if not path.startswith(f"{REBUILT}/")]
    return encode_json({**dataclasses.asdict(plan), "files": [dataclasses.asdict(ref) for ref in listed]})
