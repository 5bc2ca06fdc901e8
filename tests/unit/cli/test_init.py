"""`sealwright init` in other people's repositories."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.support import projects

from sealwright.cli import main
from sealwright.config import Policy, Settings, load_policy, load_settings
from sealwright.endpoints import PYPI_VARIABLE
from sealwright.pipeline.steps import WORKFLOW_FILE

RELEASE = ("--release", "1.0", "ab" * 32)
PYPROJECT = projects.PYPROJECT.partition("[tool.sealwright]")[0].rstrip() + "\n"
CHANGELOG = "# Changes\n\n## 1.2.0\n\n- Something.\n"


class Repository:
    """A project in a work tree, as `sealwright init` finds it."""

    def __init__(self, folder: Path, directory: str = ".") -> None:
        self.root = folder
        self.folder = folder / directory
        self.folder.mkdir(parents=True)
        projects.git(folder, "init", "-q", "-b", "main")
        self.commit({"pyproject.toml": PYPROJECT, "src/tiny_project/__init__.py": projects.MODULE})

    def commit(self, files: Mapping[str, str]) -> None:
        projects.write(self.folder, files)
        projects.git(self.root, "add", "-A")
        projects.git(self.root, "commit", "-q", "--allow-empty", "-m", "change")

    def tag(self, *names: str) -> None:
        for name in names:
            projects.git(self.root, "tag", name)

    def git(self, *arguments: str) -> str:
        return projects.git(self.root, *arguments)

    @property
    def workflow(self) -> Path:
        return self.root / WORKFLOW_FILE

    @property
    def settings(self) -> Settings:
        return load_settings((self.folder / "pyproject.toml").read_text())


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    monkeypatch.setenv(PYPI_VARIABLE, "http://127.0.0.1:9")  # nobody is there
    made = Repository(tmp_path / "repository")
    monkeypatch.chdir(made.folder)
    return made


def init(*arguments: str) -> int:
    return main(["init", *RELEASE, *arguments])


def test_two_files_are_written_and_no_setting_where_every_default_fits(
    repository: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    repository.tag("v1.1.0", "v1.2.0")
    assert init() == 0
    assert sorted(repository.git("status", "--porcelain", "-uall").split("?? ")[1:]) == [
        ".github/workflows/release.yml\n",
        "security/policy.toml",
    ]
    assert load_policy((repository.root / "security/policy.toml").read_text()) != Policy()
    said = capsys.readouterr().out
    assert "Undo, at the root of the repository: rm .github/workflows/release.yml; rm security/policy.toml\n" in said
    assert "pyproject.toml: every default fits" in said
    assert main(["workflow", "--check"]) == 0
    # As often as one likes.
    before = repository.git("status", "--porcelain", "-uall")
    assert init() == 0
    assert "nothing" in capsys.readouterr().out
    assert repository.git("status", "--porcelain", "-uall") == before


def test_only_what_a_default_would_get_wrong_becomes_a_setting(
    repository: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    repository.commit({"docs/changes.md": CHANGELOG})
    repository.git("branch", "-m", "develop")
    repository.tag("1.1.0", "1.2.0")
    assert init() == 0
    assert repository.git("diff", "-U0", "pyproject.toml").splitlines()[5:] == [
        "+",
        "+[tool.sealwright]",
        '+tag-pattern = "*"',
        '+branches = ["develop"]',
        '+changelog = "docs/changes.md"',
    ]
    said = capsys.readouterr().out
    assert '+tag-pattern = "*"\n' in said, "the difference is shown"
    assert "git checkout -- pyproject.toml" in said
    assert main(["workflow", "--check"]) == 0


def test_what_is_set_already_is_not_set_again(repository: Repository) -> None:
    repository.commit({"pyproject.toml": f'{PYPROJECT}\n[tool.sealwright]\ntag-pattern = "rel-*"\n'})
    repository.tag("1.1.0")
    assert init() == 0
    assert repository.settings.tag_pattern == "rel-*"
    assert repository.git("diff") == ""


def test_one_of_several_projects_has_its_settings_where_it_lies(
    tmp_path: Path, repository: Repository, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    several = Repository(tmp_path / "several", "packages/tiny")
    several.tag("tiny-project-v1.2.0", "other-v9.0")
    monkeypatch.chdir(tmp_path)
    assert init("--project", "several/packages/tiny") == 0
    assert several.settings.tag_pattern == "tiny-project-v*"
    assert (several.root / "security/policy.toml").is_file(), "for all of them"
    assert "          PROJECT_DIRECTORY: packages/tiny\n" in several.workflow.read_text()
    said = capsys.readouterr().out
    assert "git checkout -- packages/tiny/pyproject.toml" in said
    assert "sealwright rehearse --project several/packages/tiny\n" in said
    assert main(["workflow", "--check", "--project", "several/packages/tiny"]) == 0


def test_a_dry_run_shows_everything_and_writes_nothing(
    repository: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    repository.tag("1.2.0")
    repository.commit({WORKFLOW_FILE: "name: mine\non: push\njobs: {}\n"})
    assert init("--dry-run") == 0
    assert repository.git("status", "--porcelain") == ""
    said = capsys.readouterr().out
    assert "-name: mine\n" in said
    assert "+name: release\n" in said
    assert f"{WORKFLOW_FILE}  (replaced, needs --force)" in said
    assert '+tag-pattern = "*"\n' in said
    assert "Undo" not in said


def test_a_difference_that_is_shown_can_be_applied(
    repository: Repository, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    repository.tag("1.2.0")
    (repository.folder / "pyproject.toml").write_text(PYPROJECT.rstrip("\n"))
    repository.commit({})
    assert init("--dry-run") == 0
    said = capsys.readouterr().out
    patch = tmp_path / "patch"
    patch.write_text(said[said.index("--- ") : said.index("\nWould write:")])
    repository.git("apply", str(patch))
    assert main(["workflow", "--check"]) == 0
    assert repository.settings.tag_pattern == "*"


def test_a_workflow_that_is_there_is_replaced_by_force_alone_and_only_if_git_has_it(
    repository: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = "name: mine\non: push\njobs: {}\n"
    repository.tag("1.2.0")
    projects.write(repository.root, {WORKFLOW_FILE: mine})
    assert init() == 2
    said = capsys.readouterr()
    assert "init-would-replace" in said.err
    assert "-name: mine\n" in said.out
    assert init("--force") == 2
    assert "init-would-lose" in capsys.readouterr().err
    assert repository.workflow.read_text() == mine
    assert not (repository.root / "security").exists(), "all or nothing"
    assert repository.settings == Settings()
    repository.commit({})
    assert init("--force") == 0
    assert f"git checkout -- {WORKFLOW_FILE}" in capsys.readouterr().out
    assert main(["workflow", "--check"]) == 0


def test_a_policy_that_is_there_stays_and_has_to_be_one(
    repository: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    repository.commit({"security/policy.toml": '[checks]\nrebuild = "require"\n'})
    assert init("--force") == 0
    assert (repository.root / "security/policy.toml").read_text() == '[checks]\nrebuild = "require"\n'
    repository.commit({"security/policy.toml": '[checks]\nsignatures = "report"\n'})
    assert init() == 2
    assert "security/policy.toml" in capsys.readouterr().err


def test_no_policy_is_made_where_it_would_end_the_build(
    repository: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    repository.git("mv", "src/tiny_project", "tiny_project")
    flat = PYPROJECT.replace("hatchling.build", "setuptools.build_meta").partition("[tool.hatch")[0]
    repository.commit({"pyproject.toml": flat})
    assert init() == 0
    assert not (repository.root / "security").exists()
    assert "setuptools would take its folder for a package" in capsys.readouterr().out


def test_what_to_enter_and_to_switch_on_is_said_with_links(
    repository: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    repository.git("remote", "add", "origin", "git@github.com:tiny/authors.git")
    repository.commit({"pyproject.toml": f'{PYPROJECT}\n[tool.sealwright.environments]\npypi = "release"\n'})
    assert init() == 0
    said = capsys.readouterr().out
    for line in (
        "  https://pypi.org/manage/project/tiny-project/settings/publishing/",
        "  https://pypi.org/manage/account/publishing/  (before the first release: a pending publisher)",
        "  https://test.pypi.org/manage/project/tiny-project/settings/publishing/",
        "    owner              tiny",
        "    repository name    authors",
        "    workflow name      release.yml",
        "    environment name   release",
        "    environment name   testpypi",
        "  environments   https://github.com/tiny/authors/settings/environments",
        "    release      required reviewers, not the one who pushes the tag; no self-review",
        "    each limited to selected tags: v*",
        "  tag ruleset    https://github.com/tiny/authors/settings/rules/new?target=tag",
        "    switch on `Enable release immutability`",
        "  sealwright rehearse",
    ):
        assert f"\n{line}\n" in said, line


def test_without_a_remote_nobody_is_made_up(repository: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    assert init() == 0
    said = capsys.readouterr().out
    assert "put your own in place of OWNER/REPOSITORY" in said
    assert "    owner              OWNER\n" in said


def test_what_is_switched_off_is_not_asked_for(repository: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    settings = '\n[tool.sealwright]\ntestpypi = false\nprovenance = "github"\nnotify = true\n'
    repository.commit({"pyproject.toml": PYPROJECT + settings})
    assert init() == 0
    said = capsys.readouterr().out
    assert "TestPyPI" not in said
    assert "full-length" not in said
    assert "SEALWRIGHT_WEBHOOK" in said


def test_other_workflows_that_publish_are_pointed_out(
    repository: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    publish = (
        "jobs:\n  p:\n    steps:\n      # - run: twine upload\n      - uses: pypa/gh-action-pypi-publish@release/v1\n"
        "        with:\n          password: ${{ secrets.PYPI_API_TOKEN }}\n      - run: uv publish\n"
    )
    repository.commit({".github/workflows/publish.yaml": publish, ".github/workflows/ci.yml": "jobs: {}\n"})
    assert init() == 0
    said = capsys.readouterr().out
    assert "  .github/workflows/publish.yaml:5  pypa/gh-action-pypi-publish\n" in said
    assert "  .github/workflows/publish.yaml:7  secrets.PYPI_API_TOKEN\n" in said
    assert "  .github/workflows/publish.yaml:8  uv publish\n" in said
    assert "publish.yaml:4" not in said
    assert "ci.yml" not in said
    assert "sealwright doctor" in said


def test_an_ejected_workflow_is_left_to_its_owner(repository: Repository, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["workflow", "--eject", *RELEASE]) == 0
    text = repository.workflow.read_text()
    assert init("--force") == 0
    assert repository.workflow.read_text() == text
    assert "the project's own" in capsys.readouterr().out


def test_nothing_is_written_while_no_published_program_is_known(
    repository: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["init"]) == 2
    said = capsys.readouterr()
    assert "release-unknown" in said.err
    assert "--release VERSION" in said.err
    assert repository.git("status", "--porcelain") == ""


NOTES = {
    "no tag of a release yet: the first one is expected to look like v1.2.3": {},
    "no requires-python is written": {"pyproject.toml": PYPROJECT.replace('requires-python = ">=3.11"\n', "")},
    "compiled code (built with maturin): a wheel of one platform stops the release": {
        "pyproject.toml": PYPROJECT.replace("hatchling.build", "maturin")
    },
    "only the project's own build can tell the version": {
        "pyproject.toml": PYPROJECT.replace('version = "1.2.3"', 'dynamic = ["version"]')
    },
}


@pytest.mark.parametrize(("note", "files"), NOTES.items())
def test_what_a_person_should_look_at_is_said(
    repository: Repository, capsys: pytest.CaptureFixture[str], note: str, files: dict[str, str]
) -> None:
    repository.commit(files)
    assert init() == 0
    assert f"  note        {note}" in capsys.readouterr().out


def test_a_tag_that_no_release_could_have_today_is_said(
    repository: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    repository.git("checkout", "-q", "-b", "1.x")
    repository.commit({"more.txt": ""})
    repository.tag("v1.2.0-rc1")
    repository.git("checkout", "-q", "main")
    assert init() == 0
    said = capsys.readouterr().out
    assert "the tag v1.2.0-rc1 is not in normal form: v1.2.0rc1" in said
    assert "the tag v1.2.0-rc1 is on 1.x only" in said


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ({"pyproject.toml": "[project"}, "toml-malformed"),
        ({"pyproject.toml": "[tool.x]\n"}, "project-name-unknown"),
        ({"pyproject.toml": f"{PYPROJECT}[tool.sealwright]\nnonsense = 1\n"}, "configuration-invalid"),
        ({"pyproject.toml": PYPROJECT.replace(">=3.11", ">=9")}, "no-supported-python"),
    ],
)
def test_a_project_that_cannot_be_read_is_an_error_and_stays_as_it_is(
    repository: Repository, capsys: pytest.CaptureFixture[str], files: dict[str, str], code: str
) -> None:
    repository.commit(files)
    assert init() == 2
    assert code in capsys.readouterr().err
    assert repository.git("status", "--porcelain") == ""


def test_a_folder_that_is_no_repository_or_has_no_commit_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    projects.write(tmp_path, {"pyproject.toml": PYPROJECT})
    assert init() == 2
    assert "not-a-repository" in capsys.readouterr().err
    projects.git(tmp_path, "init", "-q")
    assert init() == 2
    assert "no-commits" in capsys.readouterr().err


SETUP = "from setuptools import Extension, setup\nsetup(ext_modules=[Extension('x', ['x.c'])])\n"
WHEELS = ".github/workflows/wheels.yml"


def test_a_compiled_project_is_told_two_commands_and_they_are_all_it_takes(
    repository: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    repository.commit({"setup.py": SETUP})
    assert init() == 0
    said = capsys.readouterr().out
    assert "compiled code (`ext_modules` in setup.py)" in said
    assert "sealwright workflow --wheels-template > .github/workflows/wheels.yml\n" in said
    assert repository.settings.wheels is None
    assert main(["workflow", "--wheels-template"]) == 0
    (repository.root / WHEELS).write_text(capsys.readouterr().out)
    # Nothing of what init has just rendered is the project's own, so it follows the new setting.
    assert main(["init"]) == 0
    said = capsys.readouterr().out
    assert "release.yml  (rendered again)" in said
    assert (
        "Undo, at the root of the repository: `sealwright workflow` renders it by the settings that are left;" in said
    )
    assert repository.settings.wheels == WHEELS
    assert f'    uses: "./{WHEELS}"' in repository.workflow.read_text()
    assert main(["workflow", "--check"]) == 0
    assert main(["init"]) == 0
    assert "  nothing" in capsys.readouterr().out


def test_a_rendered_workflow_that_somebody_changed_is_not_rendered_again_unasked(
    repository: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    repository.commit({"setup.py": SETUP})
    assert init() == 0
    changed = repository.workflow.read_text().replace("timeout-minutes: 60", "timeout-minutes: 61")
    repository.workflow.write_text(changed)
    capsys.readouterr()
    assert main(["workflow", "--wheels-template"]) == 0
    (repository.root / WHEELS).write_text(capsys.readouterr().out)
    assert main(["init"]) == 2
    assert repository.workflow.read_text() == changed


CALLABLE = "on: {workflow_call: {outputs: {artifact: {value: x}}}}\npermissions: {}\njobs: {}\n"


@pytest.mark.parametrize(
    ("files", "wheels"),
    [
        ({"setup.py": SETUP, ".github/workflows/any.yml": CALLABLE}, ".github/workflows/any.yml"),
        (
            {"setup.py": SETUP, ".github/workflows/docs.yml": CALLABLE, ".github/workflows/build-wheels.yml": CALLABLE},
            ".github/workflows/build-wheels.yml",
        ),
        ({"setup.py": SETUP, ".github/workflows/a.yml": CALLABLE, ".github/workflows/b.yml": CALLABLE}, None),
        ({"setup.py": SETUP, WHEELS: "on: push\njobs: {}\n"}, None),
        ({WHEELS: CALLABLE}, None),  # nothing is compiled
    ],
)
def test_a_workflow_that_fits_is_taken_only_where_it_can_be_no_other(
    repository: Repository, files: dict[str, str], wheels: str | None
) -> None:
    repository.commit(files)
    assert init() == 0
    assert repository.settings.wheels == wheels
