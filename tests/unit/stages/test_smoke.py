import io
import zipfile

import pytest
from tests.support.projects import PYPROJECT, make_project
from tests.support.releases import Release
from tests.support.trials import tried
from tests.support.wheels import sha256_of, write_pylock, write_wheel

from sealwright.model import State
from sealwright.verify.statement import TEST_RESULT, parse

WHEEL = "tiny_project-1.2.3-py3-none-any.whl"
INFO = "tiny_project-1.2.3.dist-info"
SCRIPT = "[console_scripts]\ntiny = tiny_project:main\n"
GOOD = {"tiny_project/__init__.py": "def main():\n    return 0\n"}


def make_wheel(members, points="", requires=""):
    stream = io.BytesIO()
    metadata = f"Metadata-Version: 2.4\nName: tiny-project\nVersion: 1.2.3\n{requires}"
    tags = "Wheel-Version: 1.0\nGenerator: by-hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    described = {"METADATA": metadata, "WHEEL": tags, "entry_points.txt": points}
    named = {f"{INFO}/{name}": text for name, text in described.items() if text}
    with zipfile.ZipFile(stream, "w") as archive:
        for name, text in {**members, **named}.items():
            archive.writestr(name, text)
        record = "".join(f"{name},,\n" for name in (*members, *named, f"{INFO}/RECORD"))
        archive.writestr(f"{INFO}/RECORD", record)
    return stream.getvalue()


def statement_of(release):
    return parse(release.new(release.smoke, f"statements/{release.smoke}.json"), "smoke")


def test_a_wheel_that_works_passes_and_is_stated(tmp_path):
    command = (
        '[tool.sealwright.smoke]\ncommand = ["python", "-c", "import os, tiny_project; assert not os.listdir()"]\n'
    )
    release, done = tried(tmp_path, make_wheel(GOOD, SCRIPT), command)
    assert [(f.state, f.found) for f in done.record.findings] == [
        (State.PASS, "imports tiny_project; starts tiny; smoke command passed")
    ]
    statement = statement_of(release)
    assert (statement.predicate_type, statement.predicate["result"]) == (TEST_RESULT, "PASSED")
    assert set(statement.subjects) == {WHEEL}
    python, platform, lock = statement.predicate["configuration"]
    assert python["uri"].startswith("pkg:generic/cpython@3.11.")
    assert platform["name"] == "platform"
    assert lock["name"] == "evidence/pylock.toml"


BROKEN = {
    "not a wheel": (b"PK", "", "smoke-install"),
    "a missing module": (make_wheel({"tiny_project/__init__.py": "import not_there"}), "", "smoke-import"),
    "a missing file": (make_wheel({**GOOD, "other/__init__.py": "from . import gone"}), "", "smoke-import"),
    "an import that ends the program": (
        make_wheel({"tiny_project/__init__.py": "raise SystemExit(3)"}),
        "",
        "smoke-import",
    ),
    "an import that needs a variable": (
        make_wheel({"tiny_project/__init__.py": "import os; os.environ['GITHUB_TOKEN']"}),
        "",
        "smoke-import",
    ),
    "no such object": (make_wheel(GOOD, SCRIPT.replace("main", "gone")), "", "smoke-entry-point"),
    "no such module": (make_wheel(GOOD, SCRIPT.replace("tiny_project", "tiny_gone")), "", "smoke-entry-point"),
    "no callable": (make_wheel({"tiny_project/__init__.py": "main = 1"}, SCRIPT), "", "smoke-entry-point"),
    "a command that fails": (
        make_wheel(GOOD),
        '[tool.sealwright.smoke]\ncommand = ["python", "-c", "raise SystemExit(4)"]\n',
        "smoke-command",
    ),
    "a command that is not there": (
        make_wheel(GOOD),
        '[tool.sealwright.smoke]\ncommand = ["tiny-gone", "--version"]\n',
        "smoke-command",
    ),
    "a dependency outside the closure": (
        make_wheel(GOOD, requires="Requires-Dist: not-there>=1\n"),
        "",
        "smoke-dependencies",
    ),
}


@pytest.mark.parametrize(("wheel", "settings", "code"), BROKEN.values(), ids=BROKEN.keys())
def test_what_users_would_stumble_over_is_found(tmp_path, wheel, settings, code):
    release, done = tried(tmp_path, wheel, settings, environ={"GITHUB_TOKEN": "secret"})
    assert [(f.check, f.code, f.subject) for f in done.blocking] == [("smoke", code, WHEEL)]
    assert statement_of(release).predicate["result"] == "FAILED"


def test_everything_wrong_is_said_at_once(tmp_path):
    wheel = make_wheel({"tiny_project/__init__.py": "import gone"}, SCRIPT, "Requires-Dist: gone\n")
    _, done = tried(tmp_path, wheel)
    assert [f.code for f in done.blocking] == ["smoke-dependencies", "smoke-import", "smoke-entry-point"]


def test_a_program_that_does_not_know_help_still_answers(tmp_path):
    wheel = make_wheel({"tiny_project/__init__.py": "def main():\n    return 'usage: none'\n"}, SCRIPT)
    assert tried(tmp_path, wheel)[1].blocking == ()


def test_a_module_that_is_left_out_is_said_with_its_reason(tmp_path):
    settings = "[[tool.sealwright.smoke.skip-imports]]\nmodule = 'needs_display'\nreason = 'opens a window'\n"
    wheel = make_wheel({**GOOD, "needs_display.py": "raise RuntimeError('no display')"})
    _, done = tried(tmp_path, wheel, settings)
    assert done.blocking == ()
    skipped = [(f.check, f.found) for f in done.record.findings if f.state is State.SKIPPED]
    assert skipped == [("smoke-import", "needs_display: opens a window")]


def test_dependencies_come_from_the_closure_by_hash(tmp_path):
    links = tmp_path / "links"
    needed = write_wheel(links, "needed", "2.0")
    environ = {"PIP_FIND_LINKS": str(links), "PIP_NO_INDEX": "1"}
    wheel = make_wheel({"tiny_project/__init__.py": "import needed"}, requires="Requires-Dist: needed\n")
    for place, digest, codes in (("good", sha256_of(needed), []), ("bad", "0" * 64, ["smoke-install"])):
        closure = write_pylock([("needed", "2.0", "", needed.as_uri(), digest)])
        _, done = tried(tmp_path / place, wheel, closure=closure, environ=environ)
        assert [f.code for f in done.blocking] == codes


def test_a_conflict_between_dependencies_is_found(tmp_path):
    links = tmp_path / "links"
    needed = write_wheel(links, "needed", "2.0")
    other = write_wheel(links, "other", "1.0", requires=["needed<2"])
    rows = [
        (path.name.split("-")[0], path.name.split("-")[1], "", path.as_uri(), sha256_of(path))
        for path in (needed, other)
    ]
    environ = {"PIP_FIND_LINKS": str(links), "PIP_NO_INDEX": "1"}
    _, done = tried(tmp_path, make_wheel(GOOD), closure=write_pylock(rows), environ=environ)
    assert [f.code for f in done.blocking] == ["smoke-dependencies"]
    assert "needed" in done.blocking[0].found


def test_a_python_that_is_not_here_is_unavailable_not_passed(tmp_path):
    _, done = tried(tmp_path, make_wheel(GOOD), python="3.99")
    (found,) = done.blocking
    assert (found.code, found.state, done.exit_code) == ("smoke-python-missing", State.UNAVAILABLE, 3)


def test_a_job_that_nobody_planned_is_refused(tmp_path):
    release, _ = tried(tmp_path, make_wheel(GOOD))
    done = release.run("smoke-elsewhere-3-11", "smoke")
    assert [f.code for f in done.blocking] == ["smoke-cell-unknown"]


@pytest.mark.index
def test_wheel_and_sdist_of_a_build_both_work(tmp_path):
    release = Release(tmp_path / "release", make_project(tmp_path / "project"))
    for job, stage in (("build", "build"), ("examine", "resolve"), (release.smoke, "smoke")):
        done = release.run(job, stage)
        assert done.blocking == ()
    assert {f.subject for f in done.record.findings} == {WHEEL, "tiny_project-1.2.3.tar.gz"}


@pytest.mark.index
def test_an_sdist_without_its_code_is_found_by_what_it_installs(tmp_path):
    pyproject = f'{PYPROJECT}\n[tool.hatch.build.targets.sdist]\nexclude = ["/src"]\n'
    release = Release(tmp_path / "release", make_project(tmp_path / "project", **{"pyproject.toml": pyproject}))
    assert release.run("build").blocking == ()  # the backend is content with a wheel of nothing
    release.run("examine", "resolve")
    assert {f.code for f in release.run(release.smoke, "smoke").blocking} == {
        "smoke-entry-point",
        "smoke-nothing",
    }
