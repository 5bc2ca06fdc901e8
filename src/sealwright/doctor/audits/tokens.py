"""Upload tokens that are stored somewhere, when an identity of fifteen minutes would do."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from sealwright.doctor import actions, programs
from sealwright.doctor.codes import Audit, Defect, advice, blocking, never
from sealwright.doctor.nodes import Text
from sealwright.doctor.posture import Posture
from sealwright.doctor.scripts import commands_in, is_script, script_of
from sealwright.doctor.wanted import PYPIRC
from sealwright.doctor.workflow import Job, Place, Step, Workflow

_STORED = blocking(
    "stored-token",
    "an upload token stored as a secret",
    "A stored token publishes from anywhere until somebody revokes it: stolen ones are what GhostAction,"
    " Shai-Hulud, LiteLLM and lightning came down to.",
    "Found where a secret reaches a publish action, a variable that an upload program reads (TWINE_PASSWORD,"
    " UV_PUBLISH_TOKEN, FLIT_PASSWORD, POETRY_PYPI_TOKEN_PYPI, HATCH_INDEX_AUTH, PDM_PUBLISH_PASSWORD and the"
    " like), or has a name such as PYPI_API_TOKEN. Register the workflow as a trusted publisher, give the"
    " publish job `id-token: write`, remove the secret from the workflow, publish once, then revoke the token"
    " on https://pypi.org/manage/account/token/ and delete the secret with `gh secret delete NAME`:"
    " docs/migrating.md has the order and a checklist.",
)
_COMMITTED = blocking(
    "token-committed",
    "an upload token in the repository itself",
    "Everybody who can read the repository, or ever cloned it, can publish.",
    "Found where a file holds a text that is an index token, or a .pypirc with a password is tracked. Revoke"
    " the token first, on https://pypi.org/manage/account/token/: removing it from the file leaves it in the"
    " history. Then look through the project's release history for uploads that nobody made.",
)
_BY_HAND = advice(
    "upload-by-hand",
    "a script that uploads outside any workflow",
    "Whoever runs it needs a token of their own, and what it publishes has no provenance.",
    "Found where a Makefile, tox.ini, noxfile, shell script or the configuration of another CI service calls"
    " an upload program, and no workflow starts it. Remove the target, so that the release workflow is the"
    " only way.",
)

_VARIABLE = re.compile(
    r"TWINE_PASSWORD|UV_PUBLISH_(?:TOKEN|PASSWORD)|FLIT_PASSWORD|POETRY_PYPI_TOKEN_\w+|POETRY_HTTP_BASIC_\w*PYPI\w*_PASSWORD"
    r"|HATCH_INDEX_AUTH|PDM_PUBLISH_PASSWORD|MATURIN_(?:PYPI_TOKEN|PASSWORD)|(?:TEST_?)?PYPI_(?:API_)?(?:TOKEN|PASSWORD)"
)
_SECRET = re.compile(
    r"secrets(?:\.|\[')(\w*(?:PYPI|TWINE|FLIT|POETRY_PYPI|UV_PUBLISH|HATCH_INDEX|PDM_PUBLISH)\w*)", re.IGNORECASE
)
_TOKEN = re.compile(r"pypi-AgE[A-Za-z0-9_-]{20,}")
_PASSWORD = re.compile(r"^\s*password\s*[=:]\s*(?P<value>\S+)")
_OPTIONS = ("-p", "--password", "--token", "-t", "--auth", "-a")


def _look(posture: Posture) -> Iterator[Defect]:
    yield from _in_files(posture)
    for workflow in posture.workflows:
        typed = (defect for job in workflow.jobs for defect in _typed(posture, job))
        found: dict[Place, Defect] = {}
        for defect in (*map(_stored, _credentials(posture, workflow)), *typed):
            found.setdefault(defect.place, defect)
        yield from found.values()
    yield from _by_hand(posture)


def _credentials(posture: Posture, workflow: Workflow) -> Iterator[Text]:
    """Every scalar that hands a stored secret to an upload to PyPI or TestPyPI, or is named as if it did."""
    public = posture.upload_places
    private = frozenset(upload.job.place for upload in posture.private) - public
    yield from _named(workflow.env, any_name=not private or bool(public))
    for job in workflow.jobs:
        any_name = job.place not in private
        for values in (job.env, job.with_, job.secrets):
            yield from _named(values, any_name=any_name)
        for step in posture.steps(job):
            yield from _of_step(step, any_name=any_name)


def _of_step(step: Step, *, any_name: bool) -> Iterator[Text]:
    yield from _named(step.env, any_name=any_name)
    yield from _named(step.with_, any_name=any_name)
    if any_name and actions.publishes(step) and "password" in step.with_ and _is_stored(step.with_["password"].value):
        yield step.with_["password"]
    if step.run is not None and _SECRET.search(step.run.value):
        yield step.run


def _named(values: Mapping[str, Text], *, any_name: bool) -> Iterator[Text]:
    """Secrets by their names, and with `any_name` also those behind the variables that upload programs read."""
    for name, text in values.items():
        variable = any_name and _VARIABLE.fullmatch(name.upper())
        if _SECRET.search(text.value) or (variable and _is_stored(text.value)):
            yield text


def _is_stored(value: str) -> bool:
    """Whether a value is a secret or written out; what a step has just exchanged an identity for is neither."""
    return bool(value.strip()) and ("secrets." in value or "${{" not in value) and "secrets.GITHUB_TOKEN" not in value


def _stored(text: Text) -> Defect:
    secret = _SECRET.search(text.value) or re.search(r"secrets\.(\w+)", text.value)
    line = text.line_of(secret[0]) if secret else text.line
    name = secret[1] if secret else "the secret"
    fix = (
        f"register the workflow as a trusted publisher, remove this line, publish once, then revoke the token on"
        f" https://pypi.org/manage/account/token/ and `gh secret delete {name}`"
    )
    return Defect(_STORED, Place(text.path, line), f"secrets.{name}" if secret else "a password", fix)


def _typed(posture: Posture, job: Job) -> Iterator[Defect]:
    for ran in posture.ran(job):
        password = ran.command.value_of(*_OPTIONS) if programs.uploads(ran.command) else None
        configured = ran.command.starts("poetry", "config") and any("pypi" in word for word in ran.command.words[2:])
        public = programs.index_of(ran.command, {}) != programs.OTHER
        if (password and public) or configured:
            fix = (
                "remove it: with `id-token: write` and a trusted publisher no password is needed; then revoke the token"
            )
            yield Defect(_STORED, ran.place, f"a password for `{' '.join(ran.command.words[:2])}`", fix)


def _in_files(posture: Posture) -> Iterator[Defect]:
    fix = "revoke it first on https://pypi.org/manage/account/token/, then remove it: the history keeps it for ever"
    for path, text in sorted(posture.material.files.items()):
        pypirc = PYPIRC.fullmatch(path) and path in posture.material.tracked
        for number, line in enumerate(text.splitlines(), 1):
            password = _PASSWORD.match(line) if pypirc else None
            if token := _TOKEN.search(line):
                yield Defect(_COMMITTED, Place(path, number), f"{token[0][:12]}… ({len(token[0])} characters)", fix)
            elif password and not re.match(r"[%$<{]", password["value"]):
                yield Defect(_COMMITTED, Place(path, number), "a password", fix)


def _by_hand(posture: Posture) -> Iterator[Defect]:
    files = posture.material.files
    started = {
        script_of(ran.command, files)
        for workflow in posture.workflows
        for job in workflow.jobs
        for ran in posture.ran(job)
        if ran.own
    }
    for path, text in sorted(files.items()):
        if not is_script(path) or path in started:
            continue
        for command, line in commands_in(path, text):
            if programs.uploads(command) and programs.index_of(command, {}) != programs.OTHER:
                fix = "remove it, so that pushing a tag is the only way to release"
                yield Defect(_BY_HAND, Place(path, line), f"`{' '.join(command.words[:2])}`", fix)


AUDIT = Audit(
    "tokens",
    "is any upload token stored, committed, or needed by a script?",
    (_STORED, _COMMITTED, _BY_HAND),
    _look,
    skip=never,
)
