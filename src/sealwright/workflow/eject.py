"""A rendered workflow as a plain file that the project owns."""

from __future__ import annotations

from sealwright.workflow.header import GENERATED, OUTSIDE, comment

SETTING = {"workflow": "own"}
"""What [tool.sealwright] says from then on."""

_OWNED = """\
Rendered by `sealwright workflow` once and the project's own since then: `workflow = "own"` in [tool.sealwright].
Nothing renders this file again and nothing compares it with the job table: the check `workflow` is skipped, and a
rehearsal rehearses the table, not this file. Take the setting away to have it rendered again."""
_EXPECTED = """\
What the stages still expect of it: the ids of the jobs, digests of records and sums as job outputs, artifacts fetched
by id, and the folders source, dossier, new and publish. What nobody but its owner looks after from now on: that no job
with an identity runs the project's code, restores a cache or installs anything unlocked, and that the publish jobs do
nothing but fetch, compare and publish. `sealwright doctor` looks for what can be seen of that."""


def ejected(text: str) -> str:
    """`text` with the head of a file that is owned in place of the head of one that is generated; nothing else changes.

    What somebody has changed in it already stays.
    """
    head = "".join(f"{line}\n" for line in comment([_OWNED, _EXPECTED, OUTSIDE]))
    if not is_generated(text):
        return f"{head}\n{text}"
    lines = text.splitlines(keepends=True)
    body = next((at for at, line in enumerate(lines) if not line.startswith("#")), len(lines))
    return head + "".join(lines[body:])


def is_generated(text: str) -> bool:
    """Whether the file says of itself that it was rendered and is rendered again."""
    return text.startswith(f"# {GENERATED}")
