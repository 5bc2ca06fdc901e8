"""What a package index answered about the distributions of a release, where it lies beside them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sealwright.dossier.store import PUBLISHED
from sealwright.model import Finding
from sealwright.verify.bundle import TrustRoot
from sealwright.verify.evidence import INDEX_SUFFIX, Evidence, FileContent, Signed, data_at, refs_in
from sealwright.verify.pep740 import CHECK, ExpectedPublisher, Opened, judge_opened, open_provenance


def open_answers(files: Mapping[str, FileContent], root: TrustRoot) -> dict[str, Opened]:
    """The index's provenance of each distribution that has one here, by the path of that answer."""
    paths = {ref.name: f"{PUBLISHED}/{ref.name}{INDEX_SUFFIX}" for ref in refs_in(files, "dist")}
    return {
        path: open_provenance(data_at(files, path) or b"", ref.name, ref.sha256, root)
        for ref in refs_in(files, "dist")
        if (path := paths[ref.name]) in files
    }


def signed_answers(answers: Mapping[str, Opened]) -> dict[str, Signed]:
    """Their attestations, as evidence whose certificates must agree with all others."""
    return {
        f"{path}#{number}": Signed(path, opened.filename, attestation.verified)
        for path, opened in answers.items()
        for number, attestation in enumerate(opened.attestations, 1)
    }


def judge_answers(evidence: Evidence, answers: Mapping[str, Opened], environment: str) -> Iterator[Finding]:
    """Whether the index got every distribution from this release, where its answers are here at all.

    Codes: those of `verify_provenance`, and `index-provenance-missing` for a distribution that has none among others
    that do.
    """
    expected, about = evidence.case.expected, {opened.filename for opened in answers.values()}
    publisher = ExpectedPublisher(
        expected.repository,
        expected.workflow.rpartition("/")[2],
        environment or None,
        commit=expected.commit,
        ref=expected.ref,
    )
    for opened in answers.values():
        yield from judge_opened(opened, publisher)
    for ref in evidence.distributions if answers else ():
        if ref.name not in about:
            hint = "the index attests the other distributions; get its answer about this one as well"
            expected_file = f"{PUBLISHED}/{ref.name}{INDEX_SUFFIX}"
            yield Finding.absent(CHECK, "index-provenance-missing", ref.name, expected=expected_file, hint=hint)
