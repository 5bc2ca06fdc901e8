"""The gate: judges all evidence, tries itself on broken copies, and says exactly which bytes may be published.

It has no identity and no secret; what it says is signed by the job seal, by digest.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import replace

from sealwright.dossier import Dossier, decode, encode
from sealwright.dossier.store import EVIDENCE, POLICY, RELEASE, STATEMENTS, VERDICT, VERIFYING, digest_file
from sealwright.errors import Refused, Unavailable
from sealwright.model import FileRef, Finding, Sums, Verdict
from sealwright.pipeline.jobs import table
from sealwright.pipeline.options import Options
from sealwright.pipeline.steps import Job, Stage
from sealwright.report.instructions import verifying
from sealwright.report.summary import Page, gate_summary
from sealwright.services.index import IndexClient, of_release
from sealwright.services.trust import trust_root
from sealwright.stages.base import SUMS_VARIABLE, Context, Result, finding_of, mode_of, record_digests
from sealwright.stages.workflow_run import expected_of, run_of
from sealwright.verify import controls, release_json, vsa
from sealwright.verify.changes import REPORT, Changes
from sealwright.verify.evidence import GENERATOR_BUNDLE, HELD, Case, Evidence, FileContent, refs_in
from sealwright.verify.files import sha256sums
from sealwright.verify.release import examine, judge

NOTES = "notes.md"
SHA256SUMS = f"{EVIDENCE}/SHA256SUMS"
SUMMARY = f"{STATEMENTS}/vsa.json"


def run(context: Context) -> Result:
    """Adds verdict.json, evidence/SHA256SUMS, release.json, statements/vsa.json; if passed, VERIFYING.md and publish/.

    Its findings are those of the verdict, the negative controls included. Job outputs: `vsa` and `release` (digests),
    and `sums` only if passed.
    """
    case = _case(context)
    evidence = examine(case)
    verdict = _with_controls(case, judge(evidence))
    if GENERATOR_BUNDLE in case.files:
        context.dossier.adopt(case.files[GENERATOR_BUNDLE].ref)
    outputs = _write(context, evidence, verdict)
    if verdict.passed:
        _publish(context, verdict)
        outputs["sums"] = Sums.of(verdict.subjects).encode()
    page = Page(context.plan, verdict, evidence.signed, _changes(context), context.policy.audit.ignore, _notes(context))
    return Result(verdict.findings, outputs=outputs, summary=gate_summary(page))


def _case(context: Context) -> Case:
    settings = context.settings
    generator = settings.provenance == "both"
    return Case(
        files=_files(context.dossier),
        records=record_digests(context.environ),
        sums=_sums(context.environ),
        jobs=_jobs_before_the_gate(context, generator=generator),
        expected=expected_of(context.environ, this_attempt=False),
        environment=settings.environments.sign,
        policy=context.policy,
        policy_sha256=_recorded_policy(context).sha256,
        root=trust_root(context.endpoints),
        index=_on_the_index(context),
        wheels=settings.wheels or "",
        generator=generator,
        mode=mode_of(context.environ),
        run=run_of(context.environ),
    )


def _files(dossier: Dossier) -> dict[str, FileContent]:
    """Everything there is, hashed here and now; what was recorded is compared by the verdict, not believed."""
    return {path: _content(dossier, path) for path in dossier.listing(".")}


def _content(dossier: Dossier, path: str) -> FileContent:
    located = dossier.locate(path)
    if located is None:
        raise Refused("file-irregular", f"{path} is a link or no file", hint="a dossier holds plain files only")
    digest, size = digest_file(located)
    if size > HELD and path.partition("/")[0] in ("dist", "rebuilt"):
        return FileContent(FileRef(path, digest, size))
    data = dossier.read_unrecorded(path)
    return FileContent.of(path, data or b"")


def _sums(environ: Mapping[str, str]) -> Sums:
    try:
        return Sums.decode(environ.get(SUMS_VARIABLE, ""))
    except ValueError as error:
        raise Refused(
            "sums-malformed", f"{SUMS_VARIABLE} is {error}", hint="the job build puts it out; run that job again"
        ) from error


def _jobs_before_the_gate(context: Context, *, generator: bool) -> dict[str, tuple[str, ...]]:
    """From the table and not from the plan, so that a shorter plan does not ask for less."""
    jobs = table(Options(cells=context.plan.cells, generator=generator))
    ids = [job.id for job in jobs]
    return {job.id: names for job in jobs[: ids.index("gate")] if isinstance(job, Job) and (names := _stages(job))}


def _stages(job: Job) -> tuple[str, ...]:
    return tuple(name for step in job.steps if isinstance(step, Stage) for name in step.names)


def _recorded_policy(context: Context) -> FileRef:
    ref = context.record("plan").output(POLICY)
    if ref is None:
        raise Refused("file-missing", f"job plan did not record {POLICY}")
    return ref


def _on_the_index(context: Context) -> Mapping[str, str] | Finding:
    plan = context.plan
    try:
        files = IndexClient(context.endpoints.pypi).files(plan.project.name)
    except Unavailable as error:
        return finding_of(error, "index")
    return {file.filename: file.sha256 for file in of_release(files, plan.version)}


def _with_controls(case: Case, verdict: Verdict) -> Verdict:
    """The verdict with the gate's trial of itself, which no policy can do without."""
    return replace(
        verdict,
        required=(*verdict.required, controls.CHECK),
        findings=(*verdict.findings, *controls.run_controls(case, verdict)),
    )


def _write(context: Context, evidence: Evidence, verdict: Verdict) -> dict[str, str]:
    """verdict.json, VERIFYING.md, SHA256SUMS, release.json and the unsigned summary; the digests of the last two."""
    dossier, files = context.dossier, dict(evidence.case.files)

    def write(path: str, data: bytes) -> None:
        dossier.add(path, data)
        files[path] = FileContent.of(path, data)

    write(VERDICT, encode(verdict))
    if verdict.passed:
        write(VERIFYING, verifying(context.plan, evidence.case.expected, files))
    write(SHA256SUMS, sha256sums(files))
    release = dossier.add(RELEASE, release_json.compose(context.plan, files))
    outputs = {"release": release.sha256}
    if verdict.subjects:  # a statement needs something to be about
        summary = vsa.compose(
            evidence,
            context.plan,
            verdict,
            (*refs_in(files, EVIDENCE), release),
            policy=_recorded_policy(context),
            verifier=evidence.case.expected.workflow_uri,
        )
        outputs["vsa"] = dossier.add(SUMMARY, summary).sha256
    return outputs


def _publish(context: Context, verdict: Verdict) -> None:
    """Copy the distributions that passed, and nothing else, into the folder that is published."""
    context.publish.mkdir(parents=True, exist_ok=True)
    for ref in verdict.subjects:
        target = context.publish / ref.name
        shutil.copyfile(context.dossier.file(ref), target)
        if digest_file(target) != (ref.sha256, ref.size):
            raise Refused("file-changed", f"{ref.path} changes while it is read")


def _changes(context: Context) -> Changes | None:
    """What the job examine found to have changed since the last release; None where its findings say why not."""
    ref = context.record("examine").output(REPORT)
    return decode(Changes, context.dossier.read(ref), REPORT) if ref else None


def _notes(context: Context) -> str:
    ref = context.record("plan").output(NOTES)
    return context.dossier.read(ref).decode(errors="replace") if ref else ""
