"""Who brings what, found out by resolving again with every version pinned; only done where something is vulnerable."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from sealwright.auditing.audit import Explain
from sealwright.services.resolving import requiring
from sealwright.verify.judgement import Subject
from sealwright.verify.origins import Origins


def explainer(requirements: Iterable[str], floor: str, environ: Mapping[str, str], cwd: Path) -> Explain:
    """Explains a closure that `requirements` lead to, from Python `floor` on.

    Without requirements, whatever nothing else requires is taken for required by the project.
    """
    own = tuple(requirement for requirement in requirements if _counts(requirement))

    def explain(subject: Subject) -> Origins:
        found = requiring(own, subject.pins, floor, environ, cwd=cwd)
        direct = {str(canonicalize_name(Requirement(requirement).name)) for requirement in own}
        if not own and found:
            direct = {pin.name for pin in subject.pins} - found.keys()
        return Origins(frozenset(direct), found)

    return explain


def _counts(requirement: str) -> bool:
    """Whether a plain installation takes it; extras are no part of a closure."""
    try:
        return "extra" not in str(Requirement(requirement).marker or "")
    except InvalidRequirement:
        return False
