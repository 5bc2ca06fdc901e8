"""How two builds of one distribution differ. Pure: two streams in, differences by class out."""

from sealwright.verify.difference.compare import compare
from sealwright.verify.difference.kinds import Difference, Kind, Observation
from sealwright.verify.difference.remedies import remedy

__all__ = ["Difference", "Kind", "Observation", "compare", "remedy"]
