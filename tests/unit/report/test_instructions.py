"""The commands of a release's VERIFYING.md; the rehearsal's tests run those of a rehearsal."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from dataclasses import replace

import pytest
from tests.support.evidence import SDIST, WHEEL, plan_of

from sealwright.model import Mode, Plan
from sealwright.report.instructions import verifying
from sealwright.verify.evidence import GENERATOR_BUNDLE, GITHUB_BUNDLE, FileContent
from sealwright.verify.expected import Expected

PATHS = (
    f"dist/{WHEEL}",
    f"dist/{SDIST}",
    f"evidence/{WHEEL}.sigstore.json",
    f"evidence/{SDIST}.sigstore.json",
    f"evidence/{WHEEL}.cdx.json",
    f"evidence/{WHEEL}.cdx.json.sigstore.json",
    "evidence/pylock.toml",
    GENERATOR_BUNDLE,
    GITHUB_BUNDLE,
    "records/build.json",
)


def files(*paths: str) -> Mapping[str, FileContent]:
    return {path: FileContent.of(path, path.encode()) for path in paths}


def document(plan: Plan, *paths: str, **changes: str) -> str:
    return verifying(plan, replace(Expected.of(plan), **changes), files(*(paths or PATHS))).decode()


def commands(text: str) -> list[list[str]]:
    """Every command of the document, as a shell takes it apart."""
    found = "".join(re.findall(r"(?ms)^```sh\n(.*?)^```$", text)).replace("\\\n", "")
    return [shlex.split(line) for line in found.splitlines()]


def called(text: str, *words: str) -> list[list[str]]:
    return [argv for argv in commands(text) if argv[: len(words)] == list(words)]


def test_a_release_names_every_program_with_everything_that_is_expected() -> None:
    plan = plan_of()
    text = document(plan)
    (sigstore,) = called(text, "sigstore")
    assert sigstore == [
        *("sigstore", "verify", "github"),
        *("--cert-identity", f"https://github.com/{plan.repository}/.github/workflows/release.yml@refs/tags/v1.0"),
        *("--trigger", "push", "--sha", plan.commit, "--repository", plan.repository, "--ref", "refs/tags/v1.0"),
        *(WHEEL, SDIST, f"{WHEEL}.cdx.json", "release.json"),
    ]
    assert [argv[3] for argv in called(text, "gh", "attestation", "verify")] == [WHEEL, SDIST]
    for argv in called(text, "gh", "attestation", "verify"):
        assert argv[argv.index("--signer-workflow") + 1] == f"{plan.repository}/.github/workflows/release.yml"
        assert argv[argv.index("--source-ref") + 1] == "refs/tags/v1.0"
        assert argv[argv.index("--source-digest") + 1] == plan.commit
    (theirs,), (ours,) = called(text, "slsa-verifier"), called(text, "sealwright", "verify-artifact")
    assert theirs[2:] == ours[2:]
    assert theirs[-2:] == [WHEEL, SDIST]
    assert called(text, "sealwright", "verify") == [
        ["sealwright", "verify", ".", "--repo", plan.repository, "--tag", "v1.0"]
    ]
    assert "rehearsal" not in text
    assert "trust_config" not in text


def test_a_rehearsal_says_so_and_gives_every_program_its_trust_root() -> None:
    text = document(plan_of(Mode.REHEARSAL))
    assert "**This is a rehearsal.**" in text
    judging = [argv for argv in commands(text) if argv[0] in ("sigstore", "sealwright")]
    assert len(judging) == 3
    assert all(argv[argv.index("--trust-config") + 1] == "trust_config.json" for argv in judging)
    assert not called(text, "gh") + called(text, "slsa-verifier")


def test_only_what_is_there_is_checked() -> None:
    text = document(plan_of(), *(path for path in PATHS if path not in (GENERATOR_BUNDLE, GITHUB_BUNDLE)))
    assert not called(text, "slsa-verifier") + called(text, "gh", "attestation")
    assert "```sh\n```" not in text
    without = document(plan_of(), *(path for path in PATHS if path != GENERATOR_BUNDLE))
    assert called(without, "gh", "attestation")
    assert not called(without, "slsa-verifier")


def test_another_workflow_file_is_told_to_the_one_program_that_would_not_know() -> None:
    (argv,) = called(document(plan_of(), workflow=".github/workflows/publish.yml"), "sealwright", "verify")
    assert argv[argv.index("--workflow") + 1] == ".github/workflows/publish.yml"


@pytest.mark.parametrize("tag", ["v1.0;reboot", "v1.0$(reboot)", "v1.0`reboot`", "v1.0'||reboot", 'v1.0"&reboot'])
def test_a_tag_cannot_put_words_into_a_command(tag: str) -> None:
    text = document(replace(plan_of(), tag=tag))
    (argv,) = called(text, "sealwright", "verify")
    assert argv[argv.index("--tag") + 1] == tag
    (sigstore,) = called(text, "sigstore")
    assert sigstore[sigstore.index("--ref") + 1] == f"refs/tags/{tag}"
    assert "reboot" not in {argv[0] for argv in commands(text)}


@pytest.mark.parametrize("name", ["--help.whl", "a b.whl", "a\nreboot.whl", "```.whl", "$(reboot).whl"])
def test_a_file_name_that_reads_in_two_ways_is_in_no_command(name: str) -> None:
    text = document(plan_of(), *PATHS, f"dist/{name}", f"evidence/{name}.sigstore.json")
    assert text == document(plan_of())
