from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from sealwright.errors import UsageError
from sealwright.pipeline.options import Options
from sealwright.workflow.drift import drifted
from sealwright.workflow.render import render_for

CHECKOUT = re.compile(r"actions/checkout@[0-9a-f]{40} # v[\d.]+")


def test_what_was_rendered_has_not_drifted(options: Options, released_options: Options) -> None:
    for chosen in (options, released_options):
        assert drifted(render_for(chosen), chosen) is None
        assert drifted(render_for(chosen) + "# read again\n", chosen) is None


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda text: CHECKOUT.sub(f"actions/checkout@{'a' * 40} # v8.1", text), id="a bot renewed a pin"),
        pytest.param(lambda text: re.sub(r"(?m)^ *# .*\n", "", text), id="comments"),
        pytest.param(lambda text: text.replace("\n\n", "\n"), id="blank lines"),
        pytest.param(lambda text: text.replace("\n", "\r\n"), id="line ends of Windows"),
    ],
)
def test_what_a_bot_or_an_editor_may_change_is_no_drift(options: Options, change: Callable[[str], str]) -> None:
    text = render_for(options)
    assert change(text) != text
    assert drifted(change(text), options) is None


def test_another_published_version_is_no_drift(released_options: Options) -> None:
    text = render_for(replace(released_options, release=("9.9.9", "cd" * 32)))
    assert drifted(text, released_options) is None
    assert drifted(text, replace(released_options, release=None)) is None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("permissions: {}", "permissions: write-all", id="permissions"),
        pytest.param("attestations: write", "attestations: write\n      actions: write", id="another grant"),
        pytest.param("persist-credentials: false", "persist-credentials: 0", id="zero is not false"),
        pytest.param("  push:\n", "  workflow_dispatch:\n  push:\n", id="another trigger"),
        pytest.param('      - "v*"', '      - "**"', id="other tags"),
        pytest.param("persist-credentials: false", "persist-credentials: true", id="credentials"),
        pytest.param("    environment: pypi\n", "", id="no environment"),
        pytest.param("sealwright stage gate", "true", id="no gate"),
        pytest.param(" || 'lost'", "", id="lost outputs"),
        pytest.param("--require-hashes ", "", id="no hashes"),
        pytest.param("runs-on: ubuntu-24.04", "runs-on: self-hosted", id="another runner"),
        pytest.param("cancel-in-progress: false", "cancel-in-progress: true", id="cancelled"),
    ],
)
def test_another_structure_is_drift_and_is_shown(options: Options, old: str, new: str) -> None:
    text = render_for(options)
    assert old in text
    difference = drifted(text.replace(old, new, 1), options)
    assert difference is not None
    assert difference.startswith("--- the job table\n+++ .github/workflows/release.yml\n")


@pytest.mark.parametrize(
    "pin",
    [
        pytest.param("actions/checkout@v7", id="a tag"),
        pytest.param("actions/checkout@main # v7.0.1", id="a branch"),
        pytest.param(f"actions/checkout@{'a' * 40}", id="no version"),
        pytest.param(f"actions/checkout@{'a' * 7} # v7.0.1", id="a short commit"),
        pytest.param(f"somebody/checkout@{'a' * 40} # v7.0.1", id="somebody else's"),
        pytest.param("./local", id="a local one"),
    ],
)
def test_a_pin_is_a_full_commit_of_the_same_action_with_its_version(options: Options, pin: str) -> None:
    assert drifted(CHECKOUT.sub(pin, render_for(options), count=1), options) is not None


def test_options_that_change_the_table_are_drift(options: Options) -> None:
    text = render_for(options)
    for other in (
        replace(options, pypi="release"),
        replace(options, generator=False),
        replace(options, testpypi=None),
        replace(options, cells=options.cells[:1]),
        replace(options, tag_pattern="*"),
        replace(options, tool="release"),
    ):
        assert drifted(text, other) is not None


def test_another_order_of_keys_is_no_drift(options: Options) -> None:
    text = render_for(options)
    head, _, jobs = text.partition("permissions: {}\n")
    assert drifted(head + jobs + "\npermissions: {}\n", options) is None


@pytest.mark.parametrize(
    "text", ["", "a: [", "- a\n", "text", "a: 1\na\n", "\x00", "!!python/object:os.system {}", "a: 1\na: 1\n"]
)
def test_what_is_no_workflow_is_an_error_with_a_hint(options: Options, text: str) -> None:
    with pytest.raises(UsageError) as error:
        drifted(text, options)
    assert error.value.code == "workflow-malformed"
    assert "release.yml" in error.value.message
    assert error.value.hint
