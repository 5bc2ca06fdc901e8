"""A reusable workflow that builds the wheels of a project with compiled code, for that project to keep as its own."""

from __future__ import annotations

from sealwright.pipeline.pins import CHECKOUT, CIBUILDWHEEL, DOWNLOAD, UPLOAD
from sealwright.workflow.emit import scalar
from sealwright.workflow.steps import action

WHEELS_FILE = ".github/workflows/wheels.yml"
"""Where the template is meant to lie."""

_TEMPLATE = """\
# Builds the wheels of a release, on every platform. release.yml calls it at the tag, if pyproject.toml says
#   [tool.sealwright]
#   wheels = "{file}"
# Printed by `sealwright workflow --wheels-template`, and yours from here on: nothing renders or compares it again.
# It stays callable as long as it has no required input, no secret and no permission beyond `contents: read`, and puts
# out `artifact`: the id of one artifact whose top folder holds the wheels and nothing else.
name: Wheels
on:
  workflow_call:
    outputs:
      artifact:
        description: The id of the artifact that holds the wheels
        value: ${{{{ jobs.collect.outputs.artifact }}}}
permissions: {{}}
jobs:
  build:
    name: Wheels on ${{{{ matrix.runner }}}}
    runs-on: ${{{{ matrix.runner }}}}
    timeout-minutes: 90
    permissions:
      contents: read # clones the commit
    strategy:
      fail-fast: false
      matrix:
        # One machine each. Which Pythons and architectures it builds for is [tool.cibuildwheel] in pyproject.toml.
        runner:
          - ubuntu-24.04
          - ubuntu-24.04-arm
          - macos-15
          - macos-15-intel
          - windows-2025
    steps:
      # Git for Windows would change line ends, and the wheels would no longer hold what was committed.
      - name: Have line ends checked out as they are committed
        run: git config --global core.autocrlf false
      - uses: {checkout}
        with:
          fetch-depth: 0 # for versions that are taken from tags
          persist-credentials: false
          submodules: recursive
      - uses: {cibuildwheel}
        with:
          package-dir: {directory}
          output-dir: wheels
      - uses: {upload}
        with:
          name: wheels-of-${{{{ matrix.runner }}}}
          path: wheels/*.whl
          if-no-files-found: error
          overwrite: true # of a run that was tried again
          retention-days: 90 # one that is gone before the run is tried again would be missing in silence
  collect:
    name: One artifact of all wheels
    needs: build
    runs-on: ubuntu-24.04
    timeout-minutes: 10
    permissions: {{}}
    outputs:
      artifact: ${{{{ steps.keep.outputs.artifact-id }}}}
    steps:
      - uses: {download}
        with:
          pattern: wheels-of-*
          path: wheels
          merge-multiple: true
      - id: keep
        uses: {upload}
        with:
          name: wheels-${{{{ github.run_attempt }}}}
          path: wheels/*.whl
          if-no-files-found: error
          retention-days: 90
"""


def wheels_template(directory: str = ".") -> str:
    """The text of the workflow, for the project in `directory` of its repository.

    On Linux, macOS and Windows, with cibuildwheel: https://cibuildwheel.pypa.io/
    """
    return _TEMPLATE.format(
        file=WHEELS_FILE,
        directory=scalar(directory),
        checkout=_pinned(CHECKOUT),
        cibuildwheel=_pinned(CIBUILDWHEEL),
        upload=_pinned(UPLOAD),
        download=_pinned(DOWNLOAD),
    )


def _pinned(name: str) -> str:
    uses = action(name)
    return f"{uses.value} # {uses.why}"
