"""What each check of `sealwright verify` asks, what its pass proves and does not, and what each code means.

`--explain NAME` prints it, docs/verify.md holds the same words, and a test compares the two.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sealwright.config.policy import FLOOR
from sealwright.model import Level
from sealwright.report.codes import CODES

_WIDTH = 100


@dataclass(frozen=True, slots=True)
class Meaning:
    """One check."""

    asks: str
    proves: str
    """What is known once it passed."""
    leaves: str
    """What is not known even then."""


@dataclass(frozen=True, slots=True)
class Explained:
    """A check or a code, by its name."""

    name: str
    paragraphs: tuple[str, ...]


CHECKS: dict[str, Meaning] = {
    "release": Meaning(
        "is it the release that was asked about: repository, tag, version",
        "a certificate names the repository that you named, and the tag and version if you named one",
        "that you named the right repository",
    ),
    "files": Meaning(
        "are the files exactly those that the signed release.json lists; without one, is each accounted for",
        "nothing was added, removed or changed after the release was signed",
        "that the list was right when it was signed",
    ),
    "signatures": Meaning(
        "does each distribution, SBOM and statement have a Sigstore bundle that holds over its very bytes",
        "somebody with the certified identity signed these bytes, and the public log has it",
        "who that is: `signer` asks",
    ),
    "statements": Meaning(
        "is what the jobs stated of their kind, and about exactly these distributions",
        "the release workflow stated it about these bytes",
        "that it is true: jobs that ran project code speak for themselves",
    ),
    "signer": Meaning(
        "does every certificate name the expected workflow, commit, tag and event",
        "the release workflow of the repository that you named signed, for this tag at this commit",
        "that the commit was reviewed, or that the workflow is a good one: `workflow` compares it, with --source",
    ),
    "runner": Meaning(
        "did everybody who signed do so on a GitHub-hosted runner",
        "no machine that keeps state between jobs took part in signing",
        "what ran on it",
    ),
    "environment": Meaning(
        "did the signing job run in the deployment environment that you named",
        "GitHub applied that environment's rules to the job",
        "which rules these were, or that anybody approved; certificates of an older Fulcio say nothing: unproven",
    ),
    "provenance": Meaning(
        "does slsa-github-generator's provenance cover exactly these digests, signed by the pinned generator",
        "the generator ran in the release's own run, at this commit, and was handed these digests",
        "that the commit builds to these bytes: the project's build job handed over the digests",
    ),
    "provenance-github": Meaning(
        "does GitHub's provenance cover exactly these digests, and say what its certificate says",
        "the release workflow attested these digests in this run",
        "more than its certificate: whoever may attest writes the predicate",
    ),
    "generator": Meaning(
        "is the generator's provenance there beside GitHub's",
        "nothing beyond `provenance`",
        "anything where it is skipped: the project did without, which its signed list of files shows",
    ),
    "agreement": Meaning(
        "do all certificates agree on one repository, commit, tag and run",
        "all evidence is of one run of one workflow",
        "that the run did what it should",
    ),
    "wheels": Meaning(
        "are there wheels, each for another platform that an index takes, where the project builds them itself",
        "the release did not lose all its wheels on the way, and its list of jobs says who built them",
        "what that workflow did; skipped for a rehearsal, which cannot run it and has no wheel and no SBOM",
    ),
    "sbom": Meaning(
        "does each wheel have an SBOM that binds to its digest and lists exactly its locked closure",
        "the SBOM is about this wheel and repeats its lock",
        "that the components are free of vulnerabilities: `sealwright audit` asks today",
    ),
    "gate": Meaning(
        "did the project's own gate pass, on these files and this evidence, signed by the same release",
        "the project says so, and has signed it",
        "anything more: it is the project's own word, shown as `self`",
    ),
    "records": Meaning(
        "are the records of all jobs there, as the last job listed them (dossiers only)",
        "the dossier is complete, and no file of it was changed by accident",
        "that the later records are authentic: nothing is signed over them",
    ),
    "index-provenance": Meaning(
        "do the index's attestations, where they are here, name the same workflow, commit and tag",
        "the release's own workflow uploaded these bytes to the index",
        "that the index serves them now",
    ),
    "vouched": Meaning(
        "does somebody who signed, and is the one expected, vouch for each distribution",
        "no distribution is here that nobody signed for; `--accept` says what is enough",
        "anything about the files beside the distributions",
    ),
    "source": Meaning(
        "do the archives fit the certificate's commit, in the clone that you gave",
        "every member was compared with the commit; the checks of docs/inspect.md say how",
        "that the commit is harmless",
    ),
    "branch": Meaning(
        "is the commit on a release branch of the clone that you gave",
        "the tag was not made of a commit that never was on a release branch",
        "that the branch is protected, or that anybody reviewed the commit",
    ),
    "workflow": Meaning(
        "is release.yml at that commit what Sealwright renders from the settings at that commit (with --source)",
        "the workflow that signed has the jobs, grants and steps of the table, nothing added",
        "that the settings are good ones, or that GitHub's are",
    ),
    "withdrawn": Meaning(
        "does the policy that you gave list the version as taken back by its project",
        "the policy, as of its date, does not withdraw this version",
        "anything where no policy was given, or an old one: take it from the project's branch of today",
    ),
    "index": Meaning(
        "does the package index serve these very files",
        "what you have is what the index serves",
        "who put it there: `index-provenance` asks",
    ),
    "index-files": Meaning(
        "does the index serve exactly these files with these digests, none of them yanked (pypi: or --online)",
        "what was judged is what the index serves, and there is nothing else of this version",
        "who put it there: `index-provenance` asks",
    ),
    "github-release": Meaning(
        "is the release public, and are its assets what GitHub's API says they are (github:)",
        "the assets that were judged are the ones that are published",
        "who put them there: signatures say who made them",
    ),
    "changes": Meaning(
        "could the release be compared with the one that you named (--against)",
        "the changes below the verdict are those that a bounded look at both shows",
        "that any of them is wanted, or that nothing else changed",
    ),
    "approval": Meaning(
        "does anything show that a person approved the release",
        "nothing: it never passes",
        "who approved: certificates name an environment, and no reviewer",
    ),
}
"""Every check that the files of a release can be asked, in the order of docs/verify.md."""


def _explained() -> Iterator[Explained]:
    for name, code in CODES.items():
        yield Explained(name, (code,))
    for name, check in CHECKS.items():  # a check's name is its code when it passes
        level = FLOOR.get(name, Level.REQUIRE)
        yield Explained(
            name,
            (
                f"Asks: {check.asks}.",
                f"Proves: {check.proves}.",
                f"Does not prove: {check.leaves}.",
                f"Weighs `{level.value}` unless a policy raises it. docs/verdicts.md explains levels.",
            ),
        )


EXPLAINED: Mapping[str, Explained] = {explained.name: explained for explained in _explained()}


def meaning_lines(explained: Explained) -> Iterator[str]:
    """Everything that there is to say about a check or a code."""
    yield explained.name
    for paragraph in explained.paragraphs:
        yield ""
        yield from textwrap.wrap(paragraph, _WIDTH, break_long_words=False, break_on_hyphens=False)
