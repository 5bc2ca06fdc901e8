"""What changes since the last release on the index, for whoever approves this one. Never stops anything."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import replace
from typing import BinaryIO
from urllib.parse import urlsplit

from sealwright.dossier import encode
from sealwright.dossier.store import EVIDENCE, SBOM_SUFFIX
from sealwright.endpoints import IndexSite
from sealwright.errors import SealwrightError, UsageError
from sealwright.model import Finding
from sealwright.report.changes import in_short
from sealwright.services.advisories import Patience
from sealwright.services.github import GitHub
from sealwright.services.index import configured_site
from sealwright.services.package_index import PackageIndex
from sealwright.stages.base import Context, Result, finding_of
from sealwright.verify.changes import REPORT, Changes, Publisher, Side, compare_releases, stated_publisher
from sealwright.verify.cyclonedx import LARGEST
from sealwright.verify.listing import IndexFile
from sealwright.verify.served import version_before
from sealwright.verifying.against import side_on_index
from sealwright.verifying.asking import ask_all
from sealwright.verifying.index_reader import IndexReader

CHECK = "changes"
_WORKFLOW = "release.yml"
_LOCAL = "local/"
_TOLD = 3


def run(context: Context) -> Result:
    """Adds reports/changes.json where the index has an earlier release.

    The index is the one that the environment is configured for, PyPI otherwise, as for the audit: a rehearsal's own
    knows no earlier release. Check `changes`; codes: `changes-incomplete`, and those of the index without answer.
    """
    try:
        site = configured_site(PackageIndex.of(context.environ))
        return _compare(context, site)
    except UsageError as error:
        return Result((Finding.unavailable(CHECK, error.code, found=error.message, hint=error.hint),))
    except SealwrightError as error:
        return Result((finding_of(error, CHECK),))


def _compare(context: Context, site: IndexSite) -> Result:
    plan, patience = context.plan, Patience.of(context.plan.mode)
    reader = IndexReader(site, plan.project.name, seconds=patience.whole)
    listed = reader.everything(patience.first)
    if isinstance(listed, SealwrightError):
        return Result((finding_of(listed, CHECK),))
    version = version_before(plan.version, listed)
    if not version:
        where = urlsplit(site.simple).hostname
        return Result((Finding.skipped(CHECK, f"no earlier release of {plan.project.name} on {where}"),))
    earlier = side_on_index(reader, version, [ref.name for ref in context.distributions()], _named)
    earlier = replace(earlier, sboms=_released_sboms(context, earlier, patience.first))
    with ExitStack() as opened:
        changes = compare_releases(plan.project.name, earlier, _planned(context, opened))
    context.dossier.add(REPORT, encode(changes))
    return Result((_finding(changes),))


def _finding(changes: Changes) -> Finding:
    if changes.complete:
        return Finding.passed(CHECK, found=in_short(changes))
    hint = "compare them by hand before approving; reports/changes.json has the rest"
    return Finding.unavailable(CHECK, "changes-incomplete", found="; ".join(changes.unseen[:_TOLD]), hint=hint)


def _named(_: Iterable[IndexFile], said: Mapping[str, bytes]) -> Publisher | None:
    """As the index names it: nothing is decided by that, and this job has nothing to verify signatures with."""
    return next((named for name in sorted(said) if (named := stated_publisher(said[name]))), None)


def _planned(context: Context, opened: ExitStack) -> Side:
    refs, plan = context.distributions(), context.plan
    made = {ref.path: ref for ref in context.dossier.outputs}
    sboms = {
        ref.name: context.dossier.read(made[path])
        for ref in refs
        if (path := f"{EVIDENCE}/{ref.name}{SBOM_SUFFIX}") in made
    }
    archives: dict[str, BinaryIO] = {
        ref.name: opened.enter_context(context.dossier.file(ref).open("rb")) for ref in refs
    }
    publisher = Publisher(plan.repository, _WORKFLOW, context.settings.environments.pypi)
    return Side(plan.version, tuple(ref.name for ref in refs), archives, sboms, publisher)


def _released_sboms(context: Context, earlier: Side, seconds: float) -> dict[str, bytes]:
    """The SBOMs that the earlier release has on GitHub, each about the very wheel that the index has.

    They are that release's own word: their signatures are not looked at, since nothing is decided by them.
    """
    plan, endpoints = context.plan, context.endpoints
    if plan.repository.startswith(_LOCAL):
        return {}
    github = GitHub(endpoints.github_api_url, plan.repository, "")
    tag = context.settings.tag_for(earlier.version)

    def ask(wheel: str) -> bytes | None:
        return github.public_asset(endpoints.github_url, tag, f"{wheel}{SBOM_SUFFIX}", limit=LARGEST)

    answers = ask_all(ask, (name for name in earlier.archives if name.endswith(".whl")), seconds)
    return {name: answer for name, answer in answers.items() if isinstance(answer, bytes)}
