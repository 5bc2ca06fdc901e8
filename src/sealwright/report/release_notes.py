"""The text of a GitHub release: the changelog's entry, who contributed, and how to check these very files."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sealwright.endpoints import GITHUB_URL
from sealwright.model import Mode, Plan
from sealwright.model.github import Contributor
from sealwright.report.markdown import code

LONGEST = 120_000
"""Characters; GitHub takes 125,000 for the whole text."""
_LOGIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?")


@dataclass(frozen=True, slots=True)
class Contributions:
    """Who contributed since the release before."""

    since: str
    """The tag of the release before."""
    people: tuple[Contributor, ...]


def release_notes(
    plan: Plan, entry: str, contributions: Contributions | None, names: Iterable[str], server_url: str = GITHUB_URL
) -> str:
    """The whole text, in Markdown. `names` are the files of the release, `entry` is the changelog's, possibly empty."""
    parts = (
        _shortened(entry.strip(), plan, server_url) or f"{plan.project.name} {plan.version}.",
        _contributors(plan, contributions, server_url) if contributions else "",
        "### Check these files\n\n" + "\n".join(_checking(plan, frozenset(names), server_url)),
    )
    return "\n\n".join(part for part in parts if part) + "\n"


def _shortened(entry: str, plan: Plan, server_url: str) -> str:
    if len(entry) <= LONGEST:
        return entry
    where = f"{server_url}/{plan.repository}/tree/{plan.tag}"
    return entry[:LONGEST].rpartition("\n")[0] + f"\n\nThe rest is in the changelog of {where}."


def _contributors(plan: Plan, contributions: Contributions, server_url: str) -> str:
    shown = ", ".join(filter(None, map(_person, contributions.people)))
    span = f"{contributions.since}...{plan.tag}"
    text = f"All changes since {code(contributions.since)}: {server_url}/{plan.repository}/compare/{span}"
    return f"### Contributors\n\n{shown}\n\n{text}" if shown else text


def _person(person: Contributor) -> str:
    # A name is whatever its owner wrote into a commit, and is never taken as Markdown; a mention is an account's name.
    if person.login:
        return f"@{person.login}" if _LOGIN.fullmatch(person.login) else code(person.login)
    return code(person.name)


def _checking(plan: Plan, names: frozenset[str], server_url: str) -> Iterator[str]:
    example = next(iter(sorted(name for name in names if name.endswith(".whl"))), "FILE")
    workflow = f"{plan.repository}/.github/workflows/release.yml"
    trust = " --trust-config trust_config.json" if plan.mode is Mode.REHEARSAL else ""
    yield f"Built from commit {code(plan.commit)} by `{workflow}` for the tag {code(plan.tag)}."
    yield "In a folder with all files of this release:"
    yield ""
    yield "```sh"
    yield "sha256sum --strict -c SHA256SUMS"
    if f"{example}.sigstore.json" in names:
        yield f"sigstore{trust} verify github {example} --bundle {example}.sigstore.json \\"
        yield f"  --repository {plan.repository} --ref {shlex.quote(plan.ref)} \\"
        yield f"  --cert-identity {shlex.quote(f'{server_url}/{workflow}@{plan.ref}')}"
    if "multiple.intoto.jsonl" in names:
        yield f"sealwright verify-artifact {example} --provenance-path multiple.intoto.jsonl \\"
        yield f"  --source-uri github.com/{plan.repository} --source-tag {shlex.quote(plan.tag)}"
    if plan.mode is Mode.RELEASE:
        yield f"gh attestation verify {example} --repo {plan.repository} --signer-workflow {workflow}"
    yield "```"
    if "VERIFYING.md" in names:
        yield ""
        yield "`VERIFYING.md` beside these files says what each of them shows, and what it does not."
