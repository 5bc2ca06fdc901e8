"""The steps of a withdrawal that only a person can take, as lines to copy."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from packaging.version import Version

from sealwright.project import next_patch
from sealwright.verify.withdrawal import Steps


@dataclass(frozen=True, slots=True)
class Facts:
    """What the lines are made of."""

    project: str
    version: str
    tag: str
    repository: str
    """`owner/name`; empty where the project is not on GitHub."""
    index_url: str
    github_url: str
    policy: str
    """Path of the policy in the repository."""
    draft: str
    """Path of the advisory's draft in GitHub's shape."""
    reason: str
    notice: str
    highest: Version | None
    """Of all that the index lists."""

    @property
    def hotfix(self) -> str:
        """The version that would come next: higher than everything that was ever published."""
        known = [Version(self.version), *([self.highest] if self.highest else [])]
        return next_patch(str(max(known)))


def steps(facts: Facts) -> Steps:
    """One text a step, of several lines where several things are to be typed."""
    return Steps(facts.version, _yank(facts), _notice(facts), _entry(facts), _advisory(facts), _hotfix(facts))


def _yank(facts: Facts) -> str:
    return (
        f"open {facts.index_url}/manage/project/{facts.project}/release/{facts.version}/\n"
        f"Options > Yank release, type {facts.version}; reason: {facts.reason}\n"
        f"then `sealwright rollback {facts.version} --confirm`; an index may take ten minutes to show it"
    )


def _notice(facts: Facts) -> str:
    if not facts.repository:
        return "set `repository` in [tool.sealwright], so that the release can be found"
    where = f"--repo {shlex.quote(facts.repository)}"
    tag, title = shlex.quote(facts.tag), shlex.quote(f"Withdrawn: {facts.project} {facts.version}")
    # On one line, so that it can be copied out of a report; `%b` makes lines of it again.
    text = shlex.quote(facts.notice.replace("\\", "\\\\").replace("\n", "\\n"))
    print_both = f"{{ printf '%b\\n\\n' {text}; gh release view {tag} {where} --json body --jq .body; }}"
    return (
        f"`GH_TOKEN=$(gh auth token) sealwright rollback {facts.version}` does it, or by hand:\n"
        f"{print_both} | gh release edit {tag} {where} --title {title} --notes-file -\n"
        "title and notes of an immutable release may be changed; its files and its tag may not, and need not"
    )


def _entry(facts: Facts) -> str:
    message = shlex.quote(f"Withdraw {facts.version}")
    return f"git add {shlex.quote(facts.policy)} && git commit -m {message}, and bring it to the release branch"


def _advisory(facts: Facts) -> str:
    if not facts.repository:
        return f"finish {facts.draft}, then tell those who depend on it"
    path = f"repos/{facts.repository}/security-advisories"
    return (
        f"finish {facts.draft}, which is a draft, then\n"
        f"gh api -X POST {shlex.quote(path)} --input {shlex.quote(facts.draft)}\n"
        f"and publish it: {facts.github_url}/{facts.repository}/security/advisories\n"
        "nothing to warn of? run this with --no-advisory"
    )


def _hotfix(facts: Facts) -> str:
    branch = f"hotfix/{facts.hotfix}"
    return (
        f"git switch -c {shlex.quote(branch)} {shlex.quote(facts.tag)}, or from the last good tag; mend it there\n"
        f"merge it to the release branch as version {facts.hotfix}, `sealwright rehearse`, then push its tag"
    )
