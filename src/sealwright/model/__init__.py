"""Frozen values that travel between jobs and judgements. No I/O, no third-party imports."""

from sealwright.model.digest import FileRef, Sums, sha256_hex
from sealwright.model.finding import Finding, State
from sealwright.model.plan import WHEELS_JOB, Cell, Mode, Plan, Planned, Project
from sealwright.model.record import Record, Tool
from sealwright.model.verdict import Level, Verdict

__all__ = [
    "WHEELS_JOB",
    "Cell",
    "FileRef",
    "Finding",
    "Level",
    "Mode",
    "Plan",
    "Planned",
    "Project",
    "Record",
    "State",
    "Sums",
    "Tool",
    "Verdict",
    "sha256_hex",
]
