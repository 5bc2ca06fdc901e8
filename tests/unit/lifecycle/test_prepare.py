"""Preparing releases in real repositories, with real remotes and keys."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.support.projects import CHANGELOG, GIT_ENVIRONMENT, TINY, commit, git, make_project, write
from tests.support.pypi import make_world

from sealwright.cli import main
from sealwright.endpoints import PYPI_VARIABLE
from sealwright.services.environments import find_uv

NEW = CHANGELOG.replace("# Changelog\n", "# Changelog\n\n## [Unreleased]\n\n- New.\n")
QUICK = ("prepare", "minor", "--no-rehearse")


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An index that has nothing of the project."""
    with make_world(tmp_path_factory.mktemp("index")) as world:
        yield world.pypi.url


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, index: str) -> Path:
    """A project with a tag, its remote, and something to release."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    for name, value in GIT_ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv(PYPI_VARIABLE, index)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    made = make_project(tmp_path / "project", **{"CHANGELOG.md": NEW})
    git(made, "tag", "v1.2.3")
    git(tmp_path, "init", "-q", "--bare", "-b", "main", "remote.git")
    git(made, "remote", "add", "origin", str(tmp_path / "remote.git"))
    git(made, "push", "-q", "origin", "main", "v1.2.3")
    monkeypatch.chdir(made)
    return made


def state(folder: Path) -> tuple[str, ...]:
    """What a person sees of a repository: refs, what is checked out, what is changed."""
    asked = (("for-each-ref",), ("rev-parse", "--abbrev-ref", "HEAD"), ("status", "--porcelain"), ("worktree", "list"))
    return tuple(git(folder, *words) for words in asked)


def codes(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, list[str], dict[str, Any]]:
    """(exit code, codes of what blocks, the whole answer) of a command with --json."""
    code = main([*words, "--json"])
    answer = json.loads(capsys.readouterr().out)
    return code, [finding["code"] for finding in answer["findings"] if finding["blocking"]], answer


def test_commit_and_annotated_tag_are_made_and_nothing_is_pushed(project: Path, capsys: Any) -> None:
    remote = git(project, "ls-remote", "origin")
    base = git(project, "rev-parse", "HEAD")
    assert main(QUICK) == 0
    said = capsys.readouterr().out
    assert git(project, "log", "-1", "--format=%s|%an|%P", "main") == f"Release tiny-project 1.3.0|Tiny Authors|{base}"
    assert git(project, "cat-file", "-t", "v1.3.0") == "tag"
    assert git(project, "rev-parse", "v1.3.0^{commit}") == git(project, "rev-parse", "main")
    assert git(project, "status", "--porcelain") == ""
    assert 'version = "1.3.0"' in (project / "pyproject.toml").read_text()
    assert "## [Unreleased]\n\n## 1.3.0 - " in (project / "CHANGELOG.md").read_text()
    assert git(project, "ls-remote", "origin") == remote
    assert "git push --atomic --no-follow-tags origin refs/heads/main:refs/heads/main refs/tags/v1.3.0" in said
    undo = next(line for line in said.splitlines() if line.startswith("Undo")).partition(": ")[2]
    subprocess.run(["sh", "-c", undo], cwd=project, check=True, capture_output=True)
    assert git(project, "rev-parse", "HEAD") == base
    assert git(project, "tag") == "v1.2.3"


def test_a_dry_run_writes_nothing_and_shows_the_difference(project: Path, capsys: Any) -> None:
    before = state(project)
    assert main(["prepare", "minor", "--dry-run"]) == 0
    assert state(project) == before
    said = capsys.readouterr().out
    assert '+version = "1.3.0"' in said
    assert "Nothing was written, and nothing rehearsed." in said


def test_push_brings_the_branch_and_this_one_tag(project: Path) -> None:
    git(project, "tag", "private")
    git(project, "config", "push.followTags", "true")
    assert main([*QUICK, "--push"]) == 0
    there = {line.split("\t")[1]: line.split("\t")[0] for line in git(project, "ls-remote", "origin").splitlines()}
    assert set(there) == {"HEAD", "refs/heads/main", *(f"refs/tags/{tag}" for tag in ("v1.2.3", "v1.3.0", "v1.3.0^{}"))}
    assert there["refs/heads/main"] == there["refs/tags/v1.3.0^{}"] == git(project, "rev-parse", "main")


def test_a_refused_push_leaves_the_remote_alone_and_says_how_to_go_on(
    project: Path, tmp_path: Path, capsys: Any
) -> None:
    hook = tmp_path / "remote.git/hooks/update"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text('#!/bin/sh\ncase "$1" in refs/tags/*) echo tags are protected >&2; exit 1;; esac\n')
    hook.chmod(0o755)
    remote = git(project, "ls-remote", "origin")
    assert main([*QUICK, "--push"]) == 1
    said = capsys.readouterr().err
    assert "push-refused" in said
    assert "tags are protected" in said
    assert "git tag -d v1.3.0" in said
    assert git(project, "ls-remote", "origin") == remote


def test_a_push_needs_a_remote(project: Path, capsys: Any) -> None:
    git(project, "remote", "remove", "origin")
    before = state(project)
    assert codes(capsys, *QUICK, "--push")[:2] == (1, ["remote-skipped"])
    assert state(project) == before


def test_a_version_that_only_a_tag_decides_changes_no_file(project: Path, capsys: Any) -> None:
    text = TINY["pyproject.toml"].replace('version = "1.2.3"', 'dynamic = ["version"]')
    text = text.replace('["hatchling"]', '["hatchling", "hatch-vcs"]') + '[tool.hatch.version]\nsource = "vcs"\n'
    write(project, {"pyproject.toml": text})
    # Older versions of uv locked the version that a tag decided on.
    entry = '[[package]]\nname = "tiny-project"\nversion = "1.2.3"\nsource = { editable = "." }\n'
    write(project, {"uv.lock": f"version = 1\n\n{entry}"})
    (project / "CHANGELOG.md").unlink()
    head = commit(project)
    assert main(["prepare", "patch", "--no-rehearse"]) == 0
    assert git(project, "rev-parse", "HEAD") == head == git(project, "rev-parse", "v1.2.4^{commit}")
    assert "git tag -d v1.2.4\n" in capsys.readouterr().out


def test_release_candidates_lead_to_the_final_version(project: Path) -> None:
    assert main(["prepare", "minor", "--pre", "rc", "--no-rehearse"]) == 0
    assert main(["prepare", "--pre", "rc", "--no-rehearse"]) == 0
    assert main(["prepare", "minor", "--no-rehearse"]) == 0
    assert git(project, "tag").splitlines() == ["v1.2.3", "v1.3.0", "v1.3.0rc1", "v1.3.0rc2"]
    assert "No changes since 1.3.0rc2." in (project / "CHANGELOG.md").read_text()


def _dirty(folder: Path) -> None:
    write(folder, {"new.py": "1\n"})


def _other_branch(folder: Path) -> None:
    git(folder, "switch", "-q", "-c", "feature")


def _detached(folder: Path) -> None:
    git(folder, "checkout", "-q", "--detach")


def _tagged(folder: Path) -> None:
    git(folder, "tag", "v1.3.0")


def _tagged_there(folder: Path) -> None:
    git(folder, "push", "-q", "origin", "main:refs/tags/v1.3.0")


def _higher_tag(folder: Path) -> None:
    git(folder, "tag", "v2.0.0")


def _behind(folder: Path) -> None:
    write(folder, {"new.py": "1\n"})
    commit(folder)
    git(folder, "push", "-q", "origin", "main")
    git(folder, "reset", "-q", "--hard", "HEAD^")


def _skipping(folder: Path) -> None:
    git(folder, "commit", "-q", "--allow-empty", "-m", "Docs [skip ci]")


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (_dirty, "tree-dirty"),
        (_other_branch, "branch-not-for-releases"),
        (_detached, "branch-not-for-releases"),
        (_tagged, "tag-exists"),
        (_tagged_there, "tag-exists"),
        (_higher_tag, "version-backwards"),
        (_behind, "branch-behind"),
        (_skipping, "skip-marker"),
    ],
)
def test_what_stands_in_the_way_is_found_before_anything_is_written(
    project: Path, capsys: Any, spoil: Any, code: str
) -> None:
    spoil(project)
    before = state(project)
    exit_code, found, answer = codes(capsys, *QUICK)
    assert exit_code == 1
    assert code in found
    assert answer["commit"] is None
    assert all(finding["hint"] for finding in answer["findings"] if finding["code"] == code)
    assert state(project) == before


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("prepare", "huge"), "version-malformed"),
        (("prepare", "--pre", "rc"), "bump-needed"),
        (("prepare", "minor", "--project", ".."), "not-a-repository"),
    ],
)
def test_a_wrong_question_is_answered_with_a_code(
    project: Path, capsys: Any, words: tuple[str, ...], code: str
) -> None:
    before = state(project)
    assert main(words) == 2
    assert code in capsys.readouterr().err
    assert state(project) == before


def test_an_unanswering_remote_is_unseen_and_said(project: Path, capsys: Any) -> None:
    git(project, "remote", "set-url", "origin", str(project / "nowhere"))
    exit_code, found, answer = codes(capsys, *QUICK)
    assert (exit_code, found) == (0, [])
    assert "remote-unreadable" in [finding["code"] for finding in answer["findings"]]


def test_a_tag_is_signed_with_an_ssh_key_and_a_lost_key_changes_nothing(project: Path, tmp_path: Path) -> None:
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    git(project, "config", "gpg.format", "ssh")
    git(project, "config", "user.signingkey", str(tmp_path / "missing"))
    before = state(project)
    assert main(QUICK) == 2
    assert state(project) == before
    git(project, "config", "user.signingkey", f"{key}.pub")
    allowed = tmp_path / "allowed"
    allowed.write_text(f"tiny@example.org {key.with_suffix('.pub').read_text()}")
    git(project, "config", "gpg.ssh.allowedSignersFile", str(allowed))
    assert main(QUICK) == 0
    git(project, "verify-tag", "v1.3.0")


@pytest.mark.skipif(os.name == "nt" or not shutil.which("gpg"), reason="there is no gpg with a socket")
def test_commit_and_tag_are_signed_with_an_openpgp_key(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with tempfile.TemporaryDirectory(prefix="g", dir="/tmp") as home:  # the path of its socket must be short
        monkeypatch.setenv("GNUPGHOME", home)
        made = ("gpg", "--batch", "--quiet", "--passphrase", "", "--quick-generate-key", "tiny@example.org", "ed25519")
        subprocess.run(made, check=True, capture_output=True)
        git(project, "config", "user.signingkey", "tiny@example.org")
        git(project, "config", "commit.gpgSign", "true")
        try:
            assert main(QUICK) == 0
            for command, what in (("verify-tag", "v1.3.0"), ("verify-commit", "main")):
                subprocess.run(["git", command, what], cwd=project, check=True, capture_output=True)
        finally:
            subprocess.run(["gpgconf", "--kill", "all"], check=False)


def test_one_project_of_several_is_released_under_its_own_tags(project: Path) -> None:
    folder = project / "packages/other"
    text = TINY["pyproject.toml"].replace("tiny-project", "other") + 'tag-pattern = "other-v*"\n'
    write(folder, {**TINY, "CHANGELOG.md": NEW, "pyproject.toml": text})
    commit(project)
    git(project, "tag", "other-v1.2.3")
    assert main([*QUICK, "--project", str(folder)]) == 0
    assert git(project, "tag").splitlines() == ["other-v1.2.3", "other-v1.3.0", "v1.2.3"]
    changed = git(project, "diff", "--name-only", "other-v1.2.3", "other-v1.3.0").splitlines()
    assert changed == ["packages/other/CHANGELOG.md", "packages/other/pyproject.toml"]


@pytest.mark.parametrize("directory", [".", "packages/tiny"])
def test_the_lock_of_uv_still_holds(project: Path, directory: str) -> None:
    if directory != ".":
        (project / directory).mkdir(parents=True)
        git(project, "mv", "pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md", "src", directory)
        write(project, {"pyproject.toml": f'[tool.uv.workspace]\nmembers = ["{directory}"]\n'})
    lock = (find_uv(os.environ), "lock", "--offline", "--no-python-downloads", "--python", sys.executable)
    subprocess.run(lock, cwd=project, check=True, capture_output=True)
    commit(project)
    assert main([*QUICK, "--project", directory]) == 0
    assert 'version = "1.3.0"' in git(project, "show", "v1.3.0:uv.lock")
    assert git(project, "status", "--porcelain") == ""
    subprocess.run([*lock, "--check"], cwd=project, check=True, capture_output=True)


GIT = """\
#!/bin/sh
for word; do
  if [ "$word" = "$STOP_AT" ]; then
    kill -"$STOP_WITH" $PPID
    [ "$STOP_WITH" = KILL ] && exit 1
  fi
done
PATH=$REAL_PATH exec git "$@"
"""


def stopped(project: Path, tmp_path: Path, command: str, how: str, *more: str) -> subprocess.CompletedProcess[bytes]:
    """`prepare`, stopped by a signal when it calls a command of git."""
    (tmp_path / "bin").mkdir()
    wrapper = tmp_path / "bin/git"
    text = GIT.replace("$STOP_AT", command).replace("$STOP_WITH", how).replace("$REAL_PATH", os.environ["PATH"])
    wrapper.write_text(text)
    wrapper.chmod(0o755)
    environ = {**os.environ, "PATH": f"{wrapper.parent}:{os.environ['PATH']}"}
    words = [sys.executable, "-m", "sealwright", *QUICK, *more]
    return subprocess.run(words, cwd=project, env=environ, capture_output=True, check=False)


@pytest.mark.skipif(os.name == "nt", reason="signals and a shell script for git")
@pytest.mark.parametrize("command", ["clone", "commit-tree", "tag", "fetch", "read-tree"])
def test_killed_at_any_step_the_repository_is_as_it_was(project: Path, tmp_path: Path, command: str) -> None:
    before = state(project)
    assert stopped(project, tmp_path, command, "KILL").returncode == -signal.SIGKILL
    assert state(project) == before
    assert main(QUICK) == 0


@pytest.mark.skipif(os.name == "nt", reason="signals and a shell script for git")
def test_killed_between_work_tree_and_refs_one_command_takes_it_back(project: Path, tmp_path: Path) -> None:
    before = state(project)
    assert stopped(project, tmp_path, "update-ref", "KILL").returncode == -signal.SIGKILL
    assert state(project)[0] == before[0]
    git(project, "restore", "--staged", "--worktree", ".")
    assert state(project) == before


@pytest.mark.skipif(os.name == "nt", reason="signals and a shell script for git")
@pytest.mark.parametrize(("command", "done"), [("commit-tree", False), ("read-tree", True), ("update-ref", True)])
def test_interrupted_it_is_either_not_begun_or_completed(
    project: Path, tmp_path: Path, command: str, done: bool
) -> None:
    before = state(project)
    ended = stopped(project, tmp_path, command, "INT")
    assert ended.returncode == (0 if done else 130)
    assert (git(project, "tag") == "v1.2.3\nv1.3.0") is done
    assert git(project, "status", "--porcelain") == ""
    assert done or state(project) == before
    assert not list(tmp_path.glob("sealwright-prepare-*"))


@pytest.mark.skipif(os.name == "nt", reason="signals and a shell script for git")
def test_interrupted_while_pushing_it_does_not_say_that_nothing_happened(project: Path, tmp_path: Path) -> None:
    ended = stopped(project, tmp_path, "push", "INT", "--push")
    said = ended.stderr.decode()
    assert ended.returncode == 130
    assert git(project, "tag") == "v1.2.3\nv1.3.0"
    assert "commit and tag are here" in said
    assert "git tag -d v1.3.0" in said
    assert "as it was" not in said


@pytest.mark.index
@pytest.mark.skipif(os.name == "nt", reason="signals of another kind")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_stopped_during_the_rehearsal_the_repository_is_as_it_was(
    project: Path, tmp_path: Path, how: signal.Signals
) -> None:
    before = state(project)
    words = [sys.executable, "-m", "sealwright", "prepare", "minor"]
    process = subprocess.Popen(words, cwd=project, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while not list((tmp_path / "cache").glob("**/origin*")) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert process.poll() is None
    process.send_signal(how)
    assert process.wait(60) == (130 if how is signal.SIGINT else -how)
    assert state(project) == before
