from __future__ import annotations

import re
from dataclasses import replace

import pytest

from sealwright.pipeline.options import Options
from sealwright.workflow.drift import drifted
from sealwright.workflow.render import render_for
from sealwright.workflow.renewed import release_in, with_newer_pins

CHECKOUT = re.compile(r"actions/checkout@[0-9a-f]{40} # v[\d.]+")


def renewed(text: str, version: str, commit: str = "a" * 40) -> str:
    return CHECKOUT.sub(f"actions/checkout@{commit} # v{version}", text)


@pytest.mark.parametrize("version", ["7.0.2", "7.1", "8.0.0", "10.0.0"])
def test_a_pin_that_a_bot_renewed_survives_rendering(options: Options, version: str) -> None:
    text = render_for(options)
    kept = with_newer_pins(text, renewed(text, version))
    assert kept == renewed(text, version)
    assert drifted(kept, options) is None


@pytest.mark.parametrize("version", ["7.0.1", "6.9.9", "1.0.0", "0.0.0.0.1"])
def test_an_older_pin_and_another_commit_of_the_same_version_do_not(options: Options, version: str) -> None:
    text = render_for(options)
    assert with_newer_pins(text, renewed(text, version)) == text


def test_a_version_that_stands_for_two_commits_is_not_believed(options: Options) -> None:
    text = render_for(options)
    half = renewed(text, "9.0.0", "b" * 40)[: len(text) // 2] + renewed(text, "9.0.0", "c" * 40)[len(text) // 2 :]
    assert with_newer_pins(text, half) == text


def test_a_file_with_line_ends_of_windows_keeps_its_pins(options: Options) -> None:
    text = render_for(options)
    assert with_newer_pins(text, renewed(text, "9.0.0").replace("\n", "\r\n")) == renewed(text, "9.0.0")


def test_the_published_program_that_a_file_names_is_found(released_options: Options) -> None:
    text = render_for(released_options)
    assert release_in(text) == released_options.release
    assert release_in(render_for(replace(released_options, tool="checkout"))) is None
    assert release_in(text.replace("ab" * 32, "cd" * 32, 1)) is None, "two of them name none"
