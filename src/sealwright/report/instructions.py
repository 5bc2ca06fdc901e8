"""VERIFYING.md: how anybody checks this very release with other people's programs, command by command.

The commands are run by a test as they stand here, on a rehearsal's files and on tampered copies of them.
"""

from __future__ import annotations

import shlex
from collections.abc import Collection, Iterable, Mapping

from sealwright.dossier.store import DIST, EVIDENCE, RELEASE, VERIFYING
from sealwright.model import FileRef, Mode, Plan
from sealwright.model.digest import is_plain_name
from sealwright.report.markdown import code
from sealwright.verify.evidence import GENERATOR_BUNDLE, GITHUB_BUNDLE, SIGNATURE_SUFFIX, FileContent, refs_in
from sealwright.verify.expected import WORKFLOW, Expected

TRUST_CONFIG = "trust_config.json"
"""A rehearsal's own trust root, beside its files."""
_ASSETS = "assets"


def verifying(plan: Plan, expected: Expected, files: Mapping[str, FileContent]) -> bytes:
    """The text of VERIFYING.md, the same for the same arguments.

    Commands are written for the files of a GitHub release, side by side in one folder. `files` are those of the
    dossier when the gate has judged, by path.
    """
    names = [ref.name for ref in refs_in(files, DIST) if is_plain_name(ref.name)]
    rehearsed = plan.mode is Mode.REHEARSAL
    parts = [
        _head(plan, expected),
        *([_REHEARSAL] if rehearsed else []),
        _fetch(plan),
        _section("Are the files whole?", _WHOLE, ["sha256sum --strict -c SHA256SUMS"]),
        _section("Who signed them?", _SIGNED, [_sigstore(plan, expected, _signed(files))]),
        _provenance(plan, expected, names, files),
        _section("All of it at once", _ALL, [_sealwright(plan, expected)]),
        _LIMITS,
    ]
    return ("\n\n".join(parts) + "\n").encode()


def _head(plan: Plan, expected: Expected) -> str:
    rows = (
        ("repository", plan.repository),
        ("tag", plan.tag),
        ("commit", expected.commit),
        ("workflow", expected.workflow),
    )
    table = "\n".join(f"| {label} | {code(value)} |" for label, value in rows)
    return f"# Checking {plan.project.name} {plan.version}\n\n{_ORIGIN}\n\n| | |\n|---|---|\n{table}"


def _fetch(plan: Plan) -> str:
    if plan.mode is Mode.REHEARSAL:
        text = "In the folder of the rehearsal, lay its files side by side, as a GitHub release has them:"
        everything = f"{DIST}/* {EVIDENCE}/* {RELEASE} {VERIFYING} {TRUST_CONFIG}"
        return _section("The files", text, [f"mkdir {_ASSETS}", f"cp {everything} {_ASSETS}/", f"cd {_ASSETS}"])
    folder = f"{plan.project.name}-{plan.version}"
    download = ["gh", "release", "download", plan.tag, "--repo", plan.repository, "--dir", folder]
    return _section("The files", "All assets of the release in one folder:", [_shell(download), f"cd {folder}"])


def _sigstore(plan: Plan, expected: Expected, signed: Iterable[str]) -> str:
    return _shell(
        ["sigstore", *_own_root(plan), "verify", "github"],
        ["--cert-identity", expected.workflow_uri],
        ["--trigger", expected.trigger, "--sha", expected.commit],
        ["--repository", expected.repository, "--ref", expected.ref],
        *([name] for name in signed),
    )


def _signed(files: Mapping[str, FileContent]) -> list[str]:
    """What is signed as a file: all that has a signature beside it, and release.json, which the seal signs later."""
    refs: tuple[FileRef, ...] = (*refs_in(files, DIST), *refs_in(files, EVIDENCE))
    have = [ref.name for ref in refs if f"{EVIDENCE}/{ref.name}{SIGNATURE_SUFFIX}" in files]
    return [*(name for name in have if is_plain_name(name)), RELEASE]


def _provenance(plan: Plan, expected: Expected, names: list[str], paths: Collection[str]) -> str:
    rehearsed = plan.mode is Mode.REHEARSAL
    by_github = [_gh(expected, name) for name in names] if GITHUB_BUNDLE in paths else []
    by_generator = _by_generator(plan, expected, names) if GENERATOR_BUNDLE in paths else ()
    commands = by_generator[1:] if rehearsed else (*by_github, *by_generator)
    return _section("Which build made them?", _PROVENANCE + (_NOT_REHEARSED if rehearsed else ""), commands)


def _gh(expected: Expected, name: str) -> str:
    return _shell(
        ["gh", "attestation", "verify", name, "--bundle", GITHUB_BUNDLE.rpartition("/")[2]],
        ["--repo", expected.repository, "--signer-workflow", f"{expected.repository}/{expected.workflow}"],
        ["--source-ref", expected.ref, "--source-digest", expected.commit, "--deny-self-hosted-runners"],
    )


def _by_generator(plan: Plan, expected: Expected, names: list[str]) -> tuple[str, ...]:
    """The command of slsa-verifier, then the same one of ours."""
    source = expected.repository_url.partition("://")[2]
    lines = (
        ["--provenance-path", GENERATOR_BUNDLE.rpartition("/")[2]],
        ["--source-uri", source, "--source-tag", plan.tag],
        *([name] for name in names),
    )
    ours = ["sealwright", "verify-artifact", *_own_root(plan)]
    return _shell(["slsa-verifier", "verify-artifact"], *lines), _shell(ours, *lines)


def _sealwright(plan: Plan, expected: Expected) -> str:
    workflow = [] if expected.workflow == WORKFLOW else ["--workflow", expected.workflow]
    return _shell(
        ["sealwright", "verify", ".", "--repo", expected.repository, "--tag", plan.tag, *workflow, *_own_root(plan)]
    )


def _own_root(plan: Plan) -> list[str]:
    return ["--trust-config", TRUST_CONFIG] if plan.mode is Mode.REHEARSAL else []


def _shell(*lines: list[str]) -> str:
    return " \\\n  ".join(shlex.join(line) for line in lines)


def _section(title: str, text: str, commands: Collection[str]) -> str:
    fence = ["", "```sh", *commands, "```"] if commands else []
    return "\n".join([f"## {title}", "", text, *fence])


_ORIGIN = """\
This file was written for one release by the job that judged it, and came with it. Whoever could replace the release
could replace this file as well, so first look at the repository below: it must be the one whose release you want.
Nothing here can tell you that."""

_REHEARSAL = f"""\
**This is a rehearsal.** Nothing of it was published. Certificates, log and timestamps are those of a stand-in on one
machine, and verify with `{TRUST_CONFIG}` alone; without that option every signature below has to be refused."""

_WHOLE = """\
Says that nothing was lost or mixed up on the way, and nothing about who made it: the list came with the files. It is
content with files beside the listed ones. (macOS: `shasum -a 256 -c SHA256SUMS`.)"""

_SIGNED = """\
Says that a run of exactly this workflow, started by a push of this tag at this commit, signed exactly these bytes, and
that the signature is in a public log. Each file is held against the `.sigstore.json` beside it, and the program stops
at the first that fails. To install it: `pip install sigstore`."""

_PROVENANCE = """\
GitHub's own attestation and the generator's provenance each name the commit and the run that the digests came from.
They are signed by jobs that the project's code does not run in. The digests come from the project's build job: neither
signer built anything itself."""

_NOT_REHEARSED = """

A release has commands of `gh attestation verify` and `slsa-verifier` here, too. As they are called there, they know the
public instance only and have no use for a rehearsal."""

_ALL = """\
Holds every signature, provenance, SBOM, the signed list of files and the signed verdict against one another, without a
network. It fails on a file that is missing, changed, or not part of the release, this one included."""

_LIMITS = """\
## What none of this says

That the commit was reviewed, or that it is harmless. The verdict in `vsa.intoto.jsonl` is the project's own word about
its release, signed; it is no third party's."""
