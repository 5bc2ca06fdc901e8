"""Reading commits and making clean clones of real repositories."""

from __future__ import annotations

import os
import stat
import subprocess
from pathlib import Path

import pytest

from sealwright.errors import Refused, SealwrightError, Unavailable, UsageError
from sealwright.services.git import Repository

ENVIRON = {"PATH": os.environ["PATH"]}
EPOCH = 1_700_000_000


def git(folder: Path, *arguments: str) -> str:
    who = {f"GIT_{role}_{what}": "x" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    when = {"GIT_AUTHOR_DATE": f"{EPOCH} +0000", "GIT_COMMITTER_DATE": f"{EPOCH} +0000"}
    env = {**ENVIRON, **who, **when, "GIT_CONFIG_GLOBAL": os.devnull, "HOME": str(folder)}
    words = ["git", "-c", "init.defaultBranch=main", "-c", "protocol.file.allow=always", *arguments]
    return subprocess.run(words, cwd=folder, env=env, check=True, capture_output=True, text=True).stdout.strip()


def commit(folder: Path, files: dict[str, bytes], message: str = "change") -> str:
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    git(folder, "add", "--all", "--force")
    git(folder, "commit", "-q", "-m", message)
    return git(folder, "rev-parse", "HEAD")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    git(folder, "init", "-q")
    commit(folder, {"README": b"one\n", "sub/a b\n.py": b"\xff\x00binary"})
    return folder


def test_content_comes_from_the_commit_and_not_from_the_work_tree(project: Path) -> None:
    repository = Repository(project, ENVIRON)
    head = repository.commit_of("HEAD")
    (project / "README").write_bytes(b"changed\n")
    (project / "evil.py").write_bytes(b"")
    assert repository.read(head, "README") == b"one\n"
    assert repository.read(head, "evil.py") is None
    assert repository.read(head, "sub/a b\n.py") == b"\xff\x00binary"
    assert set(repository.tree(head)) == {"README", "sub/a b\n.py"}
    assert set(repository.tree(head, "sub")) == {"a b\n.py"}
    assert repository.epoch(head) == EPOCH


def test_what_is_not_committed_is_named(project: Path, tmp_path: Path) -> None:
    commit(project, {".gitignore": b"ignored\n", "sub/old.py": b"", "sub/é": b""})
    repository = Repository(project, ENVIRON)
    assert repository.uncommitted() == ()
    changes = {"README": b"changed\n", "sub/new one.py": b"", "ignored": b"", "out/dist/x": b"", "sub/é": b"1"}
    for name, data in changes.items():
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_bytes(data)
    (project / "sub" / "old.py").unlink()
    git(project, "add", "sub/new one.py")
    assert set(repository.uncommitted()) == {"README", "out/", "sub/new one.py", "sub/old.py", "sub/é"}
    assert set(repository.uncommitted("sub", project / "out")) == {"sub/new one.py", "sub/old.py", "sub/é"}
    assert set(repository.uncommitted(".", project / "out")) == {"README", "sub/new one.py", "sub/old.py", "sub/é"}
    repository.mirror(tmp_path / "bare.git")
    assert Repository(tmp_path / "bare.git", ENVIRON).uncommitted() == ()


def test_many_blobs_are_read_at_once(project: Path) -> None:
    repository = Repository(project, ENVIRON)
    tree = repository.tree(repository.commit_of("HEAD"))
    blobs = repository.blobs(entry.object_id for entry in tree.values())
    assert sorted(blobs.values()) == [b"one\n", b"\xff\x00binary"]
    with pytest.raises(Refused, match="object-missing"):
        repository.blobs(["0" * 40])


def test_links_are_followed_inside_the_commit_only(project: Path) -> None:
    (project / "sub" / "link").symlink_to("../README")
    (project / "outside").symlink_to("/etc/passwd")
    (project / "loop").symlink_to("loop")
    repository = Repository(project, ENVIRON)
    head = commit(project, {})
    assert repository.read(head, "sub/link") == b"one\n"
    assert repository.read(head, "outside") is None
    assert repository.read(head, "loop") is None
    assert repository.tree(head)["sub/link"].mode == "120000"


def test_the_callers_git_variables_do_not_reach_git(project: Path, tmp_path: Path) -> None:
    config = tmp_path / "config"
    config.write_text("[core]\n\tworktree = /nowhere\n[malformed\n")
    hostile = {"GIT_DIR": "/nowhere", "GIT_INDEX_FILE": "/nowhere", "GIT_CONFIG_GLOBAL": str(config)}
    repository = Repository(project, {**ENVIRON, **hostile, "HOME": ""})
    assert repository.read(repository.commit_of("HEAD"), "README") == b"one\n"


def test_replaced_objects_are_not_what_a_commit_contains(project: Path) -> None:
    repository = Repository(project, ENVIRON)
    head = repository.commit_of("HEAD")
    git(project, "checkout", "-q", "--orphan", "other")
    other = commit(project, {"README": b"evil\n"})
    git(project, "replace", head, other)
    assert Repository(project, ENVIRON).read(head, "README") == b"one\n"


def test_tags_and_branches_are_named_with_the_commits_they_hold(project: Path) -> None:
    first = git(project, "rev-parse", "HEAD")
    git(project, "tag", "v1")
    git(project, "tag", "-a", "-m", "annotated", "v2")
    git(project, "branch", "feature/x")
    second = commit(project, {"new": b""})
    git(project, "update-ref", "refs/remotes/origin/release", second)
    repository = Repository(project, ENVIRON)
    assert repository.tags() == {"v1": first, "v2": first}
    assert set(repository.branches()) == {"main", "feature/x", "release"}
    assert set(repository.branches_containing(second)) == {"main", "release"}


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://user:token@example.org/o/r.git", "https://example.org/o/r.git"),
        ("git@example.org:o/r.git", "git@example.org:o/r.git"),
        (None, None),
    ],
)
def test_a_remote_is_named_without_its_password(project: Path, url: str | None, expected: str | None) -> None:
    if url:
        git(project, "remote", "add", "origin", url)
    assert Repository(project, ENVIRON).remote_url() == expected


def test_a_folder_inside_a_repository_finds_its_root(project: Path) -> None:
    repository = Repository.find(project / "sub", ENVIRON)
    assert repository.path.samefile(project)
    assert repository.directory_of(project / "sub") == "sub"
    assert repository.directory_of(project) == "."


def test_a_clone_holds_the_commit_and_nothing_else(project: Path, tmp_path: Path) -> None:
    git(project, "tag", "v1")
    wanted = git(project, "rev-parse", "HEAD")
    commit(project, {"later.py": b""})
    (project / "evil.py").write_bytes(b"")
    (project / ".env").write_bytes(b"TOKEN=1")
    hook = project / ".git" / "hooks" / "post-checkout"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/hooked\n")
    hook.chmod(0o755)
    (project / "README").chmod(0o666)
    target = tmp_path / "clone"
    Repository(project, ENVIRON).clone(target, wanted)
    assert {p.name for p in target.iterdir()} == {".git", "README", "sub"}
    assert stat.S_IMODE((target / "README").stat().st_mode) == 0o644
    assert Repository(target, ENVIRON).tags() == {"v1": wanted}
    assert git(target, "rev-parse", "HEAD") == wanted
    assert git(target, "status", "--porcelain") == ""
    assert not (tmp_path / "hooked").exists()
    objects = [p for p in (target / ".git/objects").rglob("*") if p.is_file()]
    assert objects
    assert all(p.stat().st_nlink == 1 for p in objects)


@pytest.mark.skipif(os.name != "posix" or os.getuid() != 0, reason="only root can give files away")
def test_a_repository_of_another_user_is_read_and_cloned(project: Path, tmp_path: Path) -> None:
    for path in (project, *project.rglob("*")):
        os.chown(path, 12345, 12345, follow_symlinks=False)
    repository = Repository(project, ENVIRON)
    repository.clone(tmp_path / "clone", repository.commit_of("HEAD"))
    assert (tmp_path / "clone" / "README").read_bytes() == b"one\n"


def test_a_commit_that_no_branch_holds_is_cloned_too(project: Path, tmp_path: Path) -> None:
    git(project, "checkout", "-q", "--detach")
    lost = commit(project, {"lost": b""})
    git(project, "checkout", "-q", "main")
    Repository(project, ENVIRON).clone(tmp_path / "clone", lost)
    assert (tmp_path / "clone" / "lost").exists()


def test_a_linked_work_tree_is_cloned_like_its_repository(project: Path, tmp_path: Path) -> None:
    git(project, "worktree", "add", "-q", "--detach", str(tmp_path / "linked"))
    repository = Repository.find(tmp_path / "linked", ENVIRON)
    repository.clone(tmp_path / "clone", repository.commit_of("HEAD"))
    assert (tmp_path / "clone" / "README").exists()


def test_a_mirror_takes_tags_without_touching_the_original(project: Path, tmp_path: Path) -> None:
    repository = Repository(project, ENVIRON)
    head = repository.commit_of("HEAD")
    repository.mirror(tmp_path / "origin.git")
    mirror = Repository(tmp_path / "origin.git", ENVIRON)
    mirror.set_tag("v9", head)
    assert mirror.tags() == {"v9": head}
    assert repository.tags() == {}


def test_a_checked_out_submodule_is_cloned_without_a_network(project: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    git(other, "init", "-q")
    commit(other, {"inner.txt": b"inner"})
    git(project, "submodule", "--quiet", "add", str(other), "vendored")
    head = commit(project, {})
    git(project, "config", "-f", ".gitmodules", "submodule.vendored.url", "https://unreachable.invalid/x.git")
    head = commit(project, {})
    other.rename(tmp_path / "gone")
    Repository(project, ENVIRON).clone(tmp_path / "clone", head)
    assert (tmp_path / "clone" / "vendored" / "inner.txt").read_bytes() == b"inner"


def test_an_unreachable_submodule_is_an_error(project: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    git(other, "init", "-q")
    commit(other, {"inner.txt": b"inner"})
    git(project, "submodule", "--quiet", "add", str(other), "vendored")
    head = commit(project, {})
    copy = tmp_path / "copy"
    Repository(project, ENVIRON).mirror(copy)  # a mirror has no submodules of its own
    other.rename(tmp_path / "gone")
    with pytest.raises(Refused) as caught:
        Repository(copy, ENVIRON).clone(tmp_path / "clone", head)
    assert caught.value.code == "submodule-unreachable"
    assert caught.value.hint


def _shallow(project: Path, folder: Path) -> Path:
    git(project, "clone", "-q", "--depth=1", project.as_uri(), str(folder / "shallow"))
    return folder / "shallow"


def _without_commits(folder: Path) -> Path:
    (folder / "empty").mkdir()
    git(folder / "empty", "init", "-q")
    return folder / "empty"


@pytest.mark.parametrize(
    ("where", "rev", "code"),
    [
        ("plain", "HEAD", "not-a-repository"),
        ("missing", "HEAD", "not-a-repository"),
        ("shallow", "HEAD", "shallow-clone"),
        ("empty", "HEAD", "no-commits"),
        ("project", "v9", "revision-unknown"),
        ("project", "--all", "revision-unknown"),
    ],
)
def test_what_cannot_be_read_is_said_with_a_way_out(
    project: Path, tmp_path: Path, where: str, rev: str, code: str
) -> None:
    (tmp_path / "plain").mkdir()
    commit(project, {"second": b""})
    _shallow(project, tmp_path)
    _without_commits(tmp_path)
    with pytest.raises(UsageError) as caught:
        Repository(tmp_path / where, ENVIRON).commit_of(rev)
    assert caught.value.code == code
    assert caught.value.hint


def test_a_missing_git_is_named(project: Path, tmp_path: Path) -> None:
    with pytest.raises(Unavailable) as caught:
        Repository(project, {"PATH": str(tmp_path)})
    assert isinstance(caught.value, SealwrightError)
    assert caught.value.code == "program-missing"
    assert "git" in caught.value.hint
