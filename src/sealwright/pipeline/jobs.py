"""The table: every job of a release, in order. release.yml is rendered from it and the rehearsal runs it."""

from __future__ import annotations

from dataclasses import replace

from sealwright.endpoints import TESTPYPI_UPLOAD_URL
from sealwright.model import WHEELS_JOB, Cell
from sealwright.pipeline.egress import guarded
from sealwright.pipeline.options import Options
from sealwright.pipeline.steps import (
    DOSSIER,
    PUBLISH,
    SUMS_FILE,
    WHEELS,
    Action,
    AnyJob,
    Call,
    Checkout,
    CheckSums,
    Ctx,
    Fetch,
    Flow,
    Grant,
    Job,
    Keep,
    Out,
    ProjectCall,
    Ref,
    Role,
    Secret,
    Stage,
    Step,
    Tools,
    Use,
)

PROVENANCE_NAME = "multiple.intoto.jsonl"
EXTRA_GATE = "extra-gate"
WEBHOOK_SECRET = "SEALWRIGHT_WEBHOOK"  # noqa: S105 - the name of a secret, not one
NOTIFY, NOTIFY_WAITING = "notify", "notify-approval"
WAITING = "waiting"
"""What the stage notify is told while the upload waits for somebody."""


_CLONE = Grant("contents", "read", "check out the tagged commit")
_SIGSTORE = Grant("id-token", "write", "prove to Sigstore which workflow signs")


def table(options: Options) -> tuple[AnyJob, ...]:
    """All jobs of a release, each after everything it needs."""
    smoke = tuple(cell.job for cell in options.cells)
    examined = ("examine", "rebuild", *smoke)
    extra = (EXTRA_GATE,) if options.extra_gate else ()
    signed = ("plan", "build", *examined, "attest")
    checked = "testpypi-check" if options.testpypi else "draft"
    jobs: list[AnyJob] = [
        _plan(options.directory),
        *((_wheels(options.wheels),) if options.wheels else ()),
        _build(with_wheels=bool(options.wheels)),
        _rebuild(),
        _examine(),
        *(_smoke(cell) for cell in options.cells),
        *((_extra_gate(options.extra_gate),) if options.extra_gate else ()),
        *((_provenance((*examined, *extra)), _keep_provenance()) if options.generator else ()),
        _attest(options.sign, examined, extra),
        _gate(signed, extra, generator=options.generator),
        _seal(options.seal),
        _probe(),
        _draft(signed),
        *(_testpypi(options.testpypi, _newest_on_linux(options.cells)) if options.testpypi else ()),
        _pypi(options.pypi, checked),
        _confirm(
            "confirm",
            "the index serves exactly these files, its provenance names us, a clean install works",
            "pypi",
            _newest_on_linux(options.cells),
            after="pypi",
        ),
        _announce(
            (*signed, "gate", "seal", "probe", "draft", *(("testpypi-check",) if options.testpypi else ()), "confirm")
        ),
    ]
    if options.notify:
        jobs += [_notify_waiting(options.notify, checked), _notify(options.notify, tuple(job.id for job in jobs))]
    return guarded(tuple(_placed(job, options) for job in jobs), options.egress, options.egress_allow)


def _placed(job: AnyJob, options: Options) -> AnyJob:
    """`job` on the runner that the project chose. A cell names its own."""
    match job:
        case Job(id="build" | "rebuild"):
            return replace(job, runner=options.build_runner or options.runner)
        case Job(id=id_) if id_ not in {cell.job for cell in options.cells}:
            return replace(job, runner=options.runner)
        case Job() | Call() | ProjectCall():
            return job


def _newest_on_linux(cells: tuple[Cell, ...]) -> str:
    """The Python to install with after publishing: one that smoke tried; the project may not admit the tools' own."""
    pythons = [cell.python for cell in cells if cell.runner.startswith("ubuntu")]
    return max(pythons, key=lambda python: [int(part) for part in python.rstrip("t").split(".")], default="")


def _kept(*jobs: str) -> tuple[Fetch, ...]:
    return tuple(Fetch(Ref(job, "artifact")) for job in jobs)


def _plan(directory: str) -> Job:
    return Job(
        "plan",
        "decides what will be released, before anything is built",
        (
            Checkout(),
            Tools(Role.PLAN),
            Stage(("plan",), env={"GH_TOKEN": Ctx.TOKEN, "PROJECT_DIRECTORY": directory}),
            Keep("plan"),
        ),
        grants=(_CLONE, Grant("actions", "read", "see whether the environments are protected")),
    )


def _wheels(workflow: str) -> ProjectCall:
    return ProjectCall(
        WHEELS_JOB,
        "the project's own workflow, which builds wheels on every platform",
        workflow,
        f"the wheels that {workflow} builds, and whatever is done with wheels",
        {},
        grants=(_CLONE,),
        after=("plan",),
        outputs=("artifact",),
    )


def _build(*, with_wheels: bool) -> Job:
    return Job(
        "build",
        "builds the sdist, once, and takes the wheels in" if with_wheels else "builds the distributions, once",
        (
            Checkout(submodules=True),
            Tools(Role.BUILD),
            *_kept("plan"),
            *((Fetch(Ref(WHEELS_JOB, "artifact"), WHEELS),) if with_wheels else ()),
            Stage(("build",), ("plan",)),
            Keep("build"),
        ),
        grants=(_CLONE,),
        outputs=("sums",),
        runs_project_code=True,
    )


def _rebuild() -> Job:
    return Job(
        "rebuild",
        "builds them again on another machine; the gate compares the files",
        (
            Checkout(submodules=True),
            Tools(Role.BUILD),
            *_kept("plan", "build"),
            Stage(("rebuild",), ("plan", "build")),
            Keep("rebuild"),
        ),
        grants=(_CLONE,),
        runs_project_code=True,
    )


def _examine() -> Job:
    return Job(
        "examine",
        "looks into the archives, resolves what they bring along, describes, audits and compares it",
        (
            Checkout(submodules=True),
            Tools(Role.EXAMINE),
            *_kept("plan", "build"),
            # The sums are signed later on, the record says what is looked into here: they must be the same files.
            Stage(
                ("inspect", "resolve", "sbom", "audit", "changes"), ("plan", "build"), {"SUMS": Ref("build", "sums")}
            ),
            Keep("examine"),
        ),
        grants=(_CLONE,),
    )


def _smoke(cell: Cell) -> Job:
    return Job(
        cell.job,
        f"installs and tries each distribution on {cell.runner} with Python {cell.python}",
        (
            Tools(Role.SMOKE, cell.python),
            *_kept("plan", "build", "examine"),
            Stage(("smoke",), ("plan", "build", "examine")),
            Keep(cell.job),
        ),
        runner=cell.runner,
        runs_project_code=True,
    )


def _provenance(after: tuple[str, ...]) -> Call:
    return Call(
        "provenance",
        "SLSA provenance by slsa-github-generator, from the digests that build handed over",
        Flow.SLSA_GENERIC,
        {
            "base64-subjects": Ref("build", "sums"),
            "provenance-name": PROVENANCE_NAME,
            "upload-assets": "false",
            # Its own detection takes some public repositories for private and then refuses to sign.
            "private-repository": "true",
        },
        grants=(
            Grant("actions", "read", "the generator reads the run it describes"),
            _SIGSTORE,
            Grant("contents", "write", "asked for statically by the generator, unused with upload-assets: false"),
        ),
        after=after,
    )


def _keep_provenance() -> Job:
    # The generator keeps its file for five days. Whoever approves the next job, or runs a failed one again, may come
    # later than that, so it must not wait for an environment.
    return Job(
        "keep-provenance",
        "keeps the generator's provenance as long as everything else",
        (Fetch(Ref("provenance", "provenance-name"), "held", by_name=True), Keep("provenance", "held")),
    )


def _extra_gate(workflow: str) -> ProjectCall:
    return ProjectCall(
        EXTRA_GATE,
        "a gate of the project's own, which must succeed before anything is signed",
        workflow,
        f"the project's own gate {workflow}",
        {"artifact": Ref("build", "artifact")},
        grants=(_CLONE,),
    )


def _attest(environment: str, examined: tuple[str, ...], extra: tuple[str, ...]) -> Job:
    return Job(
        "attest",
        "signs distributions, SBOMs and statements, and verifies each signature at once",
        (
            Tools(Role.SIGN),
            *_kept("plan", "build", *examined),
            CheckSums(Ref("build", "sums"), f"{DOSSIER}/dist"),
            Use(Action.ATTEST, {"subject-checksums": SUMS_FILE}, "github"),
            Stage(("attest",), ("plan", "build", *examined), {"GITHUB_BUNDLE": Out("github", "bundle-path")}),
            Keep("attest"),
        ),
        grants=(_SIGSTORE, Grant("attestations", "write", "store GitHub's own attestation")),
        environment=environment,
        after=extra,
    )


def _gate(signed: tuple[str, ...], extra: tuple[str, ...], *, generator: bool) -> Job:
    return Job(
        "gate",
        "judges all evidence and says exactly which bytes may be published",
        (
            Tools(Role.GATE),
            *_kept(*signed),
            *((Fetch(Ref("keep-provenance", "artifact"), f"{DOSSIER}/evidence"),) if generator else ()),
            Stage(("gate",), signed, {"SUMS": Ref("build", "sums")}),
            Keep("gate"),
            Keep("publish", PUBLISH, "publish"),
        ),
        outputs=("sums", "vsa", "release"),
        after=extra,
    )


def _seal(environment: str) -> Job:
    return Job(
        "seal",
        "signs the gate's verdict and release.json, by the digests that the gate put out",
        (
            Tools(Role.SIGN),
            *_kept("plan", "gate"),
            Stage(("seal",), ("plan", "gate"), {"VSA": Ref("gate", "vsa"), "RELEASE": Ref("gate", "release")}),
            Keep("seal"),
        ),
        grants=(_SIGSTORE,),
        environment=environment,
    )


def _probe() -> Job:
    return Job(
        "probe",
        "asks PyPI for a token without the environment, and must be refused",
        (Tools(Role.SIGN), *_kept("plan"), Stage(("probe",), ("plan",)), Keep("probe")),
        grants=(Grant("id-token", "write", "the very token that must not be enough to publish"),),
        after=("gate",),
    )


def _draft(signed: tuple[str, ...]) -> Job:
    records = (*signed, "gate", "seal")
    return Job(
        "draft",
        "prepares the GitHub release with all files, still invisible",
        (
            Tools(Role.GITHUB),
            *_kept(*records),
            Stage(("draft",), records, {"GH_TOKEN": Ctx.TOKEN}),
            Keep("draft"),
        ),
        grants=(Grant("contents", "write", "create a draft release and upload its assets"),),
        after=("probe",),
    )


def _publish(id_: str, why: str, environment: str, inputs: dict[str, str], after: str) -> Job:
    return Job(
        id_,
        why,
        (
            Fetch(Ref("gate", "publish"), "dist"),
            CheckSums(Ref("gate", "sums"), "dist"),
            Use(Action.PUBLISH, {"packages-dir": "dist", **inputs}, "publish"),
        ),
        grants=(Grant("id-token", "write", "trusted publishing: exchanged for a token of fifteen minutes"),),
        environment=environment,
        after=(after,),
    )


def _testpypi(environment: str, python: str) -> tuple[Job, Job]:
    # An attestation made for TestPyPI would be valid on PyPI as well, so none are made there.
    inputs = {"repository-url": TESTPYPI_UPLOAD_URL, "attestations": "false"}
    return (
        _publish("testpypi", "uploads the same bytes to TestPyPI first", environment, inputs, "draft"),
        _confirm(
            "testpypi-check",
            "installs our file from TestPyPI, its dependencies from the default index",
            "testpypi",
            python,
            after="testpypi",
        ),
    )


def _pypi(environment: str, after: str) -> Job:
    return _publish(
        "pypi",
        "uploads exactly what passed the gate, with attestations, after approval",
        environment,
        {"attestations": "true"},
        after,
    )


def _confirm(id_: str, why: str, index: str, python: str, *, after: str) -> Job:
    records = ("plan", "build", "examine", "gate")
    return Job(
        id_,
        why,
        (Tools(Role.CONFIRM, python), *_kept(*records), Stage(("confirm",), records, {"INDEX": index}), Keep(id_)),
        after=(after,),
        runs_project_code=True,
    )


def _announce(records: tuple[str, ...]) -> Job:
    """It fetches the records of all jobs: the last one lists them."""
    return Job(
        "announce",
        "adds what the index answered and publishes the release, once",
        (
            Tools(Role.GITHUB),
            *_kept(*records),
            Stage(("announce",), records, {"GH_TOKEN": Ctx.TOKEN}),
            Keep("announce"),
        ),
        grants=(Grant("contents", "write", "upload the last assets and publish the draft"),),
    )


def _telling(**more: str) -> tuple[Step, ...]:
    stage = Stage(("notify",), ("plan",), {"WEBHOOK": Secret(WEBHOOK_SECRET), **more})
    return (Tools(Role.GITHUB), *_kept("plan"), stage)


def _notify_waiting(environment: str, after: str) -> Job:
    # It starts when the upload could start, and nothing needs it: a webhook that is down keeps nobody from approving.
    return Job(
        NOTIFY_WAITING,
        "tells a webhook that the upload waits for approval; nothing waits for it",
        _telling(EVENT=WAITING),
        environment=environment,
        after=(after,),
    )


def _notify(environment: str, after: tuple[str, ...]) -> Job:
    return Job(
        NOTIFY,
        "tells a webhook how it ended; nothing waits for it",
        _telling(),
        environment=environment,
        after=tuple(job for job in after if job != "plan"),
        always=True,
    )
