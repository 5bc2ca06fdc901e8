"""What a GitHub release says beside its files: the tag it stands on, its flags, and its notes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from packaging.version import Version

from sealwright.config import Settings
from sealwright.errors import SealwrightError
from sealwright.model import Finding, Plan
from sealwright.project import latest_tag, normal_version
from sealwright.report.release_notes import Contributions, release_notes
from sealwright.services.github import GitHub, Release
from sealwright.services.github_api import PATIENCE
from sealwright.services.github_history import GitHubHistory

PAGE = "release-page"
CONTRIBUTORS = "contributors"


@dataclass(frozen=True, slots=True)
class Site:
    """The GitHub repository that a planned release is shown in."""

    github: GitHub
    history: GitHubHistory
    plan: Plan
    settings: Settings

    @classmethod
    def of(cls, plan: Plan, settings: Settings, api_url: str, token: str) -> Site:
        """The planned repository, seen with one token, by somebody who can wait."""
        place = (api_url, plan.repository, token)
        return cls(GitHub(*place, patience=PATIENCE), GitHubHistory(*place, patience=PATIENCE), plan, settings)


def judge_tag(site: Site, check: str) -> Finding | None:
    """A failure where the tag no longer leads to the planned commit: `tag-moved`, `tag-missing`.

    Publishing a draft whose tag is gone would make that tag anew, wherever the draft says.
    """
    plan = site.plan
    found = site.history.tag_commit(plan.tag)
    if found == plan.commit:
        return None
    return Finding.failed(
        check,
        "tag-moved" if found else "tag-missing",
        plan.tag,
        expected=f"the tag at {plan.commit}, of which everything was built",
        found=f"the tag at {found}" if found else "no such tag",
        hint="somebody moved or deleted it after the release began: find out who. If it was a mistake, push the tag to "
        "that commit again and run this job again; else release a new version",
    )


def is_prerelease(plan: Plan) -> bool:
    """Whether the version is one that installers pass over unless asked, development releases included (PEP 440)."""
    return Version(plan.version).is_prerelease


def becomes_latest(latest: Release | None, plan: Plan, settings: Settings) -> bool:
    """Whether the release is to be shown as the latest one: never a pre-release, nor a patch of an older line.

    `latest` is what is shown now; one whose tag names no version of this project gives way.
    """
    if is_prerelease(plan):
        return False
    named = settings.version_in(latest.tag) if latest else None
    shown = normal_version(named) if named else None
    return shown is None or Version(shown) <= Version(plan.version)


def corrected(site: Site, release: Release, check: str) -> tuple[Release, tuple[Finding, ...]]:
    """A draft with the flags and the commit that were planned, and what had to be changed; nothing else is touched."""
    plan = site.plan
    wrong = tuple(_differences(release, plan)) if release.draft else ()
    if not wrong:
        return release, ()
    changed = site.github.change_draft(release, commit=plan.commit, prerelease=is_prerelease(plan))
    return changed, tuple(
        Finding.passed(check, what, f"set from {found} to {planned}") for what, planned, found in wrong
    )


def judge_flags(release: Release, plan: Plan) -> Iterator[Finding]:
    """Check `release-page`, code `release-flag`: whether a published release is shown as what it is."""
    if release.draft:
        return
    if release.prerelease == is_prerelease(plan):
        yield Finding.passed(PAGE, plan.tag, "a pre-release" if release.prerelease else "a full release")
        return
    words = {True: "shown as a pre-release", False: "shown as a full release"}
    yield Finding.failed(
        PAGE,
        "release-flag",
        plan.tag,
        expected=words[is_prerelease(plan)],
        found=words[release.prerelease],
        hint=f"somebody published or edited it by hand; correct it at {release.page}, which stays possible",
    )


def notes_of(site: Site, entry: str, names: Iterable[str], server_url: str) -> tuple[str, Finding]:
    """The text of the release, and the answer of the check `contributors`, which stops nothing.

    `entry` is the changelog's, possibly empty; `names` are the files of the release.
    """
    contributions, finding = _contributions(site)
    return release_notes(site.plan, entry, contributions, names, server_url), finding


def _contributions(site: Site) -> tuple[Contributions | None, Finding]:
    plan, version = site.plan, Version(site.plan.version)
    try:
        since = tag_before(site.history.tags(), site.settings, version)
        if since is None:
            return None, Finding.skipped(CONTRIBUTORS, "no tag of an earlier version")
        people = site.history.contributors(since, plan.commit)
    except SealwrightError as error:
        hint = "the notes were written without them; edit the draft if that matters"
        return None, Finding.unavailable(CONTRIBUTORS, error.code, plan.tag, found=error.message, hint=hint)
    return Contributions(since, people), Finding.passed(CONTRIBUTORS, plan.tag, f"{len(people)} since {since}")


def tag_before(tags: tuple[str, ...], settings: Settings, version: Version) -> str | None:
    """The tag of the highest version below `version`; pre-releases count only for a pre-release."""

    def earlier(tag: str) -> bool:
        named = normal_version(settings.version_in(tag) or "")
        other = Version(named) if named else None
        return other is not None and other < version and (version.is_prerelease or not other.is_prerelease)

    found = latest_tag(filter(earlier, tags), settings)
    return found[0] if found else None


def _differences(release: Release, plan: Plan) -> Iterator[tuple[str, str, str]]:
    """(what, planned, found)."""
    if release.commitish != plan.commit:
        yield "commit", plan.commit, release.commitish or "nothing"
    if release.prerelease != is_prerelease(plan):
        yield "pre-release", str(is_prerelease(plan)).lower(), str(release.prerelease).lower()
