"""What other tools say about the same inputs, side by side, into docs/comparison.md.

usage: benchmarks/compare.py [archives] [sboms] [audits]

Needs the package index that pip is configured for, and a few minutes. Figures stand between markers in the document and
are never edited by hand; without arguments all of them are taken.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import platform
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs" / "comparison.md"
PARTS = ("archives", "sboms", "audits")
sys.path.insert(0, str(ROOT))  # the tables of attacks and the stand-ins' data are the tests'

from comparing import archives, audits, sboms  # noqa: E402
from comparing.document import replaced  # noqa: E402
from comparing.programs import version  # noqa: E402

from sealwright import __version__  # noqa: E402
from sealwright.services.package_index import PackageIndex  # noqa: E402

_TOOLS = ("twine", "check-wheel-contents", "cyclonedx-bom", "pip-audit")


def main() -> None:
    """Take the figures that were asked for and put them into the document."""
    parser = argparse.ArgumentParser(description="Other tools and Sealwright about the same inputs.")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"any of {', '.join(PARTS)}; all by default")
    parts: list[str] = parser.parse_args().parts or list(PARTS)
    if unknown := sorted(set(parts) - set(PARTS)):
        parser.error(f"there is no part {', '.join(unknown)}; choose from {', '.join(PARTS)}")
    warnings.filterwarnings("ignore", "Duplicate name")  # some attacks are just that
    os.environ.update(PackageIndex.from_pip(os.environ).pip_env())
    text = DOCUMENT.read_text("utf-8")
    with tempfile.TemporaryDirectory(prefix="sealwright-compare-") as name:
        for part in parts:
            print(f"compare: {part}", file=sys.stderr)
            figures = {"archives": archives, "sboms": sboms, "audits": audits}[part].compared(Path(name) / part)
            text = replaced(text, {part: f"{_made(part)}\n\n{figures}"})
    DOCUMENT.write_text(text, "utf-8")
    print(f"compare: wrote {DOCUMENT.relative_to(ROOT)}", file=sys.stderr)


def _made(part: str) -> str:
    commit = ["git", "describe", "--always", "--dirty", "--exclude", "*"]
    done = subprocess.run(commit, cwd=ROOT, capture_output=True, text=True, check=False)
    tools = ", ".join([*map(version, _TOOLS), f"Sealwright {__version__} at {done.stdout.strip() or 'no commit'}"])
    python = f"Python {platform.python_version()} on {platform.system()}"
    return f"*{dt.datetime.now(dt.UTC).date()}, `make compare PARTS={part}`, {python}. {tools}.*"


if __name__ == "__main__":
    main()
