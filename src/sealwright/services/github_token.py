"""The token for GitHub that whoever calls has at hand."""

from __future__ import annotations

from collections.abc import Mapping

VARIABLES = ("GH_TOKEN", "GITHUB_TOKEN")
"""As GitHub's own command line looks for it, in this order."""


def github_token(environ: Mapping[str, str]) -> str:
    """The first of VARIABLES that is set; empty for none."""
    return next((environ[name] for name in VARIABLES if environ.get(name)), "")
