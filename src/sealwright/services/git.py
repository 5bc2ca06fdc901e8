"""A git repository, read from its object database and not from a work tree."""

from __future__ import annotations

import os
import posixpath
import re
import shlex
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import ClassVar, Self

from sealwright.errors import Refused, SealwrightError, Unavailable, UsageError
from sealwright.model.digest import is_plain_path
from sealwright.services.git_answers import Author, TreeEntry, objects, tree_entry
from sealwright.services.processes import Finished, ProcessFailed, run

# What git needs to run at all. No GIT_* variable of the caller gets through: GIT_DIR alone would change every answer.
_PASSED_ON = (
    *("PATH", "SYSTEMROOT", "TMPDIR", "TEMP", "TMP", "SSL_CERT_FILE", "SSL_CERT_DIR"),
    *("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"),
)
_FIXED = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_LAZY_FETCH": "1",
    # A replacement or a graft would show other content or another history under the same commit id.
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_GRAFT_FILE": os.devnull,
    "LC_ALL": "C",
}
_OPTIONS = (
    "safe.directory=*",  # a job's user need not own what another user checked out; nothing here runs its hooks
    "core.hooksPath=" + os.devnull,
    "core.fsmonitor=false",
    "core.autocrlf=false",
    "core.quotePath=false",
    "advice.detachedHead=false",
    "init.defaultBranch=main",
)
# git drops -c for the program on the other end of a clone, which looks at the owner once more.
_UPLOAD_PACK = shlex.join(("git", "-c", "safe.directory=*", "upload-pack"))
_UMASK = 0o022  # modes end up in wheels; a build must not depend on who runs it
_LINK, SUBMODULE = "120000", "160000"
_MAX_LINKS = 8
_FULL_ID = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


class Repository:
    """The repository that `path` lies in.

    `environ` is the job's environment; git gets little of it. That of a submodule (`module`) may hold a part of its
    history, and be opened by the folder that git keeps it in. Raises UsageError (`not-a-repository`, `shallow-clone`)
    and Unavailable (`program-missing`).
    """

    needs_history: ClassVar[bool] = True
    """Whether a clone without all of its history is refused."""

    def __init__(self, path: Path, environ: Mapping[str, str], *, module: bool = False) -> None:
        self.path = path
        self.environ = environ
        self._trees: dict[str, dict[str, TreeEntry]] = {}
        # The folder where a submodule is checked out, which git would go to, need not exist any more.
        kept = module and (path / "HEAD").is_file() and (path / "objects").is_dir()
        self._place = ("--git-dir=.", "--work-tree=.") if kept else ()
        is_shallow, git_dir, common_dir = self._open()
        self.git_dir = Path(git_dir)
        self.common_dir = Path(common_dir)
        self.shallow = is_shallow == "true"
        if self.shallow and self.needs_history and not module:
            raise UsageError(
                "shallow-clone",
                f"{path} holds only a part of its history",
                hint="`git fetch --unshallow --tags`, or `fetch-depth: 0` for actions/checkout",
            )

    @classmethod
    def find(cls, path: Path, environ: Mapping[str, str]) -> Self:
        """The repository that `path`, which may be a folder deep inside it, belongs to, opened at its root."""
        inside = cls(path, environ)
        root = inside._git("rev-parse", "--show-toplevel", check=False).stdout.rstrip("\n")
        return cls(Path(root), environ) if root else inside

    def directory_of(self, path: Path) -> str:
        """Where the folder `path` lies in this repository: `.` for its root, else with `/` between the parts."""
        inside = ("-C", path.absolute().as_posix())
        return self._git(*inside, "rev-parse", "--show-prefix").stdout.rstrip("\n").rstrip("/") or "."

    def commit_of(self, rev: str) -> str:
        """The full id of the commit that `rev` names. Raises UsageError (`no-commits`, `revision-unknown`)."""
        found = self._git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{rev}^{{commit}}", check=False)
        if found.returncode == 0:
            return found.stdout.strip()
        if not self._git("for-each-ref", "--count=1").stdout:
            raise UsageError("no-commits", f"{self.path} has no commit yet", hint="commit the project first")
        raise UsageError(
            "revision-unknown",
            f"{self.path} has no commit called {rev!r}",
            hint="fetch it, or correct its spelling; `git tag` and `git branch -a` list what is here",
        )

    def epoch(self, commit: str) -> int:
        """The committer date of `commit` in Unix seconds."""
        text = self._object(commit, "commit").decode(errors="replace")
        stamp = re.search(r"^committer .*> (\d+) [+-]\d{4}$", text.partition("\n\n")[0], re.MULTILINE)
        if stamp is None:
            raise Refused("commit-malformed", f"commit {commit} has no committer date")
        return int(stamp[1])

    def tree(self, commit: str, directory: str = ".") -> dict[str, TreeEntry]:
        """Every file, link and submodule of `commit` below `directory`, by its path from there."""
        if commit not in self._trees:
            listing = self._git("ls-tree", "-r", "-z", "--full-tree", self.commit_of(commit)).output
            self._trees[commit] = dict(tree_entry(line) for line in listing.split(b"\0") if line)
        if directory == ".":
            return dict(self._trees[commit])
        prefix = directory.rstrip("/") + "/"
        return {p.removeprefix(prefix): entry for p, entry in self._trees[commit].items() if p.startswith(prefix)}

    def read(self, commit: str, path: str) -> bytes | None:
        """The content of the file at `path`, links followed inside the commit; None where there is no such file."""
        place = self.resolved(commit, path)
        return self._object(self.tree(commit)[place].object_id, "blob") if place is not None else None

    def resolved(self, commit: str, path: str) -> str | None:
        """Where the file at `path` lies, links followed inside the commit; None where there is no such file."""
        tree = self.tree(commit)
        for _ in range(_MAX_LINKS):
            entry = tree.get(path)
            if entry is None or entry.mode == SUBMODULE:
                return None
            if entry.mode != _LINK:
                return path
            target = os.fsdecode(self._object(entry.object_id, "blob"))
            path = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
        return None

    def blobs(self, object_ids: Iterable[str]) -> dict[str, bytes]:
        """The content of many blobs, in one call of git. Raises Refused (`object-missing`)."""
        wanted = sorted(set(object_ids))
        if not wanted:
            return {}
        answer = self._git("cat-file", "--batch", stdin="\n".join((*wanted, "")).encode()).output
        return dict(zip(wanted, objects(answer, wanted, "blob"), strict=True))

    def uncommitted(self, directory: str = ".", apart_from: Path | None = None) -> tuple[str, ...]:
        """Paths below `directory` that differ from HEAD or are new, ignored ones aside; a new folder is one path.

        The one question that looks at the work tree; empty where there is none. `apart_from` is left out.
        """
        places = [f":(top,literal){directory}" if directory != "." else ":(top)"]
        root = self.path.resolve()
        if apart_from is not None and apart_from.resolve().is_relative_to(root):
            inside = apart_from.resolve().relative_to(root).as_posix()
            places.append(f":(top,literal,exclude){inside}")
        asked = ("--porcelain=v1", "-z", "--no-renames", "--untracked-files=normal")
        found = self._git("status", *asked, "--", *places, check=False).output
        return tuple(os.fsdecode(line[3:]) for line in found.split(b"\0") if line)

    def tags(self) -> dict[str, str]:
        """Every tag and the commit it points at, in the order of their names."""
        lines = self._git("for-each-ref", "--format=%(refname) %(objectname) %(*objectname)", "refs/tags")
        found = {}
        for line in lines.stdout.splitlines():
            name, target, *peeled = line.split()
            found[name.removeprefix("refs/tags/")] = peeled[0] if peeled else target
        return found

    def branches(self) -> tuple[str, ...]:
        """Names of all branches here and of those that the remote `origin` had, without duplicates."""
        return self._branches()

    def default_branch(self) -> str | None:
        """The branch that the remote `origin` called its default one when it was cloned; None where that is unknown."""
        return self._named_by("refs/remotes/origin/HEAD", "refs/remotes/origin/")

    def current_branch(self) -> str | None:
        """The branch that is checked out; None where a commit is."""
        return self._named_by("HEAD", "refs/heads/")

    def _named_by(self, ref: str, prefix: str) -> str | None:
        return self._git("symbolic-ref", "--quiet", ref, check=False).stdout.strip().removeprefix(prefix) or None

    def branches_containing(self, commit: str) -> tuple[str, ...]:
        """Those of `branches` whose history contains `commit`."""
        return self._branches(f"--contains={self.commit_of(commit)}")

    def authors(self, base: str, head: str) -> tuple[Author, ...]:
        """Who wrote each commit that `head` has and `base` has not, oldest first."""
        span = f"{self.commit_of(base)}..{self.commit_of(head)}"
        listing = self._git("log", "-z", "--reverse", "--format=%an%x00%ae", span).output
        words = [os.fsdecode(word) for word in listing.split(b"\0")]
        return tuple(Author(name, email) for name, email in zip(words[::2], words[1::2], strict=False))

    def remote_url(self, remote: str = "origin") -> str | None:
        """The address of a remote, without user name and password; None if there is no such remote."""
        found = self._git("config", "--local", "--get", f"remote.{remote}.url", check=False).stdout.strip()
        return re.sub(r"^([a-z+]+://)[^/@]*@", r"\1", found) or None

    def version(self) -> str:
        """The version of the git program."""
        return self._git("version").stdout.strip().removeprefix("git version ")

    def set_tag(self, tag: str, commit: str) -> None:
        """Make `tag` point at `commit`. For clones and mirrors: a user's repository is never written to."""
        self._git("tag", "--force", "--no-sign", tag, commit)

    def mirror(self, target: Path) -> None:
        """A bare copy with every ref and every object, that shares nothing with this repository."""
        self._clone(target, "--mirror")

    def clone(self, target: Path, commit: str) -> None:
        """A clean clone at `commit`: all tags, no hooks, no file that is not in the commit, modes as of umask 022.

        Submodules are checked out too. Raises Refused (`clone-failed`, `submodule-unreachable`).
        """
        wanted = self.commit_of(commit)
        self._clone(target, "--no-checkout")
        origin = self.remote_url()
        copy = Repository(target, self.environ)
        if origin:  # what submodules with a relative address are relative to
            copy._git("remote", "set-url", "origin", origin)
        try:
            copy._git("checkout", "--quiet", "--force", "--detach", wanted)
        except ProcessFailed as error:
            raise Refused("clone-failed", f"{wanted} could not be checked out: {error.finished.tail}") from error
        self.bring_submodules(copy, wanted)

    def submodules(self, commit: str) -> dict[str, str]:
        """Path to commit of all submodules that `commit` records."""
        return {path: entry.object_id for path, entry in self.tree(commit).items() if entry.mode == SUBMODULE}

    def submodule_names(self, commit: str) -> dict[str, str]:
        """Path to name of submodules, as .gitmodules of `commit` has them."""
        asked = ("--blob", f"{self.commit_of(commit)}:.gitmodules", "--get-regexp", r"^submodule\..*\.path$")
        listing = self._git("config", "-z", *asked, check=False).output
        pairs = (os.fsdecode(line).partition("\n") for line in listing.split(b"\0") if line)
        found = {path: key.removeprefix("submodule.").removesuffix(".path") for key, _, path in pairs}
        return {path: name for path, name in found.items() if is_plain_path(name)}

    def module(self, commit: str, path: str) -> Repository | None:
        """The repository of the submodule at `path` of `commit`, where it and the recorded commit are at hand.

        Git keeps it in `modules` of its own folder; older ones lie where they are checked out.
        """
        name = self.submodule_names(commit).get(path)
        kept = [folder / "modules" / name for folder in (self.git_dir, self.common_dir)] if name else []
        recorded = self.submodules(commit)[path]
        found = (_opened(candidate, self.environ) for candidate in (*kept, self.path / path))
        return next((module for module in found if module and module.has(recorded)), None)

    def has(self, commit: str) -> bool:
        """Whether the commit of this full id is here."""
        return self._git("cat-file", "-e", f"{commit}^{{commit}}", check=False).returncode == 0

    def bring_submodules(self, copy: Repository, commit: str) -> None:
        """Check out in `copy`, a clone at `commit`, all submodules, nested ones too.

        One whose repository is at hand here needs no network. Raises Refused (`submodule-unreachable`).
        """
        _bring(self, copy, commit)

    def _clone(self, target: Path, *options: str) -> None:
        source = self.common_dir
        try:
            self._git(
                *("clone", "--quiet", "--no-hardlinks", "--template=", f"--upload-pack={_UPLOAD_PACK}"),
                *options,
                *("--", source.as_posix(), target.absolute().as_posix()),
            )
        except ProcessFailed as error:
            raise Refused(
                "clone-failed",
                f"{self.path} could not be cloned: {error.finished.tail}",
                hint="`git fsck` says whether objects are missing, as in a partial clone",
            ) from error

    def _branches(self, *options: str) -> tuple[str, ...]:
        refs = self._git("for-each-ref", "--format=%(refname)", *options, "refs/heads", "refs/remotes/origin")
        names = (re.sub(r"^refs/(heads|remotes/origin)/", "", ref) for ref in refs.stdout.splitlines())
        return tuple(dict.fromkeys(name for name in names if name != "HEAD"))

    def _object(self, object_id: str, kind: str) -> bytes:
        if not _FULL_ID.fullmatch(object_id):
            raise ValueError(f"not a full object id: {object_id!r}")
        answer = self._git("cat-file", "--batch", stdin=f"{object_id}\n".encode()).output
        return objects(answer, [object_id], kind)[0]

    def _open(self) -> list[str]:
        if not self.path.is_dir():
            raise UsageError("not-a-repository", f"{self.path} is not a folder", hint="give the path of a git clone")
        asked = ("--is-shallow-repository", "--git-dir", "--git-common-dir")
        found = self._git("rev-parse", "--path-format=absolute", *asked, check=False)
        if found.returncode != 0:
            raise UsageError(
                "not-a-repository",
                f"{self.path} is not in a git repository: {found.tail}",
                hint="run it in a clone of the project; what is released is always a commit",
            )
        return found.stdout.splitlines()

    def _git(self, *arguments: str, check: bool = True, stdin: bytes | None = None) -> Finished:
        options = [word for option in _OPTIONS for word in ("-c", option)]
        argv = ("git", *options, *(self._place if arguments[0] != "clone" else ()), *arguments)
        try:
            return run(argv, env=git_environment(self.environ), cwd=self.path, check=check, stdin=stdin, umask=_UMASK)
        except Unavailable as error:
            raise _explained(error) from error


def _opened(path: Path, environ: Mapping[str, str]) -> Repository | None:
    try:
        return Repository(path, environ, module=True)
    except UsageError:  # no folder, or no repository
        return None


def _bring(source: Repository | None, copy: Repository, commit: str) -> None:
    """`source` is where `copy` comes from, if that is at hand."""
    wanted = copy.submodules(commit)
    if not wanted:
        return
    modules = {path: module for path in wanted if source and (module := source.module(commit, path))}
    names = copy.submodule_names(commit)
    here = [
        word
        for path, module in modules.items()
        for word in ("-c", f"submodule.{names.get(path, path)}.url={module.common_dir.as_posix()}")
    ]
    allow = ("-c", "protocol.file.allow=always") if here else ()
    done = copy._git(*here, *allow, "submodule", "--quiet", "update", "--init", check=False)  # noqa: SLF001 - this module's
    if done.returncode != 0:
        raise Refused(
            "submodule-unreachable",
            f"a submodule could not be fetched: {done.tail}",
            hint="`git submodule update --init --recursive` first; a private one needs access for the token of the run",
        )
    for path, recorded in wanted.items():
        _bring(modules.get(path), Repository(copy.path / path, copy.environ, module=True), recorded)


def _explained(error: Unavailable) -> SealwrightError:
    if error.code != "program-missing":
        return error
    return Unavailable(error.code, "git is not on PATH", hint="install git 2.38 or newer")


def git_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """What git is given of a job's environment: enough to run, and nothing that changes its answers."""
    kept = {name: environ[name] for name in _PASSED_ON if environ.get(name)}
    # git wants a HOME although it is told to read no configuration there.
    return {"PATH": os.defpath, "HOME": environ.get("HOME") or os.devnull, **kept, **_FIXED}
