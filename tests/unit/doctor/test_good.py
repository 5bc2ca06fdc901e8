"""Good workflows, about which there is nothing to say. False alarms are what makes people stop listening."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.support.postures import FILES, GOOD, RELEASE, SETTINGS, UV, found, last, look, material, spelled

from sealwright.config import load_settings
from sealwright.model import Cell, State
from sealwright.model.github import Ruleset
from sealwright.pipeline.options import Options
from sealwright.project import options_for
from sealwright.workflow.render import WORKFLOW_FILE, render_for

REPOSITORY = Path(__file__).parents[3]

PYPA = """\
name: Publish Python distribution to PyPI and TestPyPI
on: push
permissions: {}
jobs:
  build:
    name: Build distribution
    runs-on: ubuntu-latest
    permissions:
      contents: read
    steps:
    - uses: CHECKOUT
      with:
        persist-credentials: false
    - name: Set up Python
      uses: SETUP
      with:
        python-version: "3.x"
    - name: Install pypa/build
      run: >-
        python3 -m pip install --require-hashes
        -r requirements/build.txt
    - name: Build a binary wheel and a source tarball
      run: python3 -m build
    - name: Store the distribution packages
      uses: KEEP
      with:
        name: python-package-distributions
        path: dist/
  publish-to-pypi:
    name: >-
      Publish Python distribution to PyPI
    if: startsWith(github.ref, 'refs/tags/')  # only publish to PyPI on tag pushes
    needs:
    - build
    runs-on: ubuntu-latest
    environment:
      name: pypi
      url: https://pypi.org/p/tiny
    permissions:
      id-token: write  # IMPORTANT: mandatory for trusted publishing
    steps:
    - name: Download all the dists
      uses: FETCH
      with:
        name: python-package-distributions
        path: dist/
    - name: Publish distribution to PyPI
      uses: PUBLISH
  publish-to-testpypi:
    name: Publish Python distribution to TestPyPI
    needs:
    - build
    runs-on: ubuntu-latest
    environment:
      name: testpypi
      url: https://test.pypi.org/p/tiny
    permissions:
      id-token: write
    steps:
    - name: Download all the dists
      uses: FETCH
      with:
        name: python-package-distributions
        path: dist/
    - name: Publish distribution to TestPyPI
      uses: PUBLISH
      with:
        repository-url: https://test.pypi.org/legacy/
        skip-existing: true
        attestations: false
"""

WHEELS = """\
name: wheels
on:
  push:
    branches: [main]
    tags: ['v*']
  pull_request:
permissions: {}
concurrency:
  group: ${{ github.workflow }}-${{ github.event.pull_request.number || github.sha }}
  cancel-in-progress: ${{ github.event_name == 'pull_request' }}
jobs:
  wheels:
    strategy:
      matrix:
        os: [ubuntu-24.04, windows-2025, macos-15]
    runs-on: ${{ matrix.os }}
    permissions:
      contents: read
    steps:
      - uses: CHECKOUT
        with:
          persist-credentials: false
      - uses: pypa/cibuildwheel@1828c10ab37f080699c7b81cea34097c684a7074 # v4.2.0
        env:
          CIBW_TEST_COMMAND: pytest {project}/tests
      - uses: KEEP
        with:
          name: wheels-${{ matrix.os }}
          path: wheelhouse/*.whl
  sdist:
    runs-on: ubuntu-24.04
    permissions:
      contents: read
    steps:
      - uses: CHECKOUT
        with:
          persist-credentials: false
      - run: |
          pip install --require-hashes -r requirements/build.txt
          python -m build --sdist --no-isolation
      - uses: KEEP
        with:
          name: sdist
          path: dist/*.tar.gz
  sums:
    needs: [wheels, sdist]
    runs-on: ubuntu-24.04
    permissions: {}
    outputs:
      sums: ${{ steps.sums.outputs.sums }}
    steps:
      - uses: FETCH
        with:
          path: dist
          merge-multiple: true
      - id: sums
        run: |
          cd dist
          echo "sums=$(sha256sum * | base64 -w0)" >> "$GITHUB_OUTPUT"
  pypi:
    needs: [wheels, sdist, sums]
    if: github.event_name == 'push' && startsWith(github.ref, 'refs/tags/v')
    runs-on: ubuntu-24.04
    environment: pypi
    permissions:
      id-token: write
    steps:
      - uses: FETCH
        with:
          path: dist
          merge-multiple: true
      - env:
          SUMS: ${{ needs.sums.outputs.sums }}
        run: |
          cd dist
          base64 -d <<< "$SUMS" | sha256sum --strict -c
      - uses: PUBLISH
"""

ATTESTED = """\
name: release
on:
  push:
    tags: ['[0-9]+.[0-9]+.[0-9]+']
permissions: {}
jobs:
  build:
    runs-on: ubuntu-24.04
    permissions:
      contents: read
    steps:
      - uses: CHECKOUT
        with:
          persist-credentials: false
      - uses: UV
        with:
          enable-cache: false
      - run: uv build --require-hashes --build-constraints requirements/build.txt
      - uses: KEEP
        with:
          name: dist
          path: dist
  attest:
    needs: build
    runs-on: ubuntu-24.04
    permissions:
      id-token: write
      attestations: write
    steps:
      - uses: FETCH
        with:
          name: dist
          path: dist
      - uses: ATTEST
        with:
          subject-path: dist/*
  draft:
    needs: attest
    runs-on: ubuntu-24.04
    permissions:
      contents: write
    steps:
      - uses: FETCH
        with:
          name: dist
          path: dist
      - env:
          GH_TOKEN: ${{ github.token }}
        run: gh release create "$GITHUB_REF_NAME" --draft --verify-tag -R "$GITHUB_REPOSITORY" dist/*
  pypi:
    needs: draft
    runs-on: ubuntu-24.04
    environment: pypi
    concurrency: publish-${{ github.ref_name }}
    permissions:
      id-token: write
    steps:
      - uses: FETCH
        with:
          name: dist
          path: dist
      - uses: PUBLISH
  docs:
    needs: pypi
    runs-on: ubuntu-24.04
    environment: github-pages
    permissions:
      id-token: write
      pages: write
    steps:
      - uses: actions/deploy-pages@1111111111111111111111111111111111111111 # v4.0.5
""".replace("uses: UV", f"uses: {UV}")

GENERATOR = GOOD.replace(
    "  pypi:\n    needs: build\n",
    """\
  provenance:
    needs: build
    permissions:
      actions: read
      id-token: write
      contents: write
    uses: slsa-framework/slsa-github-generator/.github/workflows/generator_generic_slsa3.yml@v2.1.0
    with:
      base64-subjects: ${{ needs.build.outputs.sums }}
      private-repository: true
      upload-assets: false
  pypi:
    needs: [build, provenance]
""",
)

LOCAL = GOOD.replace(
    """\
      - run: |
          set -euo pipefail
          pip install --require-hashes -r requirements/build.txt
          python -m build --no-isolation
""",
    "      - uses: ./.github/actions/build\n",
)
LOCAL_ACTION = """\
name: build
description: Build
runs:
  using: composite
  steps:
    - shell: bash
      run: |
        pip install --require-hashes -r requirements/build.txt
        python -m build --no-isolation
"""
ALL_TAGS = replace(
    SETTINGS, rulesets=(Ruleset("tags", active=True, patterns=("~ALL",), rules=frozenset(("creation",))),)
)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(GOOD, id="three jobs"),
        pytest.param(PYPA, id="as the PyPA guide has it"),
        pytest.param(WHEELS, id="wheels from a matrix"),
        pytest.param(ATTESTED, id="uv, attestations, a draft release, documentation"),
        pytest.param(GENERATOR, id="the SLSA generator"),
    ],
)
def test_there_is_nothing_to_say_about_a_good_workflow(text: str) -> None:
    assert found(material(release=text, settings=ALL_TAGS)) == []


def test_a_local_action_is_as_good_as_its_steps() -> None:
    assert found(material({".github/actions/build/action.yml": LOCAL_ACTION}, release=LOCAL)) == []


def test_continuous_integration_is_not_the_doctors_business() -> None:
    ci = """\
on: [push, pull_request, workflow_dispatch]
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with: {cache: pip}
      - run: pip install -e .[test] && pytest ${{ github.head_ref }}
"""
    assert found(material({".github/workflows/ci.yml": ci})) == []


def test_packages_of_a_monorepo_have_a_workflow_each() -> None:
    def package(name: str) -> str:
        return GOOD.replace('"v*"', f'"{name}-v*"').replace(
            "environment: pypi", f"environment:\n      name: pypi\n      url: https://pypi.org/project/{name}/"
        )

    files = {".github/workflows/other.yml": spelled(package("other"))}
    assert found(material(files, release=package("tiny"), settings=ALL_TAGS)) == []


CELLS = (Cell("ubuntu-24.04", "3.11"), Cell("windows-2025", "3.14"))
RENDERED = {
    "released": Options(CELLS, release=("1.2.3", "ab" * 32)),
    "checkout": Options(CELLS, tool="checkout"),
    "everything": Options(CELLS, notify="notify", release=("1.2.3", "ab" * 32)),
    "least": Options(CELLS[:1], testpypi=None, generator=False, tag_pattern="pkg-v*", release=("1.2.3", "ab" * 32)),
}


@pytest.mark.parametrize("options", RENDERED.values(), ids=RENDERED)
def test_there_is_nothing_to_say_about_what_is_rendered_here(options: Options) -> None:
    # Without its header: whether it drifted from this project's settings is another question.
    _, _, body = render_for(options).partition("\nname: release")
    assert found(material({RELEASE: "name: release" + body}, settings=ALL_TAGS)) == []


def test_there_is_nothing_to_say_about_this_repository() -> None:
    paths = [*REPOSITORY.glob(".github/workflows/*.yml"), *REPOSITORY.glob("requirements/*.txt"), *_own()]
    files = {path.relative_to(REPOSITORY).as_posix(): path.read_text(encoding="utf-8") for path in paths}
    pyproject = files["pyproject.toml"]
    assert options_for(load_settings(pyproject), CELLS).tool == "checkout"
    examined = look({**dict.fromkeys(FILES, ""), **files}, last_release=last(repository="owner/tiny"))
    assert [finding for finding, _ in examined.defects] == []
    assert {finding.state for finding in examined.findings} == {State.PASS}
    assert WORKFLOW_FILE in files


def _own() -> list[Path]:
    return [REPOSITORY / "pyproject.toml", REPOSITORY / "Makefile", *REPOSITORY.glob("scripts/*")]
