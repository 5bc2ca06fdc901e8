"""The verdict on a published release: what anybody can check who has its files, without the records of its jobs.

The checks are the gate's own, wherever they need no record. Two take the records' place: release.json, which lists the
files, and the signed verification summary. Both are the project's own word and are never enough alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import assert_never

from sealwright.config import Policy
from sealwright.dossier.store import DIST, PUBLISHED, RECORDS, RELEASE, is_part
from sealwright.errors import Refused
from sealwright.model import FileRef, Finding, Mode, Sums, Verdict
from sealwright.verify import complete, everybody, own_word, release_json, signatures, vsa
from sealwright.verify.bundle import TrustRoot, VerifiedStatement
from sealwright.verify.everybody import Check, weigh
from sealwright.verify.evidence import (
    INDEX_SUFFIX,
    RELEASE_SIGNATURE,
    STATEMENT_SUFFIX,
    SUMMARY_BUNDLE,
    Accept,
    Case,
    Evidence,
    FileContent,
    Maker,
    Scope,
    data_at,
)
from sealwright.verify.expected import Expected
from sealwright.verify.loose import check_loose
from sealwright.verify.made import EXTRA, makers_in
from sealwright.verify.stated import judge_stated, maker_of
from sealwright.verify.taken_wheels import PURE

FILES = "files"
_BY_PROJECT = "the project's own workflow"
"""Who built wheels apart; which file that is, no list of files says."""
_WITHOUT_RELEASE = frozenset(
    {FILES, "signatures", "signer", "statements", "provenance", "provenance-github", "sbom", own_word.CHECK}
)
"""What only a release by Sealwright has all of; where less is enough, `vouched` asks for what must be there."""


def published_case(
    files: Mapping[str, FileContent],
    expected: Expected,
    root: TrustRoot,
    *,
    policy: Policy | None = None,
    policy_sha256: str = "",
    environment: str = "",
    mode: Mode = Mode.RELEASE,
    scope: Scope = Scope.ASSETS,
    accept: Accept = Accept.RELEASE,
) -> Case:
    """A case of files alone, laid out as in a dossier: `dist/...`, `evidence/...`, `published/...`, `release.json`.

    Everything else is the asker's: never take `expected`, `policy` or `mode` from the files.
    """
    case = Case(
        files=files,
        records={},
        sums=Sums.of(()),
        jobs={},
        expected=expected,
        environment=environment,
        policy=policy or Policy(),
        policy_sha256=policy_sha256,
        root=root,
        index={},
        mode=mode,
        scope=scope,
        accept=accept,
        lenient=frozenset() if accept is Accept.RELEASE else _WITHOUT_RELEASE,
        makers=makers_in(files),
    )
    return _as_far_as_it_goes(case)


def _as_far_as_it_goes(case: Case) -> Case:
    """Without asking for what this release was not to have; its signed list of files tells if somebody took it away."""
    only_sdists = not any(path.endswith(".whl") for path in case.files)
    # An SBOM describes a wheel; whoever asks about a single sdist does not ask about that.
    aside = {"sbom"} if case.scope is Scope.FILES and only_sdists else set()
    return replace(
        case,
        generator=bool(case.made_by(Maker.GENERATOR)) or not case.made_by(Maker.GITHUB),
        # A claim, but one that earns a release nothing: it must have wheels then, and one that is no rehearsal always.
        wheels=_BY_PROJECT if release_json.wheels_apart(data_at(case.files, RELEASE) or b"") else "",
        lenient=case.lenient | aside,
    )


def judge_published(case: Case) -> Verdict:
    """The verdict on a published release. Never raises for anything the files contain."""
    evidence = examine_published(case)
    return weigh_answers(evidence, answer_checks(evidence))


def answer_checks(evidence: Evidence) -> tuple[Finding, ...]:
    """What all checks answer that need nothing but the files."""
    return tuple(finding for check in _checks(evidence.case).values() for finding in check(evidence))


def weigh_answers(evidence: Evidence, found: Iterable[Finding]) -> Verdict:
    """The verdict on findings, those of checks that the asker made elsewhere included."""
    asked = {"provenance": evidence.case.generator, "sbom": not evidence.unrehearsed}
    return weigh(evidence, found, [check for check in _checks(evidence.case) if asked.get(check, True)])


def _checks(case: Case) -> dict[str, Check]:
    more: dict[str, Check] = {}
    if case.wheels and case.scope is not Scope.FILES:
        more["wheels"] = everybody.check_wheels
    if case.scope is Scope.DOSSIER:
        more[complete.CHECK] = complete.check_complete
    return {**CHECKS, **more}


def stated_mode(evidence: Evidence) -> Mode:
    """As what a release was judged by its own gate, if that is signed; a release where it is not.

    Only for whoever brings a trust root of a rehearsal: whether its leniency is wanted is decided by that.
    """
    verified = evidence.provenances[SUMMARY_BUNDLE].verified
    said = vsa.read(verified.statement).mode if isinstance(verified, VerifiedStatement) else ""
    return Mode.REHEARSAL if said == Mode.REHEARSAL.value else Mode.RELEASE


def examine_published(case: Case) -> Evidence:
    """Every signature that is there, verified."""
    by_others = {**signatures.signatures_by_others(case), **signatures.signatures_by_seal(case)}
    over_files, stated = signatures.signatures_over_files(case), signatures.signatures_published(case)
    return Evidence(case, None, {}, (), over_files, stated, by_others)


def check_listed(evidence: Evidence) -> Iterator[Finding]:
    """The files are exactly those that the signed release.json lists; where there is none, each is accounted for.

    Codes: `release-missing`, `malformed`, `signature-missing` and those of `verify_file`, `file-unclaimed`,
    `file-missing`, `digest-mismatch`, and those of `check_loose`.
    """
    data, seal = data_at(evidence.case.files, RELEASE), evidence.provenances[RELEASE_SIGNATURE]
    if data is None:
        hint = "nothing says which files the release consists of"
        yield Finding.absent(FILES, "release-missing", RELEASE, expected=f"a signed {RELEASE}", hint=hint)
        yield from check_loose(evidence)
        return
    if seal.error is not None:
        yield replace(seal.error, check=FILES)
        return
    try:
        wanted = release_json.listed(data)
    except Refused as error:
        yield Finding.failed(FILES, error.code, RELEASE, found=error.message)
        return
    here, due = _compared(evidence.case, wanted)
    wrong = [_difference(path, due.get(path), here.get(path)) for path in sorted(due.keys() | here.keys())]
    found = [finding for finding in wrong if finding is not None]
    yield from found
    if not found:
        yield Finding.passed(FILES, found=f"{len(due)} named, {len(due)} present, 0 unclaimed")


def _compared(case: Case, listed: Mapping[str, FileRef]) -> tuple[dict[str, FileRef], dict[str, FileRef]]:
    """What is here, and what should be, by path; records have a check of their own."""
    here = {path: content.ref for path, content in case.files.items() if path.partition("/")[0] != RECORDS}
    match case.scope:
        case Scope.DOSSIER:
            due = {**complete.recorded_later(case.files, own_word.LATER), **listed}
        case Scope.ASSETS:
            due = {path: ref for path, ref in listed.items() if is_part(path)}
        case Scope.FILES:
            due = {path: ref for path, ref in listed.items() if path in here}
        case _:
            assert_never(case.scope)
    if case.scope is not Scope.DOSSIER:  # of no record that is here; each has a check that judges it by its signature
        here = {path: ref for path, ref in here.items() if path != RELEASE and not _answered_by_index(case.files, path)}
    return here, {path: ref for path, ref in due.items() if path.partition("/")[0] != RECORDS}


def _answered_by_index(files: Mapping[str, FileContent], path: str) -> bool:
    folder, _, name = path.partition("/")
    return folder == PUBLISHED and f"{DIST}/{name.removesuffix(INDEX_SUFFIX)}" in files


def check_stated(evidence: Evidence) -> Iterator[Finding]:
    """What our own jobs stated is of their kind and about these distributions. Codes: those of `judge_stated`.

    Statements beside a release that was not made by Sealwright are not its own, and only their signatures are judged.
    """
    for signed in evidence.statements:
        what = signed.path.rpartition("/")[2].removesuffix(STATEMENT_SUFFIX)
        # What rebuild stated is about files that were not published, and what the audit did about wheels.
        aside = {"rebuild"} if evidence.wheels or evidence.case.scope is not Scope.FILES else {"rebuild", "audit"}
        if not isinstance(signed.verified, VerifiedStatement) or what in aside:
            continue
        if evidence.case.accept is not Accept.RELEASE:
            yield Finding.skipped("statements", "its signature holds; what it states is not judged", signed.path)
            continue
        path = f"statements/{what}.json"
        apart = bool(evidence.case.wheels) or not all(ref.name.endswith(PURE) for ref in evidence.wheels)
        judged = judge_stated(maker_of(what), path, signed.verified.statement, evidence.distributions, (), apart=apart)
        wrong = [f for f in judged if evidence.case.scope is not Scope.FILES or f.code != EXTRA]
        yield from wrong or (Finding.passed("statements", signed.path),)


CHECKS: dict[str, Check] = {
    FILES: check_listed,
    "signatures": signatures.check_signatures,
    "statements": check_stated,
    "signer": signatures.check_signer,
    "runner": signatures.check_runner,
    "provenance": everybody.check_provenance,
    "provenance-github": everybody.check_github_provenance,
    "agreement": signatures.check_agreement,
    "sbom": everybody.check_sbom,
    own_word.CHECK: own_word.check_verdict,
}


def _difference(path: str, wanted: FileRef | None, found: FileRef | None) -> Finding | None:
    if wanted is None:
        if path in own_word.LATER:
            return None
        hint = "it is not part of the release; find out where it came from"
        expected = "a file that the signed list names"
        return Finding.failed(FILES, "file-unclaimed", path, expected=expected, hint=hint)
    if found is None:
        hint = "get all files of the release again"
        return Finding.absent(FILES, "file-missing", path, expected=f"sha256:{wanted.sha256}", hint=hint)
    if found.sha256 == wanted.sha256:
        return None
    hint = "it was changed after the release was signed"
    expected, other = f"sha256:{wanted.sha256}", f"sha256:{found.sha256}"
    return Finding.failed(FILES, "digest-mismatch", path, expected=expected, found=other, hint=hint)
