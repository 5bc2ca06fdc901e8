"""Wheels that another job handed over: what their names must say."""

from __future__ import annotations

import pytest

from sealwright.model import Mode, State
from sealwright.verify.platform_tags import is_accepted, refused_platforms
from sealwright.verify.taken_wheels import judge_taken, none_taken

WORKFLOW = ".github/workflows/wheels.yml"
LINUX = "tiny-1.0-cp311-cp311-manylinux2014_x86_64.manylinux_2_17_x86_64.whl"
MAC = "tiny-1.0-cp311-cp311-macosx_11_0_arm64.whl"
WINDOWS = "tiny-1.0-cp311-cp311-win_amd64.whl"
PURE = "tiny-1.0-py3-none-any.whl"


def test_wheels_of_several_platforms_are_taken() -> None:
    (found,) = judge_taken([WINDOWS, LINUX, MAC], WORKFLOW, Mode.RELEASE)
    assert (found.state, found.subject) == (State.PASS, WORKFLOW)
    assert found.found.startswith("3 wheels, for macosx_11_0_arm64, manylinux2014_x86_64, ")


@pytest.mark.parametrize(
    "names",
    [
        (LINUX, PURE),  # a slow one for every other Python
        (LINUX, LINUX.replace("cp311-cp311", "cp312-cp312")),
        (LINUX, LINUX.replace("cp311-cp311", "cp313-cp313t"), LINUX.replace("cp311-cp311", "cp313-cp313")),
        (LINUX, LINUX.replace("tiny-1.0", "tiny-1.0-1")),  # a higher build number wins
    ],
)
def test_wheels_of_which_an_installer_takes_one_are_no_contradiction(names: tuple[str, ...]) -> None:
    assert {finding.state for finding in judge_taken(names, WORKFLOW, Mode.RELEASE)} == {State.PASS}


@pytest.mark.parametrize(
    ("extra", "code"),
    [
        ("tiny-1.0.tar.gz", "wheels-other-file"),
        ("RECORD", "wheels-other-file"),
        ("dist/", "wheels-other-file"),
        ("tiny.whl", "wheels-other-file"),
        (f"{MAC}.attestation", "wheels-other-file"),
        (f"{MAC}/", "wheels-other-file"),
        ("tiny-1.0-cp311-cp311-linux_x86_64.whl", "wheel-platform"),
        ("tiny-1.0-cp311-cp311-macosx_11_3_arm64.whl", "wheel-platform"),
        ("tiny-1.0-cp311-cp311-manylinux_2_28_x86_64.linux_x86_64.whl", "wheel-platform"),
        ("tiny-1.0-cp311-cp311-manylinux_2_17_x86_64.whl", "wheels-twice"),
        ("tiny-1.0-cp310.cp311-abi3.cp311-manylinux2014_x86_64.whl", "wheels-twice"),
    ],
)
def test_anything_else_is_refused_by_name(extra: str, code: str) -> None:
    for mode in Mode:
        found = judge_taken([LINUX, extra], WORKFLOW, mode)
        assert {(finding.state, finding.code) for finding in found} == {(State.FAIL, code)}


def test_a_release_without_wheels_has_lost_them_and_a_rehearsal_cannot_have_any() -> None:
    (lost,) = judge_taken([], WORKFLOW, Mode.RELEASE)
    assert (lost.state, lost.code, lost.subject) == (State.FAIL, "wheels-missing", WORKFLOW)
    (skipped,) = judge_taken([], WORKFLOW, Mode.REHEARSAL)
    assert (skipped.state, skipped.code) == (State.SKIPPED, "wheels-skipped")
    assert WORKFLOW in skipped.found
    assert "no SBOM" in none_taken(WORKFLOW, Mode.REHEARSAL, "no SBOM").found


@pytest.mark.parametrize(
    ("platform", "accepted"),
    [
        ("any", True),
        ("win32", True),
        ("win_amd64", True),
        ("win_arm64", True),
        ("linux_armv7l", True),
        ("linux_x86_64", False),
        ("linux_aarch64", False),
        ("manylinux1_x86_64", True),
        ("manylinux2014_s390x", True),
        ("manylinux2010_aarch64", False),
        ("manylinux_2_39_riscv64", True),
        ("manylinux_2_28_sparc", False),
        ("musllinux_1_2_aarch64", True),
        ("macosx_10_9_universal2", True),
        ("macosx_11_0_arm64", True),
        ("macosx_14_2_arm64", False),
        ("ios_13_0_arm64_iphoneos", True),
        ("android_24_arm64_v8a", True),
        ("pyemscripten_2025_0_wasm32", True),
        ("emscripten_4_0_9_wasm32", False),
        ("freebsd_14_amd64", False),
        ("manylinux_2_28_x86_64\n", False),
    ],
)
def test_the_platforms_are_those_of_the_index(platform: str, accepted: bool) -> None:
    assert is_accepted(platform) is accepted


def test_a_name_that_cannot_be_read_is_said_elsewhere() -> None:
    assert refused_platforms("nonsense") == ()
