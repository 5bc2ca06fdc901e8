"""What a rehearsal and a verdict cost, as ratios of commands timed in one run: machines differ, ratios hardly do.

usage: benchmarks/run.py [--runs N]

Prints a table of medians in seconds, each beside its ratio to the plain tool that does a part of the same work, and the
jobs of the last rehearsal. Nothing here is a test: a noisy machine makes numbers, not failures.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SEALWRIGHT = [sys.executable, "-m", "sealwright"]


def seconds(argv: list[str], cwd: Path) -> float:
    """Wall-clock time of a command that has to succeed."""
    began = time.perf_counter()
    done = subprocess.run(argv, cwd=cwd, capture_output=True, text=True, check=False, env=os.environ)
    if done.returncode != 0:
        raise SystemExit(f"`{' '.join(argv)}` ended with {done.returncode}:\n{done.stderr[-2000:]}")
    return time.perf_counter() - began


def compared(name: str, ours: list[str], theirs_name: str, theirs: list[str], runs: int, cwd: Path) -> None:
    """Time both in turn, so that a slow minute hits both; print medians and the median of the pairwise ratios."""
    pairs = [(seconds(ours, cwd), seconds(theirs, cwd)) for _ in range(runs)]
    mine, other = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = statistics.median(a / b for a, b in pairs)
    print(f"{name:<34} {mine:7.2f} s   {ratio:7.1f} x  {theirs_name} ({other:.2f} s)")


def verdicts(dossier: Path) -> tuple[list[str], list[str]]:
    """The verdict on a whole dossier, and the plain tool's on one signature in it; both from a cold start, offline."""
    plan, trust_config = json.loads((dossier / "plan.json").read_bytes()), str(dossier / "trust_config.json")
    (wheel,) = (dossier / "dist").glob("*.whl")
    repository, tag = plan["repository"], plan["tag"]
    verify = [*SEALWRIGHT, "verify", str(dossier), "--repo", repository, "--trust-config", trust_config]
    identity = f"https://github.com/{repository}/.github/workflows/release.yml@refs/tags/{tag}"
    issuer = "https://token.actions.githubusercontent.com"
    bundle = dossier / "evidence" / f"{wheel.name}.sigstore.json"
    plain = [str(Path(sys.executable).with_name("sigstore")), "--trust-config", trust_config, "verify", "identity"]
    plain += ["--offline", "--bundle", str(bundle), "--cert-identity", identity, "--cert-oidc-issuer", issuer]
    return verify, [*plain, str(wheel)]


def main() -> None:
    """Run all comparisons."""
    parser = argparse.ArgumentParser(description="Timings as ratios.")
    parser.add_argument("--runs", type=int, default=3)
    runs: int = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        out = folder / "rehearsal"
        rehearse = [*SEALWRIGHT, "rehearse", "--out", str(out)]
        seconds(rehearse, ROOT)  # fills the caches
        compared(
            "sealwright --help", [*SEALWRIGHT, "--help"], "python -c pass", [sys.executable, "-c", "pass"], 9, ROOT
        )
        build = [sys.executable, "-m", "build", "--installer", "uv", "-o", str(folder / "dist"), str(ROOT)]
        compared("sealwright rehearse (this repository)", rehearse, "python -m build", build, runs, ROOT)
        verify, judge_one = verdicts(out)
        compared("sealwright verify DOSSIER", verify, "sigstore verify identity, one file", judge_one, 9, ROOT)
        print("\nthe last rehearsal, by job:")
        results = [json.loads(path.read_text()) for path in (out / ".rehearsal" / "jobs").glob("*.json")]
        for result in sorted(results, key=lambda result: -result["seconds"]):
            print(f"  {result['job']:<20} {result['seconds']:5.1f} s")


if __name__ == "__main__":
    main()
