"""What the smoke job imports, and what imports may do to it: real wheels of a real backend, really installed."""

import textwrap
import time
from pathlib import Path

import pytest
from tests.support.hatched import PACK, wheel_of
from tests.support.trials import left_out, only, tried, works, wrong

from sealwright.stages import inside

SKIPPED = "[[tool.sealwright.smoke.skip-imports]]\nmodule = {!r}\nreason = 'only for a test'\n"
EXTENDED = "__path__ = __import__('pkgutil').extend_path(__path__, __name__)\n"
DECLARED = "__import__('pkg_resources').declare_namespace(__name__)\n"
BY_DATA = """\
[tool.hatch.build.targets.wheel]
bypass-selection = true
shared-data = { "share/tiny.json" = "share/tiny.json" }
"""
STUBS = '[tool.hatch.build.targets.wheel]\npackages = ["tiny_project-stubs"]\n'
NO_FILES = "[tool.hatch.build.targets.wheel]\nbypass-selection = true\n"

SHAPES = {
    "several packages and a module": (
        {"src/one/__init__.py": "", "src/two/__init__.py": "", "src/three.py": ""},
        "imports one, three, two",
    ),
    "a native namespace": (
        {"src/space/tiny/__init__.py": "", "src/space/other/__init__.py": ""},
        "imports space.other, space.tiny",
    ),
    "a module in a native namespace": ({"src/space/tiny.py": ""}, "imports space.tiny"),
    "a deep namespace": ({"src/a/b/c/__init__.py": ""}, "imports a.b.c"),
    "a namespace of pkgutil": (
        {"src/space/__init__.py": EXTENDED, "src/space/tiny/__init__.py": ""},
        "imports space.tiny",
    ),
    "a declaration of a namespace alone": ({"src/space/__init__.py": EXTENDED}, "imports space"),
    "a module with data beside it": ({"src/tiny.py": "", "src/conf/tiny.toml": ""}, "imports tiny"),
}


@pytest.mark.parametrize(("files", "told"), SHAPES.values(), ids=SHAPES.keys())
def test_every_shape_of_a_project_is_imported_by_its_outermost_names(tmp_path, files, told):
    (found,) = works(tried(tmp_path, wheel_of(tmp_path / "build", files))[1])
    assert found.startswith(told)


@pytest.mark.parametrize("declaration", [EXTENDED, f"try:\n    {DECLARED}except ImportError:\n    {EXTENDED}"])
def test_a_broken_package_inside_a_namespace_is_found(tmp_path, declaration):
    files = {"src/space/__init__.py": declaration, "src/space/tiny/__init__.py": "import gone"}
    found = only(tried(tmp_path, wheel_of(tmp_path / "build", files))[1])
    assert (found.code, found.expected) == ("smoke-import", "`import space.tiny` works")
    assert 'File "lib/python3.11/site-packages/space/tiny/__init__.py"' in found.found


def test_a_namespace_that_needs_pkg_resources_needs_setuptools_as_well(tmp_path):
    files = {"src/space/__init__.py": DECLARED, "src/space/tiny/__init__.py": ""}
    assert "No module named 'pkg_resources'" in only(tried(tmp_path, wheel_of(tmp_path / "build", files))[1]).found


WITHOUT_MODULES = {
    "stubs": (
        {"tiny_project-stubs/__init__.pyi": "", "tiny_project-stubs/py.typed": "partial\n"},
        "",
        STUBS,
        "nothing to import: stubs only",
    ),
    "data": ({"share/tiny.json": "{}"}, "", BY_DATA, "nothing to import: data only"),
    "dependencies": ({}, 'dependencies = ["tiny-project"]', NO_FILES, "nothing to import: only dependencies, 1 of"),
}


@pytest.mark.parametrize(("files", "project", "pack", "told"), WITHOUT_MODULES.values(), ids=WITHOUT_MODULES.keys())
def test_a_wheel_without_modules_is_fine_and_said(tmp_path, files, project, pack, told):
    (found,) = works(tried(tmp_path, wheel_of(tmp_path / "build", files, project, pack))[1])
    assert found.startswith(told)


LOST = {
    "stubs with code": (
        {"tiny_project-stubs/__init__.pyi": "", "tiny_project-stubs/helper.py": ""},
        STUBS,
        "helper.py",
    ),
    "a package with a dash": ({"src/tiny-project/__init__.py": ""}, PACK, "tiny-project/__init__.py"),
    "a module with a dash": ({"src/tiny-project.py": ""}, PACK, "tiny-project.py"),
    "nothing at all": ({}, NO_FILES, "no files"),
}


@pytest.mark.parametrize(("files", "pack", "told"), LOST.values(), ids=LOST.keys())
def test_code_that_nobody_can_import_is_found(tmp_path, files, pack, told):
    found = only(tried(tmp_path, wheel_of(tmp_path / "build", files, pack=pack))[1])
    assert found.code == "smoke-nothing"
    assert told in found.found


def module(tmp_path, source, settings="", **more):
    wheel = wheel_of(tmp_path / "build", {"src/tiny.py": textwrap.dedent(source)})
    return tried(tmp_path, wheel, settings, **more)[1]


@pytest.mark.parametrize("ending", ["raise SystemExit(0)", "import os; os._exit(0)", "import sys; sys.exit()"])
def test_an_import_that_ends_the_program_without_an_error_is_no_import(tmp_path, ending):
    assert wrong(module(tmp_path, ending)) == ["smoke-import"]


def test_an_import_that_prints_imports(tmp_path):
    assert works(module(tmp_path, "print('loud ' * 100_000); import sys; sys.stderr.write('x' * 200_000)"))


def test_an_import_that_prints_a_lie_does_not_import(tmp_path):
    source = """\
        import json, os
        print(json.dumps({"target": "tiny", "problem": "", "missing": "", "callable": True}), flush=True)
        os._exit(0)
    """
    assert wrong(module(tmp_path, source)) == ["smoke-import"]


def test_an_import_has_an_empty_home_of_its_own(tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    (home / "settings").write_text("of the user")
    source = """\
        import pathlib
        assert not (pathlib.Path.home() / "settings").exists()
        (pathlib.Path.home() / "written").write_text("by an import")
        pathlib.Path("here").write_text("as well")
    """
    assert works(module(tmp_path, source, environ={"HOME": str(home)}))
    assert not (home / "written").exists()


@pytest.mark.parametrize(
    "source",
    [
        "import time; time.sleep(3600)",
        "import threading, time; threading.Thread(target=time.sleep, args=[3600]).start()",
    ],
    ids=["the module", "a thread that it leaves behind"],
)
def test_an_import_that_never_ends_is_said_to(tmp_path, monkeypatch, source):
    monkeypatch.setattr(inside, "LOAD_SECONDS", 2.0)
    found = only(module(tmp_path, source))
    assert (found.code, found.expected) == ("smoke-import", "`import tiny` works")
    assert "did not end within 2 s" in found.found


def test_a_process_that_an_import_leaves_behind_neither_delays_nor_outlives_it(tmp_path):
    pid = tmp_path / "pid"
    source = f"""\
        import pathlib, subprocess, sys
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(3600)"])
        pathlib.Path({str(pid)!r}).write_text(str(child.pid))
    """
    assert works(module(tmp_path, source))
    assert is_gone(int(pid.read_text()))


def is_gone(pid):
    for _ in range(100):
        state = Path(f"/proc/{pid}/stat")
        if not state.exists() or state.read_text().rpartition(")")[2].split()[0] == "Z":
            return True
        time.sleep(0.05)
    return False


def test_an_import_that_forks_is_counted_once(tmp_path):
    assert works(module(tmp_path, "import os\nos.fork()"))


def test_an_import_that_closes_every_file_is_heard_of_all_the_same(tmp_path):
    assert works(module(tmp_path, "import os\nos.closerange(3, 200)"))


def test_an_import_that_crashes_the_interpreter_is_found(tmp_path):
    found = only(module(tmp_path, "import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)"))
    assert "signal 11 (SIGSEGV)" in found.found


def test_a_module_for_another_system_is_left_out_here_alone(tmp_path):
    setting = SKIPPED.format("tiny") + "marker = \"sys_platform {} 'linux'\"\n"
    done = module(tmp_path / "here", "raise OSError('not on Linux')", setting.format("=="))
    assert (works(done), left_out(done)) == (["imports nothing"], ["tiny: only for a test"])
    assert wrong(module(tmp_path / "elsewhere", "raise OSError('not on Linux')", setting.format("!="))) == [
        "smoke-import"
    ]


def test_a_marker_is_about_the_python_that_is_tried(tmp_path):
    setting = SKIPPED.format("tiny") + "marker = \"python_version == '3.12'\"\n"
    done = module(tmp_path, "import sys; assert sys.version_info < (3, 12)", setting, python="3.12")
    assert left_out(done) == ["tiny: only for a test"]


@pytest.mark.parametrize("name", ["gone", "tiny_more", "tiny.gone"])
def test_a_module_that_is_left_out_and_does_not_exist_is_found(tmp_path, name):
    found = only(module(tmp_path, "", SKIPPED.format(name)))
    assert (found.code, f"names {name}, which is not there" in found.found) == ("smoke-skip-stale", True)


PACKAGE = {
    "src/tiny/__init__.py": "",
    "src/tiny/__main__.py": "raise SystemExit('not to be run')",
    "src/tiny/good.py": "",
    "src/tiny/windows/__init__.py": "",
    "src/tiny/windows/registry.py": "import winreg",
    "src/tiny/templates/{{name}}.py": "{{ broken",
    "src/tiny/templates/app.py": "{{ broken",
}
EVERY = "[tool.sealwright.smoke]\nsubmodules = true\n"


def test_modules_below_are_imported_where_asked_for(tmp_path):
    wheel = wheel_of(tmp_path / "build", PACKAGE)
    assert works(tried(tmp_path / "outermost", wheel)[1]) == ["imports tiny"]
    found = only(tried(tmp_path / "every", wheel, EVERY)[1])
    assert found.expected == "`import tiny.windows.registry` works"


def test_what_lies_below_a_module_is_left_out_with_it(tmp_path):
    wheel = wheel_of(tmp_path / "build", PACKAGE)
    done = tried(tmp_path / "every", wheel, EVERY + SKIPPED.format("tiny.windows"))[1]
    assert works(done) == ["imports tiny, 1 more"]
    assert left_out(done) == [f"tiny.windows{name}: only for a test" for name in ("", ".registry")]
    found = only(tried(tmp_path / "outermost", wheel, SKIPPED.format("tiny.windows"))[1])
    assert (found.code, "submodules = true" in found.hint) == ("smoke-skip-stale", True)


def test_modules_that_end_the_process_do_not_hide_others(tmp_path):
    files = {
        "src/tiny/__init__.py": "",
        "src/tiny/a.py": "import os; os._exit(0)",
        "src/tiny/b.py": "",
        "src/tiny/c.py": "import gone",
    }
    done = tried(tmp_path, wheel_of(tmp_path / "build", files), EVERY)[1]
    assert [finding.expected.split("`")[1] for finding in done.blocking] == ["import tiny.a", "import tiny.c"]


def test_no_name_is_passed_that_was_not_tried(tmp_path):
    files = {"src/tiny/__init__.py": "", **{f"src/tiny/m{n}.py": "import os; os._exit(0)" for n in range(7)}}
    done = tried(tmp_path, wheel_of(tmp_path / "build", files), EVERY)[1]
    assert len(done.blocking) == 7
    assert "not tried" in done.blocking[-1].found


def test_the_environment_of_the_job_stays_outside(tmp_path):
    source = "import os; assert not {'GITHUB_TOKEN', 'PYTHONPATH', 'RECORDS'} & set(os.environ), sorted(os.environ)"
    assert works(module(tmp_path, source, environ={"GITHUB_TOKEN": "secret", "PYTHONPATH": str(tmp_path)}))
