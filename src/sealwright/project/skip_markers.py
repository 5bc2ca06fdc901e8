"""Words in a commit's message that keep every workflow from starting, that of its tag included.

https://docs.github.com/en/actions/how-tos/manage-workflow-runs/skip-workflow-runs
"""

from __future__ import annotations

import re

WORDS = re.compile(r"\[(?:skip ci|ci skip|no ci|skip actions|actions skip)\]")
_TRAILER = re.compile(r"\n\n(?:.*\n)*skip-checks:\s*true\s*\Z")


def skip_marker(message: str) -> str | None:
    """What in a commit's message asks for no runs; None where nothing does."""
    found = WORDS.search(message) or _TRAILER.search(message)
    return found[0].strip() if found else None
