"""What git makes of a file when it checks it out is explained, and nothing else is let through by that."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest
from tests.support.archives import (
    COMMITTED,
    LIMITS,
    SDIST,
    STEM,
    WHEEL,
    codes,
    commit_of,
    good_sdist,
    good_wheel,
    judged,
)

from sealwright.model import Finding, State
from sealwright.verify.archive import Commit
from sealwright.verify.archive.attributes import attributes_of

LARGE = b"large content\n" * 10


def pointer(data: bytes) -> bytes:
    digest = hashlib.sha256(data).hexdigest()
    return f"version https://git-lfs.github.com/spec/v1\noid sha256:{digest}\nsize {len(data)}\n".encode()


def with_data(committed: bytes, found: bytes, attributes: bytes = b"") -> tuple[Finding, ...]:
    """Findings about distributions with `found` where the commit has `committed`."""
    files = {**COMMITTED, "src/tiny/data.txt": committed, **({".gitattributes": attributes} if attributes else {})}
    wheel, sdist = good_wheel(files), good_sdist(files)
    wheel.change("tiny/data.txt", found)
    sdist.change("src/tiny/data.txt", found)
    return judged({WHEEL: wheel.build(), SDIST: sdist.build()}, commit_of(files))


def reasons(findings: tuple[Finding, ...]) -> list[str]:
    return [
        f.found for f in findings if f.check == "explained" and f.subject.endswith("data.txt") and f.state is State.PASS
    ]


def test_content_that_git_lfs_keeps_is_known_by_the_digest_of_its_pointer() -> None:
    findings = with_data(pointer(LARGE), LARGE)
    assert codes(findings) == set()
    assert len(reasons(findings)) == 2
    assert "Git LFS" in reasons(findings)[0]


def test_other_content_than_git_lfs_keeps_is_refused() -> None:
    assert codes(with_data(pointer(LARGE), LARGE + b"evil")) == {"modified"}


@pytest.mark.parametrize("line", [b"*.txt text eol=crlf", b"/src/tiny/*.txt eol=crlf", b"src/** eol=crlf"])
def test_line_endings_that_gitattributes_asks_for_are_explained(line: bytes) -> None:
    findings = with_data(b"one\ntwo\n", b"one\r\ntwo\r\n", line + b"\n")
    assert codes(findings) == set()
    assert ".gitattributes:1" in reasons(findings)[0]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        (b"*.md eol=crlf", b"one\r\ntwo\r\n"),
        (b"*.txt eol=crlf\n*.txt eol=lf", b"one\r\ntwo\r\n"),
        (b"*.txt eol=crlf\n*.txt binary", b"one\r\ntwo\r\n"),
        (b"*.txt eol=crlf", b"one\r\nevil\r\n"),
        (b"", b"one\r\ntwo\r\n"),
    ],
)
def test_line_endings_that_nobody_asked_for_are_not(line: bytes, found: bytes) -> None:
    findings = with_data(b"one\ntwo\n", found, line)
    assert codes(findings) == {"modified"}


@pytest.mark.parametrize(
    ("line", "committed", "found", "told"),
    [
        (b"*.txt export-subst", b"$Format:%H$\n", b"0123\n", "git archive"),
        (b"*.txt ident", b"$Id$\n", b"$Id: 0123$\n", "ident"),
        (b"*.txt working-tree-encoding=UTF-16", b"a\n", b"\xff\xfea\0\n\0", "encoding"),
    ],
)
def test_what_else_git_may_have_changed_is_named_and_still_refused(
    line: bytes, committed: bytes, found: bytes, told: str
) -> None:
    findings = with_data(committed, found, line)
    assert codes(findings) == {"modified"}
    assert all(told in finding.found for finding in findings if finding.code == "modified")


def test_the_nearest_attributes_count_and_a_macro_stands_for_its_parts() -> None:
    files = {".gitattributes": "# all\n* eol=crlf\n", "sub/.gitattributes": "*.bin binary\n"}
    assert attributes_of("a/b.txt", files)["eol"].value == "crlf"
    found = attributes_of("sub/x.bin", files)
    assert (found["text"].value, found["text"].where) == ("unset", "sub/.gitattributes:1")
    assert "text" not in attributes_of("x.bin", files)


def test_each_member_that_differs_from_the_commit_has_a_reason() -> None:
    findings = judged({WHEEL: good_wheel().build(), SDIST: good_sdist().build()})
    explained = {f.subject.partition(": ")[2]: f for f in findings if f.check == "explained"}
    assert set(explained) == {
        *(
            f"{STEM}.dist-info/{name}"
            for name in ("METADATA", "RECORD", "WHEEL", "entry_points.txt", "licenses/LICENSE")
        ),
        *("tiny/_version.py", f"{STEM}/src/tiny/_version.py", f"{STEM}/PKG-INFO"),
    }
    assert all(f.state is State.PASS and f.found for f in explained.values())
    assert "hatch-vcs" in explained["tiny/_version.py"].found
    counted = {f.subject: f.found for f in findings if f.check == "contents"}
    assert counted[WHEEL] == "8 members: 2 as in the commit, 6 explained"
    assert counted[SDIST] == "8 members: 6 as in the commit, 2 explained"


def test_an_sbom_that_was_made_during_the_build_is_no_pass() -> None:
    wheel = good_wheel()
    wheel.add(f"{STEM}.dist-info/sboms/tiny.cdx.json", b'{"bomFormat": "CycloneDX", "specVersion": "1.6"}')
    findings = judged({WHEEL: wheel.build(), SDIST: good_sdist().build()})
    assert codes(findings) == set()
    (found,) = [f for f in findings if f.subject.endswith("tiny.cdx.json")]
    assert (found.check, found.state) == ("explained", State.SKIPPED)
    assert "CycloneDX 1.6" in found.found


def test_an_sbom_that_is_committed_is_one_of_the_commit() -> None:
    data = b'{"spdxVersion": "SPDX-2.3"}'
    files = {**COMMITTED, "sboms/tiny.spdx.json": data}
    wheel = good_wheel(files)
    wheel.add(f"{STEM}.dist-info/sboms/tiny.spdx.json", data)
    findings = judged({WHEEL: wheel.build(), SDIST: good_sdist(files).build()}, commit_of(files))
    (found,) = [f for f in findings if f.subject.endswith("dist-info/sboms/tiny.spdx.json")]
    assert (found.state, found.found) == (State.PASS, "the committed sboms/tiny.spdx.json")


def test_copies_of_committed_files_cannot_fill_the_record() -> None:
    wheel = good_wheel()
    for number in range(180):
        wheel.add(f"{STEM}.dist-info/licenses/{number}/LICENSE", b"MIT\n")
        wheel.add(f"{STEM}.dist-info/sboms/{number}.json", b'{"bomFormat": "CycloneDX"}')
    sdist = good_sdist()
    findings = judged({WHEEL: wheel.build(), SDIST: sdist.build()}, limits=replace(LIMITS, members=900))
    explained = [f for f in findings if f.check == "explained" and f.subject.startswith(WHEEL)]
    assert len(explained) == 201
    assert sum(f.state is State.SKIPPED for f in explained) == 180
    assert "166 more members" in explained[-1].found


def test_an_egg_info_among_test_data_is_not_the_projects_own() -> None:
    path = "tests/demo.egg-info/entry_points.txt"
    files = {**COMMITTED, path: b"[console_scripts]\ndemo = demo:main\n", "tests/demo.egg-info/requires.txt": b"demo\n"}
    findings = judged({WHEEL: good_wheel().build(), SDIST: good_sdist(files).build()}, commit_of(files))
    assert codes(findings) == set()


@pytest.mark.parametrize(
    ("data", "expected"),
    [(b"gitdir: ../../../.git/modules/vendored\n", set()), (b"gitdir: x\n[core] fsmonitor=evil\n", {"not-in-git"})],
)
def test_what_git_leaves_in_the_folder_of_a_submodule_is_explained(data: bytes, expected: set[str]) -> None:
    commit = commit_of({**COMMITTED, "src/tiny/vendored/x.py": b""})
    with_module = Commit(commit.tree, commit.read_object, submodules={"src/tiny/vendored": "0" * 40})
    sdist = good_sdist()
    sdist.add(f"{STEM}/src/tiny/vendored/x.py", b"")
    sdist.add(f"{STEM}/src/tiny/vendored/.git", data)
    assert codes(judged({SDIST: sdist.build()}, with_module)) == expected
