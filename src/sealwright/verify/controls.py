"""Negative controls: a gate that has never refused anything proves nothing by passing.

Before a verdict counts, copies of the very release are broken, one by one, and each must be refused for its own
reasons and no others.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from sealwright.dossier.store import PLAN, record_path
from sealwright.model import FileRef, Finding, Verdict, sha256_hex
from sealwright.verify.evidence import SBOM_SUFFIX, SIGNATURE_SUFFIX, Case, FileContent, refs_in
from sealwright.verify.release import judge_release

CHECK = "controls"


@dataclass(frozen=True, slots=True)
class Sabotage:
    """One way to break a release, and the exact set of codes that must block it."""

    name: str
    codes: frozenset[str]
    spoil: Callable[[Case], Case]
    """A broken copy; the case that is given is left alone. Needs a wheel and a smoke cell, which every passing release
    has."""


def run_controls(case: Case, verdict: Verdict) -> tuple[Finding, ...]:
    """One finding for each sabotage of `case`, whose own verdict is `verdict`.

    Codes: `control-not-caught`, `control-caught-otherwise`, `controls-not-run`. Where the release itself does not pass,
    its copies' failures would show nothing, so the controls are skipped.
    """
    if verdict.exit_code == 3:
        found = "the release itself could not be judged"
        return (Finding.unavailable(CHECK, "controls-not-run", found=found),)
    if not verdict.passed:
        return (Finding.skipped(CHECK, "the release itself does not pass"),)
    # What the index serves says nothing about evidence, and would add a finding to each broken distribution.
    quiet = replace(case, index={})
    return tuple(_run(sabotage, quiet, verdict) for sabotage in SABOTAGES)


def _run(sabotage: Sabotage, case: Case, untouched: Verdict) -> Finding:
    broken = judge_release(sabotage.spoil(case))
    codes = {f.code for f in broken.blocking if f not in untouched.findings}
    expected, found = ", ".join(sorted(sabotage.codes)), ", ".join(sorted(codes)) or "nothing"
    hint = "the gate is broken: do not publish, and report this as a defect"
    if broken.passed:
        return Finding.failed(
            CHECK, "control-not-caught", sabotage.name, expected=expected, found="it passed", hint=hint
        )
    if codes != sabotage.codes:
        return Finding.failed(
            CHECK, "control-caught-otherwise", sabotage.name, expected=expected, found=found, hint=hint
        )
    return Finding.passed(CHECK, sabotage.name, found)


def _with(case: Case, *changed: FileContent) -> Case:
    return replace(case, files={**case.files, **{content.ref.path: content for content in changed}})


def _without(case: Case, path: str) -> Case:
    return replace(case, files={name: content for name, content in case.files.items() if name != path})


def _wheel(case: Case) -> FileRef:
    return next(ref for ref in refs_in(case.files, "dist") if ref.name.endswith(".whl"))


def _in_both_builds(case: Case, name: str) -> tuple[str, ...]:
    """Where a distribution lies; whoever replaces one would replace the rebuilt one as well."""
    return tuple(f"{folder}/{name}" for folder in ("dist", "rebuilt") if refs_in(case.files, folder))


def _flip(content: FileContent, path: str) -> FileContent:
    """A file that differs in one bit of its first byte; where only the digest is held, with another digest."""
    if content.data:
        return FileContent.of(path, bytes([content.data[0] ^ 1]) + content.data[1:])
    return FileContent(FileRef(path, sha256_hex(content.ref.sha256.encode()), content.ref.size))


def _byte_in_wheel(case: Case) -> Case:
    wheel = _wheel(case)
    return _with(case, *(_flip(case.files[wheel.path], path) for path in _in_both_builds(case, wheel.name)))


def _extra_distribution(case: Case) -> Case:
    wheel = _wheel(case)
    name, version, tags = wheel.name.split("-", 2)
    paths = _in_both_builds(case, f"{name}-{version}-999-{tags.split('-', 1)[1] if tags[0].isdigit() else tags}")
    return _with(case, *(_flip(case.files[wheel.path], path) for path in paths))


def _swapped_sbom(case: Case) -> Case:
    wheel = _wheel(case)
    path = f"evidence/{wheel.name}{SBOM_SUFFIX}"
    data = case.files[path].data or b""
    return _with(case, FileContent.of(path, data.replace(wheel.sha256.encode(), sha256_hex(data).encode())))


def _truncated_bundle(case: Case) -> Case:
    path = _signature(case)
    data = case.files[path].data or b""
    return _with(case, FileContent.of(path, data[: len(data) // 2]))


def _changed_plan(case: Case) -> Case:
    data = case.files[PLAN].data or b""
    return _with(case, FileContent.of(PLAN, data + b"\n"))


def _signature(case: Case) -> str:
    return f"evidence/{_wheel(case).name}{SIGNATURE_SUFFIX}"


def _missing_cell(case: Case) -> Case:
    return _without(case, record_path(next(job for job in case.jobs if job.startswith("smoke-"))))


def _other_repository(case: Case) -> Case:
    owner, _, name = case.expected.repository.partition("/")
    return replace(case, expected=replace(case.expected, repository=f"{owner}-impostor/{name}"))


def _other_workflow(case: Case) -> Case:
    path = PurePosixPath(case.expected.workflow)
    other = str(path.with_name(f"another-{path.name}"))
    return replace(case, expected=replace(case.expected, workflow=other))


SABOTAGES = (
    Sabotage(
        "one bit of a wheel is flipped",
        frozenset({"digest-mismatch", "sums-differ", "subject-digest", "sbom-root-mismatch"}),
        _byte_in_wheel,
    ),
    Sabotage(
        "a distribution is added",
        frozenset({"file-unclaimed", "sums-differ", "signature-missing", "subject-missing", "sbom-missing"}),
        _extra_distribution,
    ),
    Sabotage(
        "the SBOM is another wheel's",
        frozenset({"digest-mismatch", "sbom-root-mismatch"}),
        _swapped_sbom,
    ),
    Sabotage(
        "a signature is removed",
        frozenset({"file-missing", "signature-missing"}),
        lambda case: _without(case, _signature(case)),
    ),
    Sabotage(
        "a signature is cut off",
        frozenset({"digest-mismatch", "bundle-malformed"}),
        _truncated_bundle,
    ),
    Sabotage(
        "everything was signed in another repository",
        frozenset({"plan-repository", "signer-repository", "signer-workflow"}),
        _other_repository,
    ),
    Sabotage(
        "everything was signed by another workflow",
        frozenset({"signer-workflow"}),
        _other_workflow,
    ),
    Sabotage(
        "a smoke cell left no record",
        frozenset({"record-missing", "smoke-cell-missing", "file-unclaimed", "statement-out-of-place"}),
        _missing_cell,
    ),
    Sabotage(
        "the plan was changed",
        frozenset({"plan-changed", "digest-mismatch", "smoke-cell-missing"}),
        _changed_plan,
    ),
)
"""The order is that of the summary."""
