"""Which version follows which."""

from __future__ import annotations

import datetime as dt

import pytest
from packaging.version import Version

from sealwright.errors import UsageError
from sealwright.project.bumping import Phase, next_version

TODAY = dt.date(2026, 11, 26)


@pytest.mark.parametrize(
    ("current", "wanted", "phase", "expected"),
    [
        (None, "patch", None, "0.1.0"),
        (None, "minor", None, "0.1.0"),
        (None, "major", None, "1.0.0"),
        (None, "minor", "rc", "0.1.0rc1"),
        ("1.2.3", "patch", None, "1.2.4"),
        ("1.2.3", "minor", None, "1.3.0"),
        ("1.2.3", "major", None, "2.0.0"),
        ("1.2", "patch", None, "1.2.1"),
        ("1", "minor", None, "1.1"),
        ("0.9.9", "minor", None, "0.10.0"),
        ("1.2.3", "minor", "rc", "1.3.0rc1"),
        ("1.2.3", "minor", "a", "1.3.0a1"),
        ("1.3.0a2", None, "a", "1.3.0a3"),
        ("1.3.0a2", None, "b", "1.3.0b1"),
        ("1.3.0a2", None, "rc", "1.3.0rc1"),
        ("1.3.0rc1", None, "rc", "1.3.0rc2"),
        ("1.3.0rc1", "minor", "rc", "1.3.0rc2"),
        ("1.3.0rc2", "patch", None, "1.3.0"),
        ("1.3.0rc2", "minor", None, "1.3.0"),
        ("1.3.0rc2", "major", None, "2.0.0"),
        ("1.3.0rc2", "major", "a", "2.0.0a1"),
        ("1.3.1rc1", "minor", None, "1.4.0"),
        ("1.3.1.dev0", "patch", None, "1.3.1"),
        ("1.3.1.dev0", "minor", "rc", "1.4.0rc1"),
        ("1.3.1.dev0", None, "rc", "1.3.1rc1"),
        ("1.3.0rc2.dev0", None, "rc", "1.3.0rc2"),
        ("1.2.3.post1", "patch", None, "1.2.4"),
        ("1!1.2.3", "minor", None, "1!1.3.0"),
        ("1.2.3+local", "patch", None, "1.2.4"),
        ("1.2.4", None, None, "1.2.4"),
        ("1.3.0rc1", None, None, "1.3.0rc1"),
        ("2026.11", "patch", None, "2026.11.1"),
        ("2026.11.1", "patch", None, "2026.11.2"),
        ("2026.10", "2026.11", None, "2026.11"),
        ("1.2.3", "1.2.3.post1", None, "1.2.3.post1"),
        ("1.2.3", "v2.0-rc1", None, "2.0rc1"),
    ],
)
def test_a_version_is_followed_as_the_table_says(
    current: str | None, wanted: str | None, phase: Phase | None, expected: str
) -> None:
    before = Version(current) if current else None
    found = next_version(before, wanted, phase, TODAY)
    assert str(found) == expected
    assert before is None or wanted is None or found > Version(before.public)


@pytest.mark.parametrize(
    ("current", "wanted", "phase", "code", "said"),
    [
        (None, None, None, "bump-needed", "nothing is released"),
        ("1.2.3", None, "rc", "bump-needed", "1.2.3 is final"),
        ("1.2.3.dev0", None, None, "bump-needed", "worked on"),
        ("1.3.0rc1", None, "b", "pre-backwards", "b comes before rc"),
        ("1.3.0rc1", "minor", "a", "pre-backwards", "1.3.0rc1"),
        ("1.2.3", "big", None, "version-malformed", "'big'"),
        ("1.2.3", "1.3.0+mine", None, "version-local", "1.3.0+mine"),
        ("1.2.3", "1.3.0", "rc", "pre-with-version", "--pre rc"),
        ("2026.10.0", "minor", None, "bump-calver", "2026.10.0"),
        ("1.2.3.4", "patch", None, "bump-not-semver", "4 numbers"),
    ],
)
def test_a_step_that_says_too_little_or_goes_back_is_refused(
    current: str | None, wanted: str | None, phase: Phase | None, code: str, said: str
) -> None:
    with pytest.raises(UsageError) as raised:
        next_version(Version(current) if current else None, wanted, phase, TODAY)
    assert raised.value.code == code
    assert said in raised.value.message
    assert raised.value.hint


def test_the_hint_for_a_calendar_version_names_one_of_this_month() -> None:
    with pytest.raises(UsageError) as raised:
        next_version(Version("2026.10.3"), "major", None, TODAY)
    assert "2026.11.0" in raised.value.hint
