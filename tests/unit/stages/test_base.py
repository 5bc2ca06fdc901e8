import json
import types

import pytest

from sealwright.config import Policy, Settings
from sealwright.dossier import Dossier, decode, encode
from sealwright.dossier.codec import encode_json
from sealwright.errors import Refused, Unavailable
from sealwright.model import FileRef, Finding, Mode, Plan, Project, Record, State, Sums, sha256_hex
from sealwright.stages import base

PLAN = Plan(Project("x", "."), "1.0", "v1.0", "a" * 40, "o/x", Mode.RELEASE, 1_700_000_000, (), ("plan", "build"))


@pytest.fixture
def workspace(tmp_path):
    """A job's workspace with what the plan job handed over; `records` is what RECORDS must say."""
    dossier = tmp_path / "dossier"
    files = {
        "plan.json": encode(PLAN),
        "policy.json": encode_json(Policy().model_dump(mode="json")),
        "settings.json": encode_json(Settings().model_dump(mode="json")),
    }
    refs = tuple(FileRef.of(path, data) for path, data in files.items())
    record = encode(Record("plan", refs[0].sha256, ("plan",), (), refs, ()))
    (dossier / "records").mkdir(parents=True)
    for path, data in {**files, "records/plan.json": record}.items():
        (dossier / path).write_bytes(data)
    return types.SimpleNamespace(path=tmp_path, dossier=dossier, records=f"plan={sha256_hex(record)}")


@pytest.fixture
def stage(monkeypatch):
    """Make `sealwright.stages.<name>.run` be a function."""

    def install(name, function):
        monkeypatch.setattr(base.importlib, "import_module", lambda _: types.SimpleNamespace(run=function))
        return name

    return install


def run(workspace, name, records=None):
    environ = {"GITHUB_JOB": "build", "RECORDS": workspace.records if records is None else records}
    return base.run_job([name], environ, workspace.path)


def written(workspace):
    data = (workspace.path / "new" / "records" / "build.json").read_bytes()
    return decode(Record, data, "records/build.json"), sha256_hex(data)


def test_a_stage_s_record_says_what_it_read_and_made(workspace, stage):
    def function(context):
        assert context.plan == PLAN
        context.dossier.add("dist/x.whl", b"x")
        return base.Result((Finding.passed("build"),), outputs={"sums": "abc"})

    completed = run(workspace, stage("build", function))
    record, digest = written(workspace)
    assert completed.exit_code == 0
    assert completed.outputs == {"sums": "abc", "record": digest}
    assert [ref.path for ref in record.outputs] == ["dist/x.whl"]
    assert "plan.json" in [ref.path for ref in record.inputs]
    assert record.plan == sha256_hex(encode(PLAN))


@pytest.mark.parametrize(
    ("error", "exit_code", "state"),
    [(Refused("no-good", "it is not"), 1, State.FAIL), (Unavailable("gone", "no answer"), 3, State.UNAVAILABLE)],
)
def test_a_stage_that_cannot_go_on_still_writes_its_record(workspace, stage, error, exit_code, state):
    def function(context):
        raise error

    completed = run(workspace, stage("build", function))
    (finding,) = written(workspace)[0].findings
    assert (completed.exit_code, finding.state, finding.code) == (exit_code, state, error.code)


@pytest.mark.parametrize("name", ["build", "audit", "rebuild"])
def test_a_defect_of_ours_is_recorded_as_one_and_stops_whatever_the_policy_says(workspace, stage, caplog, name):
    def function(context):
        raise ZeroDivisionError("oops")

    completed = run(workspace, stage(name, function))
    assert completed.exit_code == 1
    (finding,) = written(workspace)[0].findings
    assert (finding.check, finding.code, finding.subject) == ("stage", "internal-error", name)
    assert "ZeroDivisionError" in caplog.text


@pytest.mark.parametrize(
    ("records", "code"),
    [
        ("plan=", "record-digest-empty"),
        ("plan=abc", "record-digest-malformed"),
        ("plan=" + "0" * 64, "record-changed"),
        ("build=" + "0" * 64, "record-missing"),
    ],
)
def test_a_record_digest_that_was_lost_or_does_not_match_is_refused(workspace, stage, records, code):
    completed = run(workspace, stage("build", lambda _: base.Result()), records)
    assert [finding.code for finding in completed.record.findings] == [code]
    assert completed.exit_code == 1


def test_a_job_that_puts_out_two_lines_cannot_name_another_job_s_record(workspace, stage):
    """`build=...` ends where the next line begins, and a job that runs project code may put out line breaks."""
    data = (workspace.dossier / "records" / "plan.json").read_bytes()
    digest = sha256_hex(data)
    for records in (f"plan={digest}\nplan={digest}", f"plan={'0' * 64}\nplan={digest}"):
        completed = run(workspace, stage("build", lambda _: base.Result()), records)
        assert [finding.code for finding in completed.record.findings] == ["record-named-twice"]
        (workspace.path / "new" / "records" / "build.json").unlink()


def built(workspace, sums):
    """A context in which the build job recorded one wheel and put out `sums`."""
    ref = FileRef.of("dist/x-1.0-py3-none-any.whl", b"x")
    record = Record("build", sha256_hex(encode(PLAN)), ("build",), (), (ref,), ())
    environ = {} if sums is None else {base.SUMS_VARIABLE: sums}
    return base.Context("examine", workspace.path, environ, Dossier(workspace.path, workspace.path), {"build": record})


def test_the_distributions_are_those_that_the_build_put_out_as_well(workspace):
    ref = FileRef.of("dist/x-1.0-py3-none-any.whl", b"x")
    assert built(workspace, Sums.of([ref]).encode()).distributions() == (ref,)
    assert built(workspace, None).distributions() == (ref,)


@pytest.mark.parametrize(
    "sums",
    [
        "",
        "AAAA",
        Sums.of([FileRef.of("dist/x-1.0-py3-none-any.whl", b"y")]).encode(),
        Sums.of([FileRef.of("dist/evil.whl", b""), FileRef.of("dist/x-1.0-py3-none-any.whl", b"x")]).encode(),
        Sums.of([FileRef.of("dist/x-1.0-py3-none-any.whl", b"x")]).encode() + "\n",
    ],
)
def test_a_build_that_puts_out_other_sums_than_it_recorded_is_refused(workspace, sums):
    """Sums are what the generator and GitHub attest; the record is what is inspected before."""
    with pytest.raises(Refused, match="sums-differ"):
        built(workspace, sums).distributions()


def test_a_changed_record_is_refused_even_if_it_parses(workspace, stage):
    path = workspace.dossier / "records" / "plan.json"
    document = json.loads(path.read_bytes())
    path.write_text(json.dumps(document))
    completed = run(workspace, stage("build", lambda _: base.Result()))
    assert completed.record.findings[0].code == "record-changed"


def test_a_changed_plan_is_refused(workspace, stage):
    (workspace.dossier / "plan.json").write_bytes(encode(PLAN).replace(b"v1.0", b"v9.9"))

    def function(context):
        return base.Result((Finding.passed("build", context.plan.tag),))

    completed = run(workspace, stage("build", function))
    assert completed.record.findings[0].code == "file-changed"


def test_a_record_of_another_plan_is_refused(workspace, stage):
    other = encode(Record("examine", "f" * 64, ("inspect",), (), (), ()))
    (workspace.dossier / "records" / "examine.json").write_bytes(other)
    records = f"{workspace.records}\nexamine={sha256_hex(other)}"
    completed = run(workspace, stage("build", lambda _: base.Result()), records)
    assert completed.record.findings[0].code == "record-of-another-plan"


def test_a_record_cannot_stand_in_for_another_job_s(workspace, stage):
    data = (workspace.dossier / "records" / "plan.json").read_bytes()
    (workspace.dossier / "records" / "examine.json").write_bytes(data)
    records = f"{workspace.records}\nexamine={sha256_hex(data)}"
    completed = run(workspace, stage("build", lambda _: base.Result()), records)
    assert completed.record.findings[0].code == "record-of-another-job"


def test_a_stage_that_needs_a_record_it_was_not_given_says_so(workspace, stage):
    completed = run(workspace, stage("build", lambda context: base.Result((Finding.passed(context.plan.tag),))), "")
    assert completed.record.findings[0].code == "record-missing"
