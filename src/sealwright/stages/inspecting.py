"""Judging distributions against a commit of a repository. Shared by the stage inspect and the command of that name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from sealwright.model import Finding, State
from sealwright.services.git import Repository
from sealwright.services.submodules import WholeTree
from sealwright.services.twine import Rendering, check_descriptions
from sealwright.verify.archive import Commit, Expected, judge


def commit_at(repository: Repository, commit: str, directory: str) -> Commit:
    """The project in `directory` of `commit`, with the content of all submodules that are at hand."""
    whole = WholeTree.of(repository, commit)
    return Commit(whole.tree, whole.read, directory, whole.submodules, whole.unseen)


def judge_files(files: Iterable[Path], commit: Commit, expected: Expected) -> tuple[Finding, ...]:
    """Findings of all checks of archives; files are known by their names, which must be different."""
    with ExitStack() as stack:
        streams = {file.name: stack.enter_context(file.open("rb")) for file in files}
        return judge(streams, commit, expected)


def judge_descriptions(
    files: Sequence[Path], found: Iterable[Finding], environ: Mapping[str, str]
) -> tuple[Finding, ...]:
    """Whether an index could show the descriptions; `found` is what was found in the archives.

    Whoever shows a description unpacks it, so only of archives that were found to be plain. Raises what
    `check_descriptions` raises.
    """
    plain = {finding.subject for finding in found if finding.check == "archive" and finding.state is State.PASS}
    asked = [file for file in files if file.name in plain]
    answers = check_descriptions(asked, environ) if asked else ()
    return (
        *map(_description, answers),
        *(
            Finding.skipped("description", "the archive is not unpacked, for what was found in it", file.name)
            for file in files
            if file not in asked
        ),
    )


def _description(answer: Rendering) -> Finding:
    if not answer.rendered:
        return Finding.failed(
            "metadata",
            "description-unrenderable",
            answer.filename,
            expected="a description that an index can show",
            found=answer.messages,
            hint="correct the markup of the README; `twine check --strict` shows the same",
        )
    if answer.missing:
        return Finding.absent(
            "description",
            "description-missing",
            answer.filename,
            expected="a description",
            hint="set `readme` in [project] of pyproject.toml",
        )
    if answer.messages:
        hint = "name a readme with a usual suffix, or set its content-type"
        return Finding.failed("description", "description-type", answer.filename, found=answer.messages, hint=hint)
    return Finding.passed("description", answer.filename, "renders")
