"""Loads modules and objects by name and says of each how that went. Runs inside the environment that is tried.

usage: load_inside.py FOLDER, which holds targets.json

Each answer is a line of answers.jsonl there as soon as it is known, since the next target may end the process. Whatever
a module prints stays out of it. Any Python that a project supports runs this: standard library only, Python 3.8 on.
"""

from __future__ import annotations

import functools
import importlib
import json
import os
import sys
import traceback

_LINES = 12
_CHARACTERS = 4000


def attempt(target: str) -> dict[str, object]:
    """Load `module` or `module:object`."""
    module, _, names = target.partition(":")
    try:
        found = functools.reduce(getattr, filter(None, names.split(".")), importlib.import_module(module))
    except BaseException as error:  # noqa: BLE001 - a module may raise SystemExit as well
        problem = "\n".join(told(error).splitlines()[-_LINES:])[-_CHARACTERS:]
        missing = (error.name or "") if isinstance(error, ModuleNotFoundError) else ""
        return {"target": target, "problem": problem, "missing": missing, "callable": False}
    return {"target": target, "problem": "", "missing": "", "callable": callable(found)}


def told(error: BaseException) -> str:
    """The trace without what only says how it came to be loaded."""
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename not in (__file__, importlib.__file__) and not frame.filename.startswith("<frozen ")
    ]
    return "".join([*traceback.format_list(frames), *traceback.format_exception_only(type(error), error)])


def main(folder: str) -> None:
    """Answer for each target in turn."""
    process = os.getpid()
    # Without pathlib: what is imported here before the first target could hide that the target forgot to import it.
    with open(os.path.join(folder, "targets.json"), encoding="utf-8") as stream:  # noqa: PTH118, PTH123
        targets = json.load(stream)
    for target in targets:
        answer = attempt(target)
        if os.getpid() != process:
            os._exit(0)  # a child that the module made by forking, and that came back here
        # Opened anew each time, because modules exist that close every file but the standard ones.
        with open(os.path.join(folder, "answers.jsonl"), "a", encoding="utf-8") as out:  # noqa: PTH118, PTH123
            out.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
