"""Builds the distributions, once, from a clean clone of the planned commit in a hash-locked environment."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from packaging.version import Version

from sealwright import __version__
from sealwright.dossier.store import DIST, STATEMENTS
from sealwright.endpoints import GITHUB_URL
from sealwright.model import FileRef, Finding, Plan, Sums, Tool
from sealwright.services.environments import PackageIndex, build_variables
from sealwright.stages.base import Context, Result
from sealwright.stages.build_environment import Workshop
from sealwright.stages.build_tools import LIBRARY, PYTHON, UV, ZLIB, build_tools, tools_finding
from sealwright.stages.building import CLONE, Builder, clean_clone, judge_built, umask_022
from sealwright.stages.sdist_form import form_finding, form_of, normal_time
from sealwright.verify.stated import SELF_REPORTED_BUILD, SELF_REPORTED_BUILDER
from sealwright.verify.statement import SLSA_PROVENANCE_V1, make

ENVIRONMENT = "build/environment.txt"
_GENERIC = {PYTHON: "generic/python", LIBRARY: "generic/python", ZLIB: "generic/zlib", UV: "generic/uv"}
"""Tools that are no packages of an index, and what they are parts of."""


def run(context: Context) -> Result:
    """Adds dist/*, build/environment.txt and statements/build.json.

    Checks: `build`, `version`, `build-environment`, `build-tools`, `sdist-form`. Job output: `sums`.
    """
    plan = context.plan
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
        result = builder.build(folder / DIST, normal=normal_time(context.settings, plan))
        findings = (*judge_built(result.files, plan), form_finding(result, context.settings, plan))
        form = form_of(result, context.settings)
        tools = build_tools(made)
        lock = context.dossier.add(ENVIRONMENT, made.text.encode())
        built = tuple(context.dossier.add_file(f"{DIST}/{file.name}", file) for file in result.files)
    context.dossier.add(f"{STATEMENTS}/build.json", make(built, SLSA_PROVENANCE_V1, predicate(plan, tools, lock, form)))
    summary = Finding.passed("build", found=f"{len(built) - 1} wheel, 1 sdist")
    return Result((summary, *findings, made.finding, tools_finding(tools)), tools, {"sums": Sums.of(built).encode()})


def oldest_python(plan: Plan) -> str:
    """The oldest Python that this release is built with: the running one, or that of a smoke job, which builds too."""
    versions = [f"{sys.version_info.major}.{sys.version_info.minor}", *(cell.python.rstrip("t") for cell in plan.cells)]
    return min(versions, key=Version)


def predicate(plan: Plan, tools: Iterable[Tool], lock: FileRef, form: Mapping[str, object]) -> dict[str, object]:
    """How the build describes itself. No times, so the same build says the same.

    https://slsa.dev/spec/v1.0/provenance; this is the project's own word, unlike the provenance of the generator.
    """
    variables = build_variables(plan.epoch)
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
        "runDetails": {"builder": {"id": SELF_REPORTED_BUILDER, "version": {"sealwright": __version__}}},
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
