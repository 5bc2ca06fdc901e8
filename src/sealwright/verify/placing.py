"""Where a file of a flat folder, as releases are downloaded, belongs in a dossier."""

from __future__ import annotations

from sealwright.dossier.store import DIST, EVIDENCE, PUBLISHED, RELEASE, VERIFYING
from sealwright.verify.evidence import INDEX_SUFFIX

DISTRIBUTIONS = (".whl", ".tar.gz")
"""What the names of distributions end with."""
TALK = frozenset({"report.html", "trust_config.json"})
"""Files that are for readers, and evidence of nothing."""


def place_of(name: str) -> str:
    """The path in a dossier; what lies in a folder already, or is for readers, stays where it is."""
    if "/" in name or name in (RELEASE, VERIFYING) or name in TALK:
        return name
    if name.endswith(DISTRIBUTIONS):
        return f"{DIST}/{name}"
    return f"{PUBLISHED}/{name}" if name.endswith(INDEX_SUFFIX) else f"{EVIDENCE}/{name}"
