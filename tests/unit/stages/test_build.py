import dataclasses
import io
import json
import os
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
from tests.support.projects import PYPROJECT, commit, git, make_project, write
from tests.support.releases import Release

from sealwright.model import FileRef, State, Sums, sha256_hex
from sealwright.services.environments import PackageIndex, uv
from sealwright.stages.build import oldest_python
from sealwright.stages.building import judge_built
from sealwright.verify.difference import Kind, compare
from sealwright.verify.requirements import parse_locked
from sealwright.verify.statement import SLSA_PROVENANCE_V1, TEST_RESULT, parse

pytestmark = pytest.mark.index
WHEEL, SDIST = "tiny_project-1.2.3-py3-none-any.whl", "tiny_project-1.2.3.tar.gz"


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A release that was built and built again, from a work tree full of what nobody committed."""
    folder = tmp_path_factory.mktemp("built")
    project = make_project(folder / "project")
    write(project, {"src/tiny_project/evil.py": "import os", ".env": "TOKEN=x", "README.md": "changed"})
    release = Release(folder / "release", project)
    environ = {"GITHUB_TOKEN": "secret", "PYTHONPATH": str(project / "src")}
    done = {job: release.run(job, environ=environ) for job in ("build", "rebuild")}
    assert {job: found.blocking for job, found in done.items()} == {"build": (), "rebuild": ()}
    return release, done


def codes(done):
    return [finding.code for finding in done.blocking]


def test_only_what_was_committed_is_packed(built):
    release, _ = built
    dist = release.folder / "build" / "new" / "dist"
    with tarfile.open(dist / SDIST) as archive:
        names = {name.split("/", 1)[1] for name in archive.getnames()}
        readme = archive.extractfile("tiny_project-1.2.3/README.md").read()
    assert names >= {"src/tiny_project/__init__.py", "PKG-INFO"}
    assert not names & {"src/tiny_project/evil.py", ".env"}
    assert readme == b"# Tiny\n\nSays hello.\n"
    with zipfile.ZipFile(dist / WHEEL) as archive:
        assert "tiny_project/evil.py" not in archive.namelist()


def test_exactly_the_distributions_are_handed_over(built):
    release, done = built
    assert release.names("build", "dist") == {WHEEL, SDIST}
    refs = [FileRef.of(f"dist/{name}", release.new("build", f"dist/{name}")) for name in (SDIST, WHEEL)]
    assert Sums.decode(done["build"].outputs["sums"]) == Sums.of(refs)


def test_building_again_makes_the_same_bytes(built):
    release, done = built
    for name in (WHEEL, SDIST):
        assert release.new("rebuild", f"rebuilt/{name}") == release.new("build", f"dist/{name}")
    (ran,) = [f for f in done["rebuild"].record.findings if f.check == "rebuild-ran"]
    assert (ran.state, ran.found) == (State.PASS, "byte-identical")
    statement = parse(release.new("rebuild", "statements/rebuild.json"), "rebuild")
    assert (statement.predicate_type, statement.predicate["result"]) == (TEST_RESULT, "PASSED")
    assert set(statement.subjects) == {WHEEL, SDIST}


def test_the_environment_is_written_down_with_hashes_and_reused(built):
    release, done = built
    text = release.new("build", "build/environment.txt")
    pins = {pin.name: pin for pin in parse_locked(text.decode(), "environment")}
    tools = {tool.name: tool for tool in done["build"].record.tools}
    assert tools["hatchling"].sha256 in pins["hatchling"].hashes
    assert all(tools[name].sha256 for name in pins)
    assert tools["zlib"].version
    assert done["rebuild"].record.tools == done["build"].record.tools
    (found,) = [f for f in done["build"].record.findings if f.check == "build-environment"]
    assert (found.state, found.code) == (State.ABSENT, "build-lock-absent")


def test_the_build_describes_itself_without_times(built):
    release, _ = built
    data = release.new("build", "statements/build.json")
    statement = parse(data, "build")
    assert statement.predicate_type == SLSA_PROVENANCE_V1
    definition = statement.predicate["buildDefinition"]
    source, *tools = definition["resolvedDependencies"]
    assert source == {"name": "source", "digest": {"gitCommit": release.plan.commit}}
    assert {tool["name"] for tool in tools} >= {"hatchling", "python-executable", "zlib"}
    lock = definition["internalParameters"]["environment"]
    assert lock["digest"]["sha256"] == sha256_hex(release.new("build", "build/environment.txt"))
    assert str(release.folder) not in json.dumps(statement.predicate)


@pytest.fixture(scope="module")
def lock(built):
    """A lock of everything that the tiny project is built with."""
    return built[0].new("build", "build/environment.txt").decode()


def locked_release(tmp_path, text):
    pyproject = f'{PYPROJECT}build-lock = "build.lock"\n'
    project = make_project(tmp_path / "project", **{"pyproject.toml": pyproject, "build.lock": text})
    return Release(tmp_path / "release", project)


def without(text, name):
    return "".join(f"{pin.text}\n" for pin in parse_locked(text, "x") if pin.name != name)


def tampered(text):
    pins = [dataclasses.replace(pin, hashes=("0" * 64,)) for pin in parse_locked(text, "x") if pin.name == "pluggy"]
    return without(text, "pluggy") + "".join(f"{pin.text}\n" for pin in pins)


LOCKS = {
    "another hash": (tampered, "hash-mismatch"),
    "no backend": (lambda text: without(text, "hatchling"), "build-lock-incomplete"),
    "no dependency of the backend": (lambda text: without(text, "pluggy"), "build-lock-incomplete"),
    "no hash": (lambda text: f"{without(text, 'pluggy')}pluggy==1.7.0\n", "build-lock-malformed"),
    "nothing": (lambda _: "", "build-lock-incomplete"),
}


@pytest.mark.parametrize(("change", "code"), LOCKS.values(), ids=LOCKS.keys())
def test_a_lock_that_is_not_the_environment_stops_the_build(tmp_path, lock, change, code):
    release = locked_release(tmp_path, change(lock))
    done = release.run("build")
    assert codes(done) == [code]
    assert not (release.folder / "build" / "new" / "dist").exists()


def test_a_lock_of_the_project_is_used_and_said(tmp_path, lock):
    release = locked_release(tmp_path, f"--index-url https://mirror.example/simple\n{lock}")
    done = release.run("build")
    assert codes(done) == []
    (found,) = [f for f in done.record.findings if f.check == "build-environment"]
    assert (found.state, found.subject) == (State.PASS, "build.lock")
    assert release.new("build", "build/environment.txt").decode() == lock


def test_a_lock_that_was_not_committed_stops_the_build(tmp_path):
    project = make_project(tmp_path / "project", **{"pyproject.toml": f'{PYPROJECT}build-lock = "build.lock"\n'})
    write(project, {"build.lock": "left in the work tree"})
    assert codes(Release(tmp_path / "release", project).run("build")) == ["build-lock-missing"]


def test_a_locked_dependency_group_is_used(tmp_path):
    pyproject = PYPROJECT.replace(
        "[project.scripts]", '[dependency-groups]\nbuild = ["hatchling"]\n\n[project.scripts]'
    )
    project = make_project(tmp_path / "project", **{"pyproject.toml": pyproject})
    uv(("lock", "--quiet"), os.environ, PackageIndex.of(os.environ), cwd=project)
    commit(project)
    release = Release(tmp_path / "release", project)
    done = release.run("build")
    assert codes(done) == []
    (found,) = [f for f in done.record.findings if f.check == "build-environment"]
    assert (found.state, found.subject) == (State.PASS, "uv.lock")
    assert "hatchling==" in release.new("build", "build/environment.txt").decode()


def test_a_build_that_fails_says_why(tmp_path):
    hook = "[tool.hatch.build.hooks.custom]\n"
    files = {"pyproject.toml": PYPROJECT + hook, "hatch_build.py": "raise ValueError('broken on purpose')\n"}
    done = Release(tmp_path / "release", make_project(tmp_path / "project", **files)).run("build")
    assert codes(done) == ["build-failed"]
    assert "broken on purpose" in done.blocking[0].found


def test_a_backend_that_does_not_exist_says_so(tmp_path):
    pyproject = PYPROJECT.replace("hatchling.build", "hatchling.no_such_module")
    project = make_project(tmp_path / "project", **{"pyproject.toml": pyproject})
    done = Release(tmp_path / "release", project).run("build")
    assert codes(done) == ["build-failed"]
    assert "no_such_module" in done.blocking[0].found


SPY = """\
import os
from pathlib import Path
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

class CustomBuildHook(BuildHookInterface):
    def initialize(self, version, build_data):
        seen = {name: os.environ.get(name) for name in %r}
        Path(self.directory, "seen.json").write_text(repr((seen, oct(os.umask(0o022)))))
"""


def test_project_code_sees_fixed_variables_no_token_and_cannot_add_files(tmp_path):
    names = ("SOURCE_DATE_EPOCH", "PYTHONHASHSEED", "TZ", "LC_ALL", "GITHUB_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_TOKEN")
    raising = SPY.replace('Path(self.directory, "seen.json").write_text(', "raise ValueError(") % (names,)
    pyproject = f"{PYPROJECT}[tool.hatch.build.hooks.custom]\n"
    project = make_project(tmp_path / "project", **{"pyproject.toml": pyproject, "hatch_build.py": raising})
    release = Release(tmp_path / "release", project)
    done = release.run(
        "build", environ={"GITHUB_TOKEN": "s", "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "s", "TZ": "Asia/Tokyo"}
    )
    said = done.blocking[0].found
    assert f"'SOURCE_DATE_EPOCH': '{release.plan.epoch}'" in said
    assert "'PYTHONHASHSEED': '0', 'TZ': 'UTC', 'LC_ALL': 'C.UTF-8'" in said
    assert "'GITHUB_TOKEN': None, 'ACTIONS_ID_TOKEN_REQUEST_TOKEN': None" in said
    assert "'0o22'" in said

    write(project, {"hatch_build.py": SPY % (names,)})
    commit(project)
    done = Release(tmp_path / "second", project).run("build")
    assert codes(done) == ["unexpected-output"]


def test_a_version_that_the_tag_does_not_promise_stops_the_release(tmp_path):
    project = make_project(tmp_path / "project")
    done = Release(tmp_path / "release", project, version="1.2.4").run("build")
    assert codes(done) == ["version-mismatch", "version-mismatch"]
    assert done.blocking[0].found == "tiny-project 1.2.3"


def test_a_project_in_a_folder_of_its_repository_is_built_there(tmp_path):
    project = make_project(tmp_path / "project")
    git(project, "rm", "-q", "--cached", "-r", ".")
    inner = project / "packages" / "tiny"
    inner.mkdir(parents=True)
    for name in ("pyproject.toml", "README.md", "LICENSE", "src"):
        (project / name).rename(inner / name)
    commit(project, "Move")
    release = Release(tmp_path / "release", project, directory="packages/tiny")
    assert codes(release.run("build")) == []
    assert release.names("build", "dist") == {WHEEL, SDIST}


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("tiny_project-1.2.3-py3-none-any.whl", None),
        ("tiny_project-1.2.3-py2.py3-none-any.whl", None),
        ("tiny_project-1.2.3.tar.gz", None),
        ("tiny_project-1.2.3.dev1.tar.gz", "version-mismatch"),
        ("other-1.2.3.tar.gz", "version-mismatch"),
        ("tiny_project-1.2.3-cp311-cp311-linux_x86_64.whl", "wheel-not-pure"),
        ("tiny_project.tar.gz", "name-malformed"),
    ],
)
def test_names_of_distributions_are_judged(built, name, code):
    found = [finding.code for finding in judge_built([Path(name)], built[0].plan) if finding.state is State.FAIL]
    assert found == ([code] if code else [])


@pytest.mark.parametrize(("cell", "expected"), [("3.9", "3.9"), ("3.99t", None)])
def test_the_oldest_python_is_that_of_a_smoke_job_or_the_running_one(built, cell, expected):
    plan = built[0].plan
    changed = dataclasses.replace(plan, cells=(dataclasses.replace(plan.cells[0], python=cell),))
    running = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert oldest_python(changed) == (expected or running)


HATCH_VCS = '[tool.hatch.version]\nsource = "vcs"\n'
BACKENDS = {
    "setuptools": ('requires = ["setuptools>=77"]\nbuild-backend = "setuptools.build_meta"', "", True),
    "pdm": ('requires = ["pdm-backend"]\nbuild-backend = "pdm.backend"', "", True),
    "flit": ('requires = ["flit_core>=3.11"]\nbuild-backend = "flit_core.buildapi"', "", False),
    "hatch-vcs": ('requires = ["hatchling", "hatch-vcs"]\nbuild-backend = "hatchling.build"', HATCH_VCS, False),
}


def pyproject_of(system, more=""):
    declared = PYPROJECT.split("\n", 3)[3]
    if HATCH_VCS in more:
        declared = declared.replace('version = "1.2.3"', 'dynamic = ["version"]')
    return f"[build-system]\n{system}\n{declared}{more}"


def form_of(release, job):
    """What the statement of a job says about the form of the sdist."""
    predicate = parse(release.new(job, f"statements/{job}.json"), job).predicate
    return predicate["sdist"] if job == "rebuild" else predicate["buildDefinition"]["internalParameters"]["sdist"]


@pytest.mark.parametrize(("system", "more", "normalised"), BACKENDS.values(), ids=BACKENDS.keys())
def test_other_backends_are_reproducible_too_and_it_is_said_whose_sdist_was_normalised(
    tmp_path, system, more, normalised
):
    project = make_project(tmp_path / "project", **{"pyproject.toml": pyproject_of(system, more)})
    git(project, "tag", "v1.2.3")
    release = Release(tmp_path / "release", project)
    done = {job: release.run(job) for job in ("build", "rebuild")}
    assert [codes(found) for found in done.values()] == [[], []]
    assert [f.found for f in done["rebuild"].record.findings if f.check == "rebuild-ran"] == ["byte-identical"]
    for job, found in done.items():
        form = form_of(release, job)
        assert form["setting"] == "normalised"
        assert [(entry["name"], entry["rules"]) for entry in form["normalised"]] == (
            [(SDIST, "sealwright:sdist:v1")] if normalised else []
        )
        (said,) = [f for f in found.record.findings if f.check == "sdist-form"]
        assert (said.state, said.subject) == (State.PASS, SDIST)
        assert ("sdist normalised: " in said.found) == normalised


def test_an_sdist_is_left_as_its_backend_made_it_where_a_project_asks_for_that(tmp_path):
    (system, more, _) = BACKENDS["setuptools"]
    files = {}
    for setting in ("as-built", "normalised"):
        pyproject = f'{pyproject_of(system, more)}sdist = "{setting}"\n'
        project = make_project(tmp_path / setting / "project", **{"pyproject.toml": pyproject})
        release = Release(tmp_path / setting / "release", project)
        done = release.run("build")
        assert codes(done) == []
        files[setting] = {name: release.new("build", f"dist/{name}") for name in (SDIST, WHEEL)}
        if setting == "as-built":
            assert form_of(release, "build") == {"setting": "as-built", "normalised": []}
            (said,) = [f for f in done.record.findings if f.check == "sdist-form"]
            assert "times of members" in said.found
            assert "a second build will differ" in said.found
        else:
            (entry,) = form_of(release, "build")["normalised"]
            assert entry["backend"].startswith("setuptools (")
            assert "times of members" in entry["told"]
    found = compare(io.BytesIO(files["as-built"][SDIST]), io.BytesIO(files["normalised"][SDIST]), SDIST)
    # But for the setting itself, which is in pyproject.toml, nothing inside is other than the backend made it.
    assert {
        member for d in found for member in d.members if d.kind in (Kind.UNCLASSIFIED, Kind.CODE, Kind.CONTENT)
    } == {f"{SDIST.removesuffix('.tar.gz')}/pyproject.toml"}
    assert {d.kind for d in found} >= {Kind.TIMESTAMPS}


def test_a_rebuild_of_an_sdist_that_was_left_says_in_which_way_it_differs(tmp_path):
    (system, more, _) = BACKENDS["setuptools"]
    pyproject = f'{pyproject_of(system, more)}sdist = "as-built"\n'
    release = Release(tmp_path / "release", make_project(tmp_path / "project", **{"pyproject.toml": pyproject}))
    assert codes(release.run("build")) == []
    done = release.run("rebuild")
    assert codes(done) == []
    (ran,) = [f for f in done.record.findings if f.check == "rebuild-ran"]
    assert ran.found == f"{SDIST} differs in timestamps"
