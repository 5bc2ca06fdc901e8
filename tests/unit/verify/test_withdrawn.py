import pytest

from sealwright.config import load_policy
from sealwright.errors import UsageError
from sealwright.model import State
from sealwright.verify.withdrawn import withdrawn

ENTRY = """
[[withdrawn]]
version = "1.0"
reason = "deletes what it should copy"
date = 2026-11-25
"""


@pytest.mark.parametrize(
    ("version", "state"),
    [
        ("1.0", State.FAIL),
        ("1.0.0", State.FAIL),
        ("v1.0", State.FAIL),
        ("1.0.1", State.PASS),
        ("1.0rc1", State.PASS),
        ("1.0.post1", State.PASS),
        ("not a version", State.PASS),
    ],
)
def test_a_withdrawn_version_is_found_however_it_is_spelled(version, state):
    finding = withdrawn(load_policy(ENTRY), version)
    assert (finding.check, finding.state, finding.subject) == ("withdrawn", state, version)
    if state is State.FAIL:
        assert finding.code == "version-withdrawn"
        assert finding.found == "withdrawn on 2026-11-25: deletes what it should copy"


def test_a_policy_without_such_an_entry_withdraws_nothing():
    assert withdrawn(load_policy(""), "1.0").state is State.PASS


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (ENTRY + ENTRY.replace('"1.0"', '"1.0.0"'), "withdrawn twice"),
        (ENTRY.replace("1.0", "one"), "withdrawn.0.version"),
        (ENTRY.replace("deletes what it should copy", "bad      "), "withdrawn.0.reason"),
        (ENTRY.replace("2026-11-25", '"2026-11-25"'), "withdrawn.0.date"),
        (ENTRY + "file = 'x'\n", "withdrawn.0.file"),
    ],
)
def test_an_entry_that_cannot_be_meant_is_refused(text, said):
    with pytest.raises(UsageError, match="configuration-invalid") as caught:
        load_policy(text)
    assert said in caught.value.message
