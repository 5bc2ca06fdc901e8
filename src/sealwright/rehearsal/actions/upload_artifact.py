"""Stand-in of actions/upload-artifact v7: one folder, or one file, into the rehearsal's store.

https://github.com/actions/upload-artifact. Not played: globs, several paths, `overwrite`.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from sealwright.errors import Refused, UsageError
from sealwright.rehearsal.actions.inputs import flag, inside, refuse_unplayed
from sealwright.rehearsal.artifacts import VARIABLE, Artifacts

_INPUTS = {"name", "path", "if-no-files-found", "include-hidden-files", "retention-days"}
_NAME = "actions/upload-artifact"


def run(inputs: Mapping[str, str], environ: Mapping[str, str], workspace: Path) -> Mapping[str, str]:
    """Keep `path` under `name`; outputs `artifact-id` and `artifact-digest`.

    Raises Refused (`artifact-exists`, and `nothing-to-keep` with `if-no-files-found: error`) and UsageError.
    """
    refuse_unplayed(_NAME, inputs, _INPUTS)
    store = Artifacts(Path(environ[VARIABLE]))
    source = inside(_NAME, inputs.get("path", ""), workspace)
    hidden = flag(_NAME, "include-hidden-files", inputs.get("include-hidden-files") or "false")
    if_none = inputs.get("if-no-files-found") or "warn"
    if if_none not in ("warn", "error", "ignore"):
        raise UsageError("input-malformed", f"{_NAME}: if-no-files-found is {if_none!r}")
    try:
        id_ = store.keep(environ["GITHUB_JOB"], inputs.get("name") or "artifact", source, hidden=hidden)
    except Refused as error:
        if error.code != "nothing-to-keep" or if_none == "error":
            raise
        sys.stdout.write(f"::warning::{error.message}\n" if if_none == "warn" else "")
        return {}
    return {"artifact-id": id_, "artifact-digest": store.digest(id_)}
