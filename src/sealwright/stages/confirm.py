"""Looks at what the index serves after the upload: the very files, their provenance, and whether they install."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from sealwright.dossier.store import PUBLISHED
from sealwright.endpoints import IndexSite
from sealwright.errors import Refused, SealwrightError, Unavailable, UsageError
from sealwright.model import FileRef, Finding
from sealwright.services.index import IndexClient, Presence, compare, of_release
from sealwright.services.patience import Patience
from sealwright.services.trust import trust_root
from sealwright.stages.base import Context, Result, finding_of
from sealwright.stages.confirm_install import check_install, pip_tool
from sealwright.verify import served
from sealwright.verify.listing import IndexFile
from sealwright.verify.pep740 import ExpectedPublisher, verify_provenance
from sealwright.verify.served import FILES, PROVENANCE

METADATA = "index-metadata"
WORKFLOW = "release.yml"
_SUMS = "evidence/SHA256SUMS"
_WAIT = "the upload succeeded; the index has not shown it everywhere yet. Run this job again, never upload again"


def run(context: Context) -> Result:
    """Compare the index named by INDEX with the plan. Nothing that is only not visible yet counts as failed."""
    site = _site(context)
    client, patience = IndexClient(site), Patience.of(context.environ)
    planned = _planned(context)
    try:
        listed = _listed(client, context, planned, patience)
    except Unavailable as error:
        return Result((finding_of(error, FILES),))
    findings = list(_judge_files(client, planned, listed))
    if set(compare(listed, planned).values()) == {Presence.IDENTICAL}:
        findings += _judge_all_metadata(client, context, listed)
        if site.name == "pypi":  # nothing is attested on TestPyPI: it would be valid on PyPI as well
            findings += _judge_provenance(client, context, planned, patience)
        findings.append(check_install(context, site, patience))
    return Result(tuple(findings), tools=(pip_tool(),))


def _site(context: Context) -> IndexSite:
    name = context.environ.get("INDEX", "")
    if name not in ("pypi", "testpypi"):
        raise UsageError("index-unknown", f"INDEX is {name!r}; it names the index to look at, pypi or testpypi")
    return context.endpoints.index(name)


def _planned(context: Context) -> tuple[FileRef, ...]:
    """What the build job recorded, if the gate let exactly these through. Raises Refused (`sums-differ`)."""
    refs = context.distributions()
    listed = context.record("gate").output(_SUMS)
    if listed is None:
        raise Refused("file-missing", f"the gate did not record {_SUMS}")
    lines = [line.partition("  ") for line in context.dossier.read(listed).decode().splitlines()]
    passed = {name: digest for digest, _, name in lines if name.endswith((".whl", ".tar.gz"))}
    if passed != {ref.name: ref.sha256 for ref in refs}:
        raise Refused("sums-differ", f"{_SUMS} of the gate does not list exactly the distributions that were built")
    return refs


def _listed(
    client: IndexClient, context: Context, planned: Sequence[FileRef], patience: Patience
) -> tuple[IndexFile, ...]:
    """What the index lists for this version, once it lists everything planned, or anything that is wrong."""
    latest: tuple[IndexFile, ...] = ()

    def ask() -> tuple[IndexFile, ...] | None:
        nonlocal latest
        latest = of_release(client.files(context.plan.project.name), context.plan.version)
        presence = set(compare(latest, planned).values())
        return None if Presence.ABSENT in presence and Presence.DIFFERENT not in presence else latest

    return patience.until(ask) or latest


def _judge_files(client: IndexClient, planned: Sequence[FileRef], listed: Sequence[IndexFile]) -> Iterator[Finding]:
    by_name = {file.filename: file for file in listed}
    for ref in planned:
        file = by_name.get(ref.name)
        yield served.propagating(FILES, ref.name, _WAIT) if file is None else _judge_file(client, ref, file)
    yield from served.extras(planned, listed)


def _judge_file(client: IndexClient, ref: FileRef, file: IndexFile) -> Finding:
    differs = served.difference(ref, file)
    if differs is not None:
        return differs
    try:
        client.download(file)
    except SealwrightError as error:
        return finding_of(error, FILES).about(ref.name)
    return Finding.passed(FILES, ref.name, served.described(ref))


def _judge_all_metadata(client: IndexClient, context: Context, listed: Sequence[IndexFile]) -> Iterator[Finding]:
    files = {file.filename: file for file in listed}
    for ref in context.wheels():
        try:
            yield _judge_metadata(client.core_metadata(files[ref.name]), context.dossier.file(ref), ref.name)
        except SealwrightError as error:
            yield finding_of(error, METADATA).about(ref.name)


def _judge_metadata(found: bytes | None, wheel: Path, name: str) -> Finding:
    if found is None:
        return Finding.absent(METADATA, "index-metadata-absent", name, expected="the wheel's METADATA beside it")
    if found != _metadata(wheel):
        return Finding.failed(
            METADATA,
            "index-metadata-different",
            name,
            expected="the METADATA inside the wheel",
            found="another text, which installers would resolve by",
            hint="do not announce; yank the release and report it to the index",
        )
    return Finding.passed(METADATA, name)


def _metadata(wheel: Path) -> bytes:
    with zipfile.ZipFile(wheel) as archive:
        name, version, *_ = wheel.name.split("-")
        return archive.read(f"{name}-{version}.dist-info/METADATA")


def _judge_provenance(
    client: IndexClient, context: Context, planned: Sequence[FileRef], patience: Patience
) -> Iterator[Finding]:
    plan = context.plan
    root = trust_root(context.endpoints)
    expected = ExpectedPublisher(
        plan.repository, WORKFLOW, context.settings.environments.pypi, commit=plan.commit, ref=plan.ref
    )
    for ref in planned:
        try:
            answer = patience.until(lambda: client.provenance(plan.project.name, plan.version, ref.name))  # noqa: B023
        except SealwrightError as error:
            yield finding_of(error, PROVENANCE).about(ref.name)
            continue
        if answer is None:
            yield served.propagating(PROVENANCE, ref.name, _WAIT)
            continue
        context.dossier.add(f"{PUBLISHED}/{ref.name}.provenance.json", answer)
        yield from verify_provenance(answer, ref.name, ref.sha256, root, expected)
