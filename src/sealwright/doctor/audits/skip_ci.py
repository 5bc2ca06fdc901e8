"""Words in a commit's message that keep every workflow from starting, that of its tag included."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sealwright.doctor.codes import Audit, Defect, advice, blocking, never
from sealwright.doctor.posture import Posture
from sealwright.doctor.scripts import is_script
from sealwright.doctor.wanted import CONFIGURATION
from sealwright.doctor.workflow import Place
from sealwright.project.skip_markers import WORDS, skip_marker

_HEAD = blocking(
    "head-skips-ci",
    "the commit that would be tagged asks for no runs",
    "A tag on it starts nothing: the release is announced, and never happens.",
    "Found where the message of HEAD holds one of `[skip ci]`, `[ci skip]`, `[no ci]`, `[skip actions]`,"
    " `[actions skip]`, or ends in `skip-checks: true`. Amend the message, or tag a later commit.",
)
_HABIT = advice(
    "skip-ci-message",
    "a release commit that asks for no runs",
    "If the tag is put on that commit, nothing starts.",
    "Found where a release script, a workflow, or the configuration of a version tool writes `[skip ci]` or"
    " its like into a commit message. Leave the words out; conditions in the workflow decide what runs.",
)
_MESSAGE = re.compile(r"commit|message", re.IGNORECASE)


def _look(posture: Posture) -> Iterator[Defect]:
    found = skip_marker(posture.material.head_message)
    if found is not None:
        fix = "`git commit --amend` without these words, or tag a later commit"
        place = posture.workflows[0].place if posture.workflows else Place("pyproject.toml", 1)
        yield Defect(_HEAD, place, f"`{found}` in its message", fix, about="HEAD")
    for path, text in sorted(posture.material.files.items()):
        if CONFIGURATION.fullmatch(path) or is_script(path) or path in {w.path for w in posture.workflows}:
            yield from _habits(path, text)


def _habits(path: str, text: str) -> Iterator[Defect]:
    for number, line in enumerate(text.splitlines(), 1):
        words = WORDS.search(line)
        # A condition that looks for the words is no habit of writing them.
        if words and _MESSAGE.search(line) and "contains(" not in line and not line.lstrip().startswith("#"):
            yield Defect(_HABIT, Place(path, number), f"`{words[0]}`", "leave the words out of the message")


AUDIT = Audit("skip-ci", "will the tag's commit start a run?", (_HEAD, _HABIT), _look, skip=never)
