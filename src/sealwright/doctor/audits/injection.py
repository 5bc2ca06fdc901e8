"""Texts of others that become part of a script."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sealwright.doctor.codes import Audit, Code, Defect, advice, blocking
from sealwright.doctor.expressions import embedded, references
from sealwright.doctor.nodes import Text
from sealwright.doctor.posture import Posture
from sealwright.doctor.workflow import Job, Place, Step

_INJECTION = blocking(
    "template-injection",
    "a text of strangers pasted into a script",
    "GitHub pastes the text before the shell reads it, so a title or branch name with `$(...)` in it runs:"
    " that is how nx and Ultralytics were entered.",
    "Found where `${{ }}` in `run:` (or in the script of actions/github-script) of a release job names a"
    ' title, body, message, author or branch of an event. Pass it by `env:` and use "$NAME" in the script.',
)
_REF = advice(
    "ref-in-script",
    "the name of a tag or an input pasted into a script",
    "A tag may be called `$(...)` too: whoever may push one would run code in the job, past every review.",
    "Found for `github.ref_name`, `github.ref`, inputs, and names and tags of releases in `run:` of release"
    ' jobs. The shell has them already, as "$GITHUB_REF_NAME" and "$GITHUB_REF"; pass others by `env:`.',
)

# https://docs.github.com/en/actions/reference/security/secure-use#understanding-the-risk-of-script-injections
_STRANGERS = re.compile(
    r"github\.head_ref"
    r"|github\.event\.(?:issue|comment|review|review_comment|discussion|pull_request|head_commit|commits|pages|workflow_run)"
    r"(?:\..*)?\.(?:title|body|message|email|name|label|ref|head_ref|head_branch|page_name|display_title|default_branch)"
    r"|github\.event\.commits.*"
)
_NAMES = re.compile(
    r"github\.(?:ref|ref_name|event\.ref|event\.release\.(?:name|tag_name|body)|event\.inputs\..*)|inputs\..*"
)


def _look(posture: Posture) -> Iterator[Defect]:
    for _, job in posture.release_jobs:
        for step in posture.steps(job):
            for script in _scripts(step):
                yield from _in(script, job)


def _scripts(step: Step) -> Iterator[Text]:
    if step.run is not None:
        yield step.run
    if step.action == "actions/github-script" and "script" in step.with_:
        yield step.with_["script"]


def _in(script: Text, job: Job) -> Iterator[Defect]:
    for expression in dict.fromkeys(embedded(script.value)):
        for name in references(expression):
            code = _code(name)
            if code is not None:
                place = Place(script.path, script.line_of(expression))
                yield Defect(code, place, f"${{{{ {expression} }}}} in job {job.id}", _fix(name))


def _code(name: str) -> Code | None:
    if _STRANGERS.fullmatch(name):
        return _INJECTION
    return _REF if _NAMES.fullmatch(name) else None


def _fix(name: str) -> str:
    own = {"github.ref_name": "GITHUB_REF_NAME", "github.ref": "GITHUB_REF", "github.head_ref": "GITHUB_HEAD_REF"}
    if name in own:
        return f'use "${own[name]}" in its place'
    return f'`env: VALUE: ${{{{ {name} }}}}` on the step, and "$VALUE" in the script'


AUDIT = Audit("injection", "do scripts of release jobs take texts as values, not as code?", (_INJECTION, _REF), _look)
