import sys

import pytest
from tests.support.projects import make_project
from tests.support.releases import Release
from tests.support.wheels import sha256_of, write_wheel

from sealwright.errors import Refused
from sealwright.model import State
from sealwright.services import resolving
from sealwright.services.resolving import python_floor
from sealwright.verify.closure import parse_pylock

RUNNING = f"{sys.version_info.major}.{sys.version_info.minor}"


@pytest.fixture
def release(tmp_path):
    return Release(tmp_path / "release", make_project(tmp_path / "project"))


@pytest.fixture
def links(tmp_path):
    """A folder of wheels and an environment in which nothing else exists."""
    wheels = tmp_path / "links"
    made = {
        "needed": write_wheel(wheels, "needed", "2.0", requires=["deeper; python_version < '3.12'"]),
        "deeper": write_wheel(wheels, "deeper", "1.0"),
        "tiny-project": write_wheel(wheels, "tiny-project", "0.9"),
        "circle": write_wheel(wheels, "circle", "1.0", requires=["tiny-project"]),
    }
    return made, {"PIP_FIND_LINKS": str(wheels), "PIP_NO_INDEX": "1", "UV_CACHE_DIR": str(tmp_path / "cache")}


def give(release, tmp_path, requires=(), headers="Requires-Python: >=3.11\n"):
    wheel = write_wheel(tmp_path / "dist", "tiny-project", "1.2.3", requires=requires, headers=headers)
    release.give("build", {f"dist/{wheel.name}": wheel.read_bytes()})


def resolved(release, environ=None):
    done = release.run("examine", "resolve", environ=environ)
    assert [f.code for f in done.blocking] == []
    return parse_pylock(release.new("examine", "evidence/pylock.toml"), "pylock.toml")


@pytest.mark.parametrize("requires", [(), ("needed; extra == 'more'",)])
def test_no_dependencies_are_a_valid_lock_of_nothing(release, tmp_path, links, requires):
    give(release, tmp_path, requires)
    closure = resolved(release, links[1])
    assert closure.pins == ()
    assert closure.requires_python == ">=3.11"


def test_the_closure_is_universal_with_every_hash_and_without_the_project(release, tmp_path, links):
    made, environ = links
    give(release, tmp_path, ["needed>=1", "circle"])
    closure = resolved(release, environ)
    assert {pin.name for pin in closure.pins} == {"needed", "deeper", "circle"}
    pins = {pin.name: pin for pin in closure.pins}
    assert [digest for _, _, digest in pins["needed"].files] == [sha256_of(made["needed"])]
    assert "3.12" in pins["deeper"].marker


def test_the_same_wheel_gives_the_same_bytes(tmp_path, links):
    texts = []
    project = make_project(tmp_path / "project")
    for folder in ("one", "two"):
        release = Release(tmp_path / folder, project)
        give(release, tmp_path / folder, ["needed"])
        resolved(release, links[1])
        texts.append(release.new("examine", "evidence/pylock.toml"))
    assert texts[0] == texts[1]
    assert b"PIP_" not in texts[0]
    assert b"index" not in texts[0]


def test_a_dependency_that_needs_the_project_gets_this_version_and_not_what_an_older_one_needed(
    release, tmp_path, links
):
    made, environ = links
    made["circle"].unlink()
    write_wheel(made["needed"].parent, "circle", "1.0", requires=["tiny-project"])
    write_wheel(made["needed"].parent, "tiny-project", "0.9", requires=["deeper"])
    give(release, tmp_path, ["circle"])
    assert {pin.name for pin in resolved(release, environ).pins} == {"circle"}


def test_pythons_that_are_left_out_are_no_hindrance(release, tmp_path, links):
    give(release, tmp_path, ["needed"], "Requires-Python: >3.10,!=3.11.*,<4\n")
    assert resolved(release, links[1]).requires_python == ">=3.10.1"


@pytest.mark.parametrize("extra", ["", "; extra == 'more'"])
def test_a_dependency_by_address_stops_the_release_before_anybody_goes_there(release, tmp_path, links, extra):
    give(release, tmp_path, [f"needed @ http://127.0.0.1:9/needed-2.0-py3-none-any.whl {extra}"])
    (found,) = release.run("examine", "resolve", environ=links[1]).blocking
    assert (found.check, found.code) == ("closure", "requirement-direct")
    assert "127.0.0.1" in found.found


def test_a_dependency_that_is_an_option_reaches_no_installer(release, tmp_path, links):
    give(release, tmp_path, ["--extra-index-url http://127.0.0.1:9/simple", "needed"])
    assert [f.code for f in release.run("examine", "resolve", environ=links[1]).blocking] == ["wheel-malformed"]


@pytest.mark.parametrize(("requires", "code"), [("absent-package", "unresolvable"), ("needed>9", "unresolvable")])
def test_what_cannot_be_resolved_stops_the_release(release, tmp_path, links, requires, code):
    give(release, tmp_path, [requires])
    done = release.run("examine", "resolve", environ=links[1])
    assert [f.code for f in done.blocking] == [code]


def test_wheels_that_need_different_things_stop_the_release(release, tmp_path):
    first = write_wheel(tmp_path / "dist", "tiny-project", "1.2.3")
    other = write_wheel(tmp_path / "other", "tiny-project", "1.2.3", requires=["needed"])
    named = other.name.replace("py3", "py2.py3")
    release.give("build", {f"dist/{first.name}": first.read_bytes(), f"dist/{named}": other.read_bytes()})
    (found,) = release.run("examine", "resolve").blocking
    assert (found.check, found.code, found.state) == ("closure", "wheels-disagree", State.FAIL)


def test_a_release_without_a_wheel_has_no_closure(release):
    release.give("build", {"dist/tiny_project-1.2.3.tar.gz": b""})
    assert [f.code for f in release.run("examine", "resolve").blocking] == ["wheel-missing"]


def test_passwords_of_a_private_index_do_not_get_into_evidence():
    text = 'url = "https://user:pass@mirror.example/a.whl"\nurl = "https://mirror.example/b@1.whl"\n'
    assert resolving._USER.sub("", text) == text.replace("user:pass@", "")


@pytest.mark.index
def test_packages_of_the_index_are_pinned_with_all_their_files(release, tmp_path):
    give(release, tmp_path, ["attrs>=25"])
    closure = resolved(release)
    (pin,) = closure.pins
    assert pin.name == "attrs"
    assert pin.files


@pytest.mark.parametrize(
    ("requires_python", "cells", "expected"),
    [
        (">=3.11", ["3.13"], "3.11"),
        (">=3.9.2", ["3.13"], "3.9.2"),
        (">3.10,!=3.11.*,<4", [], "3.10.1"),
        (">=3.6", [], "3.8"),
        ("", ["3.14", "3.9t"], "3.9"),
        ("", [], RUNNING),
    ],
)
def test_the_floor_is_what_the_wheel_asks_for(requires_python, cells, expected):
    assert python_floor(requires_python, cells) == expected


@pytest.mark.parametrize("requires_python", ["nonsense", "<3", "==2.7.*"])
def test_a_floor_that_does_not_exist_is_refused(requires_python):
    with pytest.raises(Refused) as refused:
        python_floor(requires_python, [])
    assert refused.value.code == "requires-python-malformed"
