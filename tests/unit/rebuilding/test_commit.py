"""The tag that a version was released as, in the spellings that projects use."""

from __future__ import annotations

import pytest

from sealwright.config import Settings
from sealwright.errors import UsageError
from sealwright.rebuilding.commit import tag_of

SPELLINGS = [
    "1.2.0",
    "v1.2.0",
    "V1.2",
    "v.1.2.0",
    "release-1.2.0",
    "release/1.2.0",
    "rel_1_2_0",
    "version-1.2",
    "tiny-project-1.2.0",
    "tiny-project-v1.2.0",
    "tiny_project-1.2.0",
    "tiny.project/v1.2.0",
    "tiny-project@1.2.0",
    "TinyProject-1.2.0",
]


@pytest.mark.parametrize("tag", SPELLINGS)
def test_usual_spellings_are_found_and_compared_as_versions(tag: str) -> None:
    tags = {"1.1.0": "a", "v1.2.0rc1": "b", "other-1.2.0": "c", "1.20": "d", tag: "e"}
    found = tag_of(tags, "tiny-project", "1.2.0" if tag not in ("V1.2", "version-1.2") else "1.2", Settings())
    assert (found.name, found.commit) == (tag, "e")


def test_several_tags_of_one_commit_are_one_answer() -> None:
    assert tag_of({"1.0": "a", "tiny-1.0": "a", "v1.0": "a"}, "tiny", "1.0", Settings()).name == "v1.0"


def test_tags_of_several_commits_are_not_chosen_from() -> None:
    with pytest.raises(UsageError) as error:
        tag_of({"v1.0": "a" * 40, "tiny-1.0": "b" * 40}, "tiny", "1.0", Settings())
    assert error.value.code == "tag-ambiguous"
    assert "tiny-1.0 at bbbbbbbbbbbb" in error.value.message
    assert "v1.0 at aaaaaaaaaaaa" in error.value.message


def test_the_project_s_own_pattern_decides() -> None:
    settings = Settings(tag_pattern="tiny-*")
    assert tag_of({"v1.0": "a", "tiny-1.0": "b"}, "tiny", "1.0", settings).commit == "b"


def test_without_a_tag_the_nearest_are_listed() -> None:
    with pytest.raises(UsageError) as error:
        tag_of({"v1.0": "a", "v1.1": "b", "nightly": "c"}, "tiny", "1.2", Settings())
    assert error.value.code == "tag-unknown"
    assert "v1.1" in error.value.message
    assert "--commit" in error.value.hint


def test_a_repository_without_tags_is_said() -> None:
    with pytest.raises(UsageError) as error:
        tag_of({}, "tiny", "1.2", Settings())
    assert "none of 0 tags is near" in error.value.message
