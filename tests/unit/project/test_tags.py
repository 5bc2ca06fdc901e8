import pytest

from sealwright.config import Settings
from sealwright.project.tags import tags_for


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        (["v1.2", "v1.3"], ["v1.2"]),
        (["1.2.0", "1.20"], ["1.2.0"]),
        (["release-1.2", "x1.2"], ["release-1.2"]),
        (["rel_1_2"], ["rel_1_2"]),
        (["tiny-v1.2", "other-v1.2", "v1.2"], ["tiny-v1.2"]),
        (["libs/tiny/v1.2", "libs/other/v1.2"], ["libs/tiny/v1.2"]),
        (["Tiny@1.2"], ["Tiny@1.2"]),
        (["other-v1.2"], []),
        (["v1.2", "release-1.2"], ["release-1.2", "v1.2"]),
        (["v1.2rc1", "v1.2.post1", "v11.2"], []),
        (["v2-tiny-1.2"], []),
        ([], []),
    ],
)
def test_the_tag_of_a_version_is_found_as_projects_name_their_tags(tags: list[str], expected: list[str]) -> None:
    found = tags_for({tag: f"commit of {tag}" for tag in tags}, "1.2", "tiny", directory="libs/tiny")
    assert list(found.tags) == expected
    assert found.commits == {f"commit of {tag}" for tag in expected}


def test_a_configured_pattern_decides_where_it_fits() -> None:
    tags = {"v1.2": "one", "py-1.2": "two"}
    assert tags_for(tags, "1.2", "tiny", settings=Settings(tag_pattern="py-*")).tags == ("py-1.2",)
    assert tags_for(tags, "1.2", "tiny", settings=Settings(tag_pattern="js-*")).tags == ("v1.2",)


def test_tags_of_one_commit_are_no_contradiction() -> None:
    found = tags_for({"v1.2": "one", "1.2": "one"}, "1.2", "tiny")
    assert found.commits == {"one"}
