"""SBOMs of real closures, with extras, markers and embedded SBOMs, against what uv resolves and installs."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from packaging.utils import canonicalize_name
from tests.support.wheels import write_wheel

from sealwright.sbom.check import Question, check
from sealwright.sbom.describe import Circumstances
from sealwright.sbom.make import make_alone
from sealwright.sbom.metadata import installed_metadata
from sealwright.services.environments import PackageIndex, make_environment, uv
from sealwright.services.installed import cyclonedx_bom, install_plainly, site_packages

pytestmark = pytest.mark.index
INDEX = PackageIndex.from_pip(os.environ)
HEADERS = "Author-email: Ada <ada@example.org>\nLicense-Expression: MIT\n"

CLOSURES = {
    "socks": ("requests[socks]>=2.32", "coverage[toml]", "exceptiongroup; python_version < '3.11'"),
    "standard": ("uvicorn[standard]>=0.30", "colorama; sys_platform == 'win32'"),
    "several extras of one": ("httpx[http2]", "httpx[socks]>=0.27"),
    "extras of extras": ("jsonschema[format]",),
    "an extra of itself": ("fastapi[standard-no-fastapi-cloud-cli]",),
    "circles and native code": ("pydantic[email]", "cryptography", "rpds-py"),
}


def _made(folder: Path, requires: Iterable[str]) -> tuple[Path, bytes]:
    wheel = write_wheel(folder, requires=requires, headers=HEADERS)
    made = make_alone(wheel, Circumstances(0, in_release=False), os.environ, INDEX)
    assert [finding.state for finding in made.findings] == ["pass"], made.findings
    return wheel, made.data


def _packages(document: dict[str, Any]) -> dict[str, str]:
    return {c["name"]: c["version"] for c in document["components"] if not c["bom-ref"].startswith("embedded:")}


def _edges(document: dict[str, Any]) -> set[tuple[str, str]]:
    names = {f"pkg:pypi/{name}@{version}": name for name, version in _packages(document).items()}
    names["pkg:pypi/tiny@1.0"] = "tiny"
    return {
        (names[entry["ref"]], names[to])
        for entry in document["dependencies"]
        for to in entry.get("dependsOn", [])
        if entry["ref"] in names and to in names
    }


def _edges_by_uv(wheel: Path, folder: Path) -> set[tuple[str, str]]:
    """What uv's resolver says that each package came in by: `name==version # via this, that`."""
    options = ("--annotation-style", "line", "--no-header", "--only-binary", ":all:", "--python", sys.executable)
    wanted = f"tiny @ {wheel.as_uri()}".encode()
    text = uv(("pip", "compile", *options, "--quiet", "-"), os.environ, INDEX, cwd=folder, stdin=wanted).stdout
    found = re.findall(r"(?m)^([\w.-]+)(?:\[[^]]*\])?==\S+\s+# via (.+)$", text)
    return {
        (str(canonicalize_name(parent.partition("[")[0])), str(canonicalize_name(name)))
        for name, parents in found
        for parent in parents.split(", ")
        if canonicalize_name(parent.partition("[")[0]) != canonicalize_name(name)
    }


@pytest.mark.parametrize("requires", CLOSURES.values(), ids=CLOSURES)
def test_packages_and_edges_are_those_of_a_plain_installation(requires: tuple[str, ...], tmp_path: Path) -> None:
    wheel, data = _made(tmp_path / "dist", requires)
    document = json.loads(data)
    target = make_environment(tmp_path / "venv", sys.executable, os.environ, INDEX)
    install_plainly(target, wheel)
    installed = {m.name: m.version for m in installed_metadata(site_packages(target)).values() if m.name != "tiny"}
    assert _packages(document) == installed
    assert len(_edges(document)) >= len(installed)  # nothing hangs in the air
    assert _edges(document) == _edges_by_uv(wheel, tmp_path)
    checked = check(Question(data, "tiny.cdx.json", wheel), os.environ, INDEX)
    assert {f.check for f in checked.findings if f.state != "pass"} <= {"sbom-elements"}
    # what the other program says of the very same installation
    theirs = check(Question(cyclonedx_bom(site_packages(target), os.environ), "theirs", wheel), os.environ, INDEX)
    assert {f.code for f in theirs.findings if f.check == "sbom-packages"} == {"sbom-packages"}
    assert "sbom-root-unbound" in {f.code for f in theirs.findings}


def test_crates_in_a_wheel_by_maturin_and_libraries_in_one_by_auditwheel_are_listed(tmp_path: Path) -> None:
    _, data = _made(tmp_path, ["rpds-py", "pillow", "markupsafe"])
    components = json.loads(data)["components"]
    inside = [c for c in components if c["bom-ref"].startswith("embedded:")]
    assert {"heck", "libc"} <= {c["name"] for c in inside if "rpds-py" in c["bom-ref"]}
    assert "libXau" in {c["name"] for c in inside if ":pkg:pypi/pillow@" in c["bom-ref"]}
    for component in inside:
        (where,) = [p["value"] for p in component["properties"] if p["name"] == "sealwright:embedded:from"]
        assert re.fullmatch(r"\S+\.dist-info/sboms/\S+ sha256:[0-9a-f]{64}", where)
    native = next(c for c in components if c["name"] == "markupsafe")
    assert {"name": "sealwright:compiled", "value": "1"} in native["properties"]


def test_vendored_packages_without_an_sbom_make_their_component_incomplete(tmp_path: Path) -> None:
    _, data = _made(tmp_path, ["pip", "idna"])
    claims = {
        (entry["aggregate"], kind): entry[kind]
        for entry in json.loads(data)["compositions"]
        for kind in entry
        if kind != "aggregate"
    }
    assert [ref.partition("@")[0] for ref in claims["incomplete", "assemblies"]] == ["pkg:pypi/pip"]
    assert ("complete", "assemblies") not in claims
