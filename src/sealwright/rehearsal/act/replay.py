"""Jobs that ended well in an earlier run: act goes through them again, and each step hands out what it did then.

act cannot begin in the middle of a workflow. So a finished job gets a BASH_ENV, a file that bash reads before the
script of a step: it writes the step's outputs and ends the shell, and the script is never run. The workflow stays as
it is.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path

from sealwright.errors import UsageError
from sealwright.rehearsal.act.workflow import Workflow

_SCRIPT = """\
set -eu
cd {folder}
n=$(($(cat next) + 1))
printf '%s' "$n" > next
cat "$n" >> "$GITHUB_OUTPUT"
exit 0
"""


def replay(folder: Path, workflow: Workflow, job: str, outputs: Mapping[str, str]) -> dict[str, str]:
    """Prepare the replay of a job that put out `outputs`; the variables that it needs.

    `workflow` is the one that holds the job's steps. Each of them is one call of bash, in a local action as well.
    Raises UsageError (`value-evaluated`).
    """
    if set("$`\\") & set(str(folder)):
        raise UsageError(
            "value-evaluated",
            f"a rehearsal in {folder} cannot be continued under act: bash would evaluate that path",
            hint="leave out --resume, and give it another folder with --out",
        )
    folder.mkdir(parents=True)
    said: dict[str, str] = {}
    for name, (step, output) in workflow.outputs(job).items():
        said[step] = said.get(step, "") + f"{output}={outputs.get(name, '')}\n"
    for number, step in enumerate(workflow.steps(job), 1):
        (folder / str(number)).write_text(said.get(step, ""), "utf-8")
    (folder / "next").write_text("0", "ascii")
    script = folder / "replay.sh"
    script.write_text(_SCRIPT.format(folder=shlex.quote(str(folder))), "utf-8")
    return {"BASH_ENV": str(script)}
