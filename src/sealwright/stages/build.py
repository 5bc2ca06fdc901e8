"""Builds the distributions, once, from a clean clone of the planned commit in a hash-locked environment."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from packaging.version import Version

from sealwright import __version__
from sealwright.dossier.store import DIST, LOCAL, STATEMENTS
from sealwright.endpoints import GITHUB_URL
from sealwright.model import FileRef, Finding, Plan, Sums, Tool
from sealwright.services.environments import PackageIndex, build_variables
from sealwright.stages.base import Context, Result
from sealwright.stages.build_environment import Workshop
from sealwright.stages.build_tools import LIBRARY, PYTHON, UV, ZLIB, build_tools, tools_finding
from sealwright.stages.building import CLONE, Builder, clean_clone, judge_built, umask_022
from sealwright.stages.sdist_form import form_finding, form_of, normal_time
from sealwright.stages.taking import Taken, fetched
from sealwright.verify.stated import SELF_REPORTED_BUILD, SELF_REPORTED_BUILDER
from sealwright.verify.statement import SLSA_PROVENANCE_V1, make

ENVIRONMENT = "build/environment.txt"
_GENERIC = {PYTHON: "generic/python", LIBRARY: "generic/python", ZLIB: "generic/zlib", UV: "generic/uv"}
"""Tools that are no packages of an index, and what they are parts of."""


def run(context: Context) -> Result:
    """Adds dist/*, build/environment.txt and statements/build.json.

    Of a project that builds its wheels itself, dist/* are the sdist and those wheels; the wheel that this machine makes
    of the sdist is added as build/local/*, and is what is read where the release has no wheel.
    Checks: `build`, `version`, `build-environment`, `build-tools`, `sdist-form`, `wheels`. Job output: `sums`.
    """
    plan = context.plan
    taken = fetched(context)
    if taken.refused:
        return Result(taken.findings)
    with tempfile.TemporaryDirectory(prefix="sealwright-build-") as name:
        folder = Path(name).resolve()
        with umask_022():
            place = (plan.commit, plan.project.directory)
            project = clean_clone(context.source, *place, context.environ, folder)
        workshop = Workshop(folder, context.environ, PackageIndex.of(context.environ))
        made = workshop.prepare(
            project,
            folder / CLONE,
            context.settings,
            oldest_python(plan),
            lambda environment: Builder(project, environment, plan.epoch).requirements(),
        )
        builder = Builder(project, made.environment, plan.epoch)
        apart = context.settings.wheels is not None
        result = builder.build(folder / DIST, normal=normal_time(context.settings, plan), apart=apart)
        made_here = (result.sdist, result.wheel)
        findings = (*judge_built(made_here, plan, pure=not apart), form_finding(result, context.settings, plan))
        form = form_of(result, context.settings)
        tools = build_tools(made)
        lock = context.dossier.add(ENVIRONMENT, made.text.encode())
        built = tuple(context.dossier.add_file(f"{DIST}/{file.name}", file) for file in result.files)
        local = (context.dossier.add_file(f"{LOCAL}/{result.wheel.name}", result.wheel),) if apart else ()
    others = tuple(context.dossier.add_file(f"{DIST}/{file.name}", file) for file in taken.files)
    said = predicate(plan, tools, lock, form, local)
    # About what was built here alone: nobody here knows how the wheels were made that another job handed over.
    context.dossier.add(f"{STATEMENTS}/build.json", make(built, SLSA_PROVENANCE_V1, said))
    return Result(
        (_summary(context, taken), *taken.findings, *findings, made.finding, tools_finding(tools)),
        tools,
        {"sums": Sums.of((*built, *others)).encode()},
    )


def _summary(context: Context, taken: Taken) -> Finding:
    if context.settings.wheels is None:
        return Finding.passed("build", found="1 wheel, 1 sdist")
    wheels = f"{len(taken.files)} wheels" if taken.files else "no wheel"
    return Finding.passed("build", found=f"1 sdist, and {wheels} by {context.settings.wheels}")


def oldest_python(plan: Plan) -> str:
    """The oldest Python that this release is built with: the running one, or that of a smoke job, which builds too."""
    versions = [f"{sys.version_info.major}.{sys.version_info.minor}", *(cell.python.rstrip("t") for cell in plan.cells)]
    return min(versions, key=Version)


def predicate(
    plan: Plan, tools: Iterable[Tool], lock: FileRef, form: Mapping[str, object], local: tuple[FileRef, ...] = ()
) -> dict[str, object]:
    """How the build describes itself; `local` are wheels that are no distributions. No times: it says the same again.

    https://slsa.dev/spec/v1.0/provenance; this is the project's own word, unlike the provenance of the generator.
    """
    variables = build_variables(plan.epoch)
    byproducts = {"byproducts": [_descriptor(ref) for ref in local]} if local else {}
    return {
        "buildDefinition": {
            "buildType": SELF_REPORTED_BUILD,
            "externalParameters": {
                "repository": plan.repository,
                "ref": plan.ref,
                "directory": plan.project.directory,
            },
            "internalParameters": {
                "variables": variables,
                "umask": "022",
                "environment": _descriptor(lock),
                "sdist": form,
            },
            "resolvedDependencies": [_source(plan), *(_tool(tool) for tool in tools)],
        },
        "runDetails": {
            "builder": {"id": SELF_REPORTED_BUILDER, "version": {"sealwright": __version__}},
            **byproducts,
        },
    }


def _descriptor(ref: FileRef) -> dict[str, object]:
    return {"name": ref.path, "digest": {"sha256": ref.sha256}}


def _source(plan: Plan) -> dict[str, object]:
    source: dict[str, object] = {"name": "source", "digest": {"gitCommit": plan.commit}}
    if not plan.repository.startswith("local/"):
        source["uri"] = f"git+{GITHUB_URL}/{plan.repository}@{plan.ref}"
    return source


def _tool(tool: Tool) -> dict[str, object]:
    uri = (
        f"pkg:{_GENERIC[tool.name]}@{tool.version}" if tool.name in _GENERIC else f"pkg:pypi/{tool.name}@{tool.version}"
    )
    described: dict[str, object] = {"name": tool.name, "uri": uri}
    return {**described, "digest": {"sha256": tool.sha256}} if tool.sha256 else described
