"""twine, asked whether an index would be able to show a project's description."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from sealwright.errors import Unavailable
from sealwright.services.environments import base_env
from sealwright.services.processes import run
from sealwright.services.programs import find_program

_STATUS = re.compile(r"^Checking (?P<name>.+?): (?P<status>PASSED|FAILED)[^\n]*$", re.MULTILINE)
_MISSING = "`long_description` missing"


@dataclass(frozen=True, slots=True)
class Rendering:
    """What twine says of one distribution's description."""

    filename: str
    rendered: bool
    """False only for a description that cannot be rendered; a missing one counts as rendered."""
    missing: bool
    """Whether there is no description."""
    messages: str
    """What twine complains about, in its words; empty where it does not."""


def check_descriptions(files: Iterable[Path], environ: Mapping[str, str]) -> tuple[Rendering, ...]:
    """One answer for each of the files, in their order.

    Raises UsageError (`program-missing`) and Unavailable (`twine-failed`) where twine gave no answer for one of them.
    """
    paths = tuple(files)
    # Wide enough that no line is broken. --strict tells a warning from a pass.
    env = {**base_env(environ), "COLUMNS": "2000", "PYTHON_COLORS": "0"}
    argv: list[str | Path] = [find_program("twine", environ), "--no-color", "check", "--strict", *paths]
    done = run(argv, env=env, timeout=120, check=False)
    answers = parse(done.stdout)
    if done.returncode not in (0, 1) or set(answers) != {path.name for path in paths}:
        raise Unavailable(
            "twine-failed",
            f"`twine check` answered for {len(answers)} of {len(paths)} files and ended with {done.returncode}:\n"
            f"{done.tail}",
            hint="run the job again; if it stays, `twine check --strict dist/*` by hand says more",
        )
    return tuple(answers[path.name] for path in paths)


def parse(output: str) -> dict[str, Rendering]:
    """Answers by file name, from what `twine check --strict` prints; none for a file that seems to have several.

    Complaints may quote the description, which may contain anything.
    """
    text = re.sub(r"\x1b\[[0-9;]*m", "", output)
    starts = list(_STATUS.finditer(text))
    names = Counter(Path(start["name"]).name for start in starts)
    ends = [*(start.start() for start in starts[1:]), len(text)]
    found = {}
    for start, end in zip(starts, ends, strict=False):  # no start, one end
        messages = "\n".join(line.strip() for line in text[start.end() : end].splitlines() if line.strip())
        filename = Path(start["name"]).name
        broken = start["status"] == "FAILED" and "due to warnings" not in start[0]
        found[filename] = Rendering(filename, not broken, _MISSING in messages, messages)
    return {name: answer for name, answer in found.items() if names[name] == 1}
