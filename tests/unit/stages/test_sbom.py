from __future__ import annotations

import json
import os
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from tests.support.stages import COMMIT, make_context
from tests.support.wheels import sha256_of, write_pylock, write_wheel

from sealwright.errors import Refused
from sealwright.model import Finding, State
from sealwright.sbom.metadata import installed_metadata
from sealwright.services.environments import PackageIndex, make_environment, uv
from sealwright.services.installed import site_packages
from sealwright.stages import sbom
from sealwright.stages.base import Context

SBOM = "evidence/tiny-1.0-py3-none-any.whl.cdx.json"
HEADERS = "License-Expression: Apache-2.0\nAuthor-email: Ada L. <ada@example.org>\nSummary: A  tiny\n  thing\n"


def _context(folder: Path, lock: bytes, requires: tuple[str, ...] = (), **extra: str) -> Context:
    wheel = write_wheel(folder / "elsewhere", requires=requires, headers=HEADERS)
    files = {
        f"dist/{wheel.name}": wheel.read_bytes(),
        "dist/tiny-1.0.tar.gz": b"an sdist",
        "build/environment.txt": f"hatchling==1.33.0 \\\n    --hash=sha256:{'a' * 64}\n".encode(),
    }
    return make_context(folder / "workspace", files, made={"evidence/pylock.toml": lock}, environ=extra)


def _document(context: Context) -> dict[str, Any]:
    found = context.dossier.locate(SBOM)
    assert found is not None
    return json.loads(found.read_bytes())


def _states(findings: tuple[Finding, ...]) -> list[tuple[str, str, State]]:
    return [(f.check, f.code, f.state) for f in findings]


PASSED = [("sbom", "sbom", State.PASS), ("sbom-agreement", "sbom-agreement", State.PASS)]


def test_wheel_without_dependencies_is_described_alone(tmp_path: Path) -> None:
    context = _context(tmp_path, write_pylock([]))
    result = sbom.run(context)
    assert _states(result.findings) == PASSED, result.findings
    document = _document(context)
    root = document["metadata"]["component"]
    assert root["purl"] == "pkg:pypi/tiny@1.0"
    assert {h["alg"] for h in root["hashes"]} == {"SHA-256", "SHA-512"}
    assert root["licenses"] == [{"license": {"acknowledgement": "declared", "id": "Apache-2.0"}}]
    assert root["supplier"]["name"] == "Ada L."
    assert document.get("components", []) == []
    assert document["metadata"]["lifecycles"] == [{"phase": "build"}]
    assert document["metadata"]["timestamp"].startswith("2023-11-14T22:13:20")
    assert [c["name"] for c in document["formulation"][0]["components"]] == ["hatchling"]
    urls = {reference["type"]: reference["url"] for reference in root["externalReferences"]}
    assert urls["vcs"].endswith(f"owner/tiny@{COMMIT}")
    assert urls["source-distribution"].endswith("/tiny-1.0.tar.gz")
    assert "vulnerabilities" not in document


def test_bytes_do_not_depend_on_folder_or_time_zone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    documents = []
    for folder, zone in (("a", "UTC"), ("b/deeper", "Pacific/Auckland")):
        monkeypatch.setenv("TZ", zone)
        (tmp_path / folder).mkdir(parents=True)
        context = _context(tmp_path / folder, write_pylock([]))
        sbom.run(context)
        documents.append((context.dossier.new / SBOM).read_bytes())
    assert documents[0] == documents[1]


REQUIRES = (
    "requests[socks]>=2.32",
    "rich>=14",
    "colorama ; sys_platform == 'win32'",
    "httpx ; extra == 'web'",
)


def _locked(folder: Path) -> bytes:
    index = PackageIndex.of(os.environ)
    options = ("--universal", "--python-version", "3.11", "--format", "pylock.toml", "--quiet", "-o", "pylock.toml")
    text = "\n".join(line for line in REQUIRES if "extra" not in line)
    uv(("pip", "compile", *options, "-"), os.environ, index, cwd=folder, stdin=text.encode())
    return (folder / "pylock.toml").read_bytes()


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> tuple[Context, tuple[Finding, ...]]:
    folder = tmp_path_factory.mktemp("described")
    context = _context(folder, _locked(folder), REQUIRES)
    return context, sbom.run(context).findings


@pytest.mark.index
def test_closure_with_extras_and_markers_agrees_with_a_real_installation(
    described: tuple[Context, tuple[Finding, ...]], tmp_path: Path
) -> None:
    context, findings = described
    assert _states(findings) == PASSED, findings
    target = make_environment(tmp_path / "venv", sys.executable, os.environ, PackageIndex.of(os.environ))
    wheel = context.dossier.file(context.wheels()[0])
    uv(("pip", "install", "--python", target.python, wheel), os.environ, PackageIndex.of(os.environ))
    installed = {entry.name for entry in installed_metadata(site_packages(target)).values()}
    components = _document(context)["components"]
    assert {component["name"] for component in components} == installed - {"tiny"}
    assert all(component["hashes"] and component["supplier"] for component in components)


@pytest.mark.index
def test_edges_follow_markers_and_extras(described: tuple[Context, tuple[Finding, ...]]) -> None:
    edges = {
        _bare(entry["ref"]): {_bare(ref) for ref in entry.get("dependsOn", [])}
        for entry in _document(described[0])["dependencies"]
    }
    assert edges["tiny"] == {"requests", "rich"}
    assert "pysocks" in edges["requests"]
    assert edges["pysocks"] == set()
    assert "ipywidgets" not in edges["rich"]
    assert "colorama" not in edges


@pytest.mark.index
def test_dependencies_of_what_depends_on_the_environment_are_not_called_complete(
    described: tuple[Context, tuple[Finding, ...]],
) -> None:
    claims = {
        (entry["aggregate"], kind): {_bare(ref) for ref in entry[kind]}
        for entry in _document(described[0])["compositions"]
        for kind in ("assemblies", "dependencies")
        if kind in entry
    }
    assert "tiny" in claims["incomplete", "dependencies"]  # colorama, on Windows
    assert {"idna", "pysocks"} <= claims["complete", "dependencies"]
    assert ("complete", "assemblies") not in claims


def _bare(ref: str) -> str:
    return ref.removeprefix("pkg:pypi/").partition("@")[0]


def test_nothing_that_is_installed_is_run(tmp_path: Path) -> None:
    wheel = write_wheel(tmp_path / "index", "hostile", "1.0")
    trace = tmp_path / "trace"
    with zipfile.ZipFile(wheel, "a") as archive:
        archive.writestr("hostile.pth", f"import pathlib; pathlib.Path({str(trace)!r}).touch()\n")
    lock = write_pylock([("hostile", "1.0", "", str(wheel), sha256_of(wheel))])
    context = _context(tmp_path, lock, ("hostile",), PIP_FIND_LINKS=str(wheel.parent), PIP_NO_INDEX="1")
    findings = sbom.run(context).findings
    assert _states(findings) == PASSED, findings
    assert [component["name"] for component in _document(context)["components"]] == ["hostile"]
    assert not trace.exists()


def test_program_for_the_second_opinion_that_fails_is_not_agreement(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "cyclonedx-py"
    broken.write_text("#!/bin/sh\necho no >&2\nexit 2\n")
    broken.chmod(0o755)
    monkeypatch.setattr("sealwright.services.installed.find_program", lambda *_: broken)
    findings = sbom.run(_context(tmp_path, write_pylock([]))).findings
    assert _states(findings) == [PASSED[0], ("sbom-agreement", "cyclonedx-bom-failed", State.UNAVAILABLE)]


def test_requirement_outside_the_closure_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused) as caught:
        sbom.run(_context(tmp_path, write_pylock([]), ("forgotten>=1",)))
    assert caught.value.code == "sbom-dependency-missing"


def test_release_without_a_wheel_has_no_sbom(tmp_path: Path) -> None:
    context = make_context(tmp_path, {"dist/tiny-1.0.tar.gz": b"an sdist"})
    assert _states(sbom.run(context).findings) == [("sbom", "sbom-no-wheel", State.ABSENT)]


def test_missing_closure_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused) as caught:
        sbom.run(make_context(tmp_path, {"dist/tiny-1.0-py3-none-any.whl": b""}))
    assert caught.value.code == "closure-missing"
