from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.support.advisories import REAL, write_advisories
from tests.support.audits import Package, World, audit_world, digest, locked

from sealwright.cli import Invocation
from sealwright.cli.audit import run
from sealwright.endpoints import OSV_VARIABLE
from sealwright.errors import SealwrightError, Unavailable, UsageError
from sealwright.rehearsal.standins.advisories import AdvisoriesStandIn
from sealwright.sbom.schema import judge_schema

OLD, NEW = ("requests", "2.19.1"), ("idna", "3.20")
IGNORE = """
[[audit.ignore]]
id = "CVE-2018-18074"
package = "requests"
reason = "only talks to hosts that we run ourselves"
expires = {expires}
"""


def ignoring(days: int = 30) -> str:
    return IGNORE.format(expires=dt.datetime.now(dt.UTC).date() + dt.timedelta(days=days))


def sbom(*packages: Package) -> str:
    components = [
        {
            "type": "library",
            "name": name,
            "version": version,
            "purl": f"pkg:pypi/{name}@{version}",
            "bom-ref": name,
            "hashes": [{"alg": "SHA-256", "content": digest(name, version)}],
        }
        for name, version in packages
    ]
    serial = "urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79"
    return json.dumps(
        {"bomFormat": "CycloneDX", "specVersion": "1.6", "serialNumber": serial, "components": components}, indent=1
    )


def requirements(*packages: Package) -> str:
    return "".join(f"{name}=={version} \\\n    --hash=sha256:{digest(name, version)}\n" for name, version in packages)


@dataclass
class Command:
    """`sealwright audit` in a folder of its own."""

    world: World
    folder: Path
    capture: pytest.CaptureFixture[str]

    def write(self, path: str, text: str | bytes) -> None:
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text if isinstance(text, bytes) else text.encode())

    def __call__(self, *arguments: str, **environ: str) -> int:
        known = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "PIP_CONFIG_FILE": os.devnull}
        variables = {**known, OSV_VARIABLE: self.world.osv.url, **self.world.pip, **environ}
        return run(Invocation(arguments, variables, self.folder))

    def json(self, *arguments: str) -> tuple[int, Any]:
        code = self(*arguments, "--json")
        return code, json.loads(self.capture.readouterr().out)


@pytest.fixture
def command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Command]:
    with audit_world(tmp_path / "osv", *REAL, packages=[OLD, NEW]) as world:
        (tmp_path / "here").mkdir()
        yield Command(world, tmp_path / "here", capsys)


TARGETS = {
    "tiny.whl.cdx.json": sbom,
    "pylock.toml": lambda *packages: locked(*packages).decode(),
    "requirements.txt": requirements,
}


@pytest.mark.parametrize("name", TARGETS)
@pytest.mark.parametrize(
    ("packages", "code", "codes"),
    [
        pytest.param([NEW], 0, {"audit"}, id="clean"),
        pytest.param([OLD, NEW], 1, {"vulnerable-dependency"}, id="vulnerable"),
        pytest.param([NEW, ("private", "1.0")], 3, {"audit-name-unknown"}, id="unknown"),
        pytest.param([OLD, ("private", "1")], 1, {"vulnerable-dependency", "audit-name-unknown"}, id="both"),
    ],
)
def test_every_kind_of_target_is_answered_alike(
    command: Command, name: str, packages: list[Package], code: int, codes: set[str]
) -> None:
    command.write(name, TARGETS[name](*packages))
    exit_code, document = command.json(name)
    assert exit_code == document["exit_code"] == code
    assert {finding["code"] for finding in document["findings"]} == codes
    assert document["passed"] is (code == 0)
    assert document["complete"] is ("audit-name-unknown" not in codes)
    assert [subject["path"] for subject in document["subjects"]] == [name]
    assert [entry["id"] for entry in document["vulnerabilities"]] == (["PYSEC-2018-28"] if OLD in packages else [])


@pytest.mark.parametrize("place", ["evidence/pylock.toml", "pylock.toml"], ids=["dossier", "downloaded release"])
def test_release_is_audited_by_its_lock_and_bound_to_its_sboms(command: Command, place: str) -> None:
    command.write(f"out/{place}", locked(OLD, NEW))
    command.write("out/release.json", "{}")
    command.write(f"out/{place.replace('pylock.toml', 'tiny.whl.cdx.json')}", sbom(OLD, NEW))
    command.write(f"out/{place.replace('pylock.toml', 'vex.cdx.json')}", "not looked at")
    command.write("out/policy.json", "not looked at: what is judged does not say by what")
    assert command("out", "--vex", "new.cdx.json") == 1
    (found,) = json.loads((command.folder / "new.cdx.json").read_bytes())["vulnerabilities"]
    assert found["affects"] == [{"ref": "urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1#requests"}]


def test_lines_say_what_to_do_and_what_was_looked_at(command: Command) -> None:
    command.write("pylock.toml", locked(OLD))
    assert command("pylock.toml") == 1
    caught = command.capture.readouterr()
    assert "FAIL    vulnerable-dependency requests 2.19.1" in caught.out
    assert "HIGH 7.5" in caught.out
    assert "fix       require requests>=2.20.0" in caught.out
    assert "FAILED  1 FAIL\n  pylock.toml  sha256:" in caught.out
    assert caught.err == "asking 127.0.0.1 and 127.0.0.1 about 1 package\n"


def test_sarif_and_vex_are_written_beside_the_answer(command: Command) -> None:
    command.write("tiny.whl.cdx.json", sbom(NEW, OLD))
    assert command("tiny.whl.cdx.json", "--sarif", "a.sarif", "--vex", "a.vex.json") == 1
    vex = (command.folder / "a.vex.json").read_bytes()
    assert judge_schema(vex, "vex") == ()
    (result,) = json.loads((command.folder / "a.sarif").read_bytes())["runs"][0]["results"]
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "tiny.whl.cdx.json"
    line = (command.folder / "tiny.whl.cdx.json").read_text().splitlines()[place["region"]["startLine"] - 1]
    assert "pkg:pypi/requests@2.19.1" in line


def test_vex_that_would_leave_something_out_is_not_written(command: Command) -> None:
    command.write("x.cdx.json", sbom(OLD, ("private", "1.0")))
    assert command("x.cdx.json", "--sarif", "a.sarif", "--vex", "a.vex.json") == 1
    assert not (command.folder / "a.vex.json").exists()
    assert "was not written" in command.capture.readouterr().err
    results = json.loads((command.folder / "a.sarif").read_bytes())["runs"][0]["results"]
    assert {result["kind"] for result in results} == {"fail", "open"}


@pytest.mark.parametrize(
    ("days", "code", "codes"),
    [(30, 0, {"audit", "audit-ignores"}), (-1, 1, {"vulnerable-dependency", "ignore-expired"})],
)
def test_policy_that_is_given_counts(command: Command, days: int, code: int, codes: set[str]) -> None:
    command.write("x.cdx.json", sbom(OLD))
    command.write("policy.toml", ignoring(days))
    exit_code, document = command.json("x.cdx.json", "--policy", "policy.toml")
    assert exit_code == code
    assert {finding["code"] for finding in document["findings"]} == codes


@pytest.mark.parametrize(("name", "code"), [("x.cdx.json", 0), ("pylock.toml", 1)], ids=["released", "a lock"])
def test_ignore_for_nothing_counts_where_it_can_be_for_something(command: Command, name: str, code: int) -> None:
    command.write(name, sbom(NEW) if name.endswith("json") else locked(NEW))
    command.write("policy.toml", ignoring())
    assert command(name, "--policy", "policy.toml") == code


def test_projects_own_policy_counts_for_the_project(command: Command) -> None:
    """Without requirements there is nothing to resolve, and nobody to ask."""
    command.write("pyproject.toml", '[project]\nname = "tiny"\nversion = "1.0"\n')
    assert command() == 0
    assert "nothing to ask about" in command.capture.readouterr().out
    command.write("security/policy.toml", ignoring())
    exit_code, document = command.json(".")
    assert exit_code == 1
    assert {finding["code"] for finding in document["findings"] if finding["blocking"]} == {"ignore-stale"}
    assert command.world.osv.exchanges == []


def test_another_service_may_be_asked(command: Command, tmp_path: Path) -> None:
    command.write("pylock.toml", locked(OLD))
    with AdvisoriesStandIn(write_advisories(tmp_path / "empty")) as other:
        assert command("pylock.toml", "--osv-url", other.url) == 0
    assert command.world.osv.exchanges == []


def test_password_of_the_index_is_in_nothing_that_is_printed_or_written(command: Command) -> None:
    command.write("pylock.toml", locked(OLD, ("private", "1.0")))
    for user in ("me:opensesame", "me:wrong"):
        command.world.index.user = user
        address = {"PIP_INDEX_URL": command.world.index.address.replace("wrong", "opensesame")}
        assert command("pylock.toml", "--json", "--sarif", "a.sarif", **address) == 1
        printed = command.capture.readouterr()
        for text in (printed.out, printed.err, (command.folder / "a.sarif").read_text()):
            assert "opensesame" not in text


PROJECT = '[project]\nname = "tiny"\nversion = "1.0"\n'


@pytest.mark.parametrize(
    ("files", "arguments", "kind", "code"),
    [
        ({}, ["nowhere"], UsageError, "target-missing"),
        ({}, ["."], UsageError, "not-a-project"),
        ({"README.md": "# Hello\n\x1b[2J"}, ["README.md"], UsageError, "target-unknown"),
        ({"r.txt": "requests>=2\n"}, ["r.txt"], UsageError, "target-unknown"),
        ({"r.txt": "requests==2.19.1\n"}, ["r.txt"], UsageError, "target-unknown"),
        ({"r.txt": "# nothing\n"}, ["r.txt"], Unavailable, "audit-nothing-asked"),
        ({"x.cdx.json": "{}"}, ["x.cdx.json"], Unavailable, "sbom-malformed"),
        ({"x.cdx.json": sbom(OLD)[:-30]}, ["x.cdx.json"], Unavailable, "sbom-malformed"),
        ({"x.json": "[" * 100_000}, ["x.json"], Unavailable, "sbom-malformed"),
        ({"x.toml": "a = " + "[" * 100_000}, ["x.toml"], Unavailable, "closure-malformed"),
        ({"pylock.toml": b"\xff\xfe"}, ["pylock.toml"], Unavailable, "closure-malformed"),
        ({"out/plan.json": "{}"}, ["out"], Unavailable, "closure-missing"),
        ({"pyproject.toml": "[project"}, [], UsageError, "toml-malformed"),
        ({"pyproject.toml": "a = " + "[" * 100_000}, [], UsageError, "toml-malformed"),
        ({"pyproject.toml": f'{PROJECT}dynamic = ["dependencies"]'}, [], UsageError, "dependencies-unknown"),
        ({"setup.py": "from setuptools import setup\nsetup(name='x')"}, [], UsageError, "dependencies-unknown"),
        (
            {"pyproject.toml": f'{PROJECT}dependencies = ["a @ git+https://x.example/a"]'},
            [],
            UsageError,
            "requirement-direct",
        ),
        ({"pyproject.toml": f"{PROJECT}dependencies = [3]"}, [], UsageError, "requirement-direct"),
        ({"pyproject.toml": f'{PROJECT}requires-python = "3"'}, [], Unavailable, "requires-python-malformed"),
        ({"pyproject.toml": PROJECT}, ["--policy", "none.toml"], UsageError, "policy-unreadable"),
        ({"pyproject.toml": PROJECT, "p.toml": "x = 1"}, ["--policy", "p.toml"], UsageError, "configuration-invalid"),
        ({"pyproject.toml": PROJECT}, ["--osv-url", "file:///etc"], UsageError, "osv-url-invalid"),
    ],
    ids=str,
)
def test_what_cannot_be_read_is_an_error_with_a_hint(
    command: Command, files: dict[str, str | bytes], arguments: list[str], kind: type[SealwrightError], code: str
) -> None:
    for path, text in files.items():
        command.write(path, text)
    with pytest.raises(kind) as caught:
        command(*arguments)
    assert caught.value.code == code
    assert caught.value.exit_code == (3 if kind is Unavailable else 2)
    assert len(caught.value.message) < 600
    assert caught.value.message.isprintable()
    assert command.world.osv.exchanges == command.world.index.exchanges == []


@pytest.mark.index
def test_project_is_resolved_and_the_way_to_a_vulnerable_package_is_shown(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    requires = 'dependencies = [\n  "idna==2.7",\n  "requests==2.19.1",\n]\n'
    command.write("sub/pyproject.toml", f'{PROJECT}requires-python = ">=3.8"\n{requires}')
    everything = {**os.environ, OSV_VARIABLE: command.world.osv.url}
    code = run(Invocation(["sub", "--json", "--sarif", "a.sarif"], everything, command.folder))
    document = json.loads(command.capture.readouterr().out)
    assert code == 1, document
    assert {finding["state"] for finding in document["findings"]} == {"fail"}
    paths = {entry["package"]: entry["path"] for entry in document["vulnerabilities"]}
    assert paths == {"requests": ["requests"], "urllib3": ["requests", "urllib3"]}
    results = json.loads((command.folder / "a.sarif").read_bytes())["runs"][0]["results"]
    places = [result["locations"][0]["physicalLocation"] for result in results]
    assert {place["artifactLocation"]["uri"] for place in places} == {"sub/pyproject.toml"}
    assert {place["region"]["startLine"] for place in places} == {7}
