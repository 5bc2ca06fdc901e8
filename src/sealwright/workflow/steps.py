"""Each kind of step as GitHub Actions steps."""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never

from sealwright.errors import UsageError
from sealwright.pipeline.checksums import SCRIPT
from sealwright.pipeline.pins import ACTIONS, CHECKOUT, DOWNLOAD, EGRESS, OPTIONAL_ACTIONS, SETUP_PYTHON, UPLOAD
from sealwright.pipeline.steps import (
    NEEDS_VARIABLE,
    NEW,
    SOURCE,
    Checkout,
    CheckSums,
    Ctx,
    Fetch,
    Guard,
    Job,
    Keep,
    Out,
    Ref,
    Secret,
    Stage,
    Step,
    Tools,
    Use,
    Value,
    Values,
)
from sealwright.workflow.emit import Block, Node, Noted
from sealwright.workflow.program import REQUIREMENT_VARIABLE, TOOL, Program

STAGE = "stage"
"""The id of a job's Stage step."""
_RETENTION_DAYS = 90  # an approval may wait for thirty
# Whatever a job recorded is kept, also of a job that failed; but not of one that never came to its stage.
_EVEN_IF_FAILED = f"${{{{ !cancelled() && steps.{STAGE}.outcome != 'skipped' }}}}"


def plain(value: str) -> str:
    """A value that means itself: settings are the project's words, and GitHub evaluates expressions wherever they are.

    Raises UsageError (`setting-unrenderable`).
    """
    if "${{" in value or not value.isprintable():
        raise UsageError(
            "setting-unrenderable",
            f"{value!r} cannot stand in a workflow: an expression would be evaluated, and a value is one line",
            hint="write the value itself in [tool.sealwright]",
        )
    return value


def plain_lines(values: Iterable[str]) -> str:
    """Several such values, one a line. Raises UsageError (`setting-unrenderable`)."""
    return "\n".join(map(plain, values))


def expression(value: Value) -> str:
    """A value as GitHub reads it. Raises UsageError (`setting-unrenderable`)."""
    match value:
        case Ref(job=job, name=name):
            return f"${{{{ needs.{job}.outputs.{name} }}}}"
        case Out(step=step, name=name):
            return f"${{{{ steps.{step}.outputs.{name} }}}}"
        case Secret(name=name):
            return f"${{{{ secrets.{name} }}}}"
        case Ctx():
            return f"${{{{ github.{value.value} }}}}"
        case str():
            return plain(value)
        case _:
            assert_never(value)


def typed(value: Value) -> Node:
    """An input: reusable workflows tell `false` from `"false"`, actions do not."""
    match value:
        case "true" | "false":
            return value == "true"
        case _:
            return expression(value)


def inputs(values: Values) -> Block:
    """What an action or a reusable workflow is called with."""
    return {name: typed(value) for name, value in values.items()}


def action(name: str) -> Noted:
    """`owner/name@commit # version`."""
    pin = (ACTIONS | OPTIONAL_ACTIONS)[name]
    return Noted(f"{name}@{pin.commit}", pin.version)


def steps(step: Step, job: Job, program: Program) -> list[Block]:  # noqa: PLR0911 - one a kind
    """The steps that do what `step` says."""
    match step:
        case Guard():
            return [_guard(step)]
        case Checkout():
            modules: Block = {"submodules": "recursive"} if step.submodules else {}
            return [_checkout("Check out the tagged commit", SOURCE, {"fetch-depth": 0, "fetch-tags": True, **modules})]
        case Tools():
            return _tools(step, job, program)
        case Fetch():
            return [_fetch(step)]
        case Stage():
            return [_stage(step, job)]
        case CheckSums():
            return [_check_sums(step)]
        case Use(action=used, inputs=values, id=id_):
            return [{"name": used.value, "id": id_, "uses": action(used.value), "with": inputs(values)}]
        case Keep():
            return [_keep(step)]
        case _:
            assert_never(step)


def keep_id(keep: Keep) -> str:
    """The id of the step that keeps a folder."""
    return f"keep-{keep.output}"


def _guard(step: Guard) -> Block:
    if step.policy == "audit":
        return {"name": "Watch outgoing connections", "uses": action(EGRESS), "with": {"egress-policy": "audit"}}
    return {
        "name": "Allow no connection but these",
        "uses": action(EGRESS),
        "with": {
            "egress-policy": "block",
            "allowed-endpoints": plain_lines(step.allowed),
            "disable-telemetry": True,
        },
    }


def _checkout(name: str, path: str, more: Block) -> Block:
    return {"name": name, "uses": action(CHECKOUT), "with": {"path": path, "persist-credentials": False, **more}}


def _tools(step: Tools, job: Job, program: Program) -> list[Block]:
    versions = list(dict.fromkeys(filter(None, [step.tried, job.python])))
    python: Block = {
        "name": f"Python {' and '.join(versions)}",
        "uses": action(SETUP_PYTHON),
        "with": {"python-version": "\n".join(versions)},  # the last one becomes `python`
    }
    install: dict[str, Node] = {"name": f"Hash-locked tools for {step.role.value}"}
    if program.requirement:
        install["env"] = {REQUIREMENT_VARIABLE: program.requirement}
    install["run"] = program.script(step.role)
    if program.kind == "checkout":
        return [_checkout("Check out the pipeline's own program", TOOL, {}), python, install]
    return [python, install]


def _fetch(step: Fetch) -> Block:
    # Without a name and without ids the action downloads every artifact of the run, so a lost output must not be "".
    artifact = f"${{{{ needs.{step.artifact.job}.outputs.{step.artifact.name} || 'lost' }}}}"
    key = "name" if step.by_name else "artifact-ids"
    return {
        "name": f"Fetch what {step.artifact.job} made",
        "uses": action(DOWNLOAD),
        "with": {key: artifact, "path": step.into},
    }


def _stage(step: Stage, job: Job) -> Block:
    env: dict[str, Node] = {}
    if job.always:  # it is there to say how the others ended
        env[NEEDS_VARIABLE] = "${{ toJSON(needs) }}"
    if step.records:
        env["RECORDS"] = "\n".join(f"{other}={expression(Ref(other, 'record'))}" for other in step.records)
    env |= {name: expression(value) for name, value in step.env.items()}
    command = f"sealwright stage {' '.join(step.names)}"
    block: dict[str, Node] = {"name": f"Stage {', '.join(step.names)}", "id": STAGE}
    if env:
        block["env"] = env
    return block | {"run": command}


def _check_sums(step: CheckSums) -> Block:
    return {
        "name": "Exactly the listed files, with exactly these digests",
        "env": {"SUMS": expression(step.sums), "FOLDER": step.folder},
        "run": SCRIPT,
    }


def _keep(step: Keep) -> Block:
    block: dict[str, Node] = {"name": f"Keep {step.path}", "id": keep_id(step)}
    if step.path == NEW:  # what may be published is kept after success only
        block["if"] = _EVEN_IF_FAILED
    return block | {
        "uses": action(UPLOAD),
        "with": {
            # Running a job again may not replace what the first attempt kept.
            "name": f"{step.name}-${{{{ github.run_attempt }}}}",
            "path": step.path,
            "if-no-files-found": "error",
            "include-hidden-files": True,
            "retention-days": _RETENTION_DAYS,
        },
    }
