"""What all stages share: verified inputs, one record for the job, job outputs, an exit code."""

from __future__ import annotations

import importlib
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from sealwright.config import Policy, Settings
from sealwright.dossier import Dossier, decode, encode
from sealwright.dossier.store import LOCAL, PLAN, POLICY, RECORD_SUMS, RECORDS, SETTINGS, record_path
from sealwright.endpoints import TRUST_CONFIG_VARIABLE, Endpoints
from sealwright.errors import Refused, SealwrightError, Unavailable, UsageError
from sealwright.model import FileRef, Finding, Mode, Plan, Planned, Record, Sums, Tool, sha256_hex
from sealwright.model.digest import is_sha256
from sealwright.model.verdict import exit_code_of
from sealwright.pipeline.steps import DOSSIER, NEW, PUBLISH, SOURCE

log = logging.getLogger("sealwright")
RECORDS_VARIABLE = "RECORDS"
MODE_VARIABLE = "SEALWRIGHT_MODE"
SUMS_VARIABLE = "SUMS"
"""What the build job put out as the digests of its distributions; base64, as `Sums` encodes it."""


@dataclass(frozen=True)
class Context:
    """Everything a stage may use. Values that are missing raise when they are asked for."""

    job: str
    workspace: Path
    environ: Mapping[str, str]
    dossier: Dossier
    records: Mapping[str, Record] = field(default_factory=dict)
    """Records of earlier jobs, each found to have the digest that arrived as a job output."""

    @property
    def source(self) -> Path:
        """The checked-out repository."""
        return self.workspace / SOURCE

    @property
    def publish(self) -> Path:
        """Where the gate puts what may be published."""
        return self.workspace / PUBLISH

    @property
    def endpoints(self) -> Endpoints:
        """Where the outside is."""
        return Endpoints.of(self.environ)

    def record(self, job: str) -> Record:
        """The verified record of an earlier job. Raises Refused (`record-missing`)."""
        try:
            return self.records[job]
        except KeyError:
            raise Refused(
                "record-missing",
                f"this stage needs the record of job {job}",
                hint=f"pass its digest in {RECORDS_VARIABLE}, as the release workflow does",
            ) from None

    @cached_property
    def planned(self) -> Planned:
        """The plan, as the plan job recorded it."""
        ref = self._required("plan", PLAN)
        return Planned(decode(Plan, self.dossier.read(ref), PLAN), ref.sha256)

    @property
    def plan(self) -> Plan:
        """The plan."""
        return self.planned.plan

    @cached_property
    def policy(self) -> Policy:
        """The effective policy that the plan job wrote down."""
        return Policy.model_validate_json(self.dossier.read(self._required("plan", POLICY)))

    @cached_property
    def settings(self) -> Settings:
        """The project's settings as the plan job read them in the tagged commit."""
        return Settings.model_validate_json(self.dossier.read(self._required("plan", SETTINGS)))

    def distributions(self) -> tuple[FileRef, ...]:
        """The distributions that the build job recorded; where SUMS is given, exactly those that it put out as well.

        Raises Refused (`nothing-built`, `sums-differ`).
        """
        found = self.record("build").outputs_in("dist")
        if not found:
            raise Refused("nothing-built", "the build job recorded no distribution")
        if SUMS_VARIABLE in self.environ and self.environ[SUMS_VARIABLE] != _encoded(found):
            raise Refused(
                "sums-differ",
                "the build job put out other sums than those of the distributions that it recorded",
                hint="its output was lost, or the job was tampered with: it would have files signed that nobody "
                "looked into",
            )
        return found

    def wheels(self) -> tuple[FileRef, ...]:
        """The wheels among them."""
        return tuple(ref for ref in self.distributions() if ref.name.endswith(".whl"))

    def readable_wheels(self) -> tuple[FileRef, ...]:
        """Wheels that say what the release needs and offers: one that was built here of the sdist, and the wheels."""
        return (*self.record("build").outputs_in(LOCAL), *self.wheels())

    def sdists(self) -> tuple[FileRef, ...]:
        """The source distributions among them."""
        return tuple(ref for ref in self.distributions() if ref.name.endswith(".tar.gz"))

    def _required(self, job: str, path: str) -> FileRef:
        if job == self.job:  # the plan job itself has no record yet
            ref = next((ref for ref in self.dossier.outputs if ref.path == path), None)
        else:
            ref = self.record(job).output(path)
        if ref is None:
            raise Refused("file-missing", f"job {job} did not record {path}")
        return ref


@dataclass(frozen=True)
class Result:
    """What a stage learned. Files it made are remembered by the dossier."""

    findings: tuple[Finding, ...] = ()
    tools: tuple[Tool, ...] = ()
    outputs: Mapping[str, str] = field(default_factory=dict)
    """Job outputs beside `record`."""
    summary: str = ""
    """Markdown for the job's summary page."""
    is_last: bool = False
    """Whether no job after this one leaves a record, so that this one lists the digests of all."""


StageFunction = Callable[[Context], Result]


@dataclass(frozen=True)
class Completed:
    """How a job's stages ended, for whoever reports it."""

    record: Record
    blocking: tuple[Finding, ...]
    outputs: Mapping[str, str]
    summary: str

    @property
    def exit_code(self) -> int:
        """0, 1, or 3 if nothing failed but something required could not be judged."""
        return exit_code_of(self.blocking)


def run_job(names: Iterable[str], environ: Mapping[str, str], workspace: Path) -> Completed:
    """Run stages as one job and write its record, whatever happens.

    A stage that cannot go on does not keep the next one from being asked: everything wrong is reported at once.
    """
    stages = tuple(names)
    dossier = Dossier(workspace / DOSSIER, workspace / NEW)
    context = Context(environ.get("GITHUB_JOB") or stages[0], workspace, environ, dossier)
    results: list[Result] = []
    try:
        context = Context(context.job, workspace, environ, dossier, _verified_records(environ, dossier))
    except SealwrightError as error:
        results.append(Result((finding_of(error, "inputs"),)))
    else:
        results += [_guarded(name, context) for name in stages]
    findings = tuple(f for result in results for f in result.findings)
    outputs = {name: value for result in results for name, value in result.outputs.items()}
    record = Record(
        job=context.job,
        plan=_plan_digest(context),
        stages=stages,
        inputs=dossier.inputs,
        outputs=dossier.outputs,
        findings=findings,
        tools=tuple(sorted({tool for result in results for tool in result.tools})),
    )
    ref = dossier.add(record_path(context.job), encode(record))
    if any(result.is_last for result in results):
        _list_records(dossier, (*(r for r in dossier.inputs if r.path.startswith(f"{RECORDS}/")), ref))
    return Completed(
        record,
        blocking(context, findings),
        {**outputs, "record": ref.sha256},
        "\n\n".join(result.summary for result in results if result.summary),
    )


def _list_records(dossier: Dossier, records: tuple[FileRef, ...]) -> None:
    """No record can name its own digest, so the list is written beside the last one and is in none of them."""
    dossier.add(RECORD_SUMS, Sums.of(records).text.encode())


def mode_of(environ: Mapping[str, str]) -> Mode:
    """Whether this is a release or a rehearsal, as the job's own environment says; a release where it says nothing.

    Raises UsageError (`mode-unknown`, `rehearsal-without-trust-root`).
    """
    given = environ.get(MODE_VARIABLE) or Mode.RELEASE.value
    try:
        mode = Mode(given)
    except ValueError as error:
        raise UsageError(
            "mode-unknown", f"{MODE_VARIABLE} = {given!r}", hint="`release`, or `rehearsal` in a rehearsal"
        ) from error
    if mode is Mode.REHEARSAL and Endpoints.of(environ).trust_config is None:
        raise UsageError(
            "rehearsal-without-trust-root",
            f"{MODE_VARIABLE} = {given!r}, and {TRUST_CONFIG_VARIABLE} is not set",
            hint="a rehearsal is signed and judged with a trust root of its own, so that it is never taken for a "
            f"release; run `sealwright rehearse`, or leave {MODE_VARIABLE} out",
        )
    return mode


def record_digests(environ: Mapping[str, str]) -> dict[str, str]:
    """Job to what it put out as the digest of its record, from RECORDS (`job=sha256`, one a line).

    Raises Refused (`record-named-twice`): a job that ran project code may put out line breaks, and with them the name
    of another job.
    """
    digests: dict[str, str] = {}
    for line in environ.get(RECORDS_VARIABLE, "").split():
        job, _, digest = line.partition("=")
        if job in digests:
            raise Refused(
                "record-named-twice",
                f"{RECORDS_VARIABLE} has more than one digest for the record of job {job}",
                hint="a job put out more than a digest; look at what ran in it before anything is signed",
            )
        digests[job] = digest
    return digests


def finding_of(error: SealwrightError, check: str) -> Finding:
    """An error that kept a check from being made, as that check's finding."""
    if isinstance(error, Unavailable):
        return Finding.unavailable(check, error.code, found=error.message, hint=error.hint)
    return Finding.failed(check, error.code, found=error.message, hint=error.hint)


def _encoded(files: tuple[FileRef, ...]) -> str | None:
    try:
        return Sums.of(files).encode()
    except ValueError:  # a name that no list of sums can hold
        return None


def _guarded(name: str, context: Context) -> Result:
    try:
        function: StageFunction = importlib.import_module(f"sealwright.stages.{name}").run
        return function(context)
    except SealwrightError as error:
        return Result((finding_of(error, name),))
    except Exception as error:
        # A defect of ours: the trace is for the report of it, the record is for the gate. Its check is one that no
        # setting makes milder: whoever only wants to see what an audit finds still wants to have one.
        log.exception("stage %s broke", name)
        found = f"{type(error).__name__}: {error}"
        hint = "this is a defect of sealwright; please report it with the trace above"
        return Result((Finding.failed("stage", "internal-error", name, found=found, hint=hint),))


def blocking(context: Context, findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Those of the findings that stop the release by the planned policy; by the built-in one where planning failed."""
    try:
        policy, mode = context.policy, context.plan.mode
    except SealwrightError:
        policy, mode = Policy(), Mode.RELEASE
    return policy.judge(findings, mode)


def _plan_digest(context: Context) -> str:
    try:
        return context.planned.sha256
    except SealwrightError:
        return ""  # planning failed before there was a plan


def _verified_records(environ: Mapping[str, str], dossier: Dossier) -> dict[str, Record]:
    """The records named in RECORDS (`job=sha256`, one a line), all of one plan."""
    records = {job: _verified_record(job, digest, dossier) for job, digest in record_digests(environ).items()}
    plan = records["plan"].output(PLAN) if "plan" in records else None
    for job, record in records.items():
        if plan is None or record.plan != plan.sha256:
            raise Refused("record-of-another-plan", f"the record of job {job} belongs to another plan")
    return records


def _verified_record(job: str, digest: str, dossier: Dossier) -> Record:
    if not is_sha256(digest):
        raise Refused(
            "record-digest-empty" if not digest else "record-digest-malformed",
            f"job {job} put out {digest!r} as the digest of its record",
            hint="its output was lost or cut off; run that job again",
        )
    data = dossier.read_unrecorded(record_path(job))
    if data is None:
        raise Refused(
            "record-missing", f"there is no record of job {job}", hint="its artifact is missing or incomplete"
        )
    if sha256_hex(data) != digest:
        raise Refused(
            "record-changed",
            f"the record of job {job} has sha256:{sha256_hex(data)}, the job put out sha256:{digest}",
            hint="the artifact was replaced after the job ended",
        )
    record = decode(Record, data, record_path(job))
    if record.job != job:
        raise Refused("record-of-another-job", f"the record of job {job} was written by job {record.job}")
    return record
