"""How far the withdrawal of a published version has come. State in, findings out: nothing is remembered between runs.

Each step is a check of its own and passes once the world shows that it was done: the index, GitHub, the commit that
is checked out. Forward only: no step deletes or replaces anything.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from sealwright.config.policy import POLICY_FILE, Withdrawn
from sealwright.model import Finding
from sealwright.verify.listing import IndexFile

YANK, NOTICE, ENTRY = "rollback-yank", "rollback-notice", "rollback-policy"
ADVISORY, HOTFIX = "rollback-advisory", "rollback-hotfix"
_MARK = "<!-- sealwright: withdrawn -->"
_PREFIX = "Withdrawn: "


@dataclass(frozen=True, slots=True)
class Steps:
    """What to type for each step that is left, for one version of one project."""

    version: str
    """In normal form."""
    yank: str
    notice: str
    entry: str
    advisory: str
    hotfix: str


@dataclass(frozen=True, slots=True)
class Entry:
    """Whether the policy names the version: as it lies here, and in the commit that is checked out."""

    here: Withdrawn | None
    committed: bool


def judge_yank(files: Iterable[IndexFile], steps: Steps) -> Finding:
    """Whether the index has marked every file of the version as yanked. Code: `yank-pending`."""
    of_version = [file for file in files if file.is_of(steps.version)]
    offered = [file.filename for file in of_version if not file.yanked]
    if offered:
        found = f"{len(offered)} of {len(of_version)} files are still offered: {', '.join(offered)}"
        return Finding.failed(
            YANK, "yank-pending", steps.version, expected="every file yanked", found=found, hint=steps.yank
        )
    seen = f"all {len(of_version)} files are yanked" if of_version else "the index has no file of it"
    return Finding.passed(YANK, steps.version, seen)


def judge_notice(notes: str | None, steps: Steps) -> Finding:
    """Whether the release's notes on GitHub begin with the notice; None for no such release. Code: `notice-pending`."""
    if notes is None:
        return Finding.passed(NOTICE, steps.version, "there is no published release on GitHub to mark")
    if _MARK in notes:
        return Finding.passed(NOTICE, steps.version, "the release on GitHub says so first")
    expected, found = "the notice on top of the release", "notes that do not mention it"
    return Finding.failed(NOTICE, "notice-pending", steps.version, expected=expected, found=found, hint=steps.notice)


def judge_entry(entry: Entry, steps: Steps) -> Finding:
    """Whether the committed policy withdraws the version. Codes: `policy-pending`, `policy-uncommitted`."""
    if entry.here is None:
        expected = f"[[withdrawn]] in {POLICY_FILE}"
        return Finding.failed(
            ENTRY, "policy-pending", steps.version, expected=expected, found="no such entry", hint=steps.entry
        )
    if not entry.committed:
        found = f"the entry is in {POLICY_FILE} here, and not in the commit"
        return Finding.failed(
            ENTRY, "policy-uncommitted", steps.version, expected="a committed entry", found=found, hint=steps.entry
        )
    return Finding.passed(ENTRY, steps.version, f"withdrawn on {entry.here.date.isoformat()}: {entry.here.reason}")


def judge_advisory(ranges: Iterable[tuple[str, str]], steps: Steps) -> Finding:
    """Whether a published advisory is about the version; `ranges` are (id, range). Code: `advisory-pending`."""
    covering = [identifier for identifier, text in ranges if covers(text, steps.version)]
    if covering:
        return Finding.passed(ADVISORY, steps.version, f"published: {', '.join(covering)}")
    expected, found = "a published advisory about it", "none names this version"
    return Finding.failed(
        ADVISORY, "advisory-pending", steps.version, expected=expected, found=found, hint=steps.advisory
    )


def judge_hotfix(files: Iterable[IndexFile], steps: Steps) -> Finding:
    """Whether there is a higher final version to go to. Code: `hotfix-pending`."""
    higher = replacement(files, steps.version)
    if higher is not None:
        return Finding.passed(HOTFIX, steps.version, f"{higher} is higher and not yanked")
    found = "none; whoever upgrades stays where they are"
    return Finding.failed(
        HOTFIX,
        "hotfix-pending",
        steps.version,
        expected="a higher version on the index",
        found=found,
        hint=steps.hotfix,
    )


def replacement(files: Iterable[IndexFile], version: str) -> str | None:
    """The lowest final version above `version` that the index offers; None where there is none."""
    wanted = Version(version)
    offered = {named for file in files if (named := file.version) is not None and not file.yanked}
    higher = [named for named in offered if named > wanted and not named.is_prerelease]
    return str(min(higher)) if higher else None


def affected(files: Iterable[IndexFile], version: str) -> tuple[str, ...]:
    """The versions from `version` on, up to its replacement, that the index has ever listed and still lists."""
    listed = tuple(files)
    start, end = Version(version), replacement(listed, version)
    named = {found for file in listed if (found := file.version) is not None} | {start}
    return tuple(str(one) for one in sorted(named) if one == start or (end and start < one < Version(end)))


def covers(text: str, version: str) -> bool:
    """Whether a range as GitHub's advisories write it, such as `>= 1.0, < 1.0.2` or `= 1.0`, has `version` in it.

    What cannot be read covers nothing: an advisory that nobody can read warns nobody.
    """
    parts = [part.strip() for part in text.split(",")]
    try:
        specifiers = SpecifierSet(",".join(f"={part}" if part.startswith("= ") else part for part in parts))
        return bool(text.strip()) and specifiers.contains(Version(version), prereleases=True)
    except (InvalidSpecifier, InvalidVersion):
        return False


def with_notice(title: str, notes: str, notice: str) -> tuple[str, str]:
    """(title, notes) of a release with the notice first; unchanged where it is there already."""
    if _MARK in notes:
        return title, notes
    marked = title if title.startswith(_PREFIX) else f"{_PREFIX}{title}"
    return marked, f"{notice}\n\n{notes}".rstrip() + "\n"


def notice(entry: Withdrawn, replaced_by: str | None) -> str:
    """What stands on top of a withdrawn release's notes, in Markdown."""
    go = f"Use {replaced_by} or higher." if replaced_by else "A higher version is being prepared."
    kept = "The files stay as they are, so that what was installed can still be compared."
    first = f"> **Withdrawn on {entry.date.isoformat()}: do not install this version.** {go}"
    return f"{_MARK}\n{first}\n>\n> {entry.reason}\n>\n> {kept}"
