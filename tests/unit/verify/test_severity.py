from __future__ import annotations

import pytest

from sealwright.verify.severity import Rating, base_score, heaviest, qualitative, rating_of, word_of

# https://www.first.org/cvss/v3.1/examples: the vulnerability, its base metrics, its published base score.
PUBLISHED = [
    ("CVE-2013-1937", "AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", 6.1),
    ("CVE-2013-0375", "AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N", 6.4),
    ("CVE-2014-3566", "AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N", 3.1),
    ("CVE-2012-1516", "AV:N/AC:L/PR:L/UI:N/S:C/C:H/I:H/A:H", 9.9),
    ("CVE-2009-0783", "AV:L/AC:L/PR:H/UI:N/S:U/C:L/I:L/A:L", 4.2),
    ("CVE-2012-0384", "AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H", 8.8),
    ("CVE-2015-1098", "AV:L/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H", 7.8),
    ("CVE-2014-0160", "AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N", 7.5),
    ("CVE-2014-6271", "AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 9.8),
    ("CVE-2008-1447", "AV:N/AC:H/PR:N/UI:N/S:C/C:N/I:H/A:N", 6.8),
    ("CVE-2014-2005", "AV:P/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 6.8),
    ("CVE-2010-0467", "AV:N/AC:L/PR:N/UI:N/S:C/C:L/I:N/A:N", 5.8),
    ("CVE-2012-1342", "AV:N/AC:L/PR:N/UI:N/S:C/C:N/I:L/A:N", 5.8),
    ("CVE-2013-6014", "AV:A/AC:L/PR:N/UI:N/S:C/C:H/I:N/A:H", 9.3),
    ("CVE-2014-9253", "AV:N/AC:L/PR:L/UI:R/S:C/C:L/I:L/A:N", 5.4),
    ("CVE-2011-1265", "AV:A/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 8.8),
    ("CVE-2014-2019", "AV:P/AC:L/PR:N/UI:N/S:U/C:N/I:H/A:N", 4.6),
    ("CVE-2015-0970", "AV:N/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H", 8.8),
    ("CVE-2014-0224", "AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:H/A:N", 7.4),
]
HIGH = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N"
FOUR = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:N/VA:N/SC:N/SI:N/SA:N"


@pytest.mark.parametrize(("vector", "score"), [(vector, score) for _, vector, score in PUBLISHED])
def test_base_scores_are_those_that_the_specification_publishes(vector: str, score: float) -> None:
    assert base_score(f"CVSS:3.1/{vector}") == base_score(f"CVSS:3.0/{vector}") == score


def test_no_impact_is_no_score_and_what_comes_after_the_base_metrics_is_left_aside() -> None:
    assert base_score("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:N/I:N/A:N") == 0.0
    assert base_score(f"{HIGH}/E:P/RL:O/RC:C/CR:L") == 7.5
    assert base_score("CVSS:3.1/A:N/I:N/C:H/S:U/UI:N/PR:N/AC:L/AV:N") == 7.5


@pytest.mark.parametrize(
    "vector",
    ["", "7.5", FOUR, HIGH.replace("3.1", "3.2"), f"{HIGH}/AV:P", HIGH.replace("/A:N", ""), HIGH.replace("A:N", "A:X")],
)
def test_what_is_no_whole_vector_has_no_score(vector: str) -> None:
    assert base_score(vector) is None


@pytest.mark.parametrize(
    ("score", "word"),
    [
        (0.0, "NONE"),
        (0.1, "LOW"),
        (3.9, "LOW"),
        (4.0, "MEDIUM"),
        (6.9, "MEDIUM"),
        (7.0, "HIGH"),
        (8.9, "HIGH"),
        (9.0, "CRITICAL"),
        (10.0, "CRITICAL"),
    ],
)
def test_scores_have_the_words_of_the_scale(score: float, word: str) -> None:
    assert qualitative(score) == word


@pytest.mark.parametrize(
    ("kind", "score", "expected"),
    [
        ("CVSS_V3", HIGH, Rating("CVSSv31", HIGH, 7.5, "HIGH")),
        ("CVSS_V3", "CVSS:3.0/nonsense", Rating("CVSSv3", "CVSS:3.0/nonsense")),
        ("CVSS_V4", FOUR, Rating("CVSSv4", FOUR)),
        ("CVSS_V2", "AV:N/AC:L/Au:N/C:P/I:P/A:P", Rating("CVSSv2", "AV:N/AC:L/Au:N/C:P/I:P/A:P")),
        ("Ubuntu", "medium", Rating("other", word="MEDIUM")),
        ("Ubuntu", "untriaged", None),
    ],
)
def test_osvs_entries_are_rated_as_far_as_they_can_be(kind: str, score: str, expected: Rating | None) -> None:
    assert rating_of(kind, score) == expected


def test_words_of_other_scales_are_translated() -> None:
    assert [word_of(text) for text in ("moderate", "CRITICAL", " high ", "severe")] == [
        "MEDIUM",
        "CRITICAL",
        "HIGH",
        "",
    ]


@pytest.mark.parametrize(
    ("ratings", "shown"),
    [
        ([], ""),
        ([Rating("CVSSv4", FOUR)], FOUR),
        ([Rating("CVSSv4", FOUR), Rating("other", word="MEDIUM")], "MEDIUM"),
        ([Rating("CVSSv31", HIGH, 7.5, "HIGH"), Rating("other", word="HIGH")], "HIGH 7.5"),
        ([Rating("CVSSv31", HIGH, 7.5, "HIGH"), Rating("other", word="CRITICAL")], "CRITICAL"),
        ([Rating("CVSSv31", "x", 9.1, "CRITICAL"), Rating("CVSSv3", "y", 9.8, "CRITICAL")], "CRITICAL 9.8"),
    ],
)
def test_the_heaviest_rating_is_shown(ratings: list[Rating], shown: str) -> None:
    assert heaviest(ratings) == shown
