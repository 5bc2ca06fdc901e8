"""Builds the distributions a second time, from a clone of its own, in the environment that build wrote down."""

from __future__ import annotations

import platform
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from sealwright.dossier import Dossier
from sealwright.dossier.store import REBUILT, STATEMENTS
from sealwright.errors import Refused
from sealwright.model import FileRef, Finding
from sealwright.services.environments import PackageIndex
from sealwright.stages.base import Context, Result
from sealwright.stages.build import ENVIRONMENT
from sealwright.stages.build_environment import Workshop
from sealwright.stages.build_tools import build_tools
from sealwright.stages.building import Builder, clean_clone, judge_built, umask_022
from sealwright.stages.sdist_form import form_finding, form_of, normal_time
from sealwright.verify.difference import compare
from sealwright.verify.requirements import parse_locked
from sealwright.verify.statement import TEST_RESULT, make


def run(context: Context) -> Result:
    """Adds rebuilt/* and statements/rebuild.json. Checks: `rebuild-ran`, `version`, `sdist-form`.

    Where wheels come from elsewhere, the sdist alone is built again.
    Whether the files are equal is said here but judged by the gate, which hashes both sets itself.
    """
    plan = context.plan
    lock = context.record("build").output(ENVIRONMENT)
    if lock is None:
        raise Refused("file-missing", f"job build did not record {ENVIRONMENT}")
    pins = parse_locked(context.dossier.read(lock).decode(), ENVIRONMENT)
    with tempfile.TemporaryDirectory(prefix="sealwright-rebuild-") as name:
        folder = Path(name).resolve()
        with umask_022():
            place = (plan.commit, plan.project.directory)
            project = clean_clone(context.source, *place, context.environ, folder)
        made = Workshop(folder, context.environ, PackageIndex.of(context.environ)).make("again", pins, ENVIRONMENT)
        builder = Builder(project, made.environment, plan.epoch)
        apart = context.settings.wheels is not None
        result = builder.build(folder / REBUILT, normal=normal_time(context.settings, plan), apart=apart)
        findings = (*judge_built(result.files, plan), form_finding(result, context.settings, plan))
        form = form_of(result, context.settings)
        tools = build_tools(made)
        rebuilt = tuple(context.dossier.add_file(f"{REBUILT}/{file.name}", file) for file in result.files)
    statement = make(rebuilt, TEST_RESULT, _predicate(lock, form))
    context.dossier.add(f"{STATEMENTS}/rebuild.json", statement)
    ran = Finding.passed("rebuild-ran", found=_compared(context, rebuilt, context.settings.wheels))
    return Result((ran, *findings), tools)


def _predicate(lock: FileRef, form: Mapping[str, object]) -> dict[str, object]:
    python = {"name": "python", "uri": f"pkg:generic/python@{platform.python_version()}"}
    environment = {"name": lock.path, "digest": {"sha256": lock.sha256}}
    return {"result": "PASSED", "configuration": [environment, python], "passedTests": ["built"], "sdist": form}


def _compared(context: Context, rebuilt: Iterable[FileRef], elsewhere: str | None) -> str:
    """How the two builds differ, in a few words; the gate says more, and has to be asked.

    `elsewhere` is the workflow that builds the wheels, where it is not the job build.
    """
    before = {ref.name: ref for ref in (context.sdists() if elsewhere else context.distributions())}
    after = {ref.name: ref for ref in rebuilt}
    told = [_told(context.dossier, name, before.get(name), after.get(name)) for name in sorted({*before, *after})]
    alike = "the sdist is byte-identical, wheels are built once" if elsewhere else "byte-identical"
    return "; ".join(filter(None, told)) or alike


def _told(dossier: Dossier, name: str, first: FileRef | None, second: FileRef | None) -> str:
    if first is None or second is None:
        return f"{name} was made by one build alone"
    if first.sha256 == second.sha256:
        return ""
    with dossier.file(first).open("rb") as one, dossier.file(second).open("rb") as other:
        return f"{name} differs in {', '.join(found.kind for found in compare(one, other, name))}"
