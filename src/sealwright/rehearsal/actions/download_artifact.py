"""Stand-in of actions/download-artifact v8: one artifact of this run, by its id or by its name.

https://github.com/actions/download-artifact. Its digest is compared with that of the upload, and a difference is an
error, as it is by default there. Not played: several artifacts at once, patterns, other runs. What a workflow that only
GitHub can run would have made is nothing here.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from sealwright.errors import UsageError
from sealwright.rehearsal.actions.inputs import inside, refuse_unplayed
from sealwright.rehearsal.artifacts import NOT_REHEARSED, VARIABLE, Artifacts

_INPUTS = {"name", "artifact-ids", "path"}
_NAME = "actions/download-artifact"


def run(inputs: Mapping[str, str], environ: Mapping[str, str], workspace: Path) -> Mapping[str, str]:
    """Copy the artifact's content into `path`.

    Raises Refused (`artifact-missing`, `artifact-digest`, `artifact-overlaps`), and UsageError without exactly one of
    `name` and `artifact-ids`: the original would download every artifact of the run.
    """
    refuse_unplayed(_NAME, inputs, _INPUTS)
    id_, name = inputs.get("artifact-ids", ""), inputs.get("name", "")
    if bool(id_) == bool(name):
        raise UsageError("input-not-played", f"{_NAME}: exactly one of name and artifact-ids is played")
    store = Artifacts(Path(environ[VARIABLE]))
    folder = inside(_NAME, inputs.get("path") or ".", workspace)
    if id_ == NOT_REHEARSED:
        folder.mkdir(parents=True, exist_ok=True)
    else:
        store.fetch(id_ or store.named(name), folder)
    return {"download-path": str(folder)}
