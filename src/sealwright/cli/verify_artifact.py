"""`sealwright verify-artifact`: files against provenance of GitHub's builders, with slsa-verifier's flags."""

from __future__ import annotations

import argparse

from sealwright.cli import Invocation


def run(invocation: Invocation) -> int:
    """Verify artifacts, or a whole list of them, and say why not where one is not verified."""
    parser = _parser()
    arguments = parser.parse_args(invocation.arguments)
    if arguments.batch is None:
        _require(parser, arguments)
    elif arguments.artifact or arguments.provenance_path or arguments.source_uri or arguments.artifact_digest:
        parser.error("--batch takes artifacts, provenance and expectations from its file, a line each")
    from sealwright.cli.verifying_artifacts import batch, single  # noqa: PLC0415 - what `--help` does without

    return single(arguments, invocation) if arguments.batch is None else batch(arguments, invocation)


def _require(parser: argparse.ArgumentParser, arguments: argparse.Namespace) -> None:
    if not arguments.artifact and not arguments.artifact_digest:
        parser.error("name an artifact, or give its --artifact-digest")
    for option in ("provenance_path", "source_uri"):
        if not getattr(arguments, option):
            parser.error(f"--{option.replace('_', '-')} is needed")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="sealwright verify-artifact",
        description="Verifies that artifacts were built from a repository by a builder on GitHub, from their SLSA"
        " provenance, offline. Flags, verdicts and names of errors are those of slsa-verifier.",
        epilog="Exit codes: 0 verified, 1 not verified, 2 usage. A list (--batch) has a JSON object a line: id,"
        " artifact_digests, provenance, source_uri, and optionally builder_id, source_tag, source_versioned_tag,"
        " source_branch, build_workflow_inputs, allow_unlogged; each is answered by one line, in order.",
    )
    add = parser.add_argument
    add("artifact", nargs="*", metavar="ARTIFACT", help="a file that the provenance is to be about")
    add("--artifact-digest", action="append", default=[], metavar="sha256:HEX", help="a digest instead of a file")
    add("--provenance-path", metavar="FILE", help="the provenance: a Sigstore bundle, or a DSSE envelope")
    add("--source-uri", metavar="URI", help="the repository it must be built from: github.com/OWNER/NAME")
    add("--builder-id", default="", metavar="ID", help="the builder, with @VERSION or without (default: trusted ones)")
    add("--source-branch", default="", metavar="NAME", help="the branch it must be built from")
    tags = parser.add_mutually_exclusive_group()
    tags.add_argument("--source-tag", default="", metavar="TAG", help="the tag it must be built from")
    tags.add_argument("--source-versioned-tag", default="", metavar="V", help="the same, v1 or v1.2 for any such tag")
    add("--build-workflow-input", action="append", default=[], metavar="K=V", help="what it was started with by hand")
    add("--print-provenance", action="store_true", help="print the verified statement as JSON")
    add("--allow-unlogged", action="store_true", help="take envelopes without a log entry, for a weaker answer")
    add("--trust-config", metavar="FILE", help="another Sigstore instance's trust root (default: the public one)")
    add("--batch", metavar="FILE", help="verify a list of artifacts, one JSON object a line; - for standard input")
    add("--jobs", type=int, metavar="N", help="processes for --batch (default: one a core)")
    return parser
