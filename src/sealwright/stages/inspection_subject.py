"""What distributions are taken to be of, where nobody planned it: project, version, commit, and why these."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sealwright.config import load_settings
from sealwright.errors import UsageError
from sealwright.project import ProjectInfo, VersionKind, normal_version, read_project
from sealwright.project.reading import PYPROJECT
from sealwright.project.tags import tags_for
from sealwright.services.git import Repository
from sealwright.verify.archive import Expected
from sealwright.verify.archive.names import Name, parse_name

_FILES = "the file names"


@dataclass(frozen=True, slots=True)
class Subject:
    """What the files are compared with. Each `why` is a few words for whoever asks."""

    expected: Expected
    directory: str
    """Of the project in the repository."""
    commit: str
    why_project: str
    why_version: str
    why_commit: str

    @property
    def opening(self) -> tuple[str, ...]:
        """What is compared with what, for a person."""
        place = "" if self.directory == "." else f" in {self.directory}"
        return (
            f"{self.expected.project} {self.expected.version}{place} at {self.commit[:12]}: {self.why_commit}",
            f"project from {self.why_project}; version from {self.why_version}",
        )


def choose(repository: Repository, directory: str, filenames: Iterable[str], rev: str | None) -> Subject:
    """Decide what the files must be of.

    `rev` is what the user asks for. Raises UsageError (`no-distribution`, `several-projects`, `several-versions`,
    `not-a-project`, and those of git and of the configuration).
    """
    names = [name for filename in filenames if (name := parse_name(filename)) is not None]
    if not names:
        raise UsageError(
            "no-distribution",
            "none of the files is called like a wheel or a .tar.gz sdist",
            hint="give files such as dist/tiny-1.0-py3-none-any.whl and dist/tiny-1.0.tar.gz",
        )
    commit, why_commit = _commit(repository, directory, names, rev)
    info = _project(repository, directory, commit)
    project, why_project = (info.name, PYPROJECT if info.document else "setup.cfg or setup.py") if info else (None, "")
    if project is None:
        project, why_project = _only("several-projects", {name.project for name in names}), _FILES
    version, why_version = _version(info, names)
    return Subject(Expected(project, version), directory, commit, why_project, why_version, why_commit)


def _commit(repository: Repository, directory: str, names: list[Name], rev: str | None) -> tuple[str, str]:
    if rev is not None:
        return repository.commit_of(rev), f"`{rev}`, as asked for"
    head = repository.commit_of("HEAD")
    versions = {name.version for name in names}
    if len(versions) > 1:
        return head, "HEAD, since the files are of several versions"
    (version,) = versions
    pyproject = (_reader(repository, directory, head)(PYPROJECT) or b"").decode("utf-8", "replace")
    settings = load_settings(pyproject)
    configured = settings if "tag_pattern" in settings.model_fields_set else None
    found = tags_for(repository.tags(), version, names[0].project, settings=configured, directory=directory)
    if not found.commits:
        return head, f"HEAD, since no tag is for {version}"
    if len(found.commits) > 1:
        return head, f"HEAD, since several tags are for {version}: {', '.join(found.tags)}; --commit chooses"
    (commit,) = found.commits
    return commit, f"tag {found.tags[0]}, which is for {version}"


def _project(repository: Repository, directory: str, commit: str) -> ProjectInfo | None:
    """What the commit says of the project; None where only code would tell its name."""
    try:
        return read_project(_reader(repository, directory, commit))
    except UsageError as error:
        if error.code == "project-name-unknown":
            return None
        raise


def _reader(repository: Repository, directory: str, commit: str) -> Callable[[str], bytes | None]:
    return lambda path: repository.read(commit, path if directory == "." else f"{directory}/{path}")


def _version(info: ProjectInfo | None, names: list[Name]) -> tuple[str, str]:
    written = normal_version(info.version.version) if info and info.version.version is not None else None
    if info and written is not None:
        return written, info.version.where
    version = _only("several-versions", {name.version for name in names})
    decides = f" ({info.version.where} decides it)" if info and info.version.kind is not VersionKind.STATIC else ""
    return version, _FILES + decides


def _only(code: str, values: set[str]) -> str:
    if len(values) > 1:
        raise UsageError(
            code,
            f"the files are of {', '.join(sorted(values))}, and the commit does not say which it is",
            hint="give the files of one version of one project at a time",
        )
    return values.pop()
