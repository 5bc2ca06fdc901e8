import pytest
from pydantic import ValidationError

from sealwright.config.settings import Smoke
from sealwright.verify.skips import Skips

LINUX = {"sys_platform": "linux", "python_version": "3.13"}


def skips(*listed, environment=LINUX):
    tables = [{"reason": "only for a test", **table} for table in listed]
    return Skips(Smoke.model_validate({"skip-imports": tables}).skip_imports, environment)


def test_a_module_is_left_out_with_what_lies_below():
    found = skips({"module": "tiny.gui"})
    assert found.kept(["tiny", "tiny.gui", "tiny.gui.window", "tiny.gui_tools"]) == ("tiny", "tiny.gui_tools")
    assert found.reason("tiny.gui.window") == "only for a test"


def test_a_module_is_left_out_where_its_marker_holds():
    found = skips({"module": "tiny", "marker": "sys_platform == 'win32'"})
    assert found.kept(["tiny"]) == ("tiny",)
    elsewhere = skips({"module": "tiny", "marker": "sys_platform == 'win32'"}, environment={"sys_platform": "win32"})
    assert elsewhere.kept(["tiny"]) == ()


def test_what_leaves_out_nothing_anywhere_is_stale():
    listed = ({"module": "tiny"}, {"module": "gone"}, {"module": "tiny.gui", "marker": "sys_platform == 'win32'"})
    assert [skip.module for skip in skips(*listed).stale(["tiny", "tiny.gui.window"])] == ["gone"]


@pytest.mark.parametrize("table", [{"module": "not a name"}, {"module": "tiny."}, {"module": "t", "marker": "os == 1"}])
def test_what_names_no_module_or_condition_is_refused(table):
    with pytest.raises(ValidationError):
        skips(table)


@pytest.mark.parametrize("extras", [["a", "A"], ["a_b", "a-b"], ["no name"], [""]])
def test_extras_have_names_of_their_own(extras):
    with pytest.raises(ValidationError):
        Smoke.model_validate({"extras": extras})
