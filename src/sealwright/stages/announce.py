"""Publish the GitHub release, once. Where releases are immutable, nothing can be changed afterwards."""

from __future__ import annotations

from sealwright.errors import Refused
from sealwright.model import Finding
from sealwright.services.github import Release
from sealwright.stages.base import Context, Result
from sealwright.stages.release_assets import Contents, history, prepared, published, repository
from sealwright.stages.release_page import becomes_latest, corrected, judge_flags, judge_tag

CHECK = "announce"


def run(context: Context) -> Result:
    """Add what the index answered, compare every file, publish, and compare again.

    Check `announce`; codes `draft-missing`, `tag-moved`, `tag-missing`, `asset-missing`, `asset-different`,
    `asset-extra`. A draft that is not exactly as prepared is not published. An already published release that is as it
    should be passes. The check `release-page` stops nothing.
    """
    plan, github = context.plan, repository(context)
    moved = judge_tag(history(context), plan, CHECK)
    if moved is not None:
        return Result((moved,))
    release = github.find_release(plan.tag)
    if release is None:
        raise Refused(
            "draft-missing", f"there is no draft for {plan.tag}", hint="it was deleted; run the job draft again"
        )
    index = published(context)
    wanted = {**prepared(context), **index}
    release, set_right = corrected(github, release, plan, CHECK)
    contents = Contents(github, release, CHECK)
    added = (*set_right, *contents.complete(index, context.dossier.read))
    wrong = tuple(contents.compare(wanted))
    if wrong:
        return Result((*added, *wrong))
    if release.draft:
        latest = becomes_latest(github.latest(), plan, context.settings)
        release = github.publish(release, make_latest=latest)
    # Between the comparison and the publishing somebody else may have written to the draft.
    wrong = tuple(Contents(github, release, CHECK).compare(wanted))
    passed = () if wrong else (Finding.passed(CHECK, plan.tag, f"published with {len(wanted)} files: {release.page}"),)
    return Result((*added, *wrong, *passed, *judge_flags(release, plan)), summary=_summary(release))


def _summary(release: Release) -> str:
    kept = (
        "GitHub keeps it immutable."
        if release.immutable
        else "GitHub does not keep it immutable: turn on immutable releases in the repository's settings."
    )
    return f"### Released\n\n{release.page}\n\n{kept}\n"
