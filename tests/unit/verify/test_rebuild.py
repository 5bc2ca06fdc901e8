"""Two builds compared file by file."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from tests.support.differences import IN_WHEEL, SDIST, WHEEL, changed, sdist, wheel

from sealwright.model import FileRef, Finding, Record, State, Tool
from sealwright.verify.difference.findings import GRAVE
from sealwright.verify.evidence import FileContent
from sealwright.verify.rebuild import check_rebuild


def judged(first: dict[str, bytes], second: dict[str, bytes], *tools: str, held: bool = True) -> list[Finding]:
    files = {
        f"{folder}/{name}": data
        for folder, made in (("dist", first), ("rebuilt", second))
        for name, data in made.items()
    }
    contents = {path: FileContent.of(path, data) for path, data in files.items()}
    if not held:
        contents = {path: FileContent(content.ref) for path, content in contents.items()}
    record = Record("build", "", ("build",), (), (), (), tuple(Tool(name, "1") for name in tools))
    refs = tuple(FileRef.of(f"dist/{name}", data) for name, data in sorted(first.items()))
    evidence: Any = SimpleNamespace(
        case=SimpleNamespace(files=contents, wheels=""),
        records={"build": record},
        distributions=refs,
        wheels=tuple(ref for ref in refs if ref.name.endswith(".whl")),
    )
    return list(check_rebuild(evidence))


def test_the_same_bytes_pass_for_each_file() -> None:
    made = {WHEEL: b"w", SDIST: b"s"}
    assert [(f.state, f.subject) for f in judged(made, made)] == [(State.PASS, WHEEL), (State.PASS, SDIST)]


def test_files_that_only_one_build_made_are_named() -> None:
    found = judged({WHEEL: b"w", SDIST: b"s"}, {WHEEL: b"w", "more.whl": b"m"})
    assert [(f.code, f.subject) for f in found] == [
        ("rebuild", WHEEL),
        ("rebuild-file-missing", SDIST),
        ("rebuild-file-extra", "more.whl"),
    ]


def test_no_rebuild_is_not_an_agreement() -> None:
    (finding,) = judged({WHEEL: b"w"}, {})
    assert (finding.code, finding.state) == ("rebuild-missing", State.ABSENT)


def test_each_class_is_a_finding_of_its_own_the_worst_first() -> None:
    other = changed(IN_WHEEL, **{"__init__.py": b"import os\n", "data.txt": b"x\n"})
    found = judged({WHEEL: wheel()}, {WHEEL: wheel(other)})
    assert [(f.check, f.code, f.state) for f in found] == [
        ("rebuild", "rebuild-differs-code", State.FAIL),
        ("rebuild", "rebuild-differs-content", State.FAIL),
    ]
    assert found[0].expected == "tiny/__init__.py: line 1: def main():"
    assert found[0].found == "tiny/__init__.py: line 1: import os"
    assert found[0].code in GRAVE
    assert found[1].code not in GRAVE


def test_what_is_no_archive_cannot_be_classified_and_fails() -> None:
    found = judged({WHEEL: b"w", SDIST: b"s"}, {WHEEL: b"other", SDIST: b"t"})
    assert {f.code for f in found} == {"rebuild-differs-unclassified"}
    assert all(f.state is State.FAIL for f in found)


def test_what_is_too_large_to_hold_is_not_taken_for_a_clock() -> None:
    data = wheel(), wheel(entry=lambda info: setattr(info, "date_time", (2025, 1, 1, 0, 0, 0)))
    (finding,) = judged({WHEEL: data[0]}, {WHEEL: data[1]}, held=False)
    assert (finding.code, finding.state) == ("rebuild-differs-unclassified", State.FAIL)
    assert "too large" in finding.found


@pytest.mark.parametrize(
    ("backend", "said"),
    [
        ("setuptools", 'sdist = "normalised"'),
        ("pdm-backend", "gzip header"),
        ("flit-core", "times of files"),
        ("hatchling", "2020-02-02"),
        ("unheard-of", "set SOURCE_DATE_EPOCH to the same seconds"),
    ],
)
def test_the_hint_knows_the_backend_that_was_recorded(backend: str, said: str) -> None:
    (finding,) = judged({SDIST: sdist()}, {SDIST: sdist(stamp=1)}, "build", backend)
    assert finding.code == "rebuild-differs-timestamps"
    assert said in finding.hint


def test_the_backend_that_a_wheel_names_counts_more_than_a_record() -> None:
    first, second = ({WHEEL: wheel(), SDIST: sdist(stamp=stamp)} for stamp in (1, 2))
    (_, finding) = judged(first, second, "setuptools")
    assert "2020-02-02" in finding.hint


def test_line_endings_have_a_remedy_of_their_own() -> None:
    crlf = changed(IN_WHEEL, **{"__init__.py": b"def main():\r\n    return 1\r\n"})
    (finding,) = judged({WHEEL: wheel()}, {WHEEL: wheel(crlf)})
    assert ".gitattributes" in finding.hint
