"""What `--explain` says is what docs/verify.md says, and nothing that `verify` prints is left unexplained."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sealwright.report.codes import CODES
from sealwright.report.meaning import CHECKS, EXPLAINED, meaning_lines

REPOSITORY = Path(__file__).parents[3]
DOCUMENT = (REPOSITORY / "docs/verify.md").read_text(encoding="utf-8")
JUDGING = ("question", "published", "signatures", "made", "everybody", "own_word", "complete", "vouched", "loose")
"""Modules of verify/ whose findings only `verify` and the gate print."""


def test_the_document_has_the_same_words_in_the_same_order() -> None:
    rows = re.findall(r"(?m)^\| `([a-z-]+)` \| (.*) \| (.*) \| (.*) \|$", DOCUMENT)
    assert rows == [(name, check.asks, check.proves, check.leaves) for name, check in CHECKS.items()]


@pytest.mark.parametrize("name", JUDGING)
def test_every_code_of_a_judging_module_is_explained(name: str) -> None:
    source = (REPOSITORY / f"src/sealwright/verify/{name}.py").read_text(encoding="utf-8")
    made = set(re.findall(r"Finding\.(?:failed|absent|unavailable)\(\s*[\w.\"-]+,\s*\"([a-z-]+)\"", source))
    assert made <= CODES.keys(), made - CODES.keys()


def test_everything_is_explained_in_whole_sentences_and_no_line_is_wide() -> None:
    for explained in EXPLAINED.values():
        lines = list(meaning_lines(explained))
        assert lines[0] == explained.name
        assert max(map(len, lines)) <= 100
        assert all(paragraph.endswith((".", "?", ":")) for paragraph in explained.paragraphs), explained.name
