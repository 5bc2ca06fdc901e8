"""Decides what will be released, before anything is built. Runs none of the project's code.

Writes plan.json, policy.json, settings.json and, where the changelog has an entry, notes.md, also when a check fails:
whoever looks at the failed run should see what it was about.
"""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import BaseModel

from sealwright.config import Settings
from sealwright.dossier import encode
from sealwright.dossier.codec import encode_json
from sealwright.dossier.store import PLAN, POLICY, SETTINGS
from sealwright.errors import SealwrightError
from sealwright.model import Cell, Finding, Mode, Plan, Project, Tool
from sealwright.pipeline.jobs import table
from sealwright.project import ProjectInfo, cells_of, normal_version, options_for
from sealwright.stages import plan_checks as checks
from sealwright.stages.base import Context, Result, finding_of
from sealwright.stages.planning import Tagged, Written, read_written
from sealwright.workflow.called import GATE, WHEELS

NOTES = "notes.md"
PROVISIONAL_VARIABLE = "SEALWRIGHT_PROVISIONAL_VERSION"
"""Set where nobody has decided on this version yet: it only stands for the next one."""


def run(context: Context) -> Result:
    """Findings of the checks configuration, visibility, tag, version, changelog, branch, index, workflow, protection.

    Raises UsageError where not even the commit can be read.
    """
    tagged = Tagged.of(context)
    written = read_written(tagged, context.environ)
    findings = [*_configuration(tagged, written, context), *checks.tag(tagged, written.settings, context.environ)]
    version = _version(tagged, written)
    notes = None
    if written.settings:
        more, notes = _judged(context, tagged, written, written.settings, version)
        findings += more
    plan, problem = _plan(context, tagged, written, version)
    findings += [problem] if problem else []
    if plan:
        _write(context, plan, written, notes)
    tools = (Tool("git", tagged.repository.version()),)
    return Result(tuple(findings), tools, summary=_summary(plan, notes) if plan else "")


def _judged(
    context: Context, tagged: Tagged, written: Written, settings: Settings, version: str | None
) -> tuple[list[Finding], str | None]:
    """Everything that needs settings; (findings, release notes)."""
    findings = [checks.visibility(settings, context.environ)]
    notes = None
    project = written.project
    if project:
        findings += checks.version(tagged, settings, project)
    if version:
        provisional = bool(context.environ.get(PROVISIONAL_VARIABLE))
        finding, notes = checks.changelog(tagged, settings, version, provisional=provisional)
        findings.append(finding)
    findings.append(checks.branch(tagged, settings))
    if project and version:
        findings.append(checks.index(context.endpoints, project.name, version))
    if project:
        findings += _workflow(tagged, settings, project)
    repository = written.repository(tagged, context.environ)
    findings += checks.protection(context.endpoints, repository, settings, context.environ)
    return findings, notes


def _configuration(tagged: Tagged, written: Written, context: Context) -> tuple[Finding, ...]:
    problems = list(written.problems)
    given = context.environ.get("GITHUB_REPOSITORY") or None
    configured = written.settings.repository if written.settings else None
    if given and configured and given.lower() != configured.lower():
        problems.append(
            Finding.failed(
                "configuration",
                "repository-mismatch",
                "repository",
                expected=configured,
                found=given,
                hint="a fork cannot release; correct `repository` in [tool.sealwright] if the repository has moved",
            )
        )
    problems += _called(tagged, written)
    return tuple(problems) or (Finding.passed("configuration", tagged.path("pyproject.toml")),)


def _called(tagged: Tagged, written: Written) -> Iterator[Finding]:
    """What is wrong with workflows of the project's own that release.yml calls, and with asking too much of them."""
    if written.settings is None:
        return
    for path, contract in ((written.settings.extra_gate, GATE), (written.settings.wheels, WHEELS)):
        if path is not None:
            yield from checks.called(tagged, path, contract)
    if written.policy is not None:
        yield from checks.rebuilt_wheels(written.policy, written.settings)


def _workflow(tagged: Tagged, settings: Settings, project: ProjectInfo) -> list[Finding]:
    if settings.workflow == "own":
        return [Finding.skipped("workflow", 'release.yml is the project\'s own (`workflow = "own"`)')]
    # By the configured cells, whatever this run was told to use instead: the file in the commit knows only those.
    try:
        options = options_for(settings, cells_of(settings, project.requires_python), tagged.directory)
    except SealwrightError:
        return []  # said by the configuration
    return [checks.workflow(tagged, options)]


def _version(tagged: Tagged, written: Written) -> str | None:
    """The version to plan with: the tag's, in normal form; the project's own where the tag names none."""
    named = written.settings.version_in(tagged.tag) if written.settings else None
    if named is None and written.project:
        named = written.project.version.version
    return normal_version(named) if named else None


def _plan(
    context: Context, tagged: Tagged, written: Written, version: str | None
) -> tuple[Plan | None, Finding | None]:
    """The plan, as far as there is enough to make one; else, where that is news, why not."""
    if not (written.settings and written.project and written.cells and written.mode and version):
        return None, None  # each of them has its own finding already
    try:
        jobs = _jobs(written.settings, written.cells, tagged.directory)
    except SealwrightError as error:
        return None, finding_of(error, "configuration")
    plan = Plan(
        project=Project(written.project.name, tagged.directory),
        version=version,
        tag=tagged.tag,
        commit=tagged.commit,
        repository=written.repository(tagged, context.environ),
        mode=written.mode,
        epoch=tagged.repository.epoch(tagged.commit),
        cells=written.cells,
        jobs=jobs,
    )
    return plan, None


def _jobs(settings: Settings, cells: tuple[Cell, ...], directory: str) -> tuple[str, ...]:
    return tuple(job.id for job in table(options_for(settings, cells, directory)))


def _write(context: Context, plan: Plan, written: Written, notes: str | None) -> None:
    assert written.settings is not None  # there is no plan without settings
    context.dossier.add(PLAN, encode(plan))
    context.dossier.add(SETTINGS, _as_json(written.settings))
    if written.policy:
        context.dossier.add(POLICY, _as_json(written.policy.with_settings(written.settings)))
    if notes:
        context.dossier.add(NOTES, notes.encode())


def _as_json(value: BaseModel) -> bytes:
    return encode_json(value.model_dump(mode="json"))


def _summary(plan: Plan, notes: str | None) -> str:
    what = "A rehearsal of" if plan.mode is Mode.REHEARSAL else "Release of"
    head = f"### {what} {plan.project.name} {plan.version}\n\nTag `{plan.tag}` at `{plan.commit}`."
    return f"{head}\n\n{notes}" if notes else head
