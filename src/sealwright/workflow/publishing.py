"""What in the other workflows of a repository publishes already, or names a stored token: a first look, by line."""

from __future__ import annotations

import re
from collections.abc import Iterator

_UPLOADS = re.compile(
    r"pypa/gh-action-pypi-publish|\b(?:twine|maturin) upload\b|\b(?:poetry|flit|hatch|pdm|uv|maturin) publish\b"
    r"|setup\.py\b.*\bupload\b"
)
_TOKENS = re.compile(r"secrets\.\w*(?:pypi|twine|flit|poetry|hatch_index|uv_publish)\w*", re.IGNORECASE)


def uploads(text: str) -> Iterator[tuple[int, str]]:
    """(line, what stands there) for every line of a workflow that uploads, or that names a token for it."""
    for number, line in enumerate(text.splitlines(), start=1):
        code = line.partition(" #")[0]
        if not code.lstrip().startswith("#") and (found := _UPLOADS.search(code) or _TOKENS.search(code)):
            yield number, found[0]
