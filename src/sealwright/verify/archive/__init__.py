"""Archives against the commit that they were built from. Pure: streams and a tree in, findings out."""

from sealwright.verify.archive.commit import Commit
from sealwright.verify.archive.faults import CHECKS, CODES
from sealwright.verify.archive.judge import Expected, judge
from sealwright.verify.archive.limits import Limits

__all__ = ["CHECKS", "CODES", "Commit", "Expected", "Limits", "judge"]
