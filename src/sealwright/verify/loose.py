"""Files of a release that nothing signed lists: each must be evidence about a file that is here, or be vouched for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from sealwright.dossier.store import DIST, EVIDENCE, PUBLISHED, RECORDS, SBOM_SUFFIX
from sealwright.model import Finding
from sealwright.verify.evidence import INDEX_SUFFIX, SIGNATURE_SUFFIX, Evidence, FileContent, data_at, refs_in

CHECK = "files"
_SUMS = f"{EVIDENCE}/SHA256SUMS"
_LINE = re.compile(r"\\?(?P<sha256>[0-9a-fA-F]{64}) [ *](?:.*/)?(?P<name>[^/]+)")
_BEFORE_RELEASE = "evidence/release.json.sigstore.json"


def check_loose(evidence: Evidence) -> Iterator[Finding]:
    """Evidence about files that are not here, files without any evidence, and a SHA256SUMS that is wrong.

    Codes: `evidence-orphaned`, `file-unclaimed`, `sums-differ`.
    """
    files = evidence.case.files
    # `vouched` and `records` answer for distributions and records, other checks for bundles.
    judged = {item.path for item in evidence.signed} | {item.subject for item in evidence.signatures if item.verified}
    for path in sorted(files):
        about = _about(path)
        if about and not any(candidate in files for candidate in about):
            yield _orphan(path, about)
        elif not about and path != _SUMS and path not in judged and path.partition("/")[0] not in (DIST, RECORDS):
            hint = "nothing here is signed over it; look whether it belongs to the release at all"
            yield Finding.absent(CHECK, "file-unclaimed", path, expected="a signature over it", hint=hint)
    yield from _sums(files)


def _about(path: str) -> tuple[str, ...]:
    """The paths of which one must exist for the evidence at `path` to be about something."""
    folder, _, name = path.partition("/")
    if folder == PUBLISHED:
        return (f"{DIST}/{name.removesuffix(INDEX_SUFFIX)}",)
    if folder != EVIDENCE:
        return ()
    if path == _BEFORE_RELEASE:
        return ("release.json",)
    for suffix in (SIGNATURE_SUFFIX, SBOM_SUFFIX):
        if name.endswith(suffix):
            stem = name.removesuffix(suffix)
            return (f"{DIST}/{stem}", f"{EVIDENCE}/{stem}")
    return ()


def _orphan(path: str, about: tuple[str, ...]) -> Finding:
    hint = "evidence about a file that is not here; one of the two was removed or renamed"
    return Finding.failed(
        CHECK, "evidence-orphaned", path, expected=" or ".join(about), found="no such file", hint=hint
    )


def _sums(files: Mapping[str, FileContent]) -> Iterator[Finding]:
    here = {ref.name: ref.sha256 for folder in (DIST, EVIDENCE) for ref in refs_in(files, folder)}
    for line in (data_at(files, _SUMS) or b"").decode("utf-8", "replace").splitlines():
        match = _LINE.fullmatch(line)
        if match is not None and here.get(match["name"], match["sha256"].lower()) != match["sha256"].lower():
            hint = "the list is of other files, or one of the two was changed"
            expected, found = f"sha256:{match['sha256'].lower()}", f"sha256:{here[match['name']]}"
            yield Finding.failed(CHECK, "sums-differ", match["name"], expected=expected, found=found, hint=hint)
