"""The command on the real files of slsa-verifier's own tests, one by one and as a list."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from sealwright.cli import main

SAMPLES = Path(__file__).resolve().parents[4] / "shared" / "samples"
pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the samples are not here")

SOURCE = "github.com/slsa-framework/example-package"
GENERIC = SAMPLES / "slsa-generic-v2.1.0"
PUSHED, STARTED = (
    GENERIC / "binary-linux-amd64-push-v14.2.intoto.jsonl",
    GENERIC / "binary-linux-amd64-workflow_dispatch.intoto.jsonl",
)
BINARY = "376e7e01348585b6e6643bc6663146b9d525d9b41228bf180eaeb4d4a3706caa"
LEGACY = SAMPLES / "slsa-generic-legacy-dsse" / "binary-linux-amd64-push-v14.2.intoto.jsonl"
LEGACY_BINARY = "2892146b063a94cb4a4318c0e98d38af12dcf2b1e29237486b58463b59607bbd"
PUBLISH = "https://github.com/bazel-contrib/publish-to-bcr/.github/workflows/publish.yaml"


def call(provenance: Path, *options: str, digest: str = BINARY, source: str = SOURCE) -> int:
    given = ("--provenance-path", str(provenance), "--source-uri", source, "--artifact-digest", f"sha256:{digest}")
    return main(["verify-artifact", *given, *options])


EXPECTATIONS: list[tuple[Path, tuple[str, ...], str]] = [
    (PUSHED, (), ""),
    (PUSHED, ("--source-tag", "v14.2"), ""),
    (PUSHED, ("--source-versioned-tag", "v14"), ""),
    (PUSHED, ("--source-branch", "main"), ""),
    (PUSHED, ("--source-tag", "v14"), "ErrorMismatchTag"),
    (PUSHED, ("--source-versioned-tag", "v13"), "ErrorMismatchVersionedTag"),
    (PUSHED, ("--source-branch", "other"), "ErrorMismatchBranch"),
    (PUSHED, ("--builder-id", "https://github.com/evil/builder"), "ErrorUntrustedReusableWorkflow"),
    (PUSHED, ("--build-workflow-input", "a=b"), "ErrorMismatchWorkflowInputs"),
    (STARTED, (), ""),
    (STARTED, ("--source-tag", "v14.2"), "ErrorInvalidRef"),
    (LEGACY, (), "ErrorRekorSearch"),
]


@pytest.mark.parametrize(("provenance", "options", "reason"), EXPECTATIONS)
def test_real_provenance_is_judged_by_name(
    provenance: Path, options: tuple[str, ...], reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(provenance, *options) == (1 if reason else 0)
    said = capsys.readouterr().err
    assert f"FAILED: {reason}: " in said if reason else "PASSED: SLSA verification passed\n" in said


def test_provenance_without_a_log_entry_gets_a_weaker_answer(capsys: pytest.CaptureFixture[str]) -> None:
    assert call(LEGACY, "--allow-unlogged", digest=LEGACY_BINARY) == 0
    assert "PASSED: SLSA verification passed, without a log entry" in capsys.readouterr().err
    assert call(LEGACY, "--allow-unlogged") == 1
    assert "ErrorMismatchHash" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "options", "reason"),
    [
        ("MODULE.bazel", ("--builder-id", PUBLISH), ""),
        ("MODULE.bazel", (), "ErrorUntrustedReusableWorkflow"),
        ("MODULE-wrong-signer.bazel", ("--builder-id", PUBLISH), "ErrorUntrustedReusableWorkflow"),
    ],
)
def test_github_s_attestations_are_judged_by_their_certificate(
    name: str, options: tuple[str, ...], reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = SAMPLES / "github-attest" / name
    given = ["--provenance-path", f"{file}.intoto.jsonl", "--source-uri", "github.com/aspect-build/rules_lint"]
    assert main(["verify-artifact", str(file), *given, *options]) == (1 if reason else 0)
    assert reason in capsys.readouterr().err


def test_the_verified_statement_is_printed_on_request(capsys: pytest.CaptureFixture[str]) -> None:
    assert call(PUSHED, "--print-provenance") == 0
    assert json.loads(capsys.readouterr().out)["subject"][0]["digest"]["sha256"] == BINARY


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("missing.whl", "--provenance-path", str(PUSHED), "--source-uri", SOURCE),
        ("--artifact-digest", "sha1:00", "--provenance-path", str(PUSHED), "--source-uri", SOURCE),
        ("--artifact-digest", BINARY, "--provenance-path", "missing", "--source-uri", SOURCE),
        ("--artifact-digest", BINARY, "--provenance-path", str(PUSHED)),
        ("--artifact-digest", BINARY, "--batch", "list"),
        ("--batch", "missing"),
        ("--batch", "-", "--jobs", "0"),
    ],
)
def test_wrong_usage_is_told_with_exit_code_2(arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    try:
        code = main(["verify-artifact", *arguments])
    except SystemExit as error:
        code = error.code  # type: ignore[assignment]
    assert code == 2
    assert "Traceback" not in capsys.readouterr().err


def write(path: Path, items: Iterable[Any]) -> Path:
    path.write_text("".join(f"{item if isinstance(item, str) else json.dumps(item)}\n" for item in items))
    return path


GOOD: dict[str, Any] = {"artifact_digests": [BINARY], "provenance": str(PUSHED), "source_uri": SOURCE}
LINES: list[tuple[Any, str, str | None]] = [
    ({"id": "a", **GOOD}, "pass", None),
    ({"id": 2, **GOOD, "source_tag": "v1"}, "fail", "ErrorMismatchTag"),
    ({"id": "c", **GOOD, "provenance": "missing"}, "fail", None),
    ({"id": "d", **GOOD, "unknown": 1}, "fail", None),
    ("{", "fail", None),
    ("[]", "fail", None),
    ({"id": "e", **GOOD, "artifact_digests": []}, "fail", None),
    ({"id": "f", **GOOD, "artifact_digests": [BINARY, "0" * 64]}, "fail", "ErrorMismatchHash"),
    ({"id": "g", **GOOD, "provenance": str(LEGACY)}, "fail", "ErrorRekorSearch"),
    (
        {"id": "h", **GOOD, "provenance": str(LEGACY), "artifact_digests": [LEGACY_BINARY], "allow_unlogged": True},
        "pass",
        None,
    ),
    ({"id": "i", **GOOD, "builder_id": None, "build_workflow_inputs": {}}, "pass", None),
]


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_list_is_answered_in_order(jobs: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    listed = write(tmp_path / "list.jsonl", [item for item, _, _ in LINES])
    assert main(["verify-artifact", "--batch", str(listed), "--jobs", jobs]) == 1
    answers = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(answer["verdict"], answer["error"]) for answer in answers] == [(v, e) for _, v, e in LINES]
    assert [answer["id"] for answer in answers] == [i["id"] if isinstance(i, dict) else None for i, _, _ in LINES]
    assert all(set(answer) == {"id", "verdict", "error", "detail"} and answer["detail"] for answer in answers)


def test_a_long_list_keeps_its_order_over_many_processes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    items = [{"id": number, **GOOD, **({"source_tag": "v1"} if number % 3 else {})} for number in range(700)]
    assert main(["verify-artifact", "--batch", str(write(tmp_path / "list", items)), "--jobs", "3"]) == 1
    answers = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [answer["id"] for answer in answers] == list(range(700))
    assert [answer["verdict"] for answer in answers] == ["fail" if number % 3 else "pass" for number in range(700)]


_MEMORY = """
import resource, sys
from sealwright.cli import main
code = main(sys.argv[1:])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)
"""


def peak(listed: Path) -> int:
    argv = [sys.executable, "-c", _MEMORY, "verify-artifact", "--jobs", "1", "--batch", str(listed)]
    done = subprocess.run(argv, capture_output=True, text=True, check=True)
    return int(done.stderr.split()[-1])


def test_memory_does_not_grow_with_the_list(tmp_path: Path) -> None:
    padded = [{"id": f"{number}-{'x' * 2000}", **GOOD, "source_tag": "v1"} for number in range(4000)]
    short, long = write(tmp_path / "short", padded[:100]), write(tmp_path / "long", padded)
    assert long.stat().st_size > 8_000_000
    assert peak(long) - peak(short) < 6_000  # kilobytes, of the eight megabytes of the list


def test_an_artifact_may_be_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "binary"
    file.write_bytes(b"other")
    given = ["--provenance-path", str(PUSHED), "--source-uri", SOURCE]
    assert main(["verify-artifact", str(file), *given]) == 1
    said = capsys.readouterr().err
    assert hashlib.sha256(b"other").hexdigest() in said
    assert "ErrorMismatchHash" in said
