import json

import pytest

from sealwright.dossier import decode, encode
from sealwright.errors import Refused
from sealwright.model import Cell, FileRef, Finding, Mode, Plan, Project, Record, Tool

PLAN = Plan(
    project=Project("x", "."),
    version="1.0",
    tag="v1.0",
    commit="a" * 40,
    repository="o/x",
    mode=Mode.REHEARSAL,
    epoch=1_700_000_000,
    cells=(Cell("ubuntu-24.04", "3.13"),),
    jobs=("plan", "build"),
)
RECORD = Record(
    "build", "b" * 64, ("build",), (), (FileRef.of("dist/x", b""),), (Finding.passed("build"),), (Tool("uv", "1"),)
)


@pytest.mark.parametrize("value", [PLAN, RECORD])
def test_values_survive(value):
    assert decode(type(value), encode(value), "test") == value


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d.pop("version"),
        lambda d: d.update(extra=1),
        lambda d: d.update(epoch="1700000000"),
        lambda d: d.update(mode="holiday"),
        lambda d: d["cells"][0].update(extra=1),
        lambda d: d.update(project=None),
    ],
)
def test_a_document_that_we_did_not_write_is_refused(change):
    document = json.loads(encode(PLAN))
    change(document)
    with pytest.raises(Refused) as caught:
        decode(Plan, json.dumps(document).encode(), "plan.json")
    assert caught.value.code == "malformed"
    assert "plan.json" in caught.value.message


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"null", b"\xff"])
def test_bytes_that_are_no_document_are_refused(data):
    with pytest.raises(Refused):
        decode(Record, data, "records/build.json")


@pytest.mark.parametrize("cut", [1, 10, 100])
def test_a_truncated_record_is_refused(cut):
    with pytest.raises(Refused):
        decode(Record, encode(RECORD)[: -cut - 1], "records/build.json")


def test_a_record_cannot_smuggle_a_path_out_of_the_dossier():
    document = json.loads(encode(RECORD))
    document["outputs"][0]["path"] = "../../etc/passwd"
    with pytest.raises(Refused):
        decode(Record, json.dumps(document).encode(), "records/build.json")
