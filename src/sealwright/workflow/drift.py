"""Whether a release.yml still does what the job table says. Structure is compared; what a bot may renew is not."""

from __future__ import annotations

import difflib
from dataclasses import replace

import yaml

from sealwright.pipeline.options import Options
from sealwright.workflow.document import parsed
from sealwright.workflow.render import WORKFLOW_FILE, render_for
from sealwright.workflow.renewed import masked

_ANY_RELEASE = ("0", "0" * 64)


def drifted(text: str, options: Options) -> str | None:
    """How the workflow in `text` differs from the table, as a unified diff; None where it does not.

    Comments, layout, the order of keys, and pins are no difference: an action may be at another full commit with its
    version behind it, and another published version of sealwright may be named.

    Raises UsageError (`workflow-malformed`) for what is not YAML with a mapping on top.
    """
    if options.tool == "release" and options.release is None:
        options = replace(options, release=_ANY_RELEASE)
    rendered = render_for(options)
    if text == rendered:
        return None
    expected = _parsed(rendered, "the job table")
    found = _parsed(text, WORKFLOW_FILE)
    # Not `==` on the documents: to Python 0 is False, to GitHub it is not.
    if _dumped(expected, sort_keys=True) == _dumped(found, sort_keys=True):
        return None
    lines = difflib.unified_diff(
        _dumped(expected, sort_keys=False).splitlines(keepends=True),
        _dumped(found, sort_keys=False).splitlines(keepends=True),
        "the job table",
        WORKFLOW_FILE,
    )
    return "".join(lines)


def _parsed(text: str, where: str) -> dict[str, object]:
    return parsed(masked(text), where)


def _dumped(document: dict[str, object], *, sort_keys: bool) -> str:
    return yaml.safe_dump(document, width=10_000, allow_unicode=True, sort_keys=sort_keys)
