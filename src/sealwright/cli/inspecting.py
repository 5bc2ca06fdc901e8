"""What `sealwright inspect` does once its arguments are understood."""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from sealwright.cli import Invocation
from sealwright.config import Policy
from sealwright.errors import UsageError
from sealwright.model import FileRef, Finding, Mode
from sealwright.model.digest import is_plain_name
from sealwright.report.answer import Answer, as_json
from sealwright.report.inspection import inspection_lines
from sealwright.services.git import Repository
from sealwright.stages.inspecting import commit_at, judge_descriptions, judge_files
from sealwright.stages.inspection_subject import Subject, choose


def perform(arguments: argparse.Namespace, invocation: Invocation) -> int:
    """Judge the files, and print the answer."""
    files = _files([invocation.directory / name for name in arguments.files])
    project = (invocation.directory / arguments.project).resolve()
    repository = Repository.find(project, invocation.environ)
    subject = choose(repository, repository.directory_of(project), [file.name for file in files], arguments.commit)
    sys.stderr.write("".join(f"{line}\n" for line in subject.opening))
    answer = _answer(files, repository, subject, invocation.environ)
    if arguments.json:
        sys.stdout.write(json.dumps(as_json(answer, **_more(subject)), indent=2) + "\n")
    else:
        sys.stdout.write("\n".join(inspection_lines(answer, verbose=arguments.verbose)) + "\n")
    return answer.exit_code


def _answer(files: list[Path], repository: Repository, subject: Subject, environ: Mapping[str, str]) -> Answer:
    commit = commit_at(repository, subject.commit, subject.directory)
    found = judge_files(files, commit, subject.expected)
    findings = (*found, *_descriptions(files, found, environ))
    refs = tuple(_reference(file) for file in files)
    # The floor and nothing else: a policy in the judged commit would be the project's own word.
    return Answer("inspect", refs, findings, Policy().judge(findings, Mode.RELEASE))


def _reference(file: Path) -> FileRef:
    with file.open("rb") as stream:
        return FileRef(file.name, hashlib.file_digest(stream, "sha256").hexdigest(), file.stat().st_size)


def _descriptions(files: list[Path], found: tuple[Finding, ...], environ: Mapping[str, str]) -> Iterator[Finding]:
    try:
        yield from judge_descriptions(files, found, environ)
    except UsageError as error:  # no twine here, and this command does not need it
        yield Finding.skipped("description", f"{error.message}; {error.hint}")


def _files(paths: list[Path]) -> list[Path]:
    missing = [path for path in paths if not path.is_file()]
    if missing:
        raise UsageError("file-missing", f"{missing[0]} is not a file", hint="give the paths of wheels and sdists")
    names = [path.name for path in paths]
    strange = [name for name in names if not is_plain_name(name)]
    if strange:
        hint = "wheels and sdists are called with letters, digits and `-_.+!`"
        raise UsageError("file-name-strange", f"{strange[0]!r} is not the name of a distribution", hint=hint)
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise UsageError("file-named-twice", f"{twice[0]} is given twice", hint="give each file once")
    return paths


def _more(subject: Subject) -> dict[str, object]:
    return {
        "project": subject.expected.project,
        "version": subject.expected.version,
        "directory": subject.directory,
        "commit": subject.commit,
        "chosen_because": {
            "commit": subject.why_commit,
            "project": subject.why_project,
            "version": subject.why_version,
        },
    }
