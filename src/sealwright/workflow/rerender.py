"""A workflow rendered in place of an earlier one, of which it keeps what a bot has renewed."""

from __future__ import annotations

from dataclasses import replace

from sealwright.endpoints import IndexSite
from sealwright.pipeline.options import Options
from sealwright.services.index import IndexClient
from sealwright.services.own_release import own_release
from sealwright.workflow.render import render_for
from sealwright.workflow.renewed import release_in, with_newer_pins


def rerendered(options: Options, there: str | None, index: IndexSite, release: tuple[str, str] | None = None) -> str:
    """The file for a project with these options, in place of the one that is `there`.

    The published sealwright is the one that was named as `release`, else the one that is named there, else the one
    on `index` that runs here. Raises UsageError (`release-unknown`, and those of rendering).
    """
    if options.tool == "release":
        known = release or release_in(there or "") or own_release(IndexClient(index))
        options = replace(options, release=known)
    return with_newer_pins(render_for(options), there or "")
