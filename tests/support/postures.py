"""Repositories for the doctor: a good hand-written one, and small changes that make it a bad one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from sealwright.doctor.examine import Examined, examine
from sealwright.doctor.material import LastRelease, Material, RepositorySettings
from sealwright.model import State
from sealwright.model.github import Environment, Ruleset
from sealwright.pipeline.pins import ACTIONS

RELEASE = ".github/workflows/release.yml"
TODAY = date(2026, 11, 25)
SHORT = {
    "CHECKOUT": "actions/checkout",
    "SETUP": "actions/setup-python",
    "KEEP": "actions/upload-artifact",
    "FETCH": "actions/download-artifact",
    "ATTEST": "actions/attest",
    "PUBLISH": "pypa/gh-action-pypi-publish",
}
UV = "astral-sh/setup-uv@20cfd1bf945f4377ade1205e4dbc17946fc9a30d # v10.0.1"
MARK = "  <--"
"""Behind a line of a workflow: the finding is expected there. Taken away before anybody reads it."""

GOOD = """\
name: release
on:
  push:
    tags: ["v*"]
permissions: {}
concurrency:
  group: release-${{ github.ref }}
  cancel-in-progress: false
jobs:
  test:
    runs-on: ubuntu-24.04
    permissions:
      contents: read
    steps:
      - uses: CHECKOUT
        with:
          persist-credentials: false
      - run: |
          pip install --require-hashes -r requirements/test.txt
          pytest
  build:
    needs: test
    runs-on: ubuntu-24.04
    permissions:
      contents: read
    outputs:
      artifact: ${{ steps.keep.outputs.artifact-id }}
    steps:
      - uses: CHECKOUT
        with:
          persist-credentials: false
      - uses: SETUP
        with:
          python-version: "3.13"
      - run: |
          set -euo pipefail
          pip install --require-hashes -r requirements/build.txt
          python -m build --no-isolation
      - uses: KEEP
        id: keep
        with:
          name: dist
          path: dist
  pypi:
    needs: build
    runs-on: ubuntu-24.04
    environment: pypi
    permissions:
      id-token: write
    steps:
      - uses: FETCH
        with:
          artifact-ids: ${{ needs.build.outputs.artifact }}
          path: dist
      - uses: PUBLISH
"""
HASHED = "build==1.6.1 --hash=sha256:" + "ab" * 32 + "\n"
FILES: Mapping[str, str] = {
    "pyproject.toml": '[project]\nname = "tiny"\nversion = "1.0"\n',
    "requirements/build.txt": HASHED,
    "requirements/test.txt": HASHED,
}
SETTINGS = RepositorySettings(
    environments=(Environment("pypi", ("alice",), True, ("v*",)), Environment("testpypi", (), True, ("v*",))),
    rulesets=(Ruleset("tags", True, ("refs/tags/v*",), frozenset(("creation", "update", "deletion"))),),
    immutable_releases=True,
    pins_required=True,
)


def provenance(
    repository: str = "owner/tiny", workflow: str = "release.yml", environment: str | None = "pypi"
) -> bytes:
    """What an index says of the publisher of a file."""
    publisher = {"kind": "GitHub", "repository": repository, "workflow": workflow, "environment": environment}
    return json.dumps({"version": 1, "attestation_bundles": [{"publisher": publisher, "attestations": []}]}).encode()


def last(**publisher: Any) -> LastRelease:
    """A last release by a publisher."""
    return LastRelease("0.9", "tiny-0.9.tar.gz", provenance(**publisher))


def spelled(text: str) -> str:
    """A workflow with its actions written out, marks taken away."""
    lines = [line.removesuffix(MARK) for line in text.splitlines()]
    for short, name in SHORT.items():
        pin = f"{name}@{ACTIONS[name].commit} # {ACTIONS[name].version}"
        lines = [line.replace(f"uses: {short}", f"uses: {pin}") for line in lines]
    return "\n".join(lines) + "\n"


def marked(text: str) -> list[int]:
    """The lines with a mark."""
    return [number for number, line in enumerate(text.splitlines(), 1) if line.endswith(MARK)]


def changed(text: str, *changes: tuple[str, str]) -> str:
    """`text` with each part replaced, which must be there exactly once."""
    for old, new in changes:
        assert text.count(old) == 1, f"{text.count(old)} times: {old!r}"
        text = text.replace(old, new)
    return text


def material(files: Mapping[str, str] | None = None, *, release: str | None = GOOD, **more: Any) -> Material:
    """A repository in which nothing is wrong but what the arguments make so."""
    all_files = {**FILES, **({RELEASE: spelled(release)} if release is not None else {}), **(files or {})}
    bare = Material(
        all_files,
        tracked=frozenset(all_files),
        repository="owner/tiny",
        head_message="Prepare 1.0\n",
        changed=dict.fromkeys(all_files, TODAY),
        today=TODAY,
        trust_root=date(2026, 10, 1),
        last_release=last(),
        settings=SETTINGS,
    )
    return replace(bare, **more)


def found(material_: Material) -> list[tuple[str, str, int]]:
    """(code, path, line) of everything found, what could not be looked at included."""
    return sorted((defect.code.name, defect.place.path, defect.place.line) for _, defect in examine(material_).defects)


def look(files: Mapping[str, str] | None = None, **more: Any) -> Examined:
    """What the audits say of such a repository."""
    return examine(material(files, **more))


def failures(examined: Examined) -> set[str]:
    """Codes of what was judged and found wanting."""
    return {defect.code.name for _, defect in examined.defects if defect.state is State.FAIL}
