from __future__ import annotations

import pytest

from sealwright.project.habits import release_branches, tag_habit


@pytest.mark.parametrize(
    ("tags", "pattern", "latest"),
    [
        pytest.param(["v1.0", "v1.1", "v0.9"], "v*", "v1.1", id="with v"),
        pytest.param(["1.0", "1.1.post1", "0.9rc1"], "*", "1.1.post1", id="without"),
        pytest.param(["1.0", "1.1", "1.2", "v2.0"], "v*", "v2.0", id="v is the newer habit"),
        pytest.param(["v1.0", "v1.1", "2.0"], "*", "2.0", id="v was the older habit"),
        pytest.param(["v1.0", "1.0", "1.0rc1"], "*", "1.0", id="both for the same, one more often"),
        pytest.param(["v1", "v1.2.3", "1.0"], "v*", "v1.2.3", id="a moving tag beside them"),
        pytest.param(["20260101", "v1.2"], "v*", "v1.2", id="a date beside them"),
        pytest.param(["v1", "v2"], "v*", "v2", id="single numbers"),
        pytest.param(["docs-v9.0", "v1.0"], "v*", "v1.0", id="documentation has its own"),
        pytest.param(["release-1.0", "release-1.1"], "release-*", "release-1.1", id="another word"),
        pytest.param(["tiny-project-1.0", "v0.9"], "tiny-project-*", "tiny-project-1.0", id="the project's name"),
        pytest.param(["rel/2024.1"], "rel/*", "rel/2024.1", id="a folder"),
        pytest.param(["py3-1.0"], "py3-*", "py3-1.0", id="a number in the prefix"),
        pytest.param(["v1.0-rc1"], "v*", "v1.0-rc1", id="not in normal form"),
    ],
)
def test_the_habit_is_what_the_latest_releases_were_tagged_with(tags: list[str], pattern: str, latest: str) -> None:
    habit = tag_habit(tags, "tiny-project", shared=False)
    assert habit is not None
    assert (habit.pattern, habit.latest) == (pattern, latest)


@pytest.mark.parametrize(
    ("tags", "pattern"),
    [
        pytest.param(["tiny-project-v1.0", "other-v9.0", "v5.0"], "tiny-project-v*", id="name and v"),
        pytest.param(["Tiny_Project-1.0", "other-9.0"], "Tiny_Project-*", id="spelled otherwise"),
        pytest.param(["tiny-project/v1.0", "other/v9.0"], "tiny-project/v*", id="folder"),
        pytest.param(["packages/tiny-project/v1.0"], "packages/tiny-project/v*", id="path"),
        pytest.param(["tiny-project@1.0", "other@9.0"], "tiny-project@*", id="at"),
        pytest.param(["tiny-project==1.0"], "tiny-project==*", id="like a requirement"),
        pytest.param(["v5.0", "other-9.0"], "v*", id="no tag names it, all are released together"),
    ],
)
def test_one_of_several_projects_has_tags_that_name_it(tags: list[str], pattern: str) -> None:
    habit = tag_habit(tags, "tiny-project", shared=True)
    assert habit is not None
    assert habit.pattern == pattern


@pytest.mark.parametrize("tags", [[], ["nightly"], ["latest", "stable"], ["v1.x"]])
def test_no_release_yet_is_no_habit(tags: list[str]) -> None:
    assert tag_habit(tags, "tiny-project", shared=False) is None


@pytest.mark.parametrize(
    ("branches", "default", "current", "found"),
    [
        (("main",), "main", "main", ()),
        (("master", "feature"), None, "feature", ()),
        (("develop", "main"), "develop", "main", ("develop",)),
        (("trunk",), None, "trunk", ("trunk",)),
        (("trunk",), None, None, ()),
        ((), None, None, ()),
    ],
)
def test_release_branches_are_named_where_nobody_would_look_for_them(
    branches: tuple[str, ...], default: str | None, current: str | None, found: tuple[str, ...]
) -> None:
    assert release_branches(branches, default, current) == found
