"""Two builds compared file by file."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from sealwright.model import FileRef, Finding, Record, State, Tool
from sealwright.verify.evidence import FileContent
from sealwright.verify.rebuild import check_rebuild

WHEEL = "tiny-1.0-py3-none-any.whl"
SDIST = "tiny-1.0.tar.gz"


def judged(first: dict[str, bytes], second: dict[str, bytes], *tools: str) -> list[Finding]:
    files = {
        f"{folder}/{name}": data
        for folder, made in (("dist", first), ("rebuilt", second))
        for name, data in made.items()
    }
    contents = {path: FileContent.of(path, data) for path, data in files.items()}
    record = Record("build", "", ("build",), (), (), (), tuple(Tool(name, "1") for name in tools))
    refs = tuple(FileRef.of(f"dist/{name}", data) for name, data in sorted(first.items()))
    evidence: Any = SimpleNamespace(case=SimpleNamespace(files=contents), records={"build": record}, distributions=refs)
    return list(check_rebuild(evidence))


def test_the_same_bytes_pass_for_each_file() -> None:
    made = {WHEEL: b"w", SDIST: b"s"}
    assert [(f.state, f.subject) for f in judged(made, made)] == [(State.PASS, WHEEL), (State.PASS, SDIST)]


def test_each_difference_is_named() -> None:
    found = judged({WHEEL: b"w", SDIST: b"s"}, {WHEEL: b"other", "more.whl": b"m"})
    assert [(f.code, f.subject) for f in found] == [
        ("rebuild-differs", WHEEL),
        ("rebuild-differs", SDIST),
        ("rebuild-differs", "more.whl"),
    ]
    assert "not built" in found[1].found


def test_no_rebuild_is_not_an_agreement() -> None:
    (finding,) = judged({WHEEL: b"w"}, {})
    assert (finding.code, finding.state) == ("rebuild-missing", State.ABSENT)


@pytest.mark.parametrize(
    ("backend", "said"), [("setuptools", "umask"), ("pdm-backend", "time"), ("hatchling", "the difference names")]
)
def test_the_hint_knows_the_backend(backend: str, said: str) -> None:
    (finding,) = judged({SDIST: b"s"}, {SDIST: b"t"}, backend)
    assert said in finding.hint
