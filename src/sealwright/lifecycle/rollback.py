"""Takes a published version back, forward only: what can be done from here is done, the rest is said, step by step.

Nothing is remembered between runs. The index, GitHub and the commit that is checked out say how far it has come, so
running it again continues, and once everything is done it says so.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from packaging.utils import canonicalize_name

from sealwright.config import load_policy
from sealwright.config.policy import POLICY_FILE, Withdrawn
from sealwright.endpoints import Endpoints
from sealwright.errors import SealwrightError, UsageError
from sealwright.lifecycle import advisory, typing_out
from sealwright.lifecycle.withdrawing import entry_for, entry_of, with_entry
from sealwright.model import Finding
from sealwright.project import normal_version
from sealwright.services.github_published import Affected, Published, PublishedOnGitHub
from sealwright.services.index import IndexClient
from sealwright.verify import withdrawal
from sealwright.verify.listing import IndexFile
from sealwright.verify.withdrawal import ADVISORY, HOTFIX, NOTICE, YANK, Entry, Steps
from sealwright.workflow.work_tree import WorkTree, write_text

FOLDER = "security/advisories"
"""Where drafts of advisories are written, in the repository."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody wants to take back."""

    tree: WorkTree
    repository: str
    """`owner/name`; empty where the project is not on GitHub."""
    version: str
    """As it was typed."""
    reason: str
    """Empty where the policy has one already."""
    severity: str
    """Of the advisory."""
    advisory: bool
    """Whether there is to be one."""
    token: str = field(repr=False)
    """For GitHub; empty where there is none."""
    dry_run: bool
    today: dt.datetime
    """UTC."""


@dataclass(frozen=True, slots=True)
class World:
    """What is outside, or why it could not be seen."""

    files: tuple[IndexFile, ...] | SealwrightError
    release: Published | SealwrightError | None
    advisories: tuple[Affected, ...] | SealwrightError


@dataclass(frozen=True, slots=True)
class Outcome:
    """How far it has come, and what this run did."""

    version: str
    findings: tuple[Finding, ...]
    done: tuple[str, ...]
    """What was written or changed, one line each; in a dry run, what would be."""


class Rollback:
    """One version's withdrawal. Raises UsageError from its methods where it makes no sense to go on."""

    def __init__(self, request: Request, endpoints: Endpoints) -> None:
        self._request = request
        self._tree = request.tree
        self._endpoints = endpoints
        self._index = IndexClient(endpoints.pypi)
        self._github = PublishedOnGitHub(endpoints.github_api_url, request.repository, request.token)
        self._project = request.tree.info.name
        self._version = normal_version(request.version) or ""
        if not self._version:
            hint = "such as `sealwright rollback 1.2.3 --reason TEXT`"
            raise UsageError("version-malformed", f"{request.version!r} is no version", hint=hint)
        self._tag = self._tree.settings.tag_for(self._version)
        self._refused = ""

    def run(self) -> Outcome:
        """Do what can be done from here, then judge every step. Changes nothing in a dry run.

        Raises UsageError (`version-unknown`, `reason-missing`, `reason-unusable`, `policy-not-editable`).
        """
        world = self._look()
        self._require_known(world)
        entry = self._entry()
        done = [*self._write_policy(entry), *self._mark(world, entry), *self._draft(world, entry)]
        if done and not self._request.dry_run:
            world = replace(world, release=self._asked(self._release))
        return Outcome(self._version, tuple(self._judge(world, entry)), tuple(done))

    def confirm(self) -> Finding:
        """Whether the index has yanked every file of the version, and nothing else.

        Raises Unavailable, and UsageError (`version-unknown`).
        """
        files = self._index.files(self._project)
        if not any(file.is_of(self._version) for file in files):
            hint = "correct the version; a deleted one cannot be yanked, and need not be"
            raise UsageError("version-unknown", f"the index has no file of {self._project} {self._version}", hint=hint)
        return withdrawal.judge_yank(files, self._steps(self._entry_or_none(), files))

    # What is there

    def _look(self) -> World:
        return World(
            self._asked(lambda: self._index.files(self._project)),
            self._asked(self._release),
            self._asked(self._github.affected) if self._request.repository and self._request.advisory else (),
        )

    def _release(self) -> Published | None:
        return self._github.of_tag(self._tag) if self._request.repository else None

    def _asked(self, ask: Callable[[], T]) -> T | SealwrightError:
        try:
            return ask()
        except SealwrightError as error:
            return error

    def _require_known(self, world: World) -> None:
        if isinstance(world.files, SealwrightError) or isinstance(world.release, SealwrightError):
            return
        if world.release is None and not any(file.is_of(self._version) for file in world.files):
            raise UsageError(
                "version-unknown",
                f"neither the index nor GitHub has published {self._project} {self._version}",
                hint="before publication, refuse the approval or cancel the run; nothing has to be withdrawn",
            )

    def _entry_or_none(self) -> Withdrawn | None:
        return entry_for(load_policy(self._tree.policy_text or "", POLICY_FILE), self._version)

    def _entry(self) -> Withdrawn:
        """The entry that is there, or the one to be made: the first decision keeps its date and its reason."""
        found = self._entry_or_none()
        if found is not None:
            return found
        if not self._request.reason:
            hint = f"`sealwright rollback {self._version} --reason 'what it does wrong'`"
            raise UsageError("reason-missing", f"nothing says why {self._version} is withdrawn", hint=hint)
        return entry_of(self._version, self._request.reason, self._request.today.date())

    # What can be done from here

    def _write_policy(self, entry: Withdrawn) -> Iterator[str]:
        if self._entry_or_none() is not None:
            return
        file = self._tree.policy
        edited = with_entry(self._tree.policy_text or "", entry, self._tree.shown(file))
        if not self._request.dry_run:
            write_text(file, edited)
        yield f"{self._tree.shown(file)}: an entry in [[withdrawn]]"

    def _mark(self, world: World, entry: Withdrawn) -> Iterator[str]:
        published = world.release
        if not isinstance(published, Published) or not self._request.token:
            return
        title, notes = withdrawal.with_notice(published.title, published.notes, self._notice(world, entry))
        if notes == published.notes:
            return
        if not self._request.dry_run:
            try:
                self._github.rewrite(published.release, title=title, notes=notes)
            except SealwrightError as error:
                self._refused = f"; it could not be put there: {error.message}"
                return
        yield f"{published.release.page}: the notice on top of its notes"

    def _draft(self, world: World, entry: Withdrawn) -> Iterator[str]:
        if not self._request.advisory or isinstance(world.files, SealwrightError):
            return
        subject = self._subject(world.files, entry)
        shapes = {"osv": advisory.osv(subject, self._request.today), "ghsa": advisory.ghsa(subject)}
        for kind, document in shapes.items():
            file = self._draft_file(kind)
            if file.exists():  # somebody may have written into it
                continue
            if not self._request.dry_run:
                write_text(file, json.dumps(document, indent=2, ensure_ascii=False) + "\n")
            yield f"{self._tree.shown(file)}: a draft of the advisory"

    def _subject(self, files: tuple[IndexFile, ...], entry: Withdrawn) -> advisory.Subject:
        return advisory.Subject(
            self._project,
            self._request.repository or f"local/{self._project}",
            entry,
            withdrawal.affected(files, self._version),
            withdrawal.replacement(files, self._version),
            self._request.severity,
        )

    def _draft_file(self, kind: str) -> Path:
        return self._tree.repository.path / FOLDER / f"{self._project}-{self._version}.{kind}.json"

    def _notice(self, world: World, entry: Withdrawn) -> str:
        files = () if isinstance(world.files, SealwrightError) else world.files
        return withdrawal.notice(entry, withdrawal.replacement(files, self._version))

    # What is left

    def _judge(self, world: World, entry: Withdrawn) -> Iterator[Finding]:
        files = () if isinstance(world.files, SealwrightError) else world.files
        steps = self._steps(entry, files)
        if isinstance(world.files, SealwrightError):
            yield self._unseen(YANK, world.files)
        else:
            yield withdrawal.judge_yank(files, steps)
        if isinstance(world.release, SealwrightError):
            yield self._unseen(NOTICE, world.release)
        else:
            finding = withdrawal.judge_notice(None if world.release is None else world.release.notes, steps)
            yield replace(finding, found=f"{finding.found}{self._refused}")
        yield withdrawal.judge_entry(self._recorded(), steps)
        if self._request.advisory:
            yield self._judge_advisory(world, steps)
        if isinstance(world.files, SealwrightError):
            yield self._unseen(HOTFIX, world.files)
        else:
            yield withdrawal.judge_hotfix(files, steps)

    def _judge_advisory(self, world: World, steps: Steps) -> Finding:
        if isinstance(world.advisories, SealwrightError):
            return self._unseen(ADVISORY, world.advisories)
        own = [one for one in world.advisories if canonicalize_name(one.package) == self._project]
        return withdrawal.judge_advisory([(one.advisory, one.versions) for one in own], steps)

    def _unseen(self, check: str, error: SealwrightError) -> Finding:
        return Finding.unavailable(check, error.code, self._version, found=error.message, hint=error.hint)

    def _recorded(self) -> Entry:
        path = self._tree.shown(self._tree.policy)
        committed = self._tree.repository.read("HEAD", path) or b""
        try:
            there = entry_for(load_policy(committed.decode("utf-8-sig"), path), self._version)
        except (UsageError, UnicodeDecodeError):
            there = None
        return Entry(self._entry_or_none(), there is not None)

    def _steps(self, entry: Withdrawn | None, files: tuple[IndexFile, ...]) -> Steps:
        return typing_out.steps(
            typing_out.Facts(
                project=self._project,
                version=self._version,
                tag=self._tag,
                repository=self._request.repository,
                index_url=self._endpoints.pypi.url,
                github_url=self._endpoints.github_url,
                policy=self._tree.shown(self._tree.policy),
                draft=self._tree.shown(self._draft_file("ghsa")),
                reason=entry.reason if entry else self._request.reason,
                notice=withdrawal.notice(entry, withdrawal.replacement(files, self._version)) if entry else "",
                highest=max((file.version for file in files if file.version is not None), default=None),
            )
        )
