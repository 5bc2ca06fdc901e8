"""The GitHub release as a draft with all its files, before anything is public on an index."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sealwright.model import FileRef, Finding, Plan
from sealwright.services.github import Release
from sealwright.stages.base import Context, Result
from sealwright.stages.release_assets import Contents, distributions_in, prepared, provenance_name, site_of
from sealwright.stages.release_page import Site, corrected, is_prerelease, judge_flags, judge_tag, notes_of

CHECK = "draft"
_NOTES = "notes.md"


def run(context: Context) -> Result:
    """Create or continue the draft of the planned tag; an already published release is only compared.

    Check `draft`; codes `tag-moved`, `tag-missing`, `asset-missing`, `asset-different`, `asset-extra`. What had to be
    replaced or removed in an existing draft is said in passing findings; what people wrote in it stays. Checks
    `contributors` and `release-page` stop nothing.
    """
    ref = context.record("plan").output(_NOTES)
    entry = context.dossier.read(ref).decode("utf-8", "replace") if ref else ""
    return draft(site_of(context), prepared(context), context.dossier.read, entry, context.endpoints.github_url)


def draft(
    site: Site, wanted: Mapping[str, FileRef], read: Callable[[FileRef], bytes], entry: str, server_url: str
) -> Result:
    """Bring the draft of the planned release to hold `wanted`, which `read` has. `entry` is the changelog's."""
    plan = site.plan
    moved = judge_tag(site, CHECK)
    if moved is not None:
        return Result((moved,))
    release, told = _opened(site, entry, wanted, server_url)
    release, set_right = corrected(site, release, CHECK)
    contents = Contents(site.github, release, CHECK)
    # announce adds these; they are there already if it ran before.
    later = {provenance_name(ref.name) for ref in distributions_in(wanted)}
    changed = (*contents.complete(wanted, read), *contents.remove_others({*wanted, *later}))
    held = Contents(site.github, release, CHECK).compare(wanted)
    wrong = tuple(f for f in held if f.code != "asset-extra" or f.subject not in later)
    state = "draft" if release.draft else "already published"
    passed = () if wrong else (Finding.passed(CHECK, plan.tag, f"{state}, {len(wanted)} files as planned"),)
    findings = (*wrong, *set_right, *changed, *passed, *told, *judge_flags(release, plan))
    return Result(findings, summary=_summary(plan, release, len(wanted)))


def _opened(
    site: Site, entry: str, wanted: Mapping[str, FileRef], server_url: str
) -> tuple[Release, tuple[Finding, ...]]:
    """The release that is there, else a new draft with its notes."""
    plan, found = site.plan, site.github.find_release(site.plan.tag)
    if found is not None:
        return found, ()
    notes, told = notes_of(site, entry, wanted, server_url)
    title = f"{plan.project.name} {plan.version}"
    made = site.github.create_draft(
        plan.tag, commit=plan.commit, title=title, notes=notes, prerelease=is_prerelease(plan)
    )
    return made, (told,)


def _summary(plan: Plan, release: Release, count: int) -> str:
    return f"### GitHub release\n\n`{plan.tag}`: {count} files, {release.page}\n"
