"""The GitHub release as a draft with all its files, before anything is public on an index."""

from __future__ import annotations

from collections.abc import Mapping

from sealwright.model import FileRef, Finding, Plan
from sealwright.services.github import GitHub, Release
from sealwright.services.github_history import GitHubHistory
from sealwright.stages.base import Context, Result
from sealwright.stages.release_assets import Contents, history, prepared, repository
from sealwright.stages.release_page import corrected, is_prerelease, judge_flags, judge_tag, notes_of

CHECK = "draft"


def run(context: Context) -> Result:
    """Create or continue the draft of the planned tag; an already published release is only compared.

    Check `draft`; codes `tag-moved`, `tag-missing`, `asset-missing`, `asset-different`, `asset-extra`. What had to be
    replaced or removed in an existing draft is said in passing findings; what people wrote in it stays. Checks
    `contributors` and `release-page` stop nothing.
    """
    plan, wanted = context.plan, prepared(context)
    github, commits = repository(context), history(context)
    moved = judge_tag(commits, plan, CHECK)
    if moved is not None:
        return Result((moved,))
    release, told = _opened(context, github, commits, wanted)
    release, set_right = corrected(github, release, plan, CHECK)
    contents = Contents(github, release, CHECK)
    # announce adds these; they are there already if it ran before.
    later = {f"{ref.name}.provenance.json" for ref in context.distributions()}
    changed = (
        *contents.complete(wanted, context.dossier.read),
        *contents.remove_others({*wanted, *later}),
    )
    ours = (
        f for f in Contents(github, release, CHECK).compare(wanted) if f.code != "asset-extra" or f.subject not in later
    )
    wrong = tuple(ours)
    state = "draft" if release.draft else "already published"
    passed = () if wrong else (Finding.passed(CHECK, plan.tag, f"{state}, {len(wanted)} files as planned"),)
    findings = (*wrong, *set_right, *changed, *passed, *told, *judge_flags(release, plan))
    return Result(findings, summary=_summary(plan, release, len(wanted)))


def _opened(
    context: Context, github: GitHub, commits: GitHubHistory, wanted: Mapping[str, FileRef]
) -> tuple[Release, tuple[Finding, ...]]:
    """The release that is there, else a new draft with its notes."""
    plan, found = context.plan, github.find_release(context.plan.tag)
    if found is not None:
        return found, ()
    notes, told = notes_of(context, commits, tuple(wanted))
    title = f"{plan.project.name} {plan.version}"
    made = github.create_draft(plan.tag, commit=plan.commit, title=title, notes=notes, prerelease=is_prerelease(plan))
    return made, told


def _summary(plan: Plan, release: Release, count: int) -> str:
    return f"### GitHub release\n\n`{plan.tag}`: {count} files, {release.page}\n"
