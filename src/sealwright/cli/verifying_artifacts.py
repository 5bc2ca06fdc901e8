"""What `sealwright verify-artifact` does once its arguments are understood."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

from sealwright.cli import Invocation
from sealwright.cli.reading import read_named
from sealwright.dossier.store import digest_file
from sealwright.errors import UsageError
from sealwright.services.artifact_list import verify_list
from sealwright.services.trust import named_root
from sealwright.verify.artifact import NotVerified, Verified, Wanted, verify_artifact

_DIGEST = re.compile(r"(?:sha256:)?(?P<hex>[0-9a-fA-F]{64})")


def single(arguments: argparse.Namespace, invocation: Invocation) -> int:
    """Verify the artifacts that were named on the command line, each by itself."""
    root = named_root(_path(arguments.trust_config, invocation))
    provenance = read_named(invocation.directory / arguments.provenance_path, "--provenance-path")
    wanted = _wanted(arguments)
    verified: Verified | None = None
    failed = False
    for name, digest in _digests(arguments, invocation):
        try:
            verified = verify_artifact(provenance, (digest,), wanted, root, allow_unlogged=arguments.allow_unlogged)
        except NotVerified as error:
            failed = True
            sys.stderr.write(f"Verifying artifact {name}: FAILED: {error}\n")
        else:
            sys.stderr.write(f"Verifying artifact {name}: PASSED\n")
    if failed or verified is None:
        sys.stderr.write("FAILED: SLSA verification failed\n")
        return 1
    sys.stderr.write(f"Verified build using builder {verified.builder} at commit {verified.commit}\n")
    if not verified.logged:
        sys.stderr.write("Not shown: that the signature is in the public log, and when it was made\n")
    sys.stderr.write(f"PASSED: SLSA verification passed{'' if verified.logged else ', without a log entry'}\n")
    if arguments.print_provenance:
        sys.stdout.write(verified.payload.decode() + "\n")
    return 0


def batch(arguments: argparse.Namespace, invocation: Invocation) -> int:
    """Verify a list, and answer each of its lines by one. Exit code 0 only if every one passed."""
    if arguments.jobs is not None and arguments.jobs < 1:
        raise UsageError("jobs-malformed", f"--jobs {arguments.jobs}", hint="one process at least")
    trust_config = _path(arguments.trust_config, invocation)
    named_root(trust_config)  # a wrong one is said once and not on every line
    listed = "-" if arguments.batch == "-" else invocation.directory / arguments.batch
    passed = True
    for answer in verify_list(listed, invocation.directory, trust_config, arguments.jobs):
        sys.stdout.write(answer.text + "\n")
        passed &= answer.passed
    return 0 if passed else 1


def _wanted(arguments: argparse.Namespace) -> Wanted:
    pairs = [item.partition("=") for item in arguments.build_workflow_input]
    if any(not separator for _, separator, _ in pairs):
        raise UsageError("input-malformed", "--build-workflow-input takes NAME=VALUE")
    return Wanted(
        arguments.source_uri,
        arguments.builder_id,
        arguments.source_branch,
        arguments.source_tag,
        arguments.source_versioned_tag,
        {name: value for name, _, value in pairs},
    )


def _digests(arguments: argparse.Namespace, invocation: Invocation) -> list[tuple[str, str]]:
    """(name, sha256) of everything that is to be verified."""
    found = []
    for name in arguments.artifact:
        try:
            found.append((name, digest_file(invocation.directory / name)[0]))
        except OSError as error:
            raise UsageError("artifact-unreadable", f"{name}: {error.strerror or error}") from error
    for text in arguments.artifact_digest:
        match = _DIGEST.fullmatch(text)
        if match is None:
            raise UsageError("digest-malformed", f"--artifact-digest {text}", hint="sha256: and 64 hexadecimal digits")
        found.append((text, match["hex"].lower()))
    return found


def _path(name: str | None, invocation: Invocation) -> Path | None:
    return None if name is None else invocation.directory / name
