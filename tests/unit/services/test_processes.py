import os
import sys
import time

import pytest

from sealwright.errors import Unavailable
from sealwright.services.processes import run_contained


def contained(tmp_path, code, timeout=30.0):
    return run_contained((sys.executable, "-c", code), env=dict(os.environ), cwd=tmp_path, timeout=timeout)


def test_a_program_is_run_to_its_end(tmp_path):
    done = contained(tmp_path, "import os, sys; print(os.getcwd()); sys.stderr.write('no'); sys.exit(3)")
    assert (done.stdout.strip(), done.stderr, done.returncode) == (str(tmp_path), "no", 3)


def test_nothing_is_there_to_be_read_from(tmp_path):
    assert contained(tmp_path, "print(repr(input()))").returncode == 1


def test_only_the_end_of_much_output_is_held(tmp_path):
    done = contained(tmp_path, "import sys\nfor n in range(300_000): print(n, 'x' * 40)\nprint('end')")
    assert done.stdout.endswith("end\n")
    assert len(done.stdout) <= 64 * 1024


def test_a_program_that_does_not_end_is_ended_with_its_children(tmp_path):
    mark = tmp_path / "mark"
    child = f"import time; time.sleep(2); open({str(mark)!r}, 'w')"
    code = f"import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', {child!r}]); time.sleep(60)"
    with pytest.raises(Unavailable) as error:
        contained(tmp_path, code, timeout=1.0)
    assert error.value.code == "process-timeout"
    time.sleep(2)
    assert not mark.exists()


def test_a_child_that_keeps_the_output_open_is_not_waited_for(tmp_path):
    code = (
        "import subprocess, sys; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']); print('on')"
    )
    began = time.monotonic()
    assert contained(tmp_path, code).stdout == "on\n"
    assert time.monotonic() - began < 20


@pytest.mark.parametrize("name", ["not-there", "plain-text"])
def test_what_cannot_be_started_is_unavailable(tmp_path, name):
    (tmp_path / "plain-text").write_text("no program")
    with pytest.raises(Unavailable) as error:
        run_contained((tmp_path / name,), env={}, cwd=tmp_path, timeout=5)
    assert error.value.code == "program-missing"
