from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sealwright.errors import Unavailable
from sealwright.model.github import Environment, Ruleset
from sealwright.rehearsal.standins.github import GitHubStandIn, ProtectedEnvironment
from sealwright.rehearsal.standins.github_settings import SettingsPage, TagRules
from sealwright.rehearsal.standins.server import Fault
from sealwright.services.github_settings import GitHubSettings

ALL = {"actions": "read", "administration": "read"}
ENVIRONMENTS = (
    ProtectedEnvironment("tags", ("alice",), ("v*",)),
    ProtectedEnvironment("both", tags=("v*",), branches=("main",)),
    ProtectedEnvironment("open"),
)
SETTINGS = SettingsPage((TagRules("one"), TagRules("two", ("~ALL",), ("update",), "disabled")), pins_required=True)


@pytest.fixture
def standin(tmp_path: Path) -> Iterator[GitHubStandIn]:
    with GitHubStandIn(tmp_path, "owner/tiny", ENVIRONMENTS, SETTINGS) as running:
        yield running


def seen(standin: GitHubStandIn, grants: dict[str, str]) -> GitHubSettings:
    return GitHubSettings(standin.url, "owner/tiny", standin.token(grants))


def test_an_administrator_sees_everything(standin: GitHubStandIn) -> None:
    page = seen(standin, ALL)
    assert page.tag_rulesets() == (
        Ruleset("one", True, ("refs/tags/v*",), frozenset(("creation", "update", "deletion"))),
        Ruleset("two", False, ("~ALL",), frozenset(("update",))),
    )
    assert page.pins_required()
    assert not page.immutable_releases()
    assert page.environments() == (
        Environment("tags", ("alice",), True, ("v*",)),
        Environment("both", (), True, ("v*", "main"), True),
        Environment("open", (), False, ()),
    )


def test_immutable_releases_are_seen_where_they_are_on(tmp_path: Path) -> None:
    with GitHubStandIn(tmp_path, "owner/tiny", (), SettingsPage(immutable_releases=True)) as running:
        assert seen(running, ALL).immutable_releases()


def test_what_a_token_may_not_see_is_neither_on_nor_off(standin: GitHubStandIn) -> None:
    page = seen(standin, {})
    assert page.tag_rulesets()  # everybody may see these
    for ask in (page.immutable_releases, page.pins_required, page.environments):
        with pytest.raises(Unavailable) as caught:
            ask()
        assert caught.value.hint


@pytest.mark.parametrize("body", [b"{}", b"[1]", b'{"environments": [1]}', b"<html>", b'[{"id": "x"}]'])
@pytest.mark.parametrize("name", ["tag_rulesets", "pins_required", "environments"])
def test_an_answer_that_is_none_is_unavailable(standin: GitHubStandIn, name: str, body: bytes) -> None:
    standin.faults.append(Fault("GET", "/repos/", tamper=lambda _: body))
    with pytest.raises(Unavailable):
        getattr(seen(standin, ALL), name)()
