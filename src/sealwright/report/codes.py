"""The codes of what `sealwright verify` finds, a sentence or two each: what it means, and what to do."""

from __future__ import annotations

CODES: dict[str, str] = {
    # release
    "repository-not-named": "You did not say whose release it must be, and nothing in a release can say that for "
    "you. Take the repository from the project's own documentation, not from these files, and name it with "
    "--repo.",
    "repository-mismatch": "The certificates are of another repository than the one you named: a fork, a "
    "namesake, or a lure.",
    "release-unsigned": "No signature here holds, so nothing shows whose release this is. `signatures` says what "
    "is wrong with each.",
    "tag-missing": "It was signed on a branch or for something else than a tag. Others release like that: with "
    "`--accept provenance` or `--accept signed` the ref is told and not judged, unless you name a --tag.",
    "tag-mismatch": "It is the release of another tag than the one you named.",
    "version-mismatch": "A distribution is of another version than the one you named, or than its tag names.",
    # files
    "release-missing": "There is no release.json, the signed list of files that every release by Sealwright has. "
    "Either it was taken away, or the release was made otherwise: then `--accept` says what is enough for you.",
    "malformed": "The file is not what it should be in form: cut off, or changed by hand.",
    "file-unclaimed": "Nobody vouches for this file. In a release with a signed list somebody added it; "
    "elsewhere nothing is signed over it.",
    "file-missing": "The signed list, or a record, names a file that is not here. Get all files of the release.",
    "digest-mismatch": "The file is not the one that was signed or listed: it was changed afterwards, or belongs "
    "to another release.",
    "evidence-orphaned": "Evidence about a file that is not here. The file was removed or renamed, or the "
    "evidence is of another release.",
    "sums-differ": "SHA256SUMS names another digest for a file than it has.",
    # signatures
    "signature-missing": "There is no Sigstore bundle for this file. What is not signed, nobody vouches for.",
    "signature-invalid": "The signature was not made over these bytes by the key in the certificate.",
    "bundle-malformed": "It is no Sigstore bundle, or not one that says one thing.",
    "bundle-kind": "The bundle holds a statement where a signature over a file was expected, or the reverse.",
    "certificate-invalid": "No authority of the trust root issued the certificate, or not for that time. A "
    "rehearsal's evidence holds only with its own --trust-config, and public evidence only without one.",
    "log-invalid": "The transparency log's proof does not hold: the bundle was changed, or is of another instance.",
    "timestamp-invalid": "A timestamp in the bundle was not made over this signature by an authority of the "
    "trust root.",
    "timestamp-missing": "Nothing proves when it was signed, and a certificate is only valid for minutes.",
    "payload-type": "The envelope holds something else than an in-toto statement.",
    "statement-malformed": "The statement cannot be read in exactly one way.",
    # statements
    "statement-kind": "A job stated something of another kind than it may. The release's signature does not make "
    "that true.",
    "statement-out-of-place": "A statement is called like that of another job.",
    # signer
    "signer-issuer": "The identity is not one of GitHub Actions.",
    "signer-workflow": "Another workflow file signed this. If the project releases from another file than "
    "release.yml, and you know that from the project, name it with --workflow.",
    "signer-commit": "It was signed at another commit than the rest of the release, or the workflow file was at "
    "another.",
    "signer-repository": "It was signed in another repository than the one you named.",
    "signer-ref": "It was signed for another tag or branch. The evidence is of something else, or something else "
    "was put beside it.",
    "signer-trigger": "The workflow was started by another event than the push of a tag. If the project is known "
    "to release on another event, name it with --trigger.",
    "signer-runner": "It was signed on a self-hosted runner, which keeps state between jobs.",
    "signer-run": "It was signed in another run of the workflow. The evidence is of something else, or something "
    "else was put beside it.",
    "runner-unexpected": "It was signed on a self-hosted runner, which keeps state between jobs.",
    "environment-unproven": "The certificate names no deployment environment. Certificates of an older Fulcio "
    "never do; nothing follows from it either way.",
    "environment-mismatch": "The job ran in another deployment environment than the one that you named, or that "
    "the index names.",
    "environment-missing": "Other certificates of this release name their environment and this one does not, so "
    "its job ran outside.",
    "no-certificates": "No signature of this release holds, so there is nothing that could agree.",
    "certificates-disagree": "The certificates are of different runs, commits or repositories. The evidence is "
    "of something else, or something else was put beside it.",
    "another-run": "It was signed in another run of the workflow. The evidence is of something else, or "
    "something else was put beside it.",
    # provenance
    "provenance-missing": "There is no provenance by this builder.",
    "provenance-not-in-log": "Provenance as generators before v2.1.0 wrote it, without a log entry. `sealwright "
    "verify-artifact --allow-unlogged` shows what can be known of it.",
    "subject-missing": "The provenance or statement does not cover this file.",
    "subject-digest": "It names this file with another digest: one of the two was replaced.",
    "subject-extra": "It covers a distribution that is not here. Get all files of the release, or name single files.",
    "subject-none": "There was no distribution to look for.",
    "generator-version": "Another version of slsa-github-generator than the one whose behaviour is known here.",
    "generator-commit": "The generator's tag was at another commit than the one that was reviewed and pinned.",
    "statement-type": "It is of another in-toto version than this builder writes.",
    "predicate-type": "It is another kind of statement than this builder writes.",
    "predicate-build-type": "It names another build type than this builder writes.",
    "predicate-builder": "It names another builder than its certificate does: it was forged by somebody who may sign.",
    "predicate-source": "It names another source than its certificate does.",
    "predicate-commit": "It names another commit than its certificate does.",
    "predicate-entry-point": "It names another workflow than its certificate does.",
    "predicate-materials": "It names other materials than its certificate does, or more than one.",
    "predicate-environment": "It says something else of the run than its certificate does.",
    "predicate-run": "It names another run than its certificate does.",
    # SBOM
    "sbom-missing": "A wheel has no SBOM beside it.",
    "wheel-missing": "There is no wheel that an SBOM could describe.",
    "closure-missing": "There is no pylock.toml, so nobody can say what an SBOM must list.",
    "closure-malformed": "pylock.toml cannot be read as a lock with digests.",
    "sbom-malformed": "The SBOM does not fit its schema, or cannot be read in one way.",
    "sbom-root-mismatch": "The SBOM is of another wheel than this one.",
    "sbom-closure-missing": "The SBOM leaves out a package of the locked closure.",
    "sbom-closure-extra": "The SBOM lists a package that the locked closure does not have.",
    "sbom-digest-unknown": "The SBOM gives a package another digest than the lock does.",
    # gate
    "verdict-kind": "What stands in the place of the gate's verdict is another statement.",
    "verdict-failed": "The project's own gate did not pass, so it should not have been published.",
    "verdict-verifier": "The verdict names another workflow as its author than the one that signed.",
    "verdict-mode": "A rehearsal's verdict where a release's is due, or the reverse. A rehearsal is never a release.",
    "verdict-subjects": "The verdict is about other distributions.",
    "verdict-inputs": "The verdict was given on other evidence than what is here.",
    # records
    "record-sums-missing": "There is no records/SHA256SUMS, which the last job of a release writes: the release "
    "did not come to its end, or the list was lost.",
    "record-sums-malformed": "records/SHA256SUMS is not a list of `sha256sum`.",
    "record-missing": "The record of a job is listed, or another record was made from it, and it is not here.",
    "record-changed": "A record is not the one that the last job of the release listed.",
    "record-unlisted": "A record that the last job of the release did not list.",
    "record-of-another-job": "A record was written by another job than its name says.",
    "record-unaccounted": "The records do not lead to one last job whose record names all others.",
    # index
    "provenance-malformed": "The index's answer cannot be read.",
    "provenance-empty": "The index's answer holds no attestation, which other tools read as agreement. Do not "
    "install the file from that index on the strength of this answer.",
    "publisher-kind": "The index names a publisher of another kind than GitHub.",
    "publisher-mismatch": "The index names another publisher than the release workflow of the repository that "
    "you named. Do not install the file from that index on the strength of this answer.",
    "attestation-subject": "The index's attestation is about another file.",
    "attestation-kind": "The index's attestation is of a kind that indexes do not take.",
    "attestation-malformed": "The index's attestation cannot be read as a signed statement.",
    "attestation-duplicate": "The index shows two attestations of one kind.",
    "index-provenance-missing": "The index attests the other distributions of this release and not this one.",
    "index-not-compared": "Nobody asked the index whether it serves these files.",
    # vouched, source, approval
    "not-vouched": "Nothing that was signed by the expected identity vouches for this distribution, or not what "
    "you asked for with --accept.",
    "unanswered": "A required check found nothing at all to look at, which is not an agreement.",
    "source-not-compared": "The archives were not compared with the commit, because it is not here. Give a clone "
    "with --source.",
    "source-commit-unknown": "No certificate that holds says which commit to compare with.",
    "source-commit-missing": "The clone does not have the certificate's commit. Fetch it; if the repository does "
    "not have it either, it was removed or never pushed there.",
    "source-tag-moved": "The tag points at another commit now, in your clone, than the one that was released.",
    "not-on-release-branch": "The commit is in the history of no release branch. Tags can be made of any commit, "
    "reviewed or not.",
    "branch-not-here": "None of the release branches is in the clone, so nothing can be said about the commit.",
    "workflow-drifted": "release.yml is not what Sealwright renders from the settings: somebody changed what the "
    "release does, or another version of Sealwright rendered it.",
    "approval-unproven": "No certificate names who approved a release. GitHub's deployment history does, for "
    "those who may see it.",
}
"""Code to what it means. Codes of archives are in docs/inspect.md."""
