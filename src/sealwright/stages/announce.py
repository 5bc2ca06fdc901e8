"""Publish the GitHub release, once. Where releases are immutable, nothing can be changed afterwards."""

from __future__ import annotations

from sealwright.errors import Refused
from sealwright.model import Finding
from sealwright.services.github import Release
from sealwright.stages.base import Context, Result
from sealwright.stages.draft import is_prerelease
from sealwright.stages.release_assets import Contents, prepared, published, repository

CHECK = "announce"


def run(context: Context) -> Result:
    """Add what the index answered, compare every file, publish, and compare again.

    Check `announce`; codes `draft-missing`, `asset-missing`, `asset-different`, `asset-extra`. A draft that is not
    exactly as prepared is not published. An already published release that is as it should be passes. What is
    published in the end has the digests of all records listed in `records/SHA256SUMS`.
    """
    plan, github = context.plan, repository(context)
    release = github.find_release(plan.tag)
    if release is None:
        raise Refused(
            "draft-missing", f"there is no draft for {plan.tag}", hint="it was deleted; run the job draft again"
        )
    index = published(context)
    wanted = {**prepared(context), **index}
    contents = Contents(github, release, CHECK)
    added = tuple(contents.complete(index, context.dossier))
    wrong = tuple(contents.compare(wanted))
    if wrong:
        return Result((*added, *wrong))
    release = github.publish(release, make_latest=not is_prerelease(plan))
    # Between the comparison and the publishing somebody else may have written to the draft.
    wrong = tuple(Contents(github, release, CHECK).compare(wanted))
    passed = () if wrong else (Finding.passed(CHECK, plan.tag, f"published with {len(wanted)} files: {release.page}"),)
    return Result((*added, *wrong, *passed), summary=_summary(release), is_last=not wrong)


def _summary(release: Release) -> str:
    kept = (
        "GitHub keeps it immutable."
        if release.immutable
        else "GitHub does not keep it immutable: turn on immutable releases in the repository's settings."
    )
    return f"### Released\n\n{release.page}\n\n{kept}\n"
