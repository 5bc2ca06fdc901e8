"""Negative controls: a gate that has never refused anything proves nothing by passing.

Before a verdict counts, copies of the very release are broken, one by one, and each must be refused for its own
reasons and no others.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from sealwright.dossier.store import PLAN, SBOM_SUFFIX, record_path
from sealwright.model import FileRef, Finding, Verdict, sha256_hex
from sealwright.verify.evidence import SIGNATURE_SUFFIX, Case, FileContent, refs_in
from sealwright.verify.release import judge_release

CHECK = "controls"


@dataclass(frozen=True, slots=True)
class Sabotage:
    """One way to break a release, and the exact set of codes that must block it."""

    name: str
    codes: frozenset[str]
    spoil: Callable[[Case], Case]
    """A broken copy; the case that is given is left alone. Needs a smoke cell, which every passing release has."""
    of_sbom: frozenset[str] = frozenset()
    """Further codes where the release has a wheel, and with it an SBOM: a rehearsal may have none."""
    needs_sbom: bool = False

    def expected(self, case: Case) -> frozenset[str]:
        """The codes that must block the broken copy of `case`."""
        return self.codes | self.of_sbom if _wheels(case) else self.codes


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
    possible = [sabotage for sabotage in SABOTAGES if _wheels(case) or not sabotage.needs_sbom]
    return tuple(_run(sabotage, quiet, verdict) for sabotage in possible)


def _run(sabotage: Sabotage, case: Case, untouched: Verdict) -> Finding:
    broken = judge_release(sabotage.spoil(case))
    codes = {f.code for f in broken.blocking if f not in untouched.findings}
    wanted = sabotage.expected(case)
    expected, found = ", ".join(sorted(wanted)), ", ".join(sorted(codes)) or "nothing"
    hint = "the gate is broken: do not publish, and report this as a defect"
    if broken.passed:
        return Finding.failed(
            CHECK, "control-not-caught", sabotage.name, expected=expected, found="it passed", hint=hint
        )
    if codes != wanted:
        return Finding.failed(
            CHECK, "control-caught-otherwise", sabotage.name, expected=expected, found=found, hint=hint
        )
    return Finding.passed(CHECK, sabotage.name, found)


def _with(case: Case, *changed: FileContent) -> Case:
    return replace(case, files={**case.files, **{content.ref.path: content for content in changed}})


def _without(case: Case, path: str) -> Case:
    return replace(case, files={name: content for name, content in case.files.items() if name != path})


def _wheels(case: Case) -> tuple[FileRef, ...]:
    return tuple(ref for ref in refs_in(case.files, "dist") if ref.name.endswith(".whl"))


def _distribution(case: Case) -> FileRef:
    """A wheel, and where there is none the sdist."""
    return next(iter(_wheels(case) or refs_in(case.files, "dist")))


def _in_both_builds(case: Case, like: FileRef, name: str) -> tuple[str, ...]:
    """Where a distribution `name` would lie if it is made like that one; whoever replaces one replaces the other."""
    folders = ("dist", "rebuilt") if f"rebuilt/{like.name}" in case.files else ("dist",)
    return tuple(f"{folder}/{name}" for folder in folders)


def _flip(content: FileContent, path: str) -> FileContent:
    """A file that differs in one bit of its first byte; where only the digest is held, with another digest."""
    if content.data:
        return FileContent.of(path, bytes([content.data[0] ^ 1]) + content.data[1:])
    return FileContent(FileRef(path, sha256_hex(content.ref.sha256.encode()), content.ref.size))


def _byte_in_distribution(case: Case) -> Case:
    one = _distribution(case)
    return _with(case, *(_flip(case.files[one.path], path) for path in _in_both_builds(case, one, one.name)))


def _extra_distribution(case: Case) -> Case:
    one = _distribution(case)
    paths = _in_both_builds(case, one, _another(one.name))
    return _with(case, *(_flip(case.files[one.path], path) for path in paths))


def _another(name: str) -> str:
    """The name of a further distribution beside this one."""
    if not name.endswith(".whl"):
        return f"another-{name}"
    project, version, tags = name.split("-", 2)
    return f"{project}-{version}-999-{tags.split('-', 1)[1] if tags[0].isdigit() else tags}"


def _swapped_sbom(case: Case) -> Case:
    wheel = _distribution(case)
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
    return f"evidence/{_distribution(case).name}{SIGNATURE_SUFFIX}"


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
        "one bit of a distribution is flipped",
        frozenset({"digest-mismatch", "sums-differ", "subject-digest"}),
        _byte_in_distribution,
        of_sbom=frozenset({"sbom-root-mismatch"}),
    ),
    Sabotage(
        "a distribution is added",
        frozenset({"file-unclaimed", "sums-differ", "signature-missing", "subject-missing"}),
        _extra_distribution,
        of_sbom=frozenset({"sbom-missing"}),
    ),
    Sabotage(
        "the SBOM is another wheel's",
        frozenset({"digest-mismatch", "sbom-root-mismatch"}),
        _swapped_sbom,
        needs_sbom=True,
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
