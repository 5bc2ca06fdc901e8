"""The GitHub release as a draft with all its files, before anything is public on an index."""

from __future__ import annotations

from packaging.version import Version

from sealwright.model import Finding, Plan
from sealwright.services.github import GitHub, Release
from sealwright.stages.base import Context, Result
from sealwright.stages.release_assets import SUMS, Contents, prepared, repository

CHECK = "draft"
_NOTES = "notes.md"


def run(context: Context) -> Result:
    """Create or continue the draft of the planned tag; an already published release is only compared.

    Check `draft`; codes `asset-missing`, `asset-different`, `asset-extra`. What had to be replaced or removed in an
    existing draft is said in passing findings.
    """
    plan, wanted = context.plan, prepared(context)
    github = repository(context)
    release = github.find_release(plan.tag) or _create(context, github)
    contents = Contents(github, release, CHECK)
    # announce adds these; they are there already if it ran before.
    later = {f"{ref.name}.provenance.json" for ref in context.distributions()}
    changed = (
        *contents.complete(wanted, context.dossier),
        *contents.remove_others({*wanted, *later}),
    )
    ours = (
        f for f in Contents(github, release, CHECK).compare(wanted) if f.code != "asset-extra" or f.subject not in later
    )
    wrong = tuple(ours)
    state = "draft" if release.draft else "already published"
    passed = () if wrong else (Finding.passed(CHECK, plan.tag, f"{state}, {len(wanted)} files as planned"),)
    return Result((*wrong, *changed, *passed), summary=_summary(plan, release, len(wanted)))


def is_prerelease(plan: Plan) -> bool:
    """Whether the version is one that installers pass over unless asked, development releases included (PEP 440)."""
    return Version(plan.version).is_prerelease


def _create(context: Context, github: GitHub) -> Release:
    plan = context.plan
    return github.create_draft(
        plan.tag,
        commit=plan.commit,
        title=f"{plan.project.name} {plan.version}",
        notes=_notes(context),
        prerelease=is_prerelease(plan),
    )


def _notes(context: Context) -> str:
    ref = context.record("plan").output(_NOTES)
    if ref is not None:
        return context.dossier.read(ref).decode("utf-8", "replace")
    plan = context.plan
    return (
        f"{plan.project.name} {plan.version}, built from commit {plan.commit}.\n\n"
        f"`{SUMS.rsplit('/', 1)[-1]}` lists the files of this release; the evidence about how they were made is beside "
        "them.\n"
    )


def _summary(plan: Plan, release: Release, count: int) -> str:
    return f"### GitHub release\n\n`{plan.tag}`: {count} files, {release.page}\n"
