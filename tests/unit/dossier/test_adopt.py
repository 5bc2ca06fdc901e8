"""What no record vouches for can be kept, once it was judged."""

from __future__ import annotations

from pathlib import Path

import pytest

from sealwright.dossier import Dossier
from sealwright.errors import Refused
from sealwright.model import FileRef

PATH = "evidence/multiple.intoto.jsonl"
JUDGED = FileRef.of(PATH, b"judged")


@pytest.fixture
def dossier(tmp_path: Path) -> Dossier:
    (tmp_path / "old" / "evidence").mkdir(parents=True)
    (tmp_path / "old" / PATH).write_bytes(b"judged")
    return Dossier(tmp_path / "old", tmp_path / "new")


def test_an_adopted_file_is_an_output_with_the_bytes_that_were_judged(dossier: Dossier) -> None:
    assert dossier.adopt(JUDGED) == JUDGED
    assert dossier.outputs == (JUDGED,)
    assert dossier.inputs == ()
    assert (dossier.new / PATH).read_bytes() == b"judged"


def test_other_bytes_than_the_judged_ones_are_not_adopted(dossier: Dossier) -> None:
    (dossier.old / PATH).write_bytes(b"swapped")
    with pytest.raises(Refused) as caught:
        dossier.adopt(JUDGED)
    assert caught.value.code == "file-changed"
    assert not (dossier.new / PATH).exists()


def test_a_file_is_adopted_once(dossier: Dossier) -> None:
    dossier.adopt(JUDGED)
    with pytest.raises(Refused) as caught:
        dossier.adopt(JUDGED)
    assert caught.value.code == "file-exists"


def test_nothing_cannot_be_adopted(dossier: Dossier) -> None:
    with pytest.raises(Refused) as caught:
        dossier.adopt(FileRef.of("evidence/none", b""))
    assert caught.value.code == "file-missing"
