"""Tries each distribution in an empty environment, on the runner and with the Python of this job."""

from __future__ import annotations

import platform
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sealwright.dossier.store import STATEMENTS
from sealwright.errors import Refused
from sealwright.model import FileRef, Finding, State
from sealwright.services.environments import PackageIndex, build_variables
from sealwright.services.interpreters import Interpreter, find_interpreter
from sealwright.stages.base import Context, Result
from sealwright.stages.inside import CHECK
from sealwright.stages.trial import Material, Trial
from sealwright.verify.closure import lock_path, parse_pylock
from sealwright.verify.statement import TEST_RESULT, make
from sealwright.verify.taken_wheels import UNTRIED

_ENVIRONMENT = "build/environment.txt"


def run(context: Context) -> Result:
    """Adds statements/<job>.json.

    Checks: `smoke`; `smoke-import` for what was left out, with the reason; `smoke-untried` where wheels come from
    elsewhere and none of them fits the Python and platform of this job.
    """
    python = _python(context)
    if isinstance(python, Finding):
        return Result((python,))
    locks = {extra: _lock(context, extra) for extra in ("", *context.settings.smoke.extras)}
    material = _material(context, python, locks)
    tried = _fitting(context, python)
    files = [context.dossier.file(ref) for ref in tried]
    # On Windows a program that has just ended may still hold its files for a moment.
    with tempfile.TemporaryDirectory(prefix="sealwright-smoke-", ignore_cleanup_errors=True) as name:
        folder = Path(name).resolve()
        trials = [Trial(file, folder / str(number), material) for number, file in enumerate(files)]
        with ThreadPoolExecutor(len(trials)) as pool:
            findings = tuple(finding for found in pool.map(Trial.run, trials) for finding in found)
    statement = make(tried, TEST_RESULT, predicate(findings, locks.values(), python.full))
    context.dossier.add(f"{STATEMENTS}/{context.job}.json", statement)
    return Result((*findings, *_without_wheel(context, tried, python)))


def _fitting(context: Context, python: Interpreter) -> tuple[FileRef, ...]:
    """What an installer would take here: where wheels come from elsewhere, most of them are for other platforms."""
    if context.settings.wheels is None:
        return context.distributions()
    wheels = tuple(ref for ref in context.wheels() if python.fits(ref.name))
    return (*wheels, *context.sdists())


def _without_wheel(context: Context, tried: Iterable[FileRef], python: Interpreter) -> Iterator[Finding]:
    wheels = context.wheels()
    if wheels and set(wheels).isdisjoint(tried):
        reason = f"none of {len(wheels)} wheels is for {python.full} on this platform; only the sdist was tried"
        yield Finding.skipped(UNTRIED, reason, context.job)


def predicate(findings: Iterable[Finding], locks: Iterable[FileRef], python: str) -> dict[str, object]:
    """What was tried where, with what `locks` pin and an interpreter such as `cpython@3.13.1`.

    https://github.com/in-toto/attestation/blob/main/spec/predicates/test-result.md
    """
    found = list(findings)
    failed = sorted({f"{f.subject}: {f.code}" for f in found if f.state is State.FAIL})
    system, machine = platform.system().lower(), platform.machine().lower()
    return {
        "result": "FAILED" if failed else "PASSED",
        "configuration": [
            {"name": "python", "uri": f"pkg:generic/{python}"},
            {"name": "platform", "uri": f"pkg:generic/{system}?arch={machine}"},
            *({"name": lock.path, "digest": {"sha256": lock.sha256}} for lock in locks),
        ],
        "passedTests": sorted(f.subject for f in found if f.state is State.PASS),
        "failedTests": failed,
    }


def _python(context: Context) -> Interpreter | Finding:
    """The interpreter of this job's cell, which need not be the one that runs this program."""
    cell = next((cell for cell in context.plan.cells if cell.job == context.job), None)
    if cell is None:
        hint = "the plan lists the runners and Pythons of a release; each has a job of its own"
        return Finding.failed(CHECK, "smoke-cell-unknown", context.job, expected="a planned smoke job", hint=hint)
    found = find_interpreter(cell.python, context.environ)
    if found is None:
        hint = f"set up Python {cell.python} in this job, or leave the cell out"
        return Finding.unavailable(
            CHECK, "smoke-python-missing", context.job, found=f"no Python {cell.python} here", hint=hint
        )
    return found


def _material(context: Context, python: Interpreter, locks: Mapping[str, FileRef]) -> Material:
    lock = context.record("build").output(_ENVIRONMENT)
    if lock is None:
        raise Refused("file-missing", f"job build did not record {_ENVIRONMENT}")
    return Material(
        python,
        {extra: parse_pylock(context.dossier.read(ref), ref.path).requirements_text() for extra, ref in locks.items()},
        context.dossier.read(lock).decode(),
        context.settings.smoke,
        context.environ,
        PackageIndex.of(context.environ),
        build_variables(context.plan.epoch),
    )


def _lock(context: Context, extra: str) -> FileRef:
    path = lock_path(extra)
    ref = context.record("examine").output(path)
    if ref is None:
        raise Refused("file-missing", f"job examine did not record {path}", hint="see why its stage resolve did not")
    return ref
