"""What changes from one release of a project to the next. Pure: archives, SBOMs and publishers in, changes out.

Nothing here is a verdict: whether a change is wanted is for people to say, and this tells them where to look first.
"""

from sealwright.verify.changes.compare import Side, compare_releases
from sealwright.verify.changes.model import REPORT, Change, Changes, Kind, Publisher, stated_publisher

__all__ = ["REPORT", "Change", "Changes", "Kind", "Publisher", "Side", "compare_releases", "stated_publisher"]
