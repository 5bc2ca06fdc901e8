"""The work of `sealwright rebuild`."""

from __future__ import annotations

import argparse
import json
import sys
from types import ModuleType

from sealwright.cli import Invocation
from sealwright.errors import UsageError
from sealwright.report.answer import as_lines
from sealwright.report.rebuild import answer_of, as_json, opening


def perform(arguments: argparse.Namespace, invocation: Invocation) -> int:
    """Rebuild, and print the answer: what was compared, with what it was built, and each difference by class."""
    module = _rebuilding()
    request = module.Request(
        source=tuple(arguments.source),
        project=(invocation.directory / arguments.project).resolve(),
        directory=invocation.directory,
        commit=arguments.commit,
        out=invocation.directory / arguments.out if arguments.out else None,
    )
    outcome = module.rebuild(request, invocation.environ, lambda line: print(line, file=sys.stderr, flush=True))
    answer = answer_of(outcome)
    if arguments.json:
        sys.stdout.write(json.dumps(as_json(outcome), indent=2) + "\n")
    else:
        sys.stdout.write("\n".join([*opening(outcome), "", *as_lines(answer)]) + "\n")
    return answer.exit_code


def _rebuilding() -> ModuleType:
    try:
        from sealwright.rebuilding import rebuild  # noqa: PLC0415 - `build` is not among what everybody installs
    except ModuleNotFoundError as error:
        if error.name != "build":
            raise
        raise UsageError(
            "program-missing",
            "`build`, which calls build backends, is not installed here",
            hint="install `sealwright[release]`",
        ) from error
    return rebuild
