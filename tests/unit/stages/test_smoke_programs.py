"""Programs, scripts and plugins of wheels that a real backend made and that were really installed."""

import textwrap

import pytest
from tests.support.hatched import PACK, wheel_of
from tests.support.trials import NOTHING, left_out, only, tried, works, wrong
from tests.support.wheels import sha256_of, write_pylock, write_wheel

from sealwright.stages import programs

CONSOLE = '[project.scripts]\ntiny = "tiny:main"\n'
GRAPHICAL = '[project.gui-scripts]\ntiny-window = "tiny.window:main"\n'
SCRIPTS = '[tool.hatch.build.targets.wheel.shared-scripts]\n"bin/tiny-run" = "tiny-run"\n'


def console(tmp_path, body, settings=""):
    """A console script whose main function has this body."""
    source = "import os, signal, subprocess, sys, time\ndef main():\n" + textwrap.indent(textwrap.dedent(body), "    ")
    return tried(tmp_path, wheel_of(tmp_path / "build", {"src/tiny.py": source}, CONSOLE), settings)[1]


ANSWERS = {
    "helps": ("print('usage: tiny')", "starts tiny"),
    "helps by argparse": ("import argparse; argparse.ArgumentParser().parse_args()", "starts tiny"),
    "refuses an unknown option": ("sys.exit(2)", "starts tiny (`--help` exits with 2)"),
    "says what it lacks": ("return 'install tiny[cli] for this'", "starts tiny (`--help` exits with 1)"),
    "prints a trace and goes on": ("import traceback; traceback.print_exc(); print('Traceback')", "starts tiny"),
}


@pytest.mark.parametrize(("body", "told"), ANSWERS.values(), ids=ANSWERS.keys())
def test_a_program_that_answers_or_refuses_has_started(tmp_path, body, told):
    assert works(console(tmp_path, body)) == [f"imports tiny; {told}"]


BREAKS = {
    "an exception": ("raise RuntimeError('broken')", "RuntimeError: broken"),
    "an import in the function": ("import not_there", "No module named 'not_there'"),
    "a crash": ("os.kill(os.getpid(), signal.SIGSEGV)", "crashed with signal 11 (SIGSEGV)"),
    "no end": ("time.sleep(3600)", "`tiny --help` did not end within 2 s"),
}


@pytest.mark.parametrize(("body", "told"), BREAKS.values(), ids=BREAKS.keys())
def test_a_program_that_breaks_is_found(tmp_path, monkeypatch, body, told):
    monkeypatch.setattr(programs, "_HELP_SECONDS", 2.0)
    found = only(console(tmp_path, body))
    assert (found.code, found.expected) == ("smoke-entry-point", "`tiny` answers")
    assert told in found.found


def test_a_program_that_leaves_something_running_does_not_hold_the_job(tmp_path):
    assert works(console(tmp_path, "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(3600)'])"))


@pytest.mark.parametrize("target", ["tiny:gone", "gone:main", "tiny:VALUE", "tiny:", "tiny main"])
def test_a_program_of_nothing_is_found(tmp_path, target):
    project = f'[project.scripts]\ntiny = "{target}"\n'
    wheel = wheel_of(tmp_path / "build", {"src/tiny.py": "VALUE = 1\ndef main(): pass\n"}, project)
    assert wrong(tried(tmp_path, wheel)[1]) in (["smoke-entry-point"], ["smoke-install"])


def test_a_graphical_program_is_loaded_and_never_opened(tmp_path):
    opened = tmp_path / "opened"
    window = f"import pathlib\ndef main():\n    pathlib.Path({str(opened)!r}).touch()\n"
    files = {"src/tiny/__init__.py": "", "src/tiny/window.py": window}
    wheel = wheel_of(tmp_path / "build", files, GRAPHICAL)
    assert works(tried(tmp_path, wheel)[1]) == ["imports tiny; loads tiny-window"]
    assert not opened.exists()


def test_a_graphical_program_that_does_not_load_is_found(tmp_path):
    files = {"src/tiny/__init__.py": "", "src/tiny/window.py": "import not_there"}
    found = only(tried(tmp_path, wheel_of(tmp_path / "build", files, GRAPHICAL))[1])
    assert (found.code, "not_there" in found.found) == ("smoke-entry-point", True)


def test_a_program_of_a_module_that_is_left_out_is_left_out_with_it(tmp_path):
    files = {"src/tiny/__init__.py": "", "src/tiny/window.py": "raise OSError('no screen')"}
    settings = "[[tool.sealwright.smoke.skip-imports]]\nmodule = 'tiny.window'\nreason = 'needs a screen'\n"
    done = tried(tmp_path, wheel_of(tmp_path / "build", files, GRAPHICAL), settings)[1]
    assert (works(done), left_out(done)) == (["imports tiny"], ["tiny-window: needs a screen"])


def test_a_program_that_needs_an_extra_is_left_to_that_extra(tmp_path):
    project = '[project.optional-dependencies]\ncli = []\n[project.scripts]\ntiny = "tiny.cli:main [cli]"\n'
    files = {"src/tiny/__init__.py": "", "src/tiny/cli.py": "raise OSError"}
    wheel = wheel_of(tmp_path / "build", files, project)
    done = tried(tmp_path / "plain", wheel)[1]
    assert (works(done), left_out(done)) == (["imports tiny"], ["tiny: needs the extra cli"])
    extras = "[tool.sealwright.smoke]\nextras = ['cli']\n"
    done = tried(tmp_path / "extra", wheel, extras, locks={"cli": NOTHING})[1]
    assert [finding.subject for finding in done.blocking] == ["tiny_project-1.2.3-py3-none-any.whl[cli]"]


@pytest.mark.parametrize("first", ["#!/usr/bin/env python3", "#!/bin/sh", "#!python"])
def test_a_script_is_installed_and_not_run(tmp_path, first):
    opened = tmp_path / "opened"
    body = f"touch {opened}\n" if first == "#!/bin/sh" else f"import pathlib\npathlib.Path({str(opened)!r}).touch()\n"
    files = {"src/tiny.py": "", "bin/tiny-run": f"{first}\n{body}"}
    wheel = wheel_of(tmp_path / "build", files, pack=PACK + SCRIPTS)
    assert works(tried(tmp_path, wheel)[1]) == ["imports tiny; installs tiny-run"]
    assert not opened.exists()


def test_a_script_for_another_python_is_found(tmp_path):
    files = {"src/tiny.py": "", "bin/tiny-run": "#!/usr/bin/env python\nprint 'hello'\n"}
    found = only(tried(tmp_path, wheel_of(tmp_path / "build", files, pack=PACK + SCRIPTS))[1])
    assert (found.code, "SyntaxError" in found.found) == ("smoke-script", True)


PLUGIN = '[project.entry-points."{group}"]\nmore = "{target}"\n'


def plugin(tmp_path, target, source="", **more):
    project = PLUGIN.format(group="tiny.plugins", target=target)
    files = {"src/tiny/__init__.py": "", "src/tiny/more.py": source}
    return tried(tmp_path, wheel_of(tmp_path / "build", files, project), **more)[1]


@pytest.mark.parametrize("target", ["tiny.more", "tiny.more:VALUE", "tiny.more:Holder.value"])
def test_a_plugin_is_loaded(tmp_path, target):
    done = plugin(tmp_path, target, "VALUE = 1\nclass Holder:\n    value = 2\n")
    assert works(done) == ["imports tiny; loads 1 plugin"]


@pytest.mark.parametrize(
    ("target", "source"),
    [
        ("tiny.more:gone", ""),
        ("tiny.gone", ""),
        ("tiny.more", "import tiny.gone"),
        ("tiny.more", "raise ValueError"),
        ("tiny.more", "import json.gone"),
        ("tiny more", ""),
        ("tinny.more", ""),
        ("tiny-more", ""),
    ],
)
def test_a_plugin_that_does_not_load_is_found(tmp_path, target, source):
    assert only(plugin(tmp_path, target, source)).code == "smoke-entry-point"


def test_a_plugin_for_a_package_that_is_not_here_is_left_out_and_said(tmp_path):
    done = plugin(tmp_path, "tiny.more", "import host_of_plugins.api")
    assert works(done) == ["imports tiny"]
    assert left_out(done) == ["tiny.plugins: more: needs host_of_plugins, which this installation does not bring"]


def test_a_plugin_is_tried_where_its_host_is_a_dependency(tmp_path):
    host = write_wheel(tmp_path / "links", "host-of-plugins", "2.0")
    environ = {"PIP_FIND_LINKS": str(host.parent), "PIP_NO_INDEX": "1"}
    closure = write_pylock([("host-of-plugins", "2.0", "", host.as_uri(), sha256_of(host))])
    done = plugin(tmp_path, "tiny.more", "import host_of_plugins; VALUE = 1", closure=closure, environ=environ)
    assert works(done) == ["imports tiny; loads 1 plugin"]
