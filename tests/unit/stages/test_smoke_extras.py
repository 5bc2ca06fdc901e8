"""Extras: resolved apart, installed apart, tried apart, and no part of a plain installation."""

import pytest
from tests.support.hatched import WHEEL, wheel_of
from tests.support.projects import PYPROJECT, make_project
from tests.support.releases import Release
from tests.support.trials import tried, wrong
from tests.support.wheels import sha256_of, write_pylock, write_wheel

from sealwright.model import State
from sealwright.verify.closure import parse_pylock
from sealwright.verify.statement import parse

PROJECT = """\
dependencies = ["plain"]
[project.optional-dependencies]
cli = ["colour"]
all = ["tiny-project[cli]", "more; python_version < '3.12'"]
[project.scripts]
tiny = "tiny:main"
"""
TINY = """\
import plain

def main():
    try:
        import colour
    except ImportError:
        raise SystemExit("install tiny-project[cli] for this")
"""
EXTRAS = "[tool.sealwright.smoke]\nextras = {}\n"


@pytest.fixture
def index(tmp_path):
    """A folder that is the whole index."""
    folder = tmp_path / "links"
    made = [write_wheel(folder, name, "1.0") for name in ("plain", "colour", "more")]
    made.append(write_wheel(folder, "tiny-project", "0.9", requires=["more"]))
    return {"PIP_FIND_LINKS": str(folder), "PIP_NO_INDEX": "1"}, {path.name.split("-")[0]: path for path in made}


def lock_of(index, *names):
    return write_pylock([(name, "1.0", "", index[1][name].as_uri(), sha256_of(index[1][name])) for name in names])


def resolved(tmp_path, environ, extras):
    pyproject = PYPROJECT.replace("[tool.sealwright]\n", "") + EXTRAS.format(extras)
    release = Release(tmp_path / "release", make_project(tmp_path / "project", **{"pyproject.toml": pyproject}))
    release.give("build", {f"dist/{WHEEL}": wheel_of(tmp_path / "build", {"src/tiny.py": TINY}, PROJECT)})
    return release, release.run("examine", "resolve", environ=environ)


def names(release, path):
    return {pin.name for pin in parse_pylock(release.new("examine", path), path).pins}


def test_each_extra_has_a_lock_of_its_own_and_the_closure_has_none_of_it(tmp_path, index):
    release, done = resolved(tmp_path, index[0], ["CLI", "all"])
    assert done.blocking == ()
    assert names(release, "evidence/pylock.toml") == {"plain"}
    assert names(release, "evidence/pylock.cli.toml") == {"plain", "colour"}
    assert names(release, "evidence/pylock.all.toml") == {"plain", "colour", "more"}
    assert [finding.subject for finding in done.record.findings] == [WHEEL, f"{WHEEL}[cli]", f"{WHEEL}[all]"]
    assert str(tmp_path / "release").encode() not in release.new("examine", "evidence/pylock.all.toml")


def test_an_extra_that_the_wheel_does_not_have_is_named_with_those_that_it_has(tmp_path, index):
    release, done = resolved(tmp_path, index[0], ["cli", "gone"])
    (found,) = done.blocking
    assert (found.check, found.code, found.subject) == ("closure", "extra-unknown", f"{WHEEL}[gone]")
    assert found.expected == "one of all, cli"
    assert names(release, "evidence/pylock.cli.toml") == {"plain", "colour"}


def test_an_extra_that_cannot_be_resolved_is_named(tmp_path, index):
    index[1]["colour"].unlink()
    _, done = resolved(tmp_path, index[0], ["cli"])
    (found,) = done.blocking
    assert (found.code, found.subject) == ("unresolvable", f"{WHEEL}[cli]")
    assert "colour" in found.found


@pytest.fixture
def wheel(tmp_path):
    return wheel_of(tmp_path / "build", {"src/tiny.py": TINY}, PROJECT)


def test_a_wheel_is_tried_plainly_and_with_each_extra(tmp_path, index, wheel):
    locks = {"cli": lock_of(index, "plain", "colour")}
    settings = EXTRAS.format(["cli"]) + 'command = ["python", "-c", "import tiny"]\n'
    release, done = tried(
        tmp_path / "trial", wheel, settings, closure=lock_of(index, "plain"), locks=locks, environ=index[0]
    )
    assert done.blocking == ()
    assert {finding.subject: finding.found for finding in done.record.findings} == {
        WHEEL: "imports tiny; starts tiny (`--help` exits with 1); smoke command passed",
        f"{WHEEL}[cli]": "imports tiny; starts tiny; smoke command passed",
    }
    statement = parse(release.new(release.smoke, f"statements/{release.smoke}.json"), "smoke")
    listed = [entry["name"] for entry in statement.predicate["configuration"]]
    assert listed[-2:] == ["evidence/pylock.toml", "evidence/pylock.cli.toml"]
    assert statement.predicate["passedTests"] == [WHEEL, f"{WHEEL}[cli]"]


def test_what_only_an_extra_brings_does_not_help_a_plain_installation(tmp_path, index):
    wheel = wheel_of(tmp_path / "build", {"src/tiny.py": "import colour\ndef main(): pass\n"}, PROJECT)
    settings, locks = EXTRAS.format(["cli"]), {"cli": lock_of(index, "plain", "colour")}
    done = tried(tmp_path / "trial", wheel, settings, closure=lock_of(index, "plain"), locks=locks, environ=index[0])[1]
    assert {(finding.code, finding.subject) for finding in done.blocking} == {
        ("smoke-import", WHEEL),
        ("smoke-entry-point", WHEEL),
    }


def test_what_fails_with_an_extra_alone_is_said_of_the_extra(tmp_path, index):
    source = TINY.replace("    except ImportError:", "        raise OSError('broken with it')\n    except ImportError:")
    wheel = wheel_of(tmp_path / "build", {"src/tiny.py": source}, PROJECT)
    settings, locks = EXTRAS.format(["cli"]), {"cli": lock_of(index, "plain", "colour")}
    done = tried(tmp_path / "trial", wheel, settings, closure=lock_of(index, "plain"), locks=locks, environ=index[0])[1]
    assert [(finding.code, finding.subject) for finding in done.blocking] == [("smoke-entry-point", f"{WHEEL}[cli]")]


def test_a_changed_file_of_an_extra_is_not_installed(tmp_path, index, wheel):
    locks = {"cli": lock_of(index, "plain", "colour").replace(sha256_of(index[1]["colour"]).encode(), b"0" * 64)}
    settings = EXTRAS.format(["cli"])
    done = tried(tmp_path / "trial", wheel, settings, closure=lock_of(index, "plain"), locks=locks, environ=index[0])[1]
    assert [(finding.code, finding.subject) for finding in done.blocking] == [("smoke-install", f"{WHEEL}[cli]")]


def test_an_extra_without_a_lock_is_not_passed_over(tmp_path, index, wheel):
    done = tried(tmp_path / "trial", wheel, EXTRAS.format(["cli"]), closure=lock_of(index, "plain"))[1]
    assert wrong(done) == ["file-missing"]
    assert done.blocking[0].state is State.FAIL
