"""Publish the GitHub release, once. Where releases are immutable, nothing can be changed afterwards."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sealwright.errors import Refused
from sealwright.model import FileRef, Finding
from sealwright.services.github import Release
from sealwright.stages.base import Context, Result
from sealwright.stages.release_assets import Contents, prepared, published, site_of
from sealwright.stages.release_page import Site, becomes_latest, corrected, judge_flags, judge_tag

CHECK = "announce"


def run(context: Context) -> Result:
    """Add what the index answered, compare every file, publish, and compare again.

    Check `announce`; codes `draft-missing`, `tag-moved`, `tag-missing`, `asset-missing`, `asset-different`,
    `asset-extra`. A draft that is not exactly as prepared is not published. An already published release that is as it
    should be passes. What is published in the end has the digests of all records listed in `records/SHA256SUMS`. The
    check `release-page` stops nothing.
    """
    return announce(site_of(context), prepared(context), published(context), context.dossier.read)


def announce(
    site: Site, drafted: Mapping[str, FileRef], index: Mapping[str, FileRef], read: Callable[[FileRef], bytes]
) -> Result:
    """Publish the draft that holds `drafted`, with what the index answered, which `read` has."""
    plan, github, wanted = site.plan, site.github, {**drafted, **index}
    moved = judge_tag(site, CHECK)
    if moved is not None:
        return Result((moved,))
    release, set_right = corrected(site, _draft(site), CHECK)
    contents = Contents(github, release, CHECK)
    added = (*set_right, *contents.complete(index, read))
    wrong = tuple(contents.compare(wanted))
    if wrong:
        return Result((*added, *wrong))
    if release.draft:
        release = github.publish(release, make_latest=becomes_latest(github.latest(), plan, site.settings))
    # Between the comparison and the publishing somebody else may have written to the draft.
    wrong = tuple(Contents(github, release, CHECK).compare(wanted))
    passed = () if wrong else (Finding.passed(CHECK, plan.tag, f"published with {len(wanted)} files: {release.page}"),)
    findings = (*added, *wrong, *passed, *judge_flags(release, plan))
    return Result(findings, summary=_summary(release), is_last=not wrong)


def _draft(site: Site) -> Release:
    found = site.github.find_release(site.plan.tag)
    if found is None:
        raise Refused(
            "draft-missing", f"there is no draft for {site.plan.tag}", hint="it was deleted; run the job draft again"
        )
    return found


def _summary(release: Release) -> str:
    kept = (
        "GitHub keeps it immutable."
        if release.immutable
        else "GitHub does not keep it immutable: turn on immutable releases in the repository's settings."
    )
    return f"### Released\n\n{release.page}\n\n{kept}\n"
