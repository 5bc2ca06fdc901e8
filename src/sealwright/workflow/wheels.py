"""Whether a project that is about to adopt the pipeline compiles something, and what builds its wheels then."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from sealwright.pipeline.steps import WORKFLOW_FILE
from sealwright.project.compiled import signs_of_compiling
from sealwright.workflow.called import WHEELS, problem_of
from sealwright.workflow.wheels_template import WHEELS_FILE
from sealwright.workflow.work_tree import WorkTree


def looked_for(tree: WorkTree) -> tuple[str | None, tuple[str, ...]]:
    """(the workflow that can build the wheels, what to say of it).

    Nothing is looked for where `wheels` is set already, or nothing is compiled. Of several workflows that would do, one
    is taken only if it alone is called after wheels.
    """
    signs = signs_of_compiling(tree.info.document, (tree.read("setup.py") or b"").decode("utf-8", "replace"))
    if tree.settings.wheels or not signs:
        return None, ()
    callable_ = tuple(_callable(tree))
    named = [path for path in callable_ if "wheel" in path.rpartition("/")[2].lower()]
    found = next((one for one in (named, callable_) if len(one) == 1), None)
    if found:
        return found[0], (f"compiled code ({signs[0]}): {found[0]} builds the wheels",)
    return None, tuple(_advice(tree, signs[0], callable_))


def _callable(tree: WorkTree) -> Iterator[str]:
    for file in sorted(tree.workflow.parent.glob("*.y*ml")):
        text = file.read_text(encoding="utf-8", errors="replace")
        if tree.shown(file) != WORKFLOW_FILE and problem_of(text, WHEELS) is None:
            yield tree.shown(file)


def _advice(tree: WorkTree, sign: str, callable_: tuple[str, ...]) -> Iterator[str]:
    yield f"compiled code ({sign}): a wheel of one platform stops the release at `build`, unless `wheels` is set"
    if callable_:
        yield f"  set `wheels` in [tool.sealwright] to one of {', '.join(callable_)}"
        return
    project = [] if tree.directory == "." else ["--project", tree.directory]
    yield "  no workflow here can be called for them; if wheels are to be native, at the root of the repository:"
    yield f"  {shlex.join(['sealwright', 'workflow', '--wheels-template', *project])} > {WHEELS_FILE}"
    yield f"  {shlex.join(['sealwright', 'init', *project])}"
