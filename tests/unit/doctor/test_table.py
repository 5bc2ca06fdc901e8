"""The table of audits, and the document that describes it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sealwright.doctor import audits
from sealwright.doctor.audits import AUDITS, CODES

REPOSITORY = Path(__file__).parents[3]
TEXT = (REPOSITORY / "docs" / "doctor.md").read_text(encoding="utf-8")
SECTION = re.compile(r"^### `(?P<name>[\w-]+)`: (?P<about>.*)$(?P<rows>(?:(?!^### )[\s\S])*)", re.MULTILINE)
ROW = re.compile(r"^\| `(?P<code>[\w-]+)` \| (?P<level>blocks|note) \| (?P<title>.*) \|$", re.MULTILINE)


def test_the_document_lists_every_audit_and_every_code_with_its_level() -> None:
    described = [
        (section["name"], section["about"], [(row["code"], row["level"], row["title"]) for row in rows])
        for section in SECTION.finditer(TEXT)
        if (rows := list(ROW.finditer(section["rows"])))
    ]
    table = [
        (audit.name, audit.about, [(c.name, "blocks" if c.blocks else "note", c.title) for c in audit.codes])
        for audit in AUDITS
    ]
    assert described == table


def test_every_file_of_audits_is_in_the_table_once() -> None:
    files = {path.stem for path in Path(str(audits.__file__)).parent.glob("*.py")} - {"__init__"}
    assert {audit.name.replace("-", "_") for audit in AUDITS} == files
    assert len(AUDITS) == len(files)


def test_no_code_belongs_to_two_audits() -> None:
    assert len(CODES) == sum(len(audit.codes) for audit in AUDITS)


@pytest.mark.parametrize("code", CODES.values(), ids=CODES)
def test_a_code_says_what_why_and_what_to_do_in_plain_words(code) -> None:
    assert re.fullmatch(r"[a-z]+(?:-[a-z]+)+", code.name)
    assert code.why.endswith(".")
    assert code.more.endswith(".")
    assert "!" not in code.title + code.why
    assert not re.search(r"\b(?:safe|secure|trusted(?! publish))\b", f"{code.title} {code.why} {code.more}")


def test_every_code_has_a_case_that_finds_it() -> None:
    cases = "".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_*.py"))
    assert [name for name in CODES if f'"{name}"' not in cases] == []
