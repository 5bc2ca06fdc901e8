"""What is wrong with what was published. Bytes and expectations in, findings out; `gather` did the asking."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from sealwright.errors import Refused, SealwrightError, Unavailable
from sealwright.lifecycle.monitor.publishers import judge_publishers
from sealwright.lifecycle.monitor.seen import Seen, VersionSeen, Watched
from sealwright.model import Finding, State
from sealwright.pipeline.steps import WORKFLOW_FILE
from sealwright.verify import pep740
from sealwright.verify.bundle import TrustRoot
from sealwright.verify.pep740 import ExpectedPublisher, verify_provenance
from sealwright.verify.released import manifest as manifests
from sealwright.verify.released.files import FILES, TAGS, judge_files, judge_tag, judge_withdrawn
from sealwright.verify.released.manifest import SIGNATURE, Awaited, Manifest, read_manifest

RELEASED = "released"
_BEFORE = "a version from before this pipeline? `--since VERSION` names the first one that it released"


def judge(seen: Seen, watched: Watched, root: TrustRoot) -> tuple[tuple[Finding, ...], dict[str, Manifest]]:
    """Every finding about the releases, and the manifests that hold, by version."""
    found: list[Finding] = [*_outage(seen), *_extent(seen, watched)]
    manifests_: dict[str, Manifest] = {}
    for one in seen.versions:
        manifest, findings = _manifest(one, seen, watched, root)
        found += findings
        if manifest is not None:
            manifests_[one.version] = manifest
            found += _against(one, manifest, seen)
        found += _provenance(one, watched, root)
        if seen.index_error is None:
            found.append(judge_withdrawn(one.files, one.version, watched.policy))
    found += judge_publishers(seen.versions)
    return tuple(summed(found)), manifests_


def unseen(check: str, error: SealwrightError, subject: str = "") -> Finding:
    """Why a check could not be made. What an index serves against its own word is a failure, and not an outage."""
    if isinstance(error, Refused):
        return Finding.failed(check, error.code, subject, found=error.message, hint=error.hint)
    return Finding.unavailable(check, error.code, subject, found=error.message, hint=error.hint)


def summed(findings: Iterable[Finding]) -> Iterator[Finding]:
    """The same with one pass a check, and without the pass of a check that did not pass everywhere."""
    passed: dict[str, list[Finding]] = {}
    for finding in findings:
        if finding.state is State.PASS:
            passed.setdefault(finding.check, []).append(finding)
        else:
            yield finding
    for same in passed.values():
        if len(same) == 1:
            yield same[0]
        else:
            alike = {finding.found for finding in same} == {same[0].found}
            seen = f": {same[0].found}" if alike and same[0].found else f", such as {_example(same)}"
            yield replace(same[0], subject="", found=f"{len(same)} times{seen}")


def _example(same: Iterable[Finding]) -> str:
    return next((f"{finding.subject} {finding.found}".strip() for finding in same if finding.found), "the first")


def _outage(seen: Seen) -> Iterator[Finding]:
    if seen.index_error is not None:
        yield unseen(FILES, seen.index_error)
        yield unseen(pep740.CHECK, seen.index_error)
    if seen.github_error is not None:
        yield unseen(manifests.CHECK, seen.github_error)


def _extent(seen: Seen, watched: Watched) -> Iterator[Finding]:
    """How much was looked at: a report about nothing must not read like one about everything."""
    if seen.left_out:
        shown = ", ".join(seen.left_out[:5]) + (", …" if len(seen.left_out) > 5 else "")
        yield Finding.skipped(RELEASED, f"{len(seen.left_out)} versions: older than --since, or beyond --last", shown)
    if seen.versions:
        versions = [one.version for one in seen.versions]
        yield Finding.passed(RELEASED, "", f"{len(versions)} versions, {versions[-1]} to {versions[0]}")
    elif not (seen.index_error or seen.github_error):
        reason = f"neither the index nor GitHub has a release of {watched.project}"
        yield Finding.skipped(RELEASED, reason)


def _manifest(
    one: VersionSeen, seen: Seen, watched: Watched, root: TrustRoot
) -> tuple[Manifest | None, tuple[Finding, ...]]:
    check, named = manifests.CHECK, (("release.json", one.manifest), (SIGNATURE, one.signature))
    if one.release is None:
        if seen.github_error is not None:
            return None, ()  # said once, for all
        expected = f"a published release of {one.tag} on GitHub"
        return None, (Finding.absent(check, "release-missing", one.version, expected=expected, hint=_BEFORE),)
    failed = [unseen(check, data, f"{one.tag} {name}") for name, data in named if isinstance(data, SealwrightError)]
    failed += [
        Finding.absent(check, "manifest-missing", one.tag, expected=name, hint=_BEFORE)
        for name, data in named
        if data is None
    ]
    if isinstance(one.manifest, bytes) and isinstance(one.signature, bytes):
        awaited = Awaited.of(watched.repository, one.tag, one.version, watched.settings)
        return read_manifest(one.manifest, one.signature, awaited, root)
    return None, tuple(failed)


def _against(one: VersionSeen, manifest: Manifest, seen: Seen) -> Iterator[Finding]:
    if seen.index_error is None:
        yield from judge_files(one.files, manifest)
    if isinstance(seen.tags, SealwrightError):
        yield unseen(TAGS, seen.tags, one.tag)
    else:
        yield judge_tag(seen.tags, manifest)


def _provenance(one: VersionSeen, watched: Watched, root: TrustRoot) -> Iterator[Finding]:
    """PEP 740: every file was uploaded by our publisher, whatever release it says it belongs to."""
    workflow = WORKFLOW_FILE.rpartition("/")[2]
    expected = ExpectedPublisher(
        watched.repository, workflow, watched.settings.environments.pypi, ref=f"refs/tags/{one.tag}"
    )
    for file in one.files:
        answer = one.provenance[file.filename]
        if isinstance(answer, SealwrightError):
            yield unseen(pep740.CHECK, answer, file.filename)
        elif answer is None and file.provenance_url:
            error = Unavailable("provenance-unserved", "the index lists provenance and does not serve it")
            yield unseen(pep740.CHECK, error, file.filename)
        elif answer is None:
            found = "uploaded without provenance: by a token, or by hand"
            yield Finding.failed(
                pep740.CHECK,
                "provenance-missing",
                file.filename,
                expected=f"provenance by {watched.repository} {workflow}",
                found=found,
                hint=f"somebody else uploaded it, unless it is older; {_BEFORE}",
            )
        else:
            yield from verify_provenance(answer, file.filename, file.sha256, root, expected)
