"""What shows only in a whole repository: several workflows, scripts, settings, the index, ages."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from tests.support.postures import (
    FILES,
    GOOD,
    HASHED,
    MARK,
    RELEASE,
    SETTINGS,
    changed,
    failures,
    found,
    last,
    look,
    marked,
    material,
    spelled,
)

from sealwright.config import load_settings
from sealwright.doctor.examine import examine
from sealwright.doctor.material import LastRelease, RepositorySettings, Unseen
from sealwright.model import State
from sealwright.model.github import Environment, Ruleset
from sealwright.pipeline.options import Options
from sealwright.project import cells_from, options_for
from sealwright.workflow.render import render_for

OTHER = ".github/workflows/publish.yml"
UNSEEN = Unseen("nobody asked", "ask")
PUBLISH = "      - uses: PUBLISH\n"


def lines(text: str, code: str, path: str = RELEASE) -> list[tuple[str, str, int]]:
    return [(code, path, line) for line in marked(text)]


# Presence


def test_without_any_workflow_nothing_is_judged_and_making_one_is_the_first_step() -> None:
    examined = look(release=None)
    (finding,) = examined.blocking
    assert (finding.code, finding.state) == ("no-workflow", State.UNAVAILABLE)
    assert "sealwright workflow" in finding.hint
    assert not any(finding.state is State.PASS and finding.check == "pins" for finding in examined.findings)


def test_workflows_that_publish_nothing_are_no_pass() -> None:
    examined = look(release=changed(GOOD, (PUBLISH, "      - run: echo done\n")))
    assert [(finding.code, finding.state) for finding in examined.blocking] == [("no-publish-job", State.ABSENT)]
    skipped = {finding.check for finding in examined.findings if finding.state is State.SKIPPED}
    assert {"environments", "triggers", "pins", "caches"} <= skipped


def test_an_upload_to_an_index_of_ones_own_is_not_judged_by_pypis_rules() -> None:
    private = (
        "        with:\n          repository-url: https://pypi.example.org/\n          password: ${{ secrets.X }}\n"
    )
    assert failures(look(release=changed(GOOD, (PUBLISH, PUBLISH + private)))) == set()


# Several workflows

CALLER = """\
on:
  workflow_dispatch:  <--
permissions: {}
jobs:
  call:
    permissions:
      id-token: write
      contents: read
    uses: ./.github/workflows/publish.yml
"""
LEFT_OVER = """\
on: push
jobs:
  x:
    uses: some/where/.github/workflows/x.yml@v1
    secrets:
      token: ${{ secrets.PYPI_API_TOKEN }}  <--
"""


def test_publishing_in_a_called_workflow_is_found_in_it() -> None:
    called = changed(
        GOOD, ('  push:\n    tags: ["v*"]\n', "  workflow_call:\n"), (PUBLISH, PUBLISH.replace("\n", MARK + "\n"))
    )
    caller = CALLER.replace("workflow_dispatch:" + MARK, "push:\n    tags: ['v*']")
    defects = found(material({OTHER: spelled(called)}, release=caller))
    assert ("publish-in-reusable", OTHER, marked(called)[0]) in defects
    assert "called-workflow-unseen" not in {code for code, _, _ in defects}


def test_what_starts_the_caller_starts_the_called_workflow() -> None:
    called = changed(GOOD, ('  push:\n    tags: ["v*"]\n', "  workflow_call:\n"))
    defects = found(material({OTHER: spelled(called)}, release=CALLER))
    assert lines(CALLER, "dispatch-publishes")[0] in defects


def test_two_workflows_on_one_tag_publish_twice() -> None:
    again = changed(GOOD, (PUBLISH, PUBLISH.replace("\n", MARK + "\n")))
    later = ".github/workflows/upload.yml"
    defects = found(material({later: spelled(again)}))
    assert [d for d in defects if d[0] == "published-twice"] == lines(again, "published-twice", later)


def test_a_second_publisher_on_another_event_is_noted() -> None:
    nightly = changed(
        GOOD,
        ('  push:\n    tags: ["v*"]\n', "  schedule:\n    - cron: '0 0 * * *'\n"),
        (PUBLISH, PUBLISH.replace("\n", MARK + "\n")),
    )
    later = ".github/workflows/upload.yml"
    assert {"several-publishers", "schedule-publishes"} == {c for c, _, _ in found(material({later: spelled(nightly)}))}


def test_projects_of_a_monorepo_may_each_have_a_workflow() -> None:
    other = changed(GOOD, ('tags: ["v*"]', 'tags: ["other-v*"]'))
    files = {OTHER: spelled(other), "packages/other/pyproject.toml": '[project]\nname = "other"\n'}
    assert found(material(files)) == []


def test_a_left_over_secret_is_found_in_workflows_that_do_not_publish() -> None:
    assert found(material({OTHER: spelled(LEFT_OVER)})) == lines(LEFT_OVER, "stored-token", OTHER)


# Local actions and scripts

COMPOSITE = """\
name: upload
runs:
  using: composite
  steps:
    - uses: pypa/gh-action-pypi-publish@release/v1  <--
    - run: |
        set -e
        pip install twine
      shell: bash
"""


def test_a_composite_action_is_looked_into_and_its_own_lines_are_named() -> None:
    action = ".github/actions/upload/action.yml"
    text = changed(GOOD, (PUBLISH, "      - uses: ./.github/actions/upload\n"))
    defects = found(material({action: spelled(COMPOSITE)}, release=text))
    assert ("unpinned-action", action, marked(COMPOSITE)[0]) in defects
    assert ("install-with-identity", action, 8) in defects


def test_actions_that_call_each_other_come_to_an_end() -> None:
    loop = "runs:\n  using: composite\n  steps:\n    - uses: ./a\n    - uses: ./a\n"
    text = changed(GOOD, (PUBLISH, PUBLISH + "      - uses: ./a\n"))
    assert found(material({"a/action.yml": loop}, release=text)) == []


@pytest.mark.parametrize(
    ("step", "files"),
    [
        ("make publish", {"Makefile": "all:\n\techo\n\npublish: sdist\n\t@twine upload dist/*\n\nsdist:\n\techo\n"}),
        ("make", {"Makefile": "publish:\n\ttwine upload dist/*\n"}),
        ("./scripts/release.sh", {"scripts/release.sh": "#!/bin/sh\nset -e\npython -m twine upload dist/*\n"}),
        ("bash tools/upload.sh", {"tools/upload.sh": "uv publish\n"}),
        ("tox -e release", {"tox.ini": "[testenv:release]\ncommands =\n    twine upload dist/*\n[testenv]\n"}),
        ("nox -s release", {"noxfile.py": 'def release(session):\n    session.run("twine", "upload", "dist/*")\n'}),
        ("just publish", {"justfile": "publish:\n    flit publish\n"}),
    ],
)
def test_an_upload_in_a_script_is_the_jobs_upload(step: str, files: dict[str, str]) -> None:
    examined = look(files, release=changed(GOOD, (PUBLISH, f"      - run: {step}\n")))
    tools = [upload.tool for upload in examined.uploads]
    assert tools == ([] if step == "make" else [tools[0]])
    assert "upload-by-hand" not in failures(examined) or step == "make"


@pytest.mark.parametrize(
    ("path", "text", "line"),
    [
        ("Makefile", "all:\n\techo\n\npublish:\n\ttwine upload dist/*\n", 5),
        ("scripts/release.sh", "set -e\n# twine upload\npython3 -m twine upload dist/*\n", 3),
        ("noxfile.py", 'def x(session):\n    session.run("twine", "upload", "dist/*")\n', 2),
        (".travis.yml", "script: pytest\ndeploy:\n  script: twine upload dist/*\n", 3),
        ("tools/publish.py", 'import subprocess\nsubprocess.run(["uv", "publish"], check=True)\n', 2),
    ],
)
def test_a_script_that_uploads_by_hand_is_noted(path: str, text: str, line: int) -> None:
    assert found(material({path: text})) == [("upload-by-hand", path, line)]


@pytest.mark.parametrize(
    "files",
    [
        {"scripts/release.sh": "echo 'twine upload dist/*'\n"},
        {"scripts/release.sh": "# twine upload dist/*\n"},
        {"scripts/release.sh": "cat <<'END'\ntwine upload dist/*\nEND\n"},
        {"scripts/release.sh": "twine upload --repository-url https://pypi.example.org/ dist/*\n"},
        {"tests/fixtures/release.sh": "twine upload dist/*\n"},
    ],
)
def test_talk_of_uploading_is_no_upload(files: dict[str, str]) -> None:
    assert found(material(files)) == []


PYPIRC = "[distutils]\nindex-servers = pypi\n\n[pypi]\nusername = __token__\npassword = hunter2\n"


def test_a_tracked_pypirc_with_a_password_is_found() -> None:
    assert found(material({".pypirc": PYPIRC})) == [("token-committed", ".pypirc", 6)]


def test_a_pypirc_that_git_does_not_know_or_that_holds_no_password_is_not() -> None:
    assert found(material({".pypirc": PYPIRC}, tracked=frozenset())) == []
    assert found(material({".pypirc": PYPIRC.replace("hunter2", "%(here)s")})) == []


def test_a_token_is_found_and_not_repeated() -> None:
    token = "pypi-AgEIcHlwaS5vcmcCJDAwMDAwMDAwLTAwMDAtMDAw"
    examined = look({".env": f"A=1\nUPLOAD={token}\n"})
    ((finding, defect),) = examined.defects
    assert (defect.code.name, defect.place.line) == ("token-committed", 2)
    assert token not in repr(finding)


# Commit messages


@pytest.mark.parametrize("words", ["[skip ci]", "[ci skip]", "[no ci]", "[skip actions]", "[actions skip]"])
def test_a_commit_that_asks_for_no_runs_cannot_be_released(words: str) -> None:
    assert failures(look(head_message=f"Release 1.0 {words}\n")) == {"head-skips-ci"}


def test_the_trailer_counts_too_and_a_mention_does_not() -> None:
    assert failures(look(head_message="Release\n\nskip-checks: true\n")) == {"head-skips-ci"}
    assert failures(look(head_message="Say what skip-checks: true does\n")) == set()


def test_a_version_tool_that_writes_the_words_is_noted_and_a_condition_is_not() -> None:
    tool = '[tool.bumpversion]\nmessage = "Release {new_version} [skip ci]"\n'
    assert found(material({".bumpversion.toml": tool})) == [("skip-ci-message", ".bumpversion.toml", 2)]
    condition = "    if: \"!contains(github.event.head_commit.message, '[skip ci]')\"\n    needs: test\n"
    assert found(material(release=changed(GOOD, ("    needs: test\n", condition)))) == []


# Assets

ASSETS = """\
on:
  release:
    types: [published]
permissions: {}
jobs:
  assets:
    runs-on: ubuntu-24.04
    permissions:
      contents: write
    steps:
"""
DRAFT = """\
  draft:
    needs: build
    runs-on: ubuntu-24.04
    permissions:
      contents: write
    steps:
      - run: gh release create --draft "$GITHUB_REF_NAME" dist/*
"""


@pytest.mark.parametrize(
    "step",
    [
        "      - uses: softprops/action-gh-release@3d0d9888cb7fd7b750713d6e236d1fcb99157228 # v3.0.2",
        '      - run: gh release upload "$GITHUB_REF_NAME" dist/*',
    ],
)
def test_assets_after_the_release_is_public_are_noted(step: str) -> None:
    text = ASSETS + step + MARK + "\n"
    assert found(material({OTHER: spelled(text)})) == lines(text, "assets-after-publication", OTHER)


def test_assets_of_a_draft_are_as_they_should_be() -> None:
    assert (
        found(
            material(
                release=changed(GOOD, ("  pypi:\n    needs: build\n", DRAFT + "  pypi:\n    needs: [build, draft]\n"))
            )
        )
        == []
    )


# The publisher


@pytest.mark.parametrize(
    ("publisher", "codes"),
    [
        ({}, set()),
        ({"repository": "Owner/Tiny", "environment": "PyPI"}, set()),
        ({"environment": "release"}, {"publisher-mismatch"}),
        ({"workflow": "publish.yml"}, {"publisher-mismatch"}),
        ({"repository": "other/tiny"}, {"publisher-mismatch"}),
        ({"environment": None}, {"publisher-unbound"}),
    ],
)
def test_the_publisher_is_compared_with_the_last_release(publisher: dict[str, Any], codes: set[str]) -> None:
    assert failures(look(last_release=last(**publisher))) == codes


def test_a_mismatch_says_what_was_expected_found_and_what_to_type() -> None:
    ((finding, defect),) = look(last_release=last(environment="release-pypi")).defects
    assert finding.expected == "environment release-pypi (0.9's provenance)"
    assert finding.found == "environment pypi"
    assert "`environment: release-pypi` on job pypi" in finding.hint
    assert spelled(GOOD).splitlines()[defect.place.line - 1] == "    environment: pypi"


@pytest.mark.parametrize(
    ("last_release", "code", "state"),
    [
        (UNSEEN, "publisher-unseen", State.UNAVAILABLE),
        (LastRelease("0.9", "tiny-0.9.tar.gz", None), "publisher-unproven", State.ABSENT),
        (LastRelease("0.9", "tiny-0.9.tar.gz", b'{"attestation_bundles": []}'), "publisher-unproven", State.ABSENT),
        (LastRelease("0.9", "tiny-0.9.tar.gz", b"[]"), "publisher-unseen", State.UNAVAILABLE),
        (LastRelease("0.9", "tiny-0.9.tar.gz", b"\xff"), "publisher-unseen", State.UNAVAILABLE),
    ],
)
def test_a_publisher_that_could_not_be_compared_is_never_a_match(last_release: Any, code: str, state: State) -> None:
    examined = look(last_release=last_release)
    ((finding, _),) = examined.defects
    assert (finding.code, finding.state) == (code, state)
    assert "publisher" not in {f.check for f in examined.findings if f.state is State.PASS}


def test_an_unknown_repository_is_not_held_against_the_publisher() -> None:
    assert failures(look(repository=None)) == set()


# Settings on GitHub

PYPI = Environment("pypi", ("alice",), True, ("v*",))


@pytest.mark.parametrize(
    ("settings", "codes"),
    [
        ({"environments": ()}, {"environment-missing"}),
        ({"environments": (Environment("PyPI", ("alice",), True, ("v*",)),)}, set()),
        ({"environments": (Environment("pypi", ("alice",), False, ()),)}, {"environment-unrestricted"}),
        ({"environments": (Environment("pypi", ("alice",), True, ("main",), True),)}, {"environment-unrestricted"}),
        ({"environments": (Environment("pypi", (), True, ("v*",)),)}, {"environment-without-reviewers"}),
        ({"rulesets": ()}, {"tag-ruleset-missing"}),
        ({"rulesets": (Ruleset("x", False, ("~ALL",), frozenset({"creation"})),)}, {"tag-ruleset-missing"}),
        ({"rulesets": (Ruleset("x", True, ("refs/tags/pkg-*",), frozenset({"creation"})),)}, {"tag-ruleset-missing"}),
        ({"rulesets": (Ruleset("x", True, ("~ALL",), frozenset({"tag_name_pattern"})),)}, {"tag-ruleset-missing"}),
        ({"rulesets": (Ruleset("x", True, ("~ALL",), frozenset({"update"})),)}, set()),
        ({"immutable_releases": False}, {"releases-mutable"}),
        ({"pins_required": False}, {"action-pins-not-required"}),
    ],
)
def test_settings_are_judged(settings: dict[str, Any], codes: set[str]) -> None:
    assert failures(look(settings=replace(SETTINGS, **settings))) == codes


def test_settings_that_were_not_seen_are_never_ok() -> None:
    examined = look(settings=RepositorySettings(UNSEEN, UNSEEN, UNSEEN, UNSEEN))
    ((finding, _),) = examined.defects
    assert (finding.code, finding.state) == ("settings-unseen", State.UNAVAILABLE)
    assert finding.found == "environments, rules for tags, immutable releases, required pins: nobody asked"
    assert "settings" not in {f.check for f in examined.findings if f.state is State.PASS}


# Ages


def test_a_lock_of_long_ago_is_noted_and_one_of_unknown_age_is_not_taken_for_new() -> None:
    dates = {"requirements/build.txt": date(2026, 1, 1)}
    assert [(d.code.name, d.place.path) for _, d in look(changed=dates).defects] == [
        ("lock-old", "requirements/build.txt"),
        ("age-unseen", "requirements/test.txt"),
    ]


def test_a_list_that_no_release_job_installs_may_be_old() -> None:
    assert found(material({"requirements/docs.txt": HASHED})) == []


def test_the_trust_root_is_old_or_unseen_but_never_silently_fine() -> None:
    assert failures(look(trust_root=date(2024, 1, 1))) == {"trust-root-old"}
    ((finding, _),) = look(trust_root=UNSEEN).defects
    assert (finding.code, finding.state, finding.subject) == ("age-unseen", State.UNAVAILABLE, "Sigstore trust root")


def test_a_list_with_hashes_needs_no_option_and_one_without_is_unhashed() -> None:
    install = (
        "          pip install --require-hashes -r requirements/build.txt\n",
        "          pip install -r requirements/build.txt\n",
    )
    assert found(material(release=changed(GOOD, install))) == []
    assert failures(look({"requirements/build.txt": "build\n"}, release=changed(GOOD, install))) == {
        "unlocked-requirements"
    }


# A rendered workflow

PYPROJECT = FILES["pyproject.toml"] + 'requires-python = ">=3.11"\n[tool.sealwright]\ncells = ["ubuntu-24.04/3.13"]\n'


def rendered(**more: Any) -> str:
    settings = load_settings(PYPROJECT)
    options: Options = options_for(settings, cells_from("ubuntu-24.04/3.13", "here"))
    return render_for(replace(options, release=("1.0", "ab" * 32), **more))


def test_a_rendered_workflow_as_it_is_has_no_drift() -> None:
    assert failures(look({RELEASE: rendered(), "pyproject.toml": PYPROJECT})) == set()


def test_drift_of_a_rendered_workflow_is_found_at_its_first_line() -> None:
    text = rendered()
    number = next(n for n, line in enumerate(text.splitlines(), 1) if "cancel-in-progress: false" in line)
    drifted_text = text.replace("cancel-in-progress: false", "cancel-in-progress: false\n  queue: max", 1)
    defects = found(material({RELEASE: drifted_text, "pyproject.toml": PYPROJECT}))
    assert defects == [("workflow-drifted", RELEASE, number + 1)]


def test_settings_that_cannot_be_read_are_said_where_a_workflow_is_rendered_from_them() -> None:
    wrong = PYPROJECT + "unknown = 1\n"
    assert failures(look({RELEASE: rendered(), "pyproject.toml": wrong})) == {"configuration-invalid"}


def test_drift_is_not_asked_of_a_workflow_that_somebody_wrote() -> None:
    states = {finding.check: finding.state for finding in examine(material()).findings}
    assert states["drift"] is State.SKIPPED


# What cannot be asked is skipped, not passed


def states(**more: Any) -> dict[str, State]:
    return {finding.check: finding.state for finding in look(**more).findings}


def test_an_upload_with_a_password_has_no_publisher_to_compare() -> None:
    password = "        with:\n          password: ${{ secrets.TOKEN }}\n"
    text = changed(GOOD, (PUBLISH, PUBLISH + password), ("      id-token: write\n", "      contents: read\n"))
    assert states(release=text)["publisher"] is State.SKIPPED


def test_without_workflows_questions_about_them_are_skipped() -> None:
    asked = states(release=None)
    assert {asked[name] for name in ("readable", "reusable", "assets", "gates")} == {State.SKIPPED}


def test_tests_that_never_run_for_a_release_are_not_waited_for() -> None:
    condition = "  test:\n    if: github.event_name == 'pull_request'\n"
    text = changed(GOOD, ("  test:\n", condition), ("    needs: test\n", ""))
    assert found(material(release=text)) == []


@pytest.mark.parametrize(
    ("condition", "reached"),
    [
        ("github.event.action == 'published'", False),
        ("github.event.release.tag_name", False),
        ("github.event_name == 'release'", False),
        ("github.event.inputs.really == 'yes'", True),
        ("inputs.really", True),
        ("github.event.schedule", False),
        ("github.actor == 'alice'", True),
    ],
)
def test_what_an_event_does_not_have_is_empty_in_conditions(condition: str, reached: bool) -> None:
    text = changed(
        GOOD,
        ('    tags: ["v*"]\n', '    tags: ["v*"]\n  workflow_dispatch:\n'),
        ("    environment: pypi\n", f"    environment: pypi\n    if: {condition}\n"),
    )
    assert ("dispatch-publishes" in failures(look(release=text))) is reached


# Who may publish where nobody here does


def test_publishing_that_is_left_to_another_repository_could_not_be_judged() -> None:
    text = "on: push\njobs:\n  x:\n    permissions:\n      id-token: write\n    uses: a/b/.github/workflows/x.yml@v1\n"
    examined = look(release=text)
    assert {(finding.code, finding.state) for finding in examined.blocking} == {("no-publish-job", State.UNAVAILABLE)}


def test_a_password_for_an_index_of_ones_own_may_stand_in_the_jobs_environment() -> None:
    env = "    environment: pypi\n    env:\n      TWINE_PASSWORD: ${{ secrets.X }}\n      TWINE_REPOSITORY_URL: https://a.b/\n"
    text = changed(GOOD, ("    environment: pypi\n", env), (PUBLISH, "      - run: twine upload dist/*\n"))
    assert "stored-token" not in failures(look(release=text))


def test_the_condition_of_a_call_holds_for_the_steps_of_a_local_action() -> None:
    action = "runs:\n  using: composite\n  steps:\n    - uses: PUBLISH\n"
    call = "      - uses: ./publish\n        if: github.ref_type == 'tag'\n"
    text = changed(GOOD, (PUBLISH, call), ('    tags: ["v*"]\n', '    tags: ["v*"]\n    branches: [main]\n'))
    assert found(material({"publish/action.yml": spelled(action)}, release=text)) == []


def test_findings_of_one_code_stand_together() -> None:
    image = "      - uses: docker://alpine:3\n"
    tags = "      - uses: a/b@v1\n"
    text = changed(GOOD, (PUBLISH, tags + image + tags.replace("a/b", "c/d") + PUBLISH))
    codes = [defect.code.name for _, defect in look(release=text).defects]
    assert codes == ["unpinned-action", "unpinned-action", "unpinned-image"]


def test_an_environment_that_is_computed_is_not_known_to_be_guarded() -> None:
    text = changed(GOOD, ("    environment: pypi\n", "    environment: ${{ vars.X }}\n"))
    assert {"settings-unseen", "publisher-unseen"} == {code for code, _, _ in found(material(release=text))}
