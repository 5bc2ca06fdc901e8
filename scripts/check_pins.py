"""Whether the tags of all actions still lead to the commits that are pinned here. Tags can be moved.

usage: check_pins.py [BASE]      BASE is where the repositories are, https://github.com by default

Exit codes: 0 all as pinned, 1 a tag leads elsewhere or is gone, 3 a repository could not be asked.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

from sealwright.endpoints import GITHUB_URL
from sealwright.pipeline.pins import ACTIONS, FLOWS, OPTIONAL_ACTIONS, Pin


def main(base: str, pins: dict[str, Pin]) -> int:
    """Ask for every tag, print a line each, and return the exit code."""
    codes = [_check(base, name, pin) for name, pin in sorted(pins.items())]
    return 1 if 1 in codes else max(codes)


def everything() -> dict[str, Pin]:
    """All pins, by `owner/name`."""
    called = {"/".join(flow.value.split("/")[:2]): pin for flow, pin in FLOWS.items()}
    return ACTIONS | OPTIONAL_ACTIONS | called


def _check(base: str, name: str, pin: Pin) -> int:
    tag = f"refs/tags/{pin.version}"
    # The second one is there for an annotated tag alone: the commit that it is about.
    asked = ["git", "ls-remote", f"{base}/{name}", tag, f"{tag}^{{}}"]
    done = subprocess.run(asked, capture_output=True, text=True, check=False, timeout=60)
    if done.returncode != 0:
        print(f"unseen  {name} {pin.version}: {done.stderr.strip()}")
        return 3
    found = {ref: commit for commit, ref in (line.split("\t") for line in done.stdout.splitlines())}
    commit = found.get(f"{tag}^{{}}", found.get(tag, "nothing"))
    if commit == pin.commit:
        print(f"ok      {name} {pin.version} is {commit}")
        return 0
    print(f"FAIL    {name} {pin.version} leads to {commit}, pinned is {pin.commit}")
    return 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1] if len(sys.argv) > 1 else GITHUB_URL, everything()))
