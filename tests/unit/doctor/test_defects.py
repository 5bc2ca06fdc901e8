"""Every defect, on a workflow that is good but for that one thing. A mark shows the line where it is expected."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from tests.support.postures import GOOD, MARK, RELEASE, UV, changed, found, marked, material, spelled

PUBLISH = "      - uses: PUBLISH\n"
BUILD = "          python -m build --no-isolation\n"
TAGS = '    tags: ["v*"]\n'
UNATTESTED = ("twine upload", "uv publish", "flit publish", "poetry publish")
KEPT = "      artifact: ${{ steps.keep.outputs.artifact-id }}\n    steps:\n"
ELSEWHERE = """\
  announce:
    needs: build
    permissions:
      id-token: write
    uses: some/where/.github/workflows/x.yml"""
TESTPYPI = """\
  testpypi:
    needs: build
    runs-on: ubuntu-24.04
    environment: testpypi
    permissions:
      id-token: write
    steps:
      - uses: FETCH
        with:
          artifact-ids: ${{ needs.build.outputs.artifact }}
          path: dist
      - uses: PUBLISH
        with:
          repository-url: https://test.pypi.org/legacy/
          attestations: false
"""
GENERATOR = """\
  provenance:
    needs: build
    permissions:
      actions: read
      id-token: write
      contents: write
    uses: slsa-framework/slsa-github-generator/.github/workflows/generator_generic_slsa3.yml@v2.1.0
    with:
      base64-subjects: ${{ needs.build.outputs.sums }}
      upload-assets: false
"""


@dataclass(frozen=True)
class Case:
    """A change that makes the good workflow a bad one."""

    id: str
    code: str
    changes: tuple[tuple[str, str], ...]
    also: frozenset[str] = frozenset()
    """Other codes that the same change deserves."""


def case(id_: str, code: str, *changes: tuple[str, str], also: str = "") -> Case:
    text = changes[-1][1]
    # Neither a password nor a program makes attestations, which is said as well.
    unattested = "password: ${{" in text or any(tool in text for tool in UNATTESTED)
    more = {"attestations-none"} if unattested and code != "attestations-none" else set()
    return Case(id_, code, changes, frozenset(also.split()) | more)


def with_(*lines: str) -> str:
    """The publish step with inputs."""
    return PUBLISH + "        with:\n" + "".join(f"          {line}\n" for line in lines)


def run(*lines: str) -> str:
    """A publish step, with a script before it."""
    return "      - run: |\n" + "".join(f"          {line}\n" for line in lines) + PUBLISH


CASES = (
    # tokens
    case(
        "password of the action",
        "stored-token",
        (PUBLISH, with_("password: ${{ secrets.PYPI_API_TOKEN }}" + MARK)),
    ),
    case(
        "a secret with another name",
        "stored-token",
        (PUBLISH, with_("user: __token__", "password: ${{ secrets.UPLOAD }}" + MARK)),
    ),
    case(
        "twine with a password in the environment",
        "stored-token",
        (
            PUBLISH,
            "      - run: |\n          sha256sum --strict -c sums.txt\n          twine upload dist/*\n        env:\n"
            "          TWINE_USERNAME: __token__\n          TWINE_PASSWORD: ${{ secrets.TOKEN }}" + MARK + "\n",
        ),
    ),
    case(
        "uv in the environment of the job",
        "stored-token",
        (
            "    environment: pypi\n",
            "    environment: pypi\n    env:\n      UV_PUBLISH_TOKEN: ${{ secrets.TOKEN }}" + MARK + "\n",
        ),
        (PUBLISH, "      - run: uv publish\n"),
    ),
    case(
        "poetry in the environment of the workflow",
        "stored-token",
        (
            "permissions: {}\n",
            "permissions: {}\nenv:\n  POETRY_PYPI_TOKEN_PYPI: ${{ secrets.TOKEN }}" + MARK + "\n",
        ),
        (PUBLISH, "      - run: poetry publish\n"),
    ),
    case("twine with -p", "stored-token", (PUBLISH, run('twine upload -u __token__ -p "$IT" dist/*' + MARK))),
    case(
        "pasted into the script",
        "stored-token",
        (PUBLISH, run("echo one", "flit publish --token ${{ secrets.PYPI_TOKEN }}" + MARK)),
    ),
    case("poetry config", "stored-token", (PUBLISH, run('poetry config pypi-token.pypi "$IT"' + MARK))),
    case(
        "written out",
        "token-committed",
        (PUBLISH, with_("# pypi-AgEIcHlwaS5vcmcCJDAwMDAwMDAwLTAwMDAt" + MARK, "packages-dir: dist")),
    ),
    # environments
    case(
        "no environment",
        "publish-without-environment",
        ("    environment: pypi\n", ""),
        ("  pypi:\n", "  pypi:" + MARK + "\n"),
        also="publisher-mismatch",
    ),
    case(
        "environment on the build",
        "environment-on-wrong-job",
        ("    environment: pypi\n", ""),
        ("    needs: test\n", "    needs: test\n    environment: pypi" + MARK + "\n"),
        also="publisher-mismatch",
    ),
    case(
        "one environment for both",
        "environment-shared",
        ("    environment: pypi\n", "    environment: pypi" + MARK + "\n"),
        ("  pypi:\n", TESTPYPI.replace("environment: testpypi", "environment: PyPI") + "  pypi:\n"),
    ),
    case(
        "TestPyPI without one",
        "testpypi-without-environment",
        (
            "  pypi:\n",
            TESTPYPI.replace("    environment: testpypi\n", "").replace("testpypi:\n", "testpypi:" + MARK + "\n", 1)
            + "  pypi:\n",
        ),
    ),
    # concurrency
    case(
        "one group for all",
        "concurrency-global",
        ("concurrency:\n", "concurrency:" + MARK + "\n"),
        ("release-${{ github.ref }}", "release-${{ github.workflow }}"),
    ),
    case(
        "a group in a word",
        "concurrency-global",
        (
            "concurrency:\n  group: release-${{ github.ref }}\n  cancel-in-progress: false\n",
            "concurrency: release" + MARK + "\n",
        ),
    ),
    case(
        "no such property",
        "concurrency-property-unknown",
        ("release-${{ github.ref }}", "publish-${{ github.event.push.ref }}" + MARK),
    ),
    case(
        "no such property of github",
        "concurrency-property-unknown",
        ("release-${{ github.ref }}", "publish-${{ github.tag }}" + MARK),
    ),
    case(
        "cancels the one before",
        "concurrency-cancels",
        ("concurrency:\n", "concurrency:" + MARK + "\n"),
        ("release-${{ github.ref }}", "release"),
        ("cancel-in-progress: false", "cancel-in-progress: true"),
    ),
    case(
        "cancels itself",
        "concurrency-cancel-in-progress",
        ("concurrency:\n", "concurrency:" + MARK + "\n"),
        ("cancel-in-progress: false", "cancel-in-progress: true"),
    ),
    # caches, installs, project code
    case(
        "actions/cache with an identity",
        "cache-with-identity",
        (
            PUBLISH,
            "      - uses: actions/cache@55cc8345863c7cc4c66a329aec7e433d2d1c52a9 # v6.1.0" + MARK + "\n" + PUBLISH,
        ),
    ),
    case(
        "setup-python's cache with an identity",
        "cache-with-identity",
        (PUBLISH, "      - uses: SETUP" + MARK + "\n        with:\n          cache: pip\n" + PUBLISH),
    ),
    case(
        "uv's cache with an identity",
        "cache-with-identity",
        (PUBLISH, f"      - uses: {UV}{MARK}\n        with:\n          enable-cache: true\n{PUBLISH}"),
    ),
    case(
        "a cache in the build",
        "cache-in-build",
        ("      - uses: SETUP\n", "      - uses: SETUP" + MARK + "\n"),
        ('          python-version: "3.13"\n', '          python-version: "3.13"\n          cache: pip\n'),
    ),
    case(
        "uv caches unless told not to",
        "cache-by-default",
        ('      - uses: SETUP\n        with:\n          python-version: "3.13"\n', f"      - uses: {UV}{MARK}\n"),
    ),
    case(
        "pip with an identity",
        "install-with-identity",
        (PUBLISH, run("set -e", "python -m pip install twine" + MARK)),
    ),
    case("uvx with an identity", "install-with-identity", (PUBLISH, run("uvx twine check dist/*" + MARK))),
    case("npm with an identity", "install-with-identity", (PUBLISH, run("npm install -g semver" + MARK))),
    case(
        "curl to sh with an identity",
        "install-with-identity",
        (PUBLISH, run("curl -LsSf https://example.org/install | sh" + MARK)),
    ),
    case(
        "unhashed tools in the build",
        "unlocked-requirements",
        (
            "          pip install --require-hashes -r requirements/build.txt\n",
            "          pip install build" + MARK + "\n",
        ),
    ),
    case("a build with an identity", "project-code-with-identity", (PUBLISH, run("python -m build" + MARK))),
    case("make with an identity", "project-code-with-identity", (PUBLISH, run("make dist" + MARK))),
    case("tests with an identity", "project-code-with-identity", (PUBLISH, run("pytest -q" + MARK)), also=""),
    case(
        "a script with an identity",
        "project-code-with-identity",
        (PUBLISH, run("true", "python scripts/check.py dist" + MARK)),
    ),
    case(
        "build and upload with a token",
        "built-where-published",
        ("      id-token: write\n", "      contents: read\n"),
        (
            PUBLISH,
            "      - run: python -m build\n      - uses: PUBLISH"
            + MARK
            + "\n        with:\n          password: ${{ secrets.PYPI_TOKEN }}\n",
        ),
        also="stored-token",
    ),
    # triggers
    case("by hand", "dispatch-publishes", (TAGS, TAGS + "  workflow_dispatch:" + MARK + "\n")),
    case("by API", "dispatch-publishes", (TAGS, TAGS + "  repository_dispatch:" + MARK + "\n")),
    case(
        "on main", "branch-publishes", ("  push:\n", "  push:" + MARK + "\n"), (TAGS, TAGS + "    branches: [main]\n")
    ),
    case(
        "any push",
        "branch-publishes",
        ('on:\n  push:\n    tags: ["v*"]\n', "on: push" + MARK + "\n"),
    ),
    case(
        "by the clock",
        "schedule-publishes",
        (TAGS, TAGS + "  schedule:" + MARK + '\n    - cron: "0 0 * * *"\n'),
    ),
    case("pull_request_target", "untrusted-trigger-publishes", (TAGS, TAGS + "  pull_request_target:" + MARK + "\n")),
    case(
        "workflow_run",
        "untrusted-trigger-publishes",
        (TAGS, TAGS + "  workflow_run:" + MARK + "\n    workflows: [ci]\n"),
    ),
    case(
        "a GitHub release",
        "release-event-trigger",
        ('  push:\n    tags: ["v*"]\n', "  release:" + MARK + "\n    types: [published]\n"),
    ),
    # permissions
    case(
        "write-all on top",
        "permissions-write-all",
        ("permissions: {}\n", "permissions: write-all" + MARK + "\n"),
    ),
    case(
        "write-all in a job",
        "permissions-write-all",
        ("    permissions:\n      id-token: write\n", "    permissions: write-all" + MARK + "\n"),
    ),
    case(
        "nothing said",
        "permissions-default",
        ("permissions: {}\n", ""),
        (
            "  test:\n    runs-on: ubuntu-24.04\n    permissions:\n      contents: read\n",
            "  test:" + MARK + "\n    runs-on: ubuntu-24.04\n",
        ),
    ),
    case(
        "an identity for all",
        "identity-for-all",
        ("permissions: {}\n", "permissions:\n  id-token: write" + MARK + "\n"),
        ("    environment: pypi\n    permissions:\n      id-token: write\n", "    environment: pypi\n"),
        (
            "  test:\n    runs-on: ubuntu-24.04\n    permissions:\n      contents: read\n",
            "  test:\n    runs-on: ubuntu-24.04\n",
        ),
        also="project-code-with-identity",
    ),
    case(
        "an identity in the build",
        "identity-unneeded",
        (
            "    needs: test\n    runs-on: ubuntu-24.04\n    permissions:\n      contents: read\n",
            "    needs: test\n    runs-on: ubuntu-24.04\n    permissions:\n      contents: read\n      id-token: write"
            + MARK
            + "\n",
        ),
        also="project-code-with-identity",
    ),
    case(
        "a right to write for nothing",
        "contents-write-unneeded",
        ("      id-token: write\n", "      id-token: write\n      contents: write" + MARK + "\n"),
    ),
    case(
        "no identity at all",
        "identity-missing",
        ("    permissions:\n      id-token: write\n", "    permissions:" + MARK + "\n      contents: read\n"),
    ),
    case(
        "attest without its permission",
        "attest-permission-missing",
        (PUBLISH, "      - uses: ATTEST" + MARK + "\n" + PUBLISH),
    ),
    case(
        "on macOS",
        "publish-not-on-linux",
        (
            "    runs-on: ubuntu-24.04\n    environment: pypi\n",
            "    runs-on: macos-15" + MARK + "\n    environment: pypi\n",
        ),
    ),
    case(
        "twice in one job",
        "publish-action-twice",
        (
            PUBLISH,
            with_("repository-url: https://test.pypi.org/legacy/", "attestations: false")
            + PUBLISH.replace("\n", MARK + "\n"),
        ),
    ),
    # pins
    case(
        "a branch",
        "unpinned-action",
        (PUBLISH, "      - uses: pypa/gh-action-pypi-publish@release/v1" + MARK + "\n"),
    ),
    case("a tag", "unpinned-action", ("      - uses: SETUP\n", "      - uses: actions/setup-python@v7" + MARK + "\n")),
    case(
        "a short commit",
        "unpinned-action",
        ("      - uses: SETUP\n", "      - uses: actions/setup-python@5fda3b9" + MARK + "\n"),
    ),
    case(
        "an image by tag",
        "unpinned-image",
        (PUBLISH, "      - uses: docker://alpine:3" + MARK + "\n" + PUBLISH),
    ),
    case(
        "a container by tag",
        "unpinned-image",
        ("    needs: test\n", "    needs: test\n    container: quay.io/pypa/manylinux_2_28_x86_64" + MARK + "\n"),
    ),
    case(
        "another version's commit",
        "version-comment-wrong",
        (
            PUBLISH,
            "      - uses: pypa/gh-action-pypi-publish@ed0c53931b1dc9bd32cbe73a98c7f6766f8a527e # v1.14.2"
            + MARK
            + "\n",
        ),
    ),
    case(
        "anybody's commit",
        "version-comment-wrong",
        (PUBLISH, f"      - uses: pypa/gh-action-pypi-publish@{'0' * 40} # v1.14.2{MARK}\n"),
    ),
    case(
        "the id of a tag object",
        "tag-object-pinned",
        (
            PUBLISH,
            "      - uses: pypa/gh-action-pypi-publish@a892a5a61159132606e93a2fa6f4358831b04d26 # v1.14.2"
            + MARK
            + "\n",
        ),
    ),
    case(
        "no version",
        "version-comment-missing",
        (PUBLISH, "      - uses: pypa/gh-action-pypi-publish@dc37677b2e1c63e2034f94d8a5b11f265b73ba33" + MARK + "\n"),
    ),
    case(
        "the generator at a commit",
        "generator-not-by-tag",
        (
            "  pypi:\n",
            GENERATOR.replace("@v2.1.0", "@f7dd8c54c2067bafc12ca7a55595d5ee9b75204a # v2.1.0" + MARK) + "  pypi:\n",
        ),
    ),
    case(
        "the generator without contents",
        "generator-permissions",
        (
            "  pypi:\n",
            GENERATOR.replace("      contents: write\n", "").replace("permissions:\n", "permissions:" + MARK + "\n")
            + "  pypi:\n",
        ),
    ),
    case(
        "the generator uploads",
        "generator-uploads-assets",
        ("  pypi:\n", GENERATOR.replace("upload-assets: false", "upload-assets: true" + MARK) + "  pypi:\n"),
    ),
    # injection
    case(
        "a commit's message",
        "template-injection",
        (BUILD, BUILD + "          echo ${{ github.event.head_commit.message }}" + MARK + "\n"),
    ),
    case(
        "a branch of strangers",
        "template-injection",
        (BUILD, BUILD + "          git log ${{ github.head_ref || 'main' }}" + MARK + "\n"),
    ),
    case(
        "the tag's name",
        "ref-in-script",
        (BUILD, BUILD + "          echo ${{ github.ref_name }}" + MARK + "\n"),
    ),
    # artifacts and checkout
    case(
        "by pattern",
        "artifacts-by-pattern",
        ("      - uses: FETCH\n", "      - uses: FETCH" + MARK + "\n"),
        ("          artifact-ids: ${{ needs.build.outputs.artifact }}\n", "          pattern: wheels-*\n"),
    ),
    case(
        "all there are",
        "artifacts-by-pattern",
        ("      - uses: FETCH\n", "      - uses: FETCH" + MARK + "\n"),
        ("          artifact-ids: ${{ needs.build.outputs.artifact }}\n", ""),
    ),
    case(
        "of another run",
        "artifacts-of-another-run",
        ("      - uses: FETCH\n", "      - uses: FETCH" + MARK + "\n"),
        (
            "          artifact-ids: ${{ needs.build.outputs.artifact }}\n",
            "          name: dist\n          run-id: ${{ github.event.workflow_run.id }}\n",
        ),
    ),
    case(
        "credentials stay",
        "checkout-credentials",
        (
            KEPT + "      - uses: CHECKOUT\n        with:\n          persist-credentials: false\n",
            KEPT + "      - uses: CHECKOUT" + MARK + "\n",
        ),
    ),
    case(
        "a machine of one's own, with an identity",
        "self-hosted-with-identity",
        (
            "    runs-on: ubuntu-24.04\n    environment: pypi\n",
            "    runs-on: [self-hosted, linux]" + MARK + "\n    environment: pypi\n",
        ),
    ),
    case(
        "a machine of one's own",
        "self-hosted-build",
        ("    needs: test\n    runs-on: ubuntu-24.04\n", "    needs: test\n    runs-on: self-hosted" + MARK + "\n"),
    ),
    # the upload
    case("skip-existing", "skip-existing", (PUBLISH, with_("skip-existing: true" + MARK))),
    case(
        "skip-existing of twine",
        "skip-existing",
        (PUBLISH, "      - run: twine upload --skip-existing dist/*" + MARK + "\n"),
    ),
    case("attestations off", "attestations-off", (PUBLISH, with_("attestations: false" + MARK))),
    case("a program without", "attestations-none", (PUBLISH, "      - run: twine upload dist/*" + MARK + "\n")),
    case("metadata unchecked", "verify-metadata-off", (PUBLISH, with_("verify-metadata: false" + MARK))),
    # gates
    case(
        "tests beside it",
        "tests-not-awaited",
        ("    needs: test\n", ""),
        ("  pypi:\n", "  pypi:" + MARK + "\n"),
    ),
    case(
        "always",
        "publish-despite-failure",
        ("  pypi:\n    needs: build\n", "  pypi:" + MARK + "\n    if: ${{ always() }}\n    needs: build\n"),
    ),
    # what could not be told, and habits
    case(
        "an environment that is computed",
        "publisher-unseen",
        ("    environment: pypi\n", "    environment: ${{ vars.ENVIRONMENT }}" + MARK + "\n"),
        also="settings-unseen",
    ),
    case(
        "a workflow of others",
        "called-workflow-unseen",
        (
            "  pypi:\n",
            f"{ELSEWHERE}@{'1' * 40} # v1.0.0{MARK}\n  pypi:\n",
        ),
    ),
    case(
        "a release commit without runs",
        "skip-ci-message",
        (BUILD, BUILD + '          git commit -m "Release [skip ci]"' + MARK + "\n"),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.code}: {case.id}")
def test_a_defect_is_found_at_its_line_and_nothing_else_is(case: Case) -> None:
    text = changed(GOOD, *case.changes)
    assert text.endswith("\n")
    defects = found(material(release=text))
    assert [(code, path, line) for code, path, line in defects if code == case.code] == [
        (case.code, RELEASE, line) for line in marked(text)
    ]
    assert {code for code, _, _ in defects} == {case.code} | case.also


def test_the_marks_are_gone_before_anybody_reads_the_workflow() -> None:
    assert MARK not in spelled(changed(GOOD, (PUBLISH, PUBLISH.replace("\n", MARK + "\n"))))
