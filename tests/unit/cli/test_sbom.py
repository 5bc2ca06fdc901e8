"""`sealwright sbom` as a user calls it: real wheels, a real index of files, real installations."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.support.projects import make_project, write
from tests.support.wheels import write_pylock, write_wheel

from sealwright.cli import main
from sealwright.model import FileRef

HEADERS = "Author-email: Adá L. <ada@example.org>\nLicense-Expression: MIT\nRequires-Python: >=3.11\n"
EMBEDDED = {"bomFormat": "CycloneDX", "specVersion": "1.5", "components": [{"name": "zlib", "version": "1.3"}]}


@pytest.fixture
def wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A wheel that needs two others, and an index that has nothing else."""
    links = tmp_path / "links"
    document = json.dumps(EMBEDDED)
    write_wheel(
        links, "needed", "2.0", requires=["deeper>=1"], headers=HEADERS, members={"{info}/sboms/z.json": document}
    )
    write_wheel(links, "deeper", "1.0", headers=HEADERS, members={"deeper/_vendor/x.py": ""})
    write_wheel(links, "deeper", "1.1", requires=["absent"], headers="Requires-Python: >=3.99\n")
    monkeypatch.setenv("PIP_FIND_LINKS", str(links))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    monkeypatch.chdir(tmp_path)
    members = {"{info}/sboms/x.spdx.json": '{"spdxVersion": "SPDX-2.3"}'}
    return write_wheel(tmp_path / "dist", requires=["needed<3"], headers=HEADERS, members=members)


def _make(wheel: Path, *options: str, out: str = "tiny.cdx.json") -> dict[str, Any]:
    assert main(["sbom", "--wheel", str(wheel), "--out", out, *options]) == 0
    document: dict[str, Any] = json.loads(Path(out).read_bytes())
    return document


def _check(wheel: Path, *options: str, file: str = "tiny.cdx.json") -> int:
    return main(["sbom", "--check", file, "--wheel", str(wheel), *options])


def test_document_of_a_wheel_that_somebody_has(wheel: Path) -> None:
    document = _make(wheel)
    assert document["specVersion"] == "1.6"
    assert document["metadata"]["timestamp"] == "2023-11-14T22:13:20+00:00"
    assert document["metadata"]["component"]["hashes"][0]["content"] == FileRef.of("x", wheel.read_bytes()).sha256
    assert [c["name"] for c in document["components"]] == ["deeper", "needed", "zlib"]
    claims = {(e["aggregate"], kind): e[kind] for e in document["compositions"] for kind in e if kind != "aggregate"}
    assert claims["incomplete", "assemblies"] == ["pkg:pypi/deeper@1.0", "pkg:pypi/tiny@1.0"]


def test_what_is_made_passes_its_own_check(wheel: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _make(wheel, "--author", "Bob <bob@example.org>")
    capsys.readouterr()
    assert _check(wheel, "--require", "ntia", "--require", "cisa-2025") == 0
    out = capsys.readouterr().out
    assert "NTIA 2021, required" in out
    assert "Supplier Name             3 of 3 components, 0 of 1 inside" in out
    assert "sbom-packages tiny.cdx.json: the 2 that an installation brings, at these versions" in out
    assert "sbom-edges tiny.cdx.json: the 2 that requirements give here" in out
    assert "PASSED" in out


def test_elements_that_are_asked_for_and_missing_fail(wheel: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _make(wheel)  # nobody says who makes it
    assert _check(wheel) == 0
    assert _check(wheel, "--require", "cisa-2026", "--json") == 1
    answer = json.loads(capsys.readouterr().out.partition("\n{\n")[2].join(["{\n", ""]))
    assert answer["exit_code"] == 1
    assert answer["required"] == ["cisa-2026"]
    (author,) = [e for e in answer["elements"] if (e["standard"], e["element"]) == ("cisa-2026", "SBOM Author")]
    assert (author["present"], author["total"], author["of_document"]) == (0, 1, True)
    assert [f["code"] for f in answer["findings"] if f["blocking"]] == ["sbom-elements-cisa-2026"]


def test_document_about_another_file_fails(wheel: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _make(wheel)
    other = write_wheel(wheel.parent, requires=["needed<3"], headers=HEADERS)
    assert _check(other) == 1
    assert "sbom-root-unbound" in capsys.readouterr().out


def test_document_that_lists_something_else_fails(wheel: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document = _make(wheel)
    deeper = next(c for c in document["components"] if c["name"] == "deeper")
    deeper["version"], deeper["purl"] = "0.9", "pkg:pypi/deeper@0.9"
    document["dependencies"] = [e for e in document["dependencies"] if e["ref"] != "pkg:pypi/needed@2.0"]
    document["components"].append({"type": "library", "name": "evil", "version": "6", "purl": "pkg:pypi/evil@6"})
    Path("changed.json").write_text(json.dumps(document))
    assert _check(wheel, file="changed.json") == 1
    out = capsys.readouterr().out
    for text in ("deeper 0.9, not 1.0", "evil 6", "needed -> deeper"):
        assert text in out


def test_what_cannot_be_installed_is_not_judged(
    wheel: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _make(wheel)
    monkeypatch.delenv("PIP_FIND_LINKS")
    assert _check(wheel) == 3
    assert "unseen" in capsys.readouterr().out


def test_lock_says_what_is_compared_with(wheel: Path) -> None:
    _make(wheel)
    links = wheel.parent.parent / "links"
    write_wheel(links, "deeper", "1.0.1", headers=HEADERS)
    assert _check(wheel) == 1  # the index has something newer by now
    pins = [
        (n, v, "", str(p := links / f"{n}-{v}-py3-none-any.whl"), FileRef.of("x", p.read_bytes()).sha256)
        for n, v in (("needed", "2.0"), ("deeper", "1.0"))
    ]
    Path("pylock.toml").write_bytes(write_pylock(pins))
    assert _check(wheel, "--pylock", "pylock.toml") == 0


def test_newer_specification_comes_from_the_project_or_the_option(wheel: Path) -> None:
    assert _make(wheel, "--spec", "1.7")["components"][0]["isExternal"] is True
    assert _check(wheel) == 0
    project = make_project(Path("project"), **{"pyproject.toml": '[tool.sealwright]\nsbom.spec = "1.7"\n'})
    subprocess.run(["git", "-C", project, "remote", "add", "origin", "https://github.com/owner/tiny.git"], check=True)
    document = _make(wheel, "--project", str(project), "--sdist", str(wheel), "--pypi")
    assert document["specVersion"] == "1.7"
    references = {r["type"]: r for r in document["metadata"]["component"]["externalReferences"]}
    assert references["vcs"]["url"].startswith("git+https://github.com/owner/tiny@")
    assert "not compared" in references["vcs"]["comment"]
    assert references["distribution"]["url"].startswith("https://")


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        ([], 2, "--wheel"),
        (["--wheel", "absent.whl"], 2, "file-missing"),
        (["--wheel", "{wheel}", "--sdist", "absent.tar.gz"], 2, "file-missing"),
        (["--wheel", "{wheel}", "--author", "???"], 0, ""),
        (["--wheel", "{wheel}", "--author", ""], 2, "author-malformed"),
        (["--wheel", "{wheel}", "--author", "Ada <ada at example>"], 0, ""),
        (["--wheel", "{wheel}", "--author", "Ada <ada@ada>"], 2, "author-malformed"),
        (["--wheel", "{wheel}", "--json"], 2, "--json is for judging"),
        (["--wheel", "{wheel}", "--check", "x", "--out", "y"], 2, "--out is for making"),
        (["--wheel", "{wheel}", "--check", "absent.json"], 2, "file-missing"),
        (["--wheel", "{wheel}", "--check", "some.xml"], 2, "sbom-not-json"),
        (["--wheel", "{wheel}", "--check", "{wheel}"], 1, "sbom-malformed"),
        (["--wheel", "some.xml", "--check", "some.xml"], 1, "metadata-malformed"),
    ],
)
def test_wrong_usage_is_explained(
    wheel: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, text: str
) -> None:
    Path("some.xml").write_text("<bom/>")
    words = [word.replace("{wheel}", str(wheel)) for word in arguments]
    try:
        found = main(["sbom", *words])
    except SystemExit as stopped:  # argparse
        found = int(str(stopped.code))
    captured = capsys.readouterr()
    assert found == code
    assert text in captured.out + captured.err


def test_same_bytes_in_other_folders_time_zones_locales_umasks_and_hash_orders(wheel: Path, tmp_path: Path) -> None:
    documents = set()
    worlds = (
        {"TZ": "UTC", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "1"},
        {
            "TZ": "Pacific/Auckland",
            "LC_ALL": "POSIX",
            "PYTHONHASHSEED": "2",
            "PYTHONUTF8": "0",
            "PYTHONCOERCECLOCALE": "0",
        },
    )
    for number, world in enumerate(worlds):
        folder = tmp_path / f"world-{number}" / ("deeper" * number or ".")
        folder.mkdir(parents=True)
        shutil.copytree(tmp_path / "links", folder / "links")
        shutil.copy(wheel, folder)
        done = subprocess.run(
            [sys.executable, "-m", "sealwright", "sbom", "--wheel", wheel.name],
            cwd=folder,
            env={**os.environ, **world, "PIP_FIND_LINKS": str(folder / "links"), "TMPDIR": str(folder)},
            umask=0o077 if number else 0o002,
            capture_output=True,
            check=True,
        )
        documents.add(done.stdout)
    assert len(documents) == 1
    (document,) = documents
    assert "Adá" in document.decode()
    assert str(tmp_path) not in document.decode()


def test_sbom_that_hatchling_put_into_the_wheel_is_merged(wheel: Path, tmp_path: Path) -> None:
    pyproject = """\
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
[project]
name = "built"
version = "1.0"
[tool.hatch.build.targets.wheel]
sbom-files = ["bom/libs.cdx.json"]
"""
    files = {"pyproject.toml": pyproject, "built.py": "", "bom/libs.cdx.json": json.dumps(EMBEDDED)}
    write(tmp_path / "built", files)
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path / "out")]
    subprocess.run(command, cwd=tmp_path / "built", check=True, capture_output=True)
    (built,) = (tmp_path / "out").glob("*.whl")
    document = _make(built)
    (zlib,) = document["components"]
    assert zlib["bom-ref"] == "embedded:pkg:pypi/built@1.0:libs.cdx.json:0"
    digest = FileRef.of("x", json.dumps(EMBEDDED).encode()).sha256
    named = f"built-1.0.dist-info/sboms/libs.cdx.json sha256:{digest}"
    assert {"name": "sealwright:embedded:from", "value": named} in zlib["properties"]
    assert {"name": "sealwright:embedded:merged", "value": named} in document["metadata"]["component"]["properties"]
    assert {"ref": "pkg:pypi/built@1.0", "dependsOn": [zlib["bom-ref"]]} in document["dependencies"]
