"""Known vulnerabilities of a package: what several databases write about one of them, brought together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sealwright.verify.advisories import Advisory, Package
from sealwright.verify.severity import Rating, heaviest


@dataclass(frozen=True, slots=True)
class Vulnerability:
    """One known vulnerability of one version of a package."""

    package: str
    version: str
    advisories: tuple[Advisory, ...]
    """What is written about it, by id; at least one."""

    @property
    def id(self) -> str:
        """The name it goes by: that of the Python Packaging Advisory Database, where it is there."""
        return min((a.id for a in self.advisories), key=lambda name: (not name.startswith("PYSEC-"), name))

    @property
    def aliases(self) -> tuple[str, ...]:
        """Its other names, sorted."""
        return tuple(sorted({n for a in self.advisories for n in (a.id, *a.aliases)} - {self.id}))

    @property
    def fixes(self) -> tuple[str, ...]:
        """Later versions that are said not to have it, oldest first."""
        return tuple(str(fix) for fix in sorted({fix for a in self.advisories for fix in a.fixes}))

    @property
    def upgrade(self) -> str:
        """The lowest version that no advisory calls vulnerable; empty where none is fixed."""
        first = [a.fixes[0] for a in self.advisories if a.fixes]
        return str(max(first)) if first else ""

    @property
    def ratings(self) -> tuple[Rating, ...]:
        """What is said of its severity, each once."""
        return tuple(dict.fromkeys(rating for advisory in self.advisories for rating in advisory.ratings))

    @property
    def severity(self) -> str:
        """That in a few characters; see `heaviest`."""
        return heaviest(self.ratings)

    @property
    def summary(self) -> str:
        """One line about it; empty where nobody wrote one."""
        return next((advisory.summary for advisory in self.advisories if advisory.summary), "")

    def __str__(self) -> str:
        aliases = f" ({', '.join(self.aliases)})" if self.aliases else ""
        fixed = f"fixed in {', '.join(self.fixes)}" if self.fixes else "not fixed in any version"
        return "; ".join(part for part in (f"{self.id}{aliases}", self.severity, fixed) if part)


def vulnerabilities(package: Package, advisories: Iterable[Advisory]) -> tuple[Vulnerability, ...]:
    """The advisories about one package, those about the same vulnerability together; sorted by id.

    Two are about the same if one names the id of the other. A third name that both have is not enough: databases have
    given the CVE of one vulnerability as an alias of another, and an ignore of one must not hide the other.
    """
    groups: list[list[Advisory]] = []
    for advisory in sorted(advisories, key=lambda advisory: advisory.id):
        same = [group for group in groups if any(_same(advisory, other) for other in group)]
        groups = [group for group in groups if group not in same]
        groups.append(sorted([advisory, *(a for group in same for a in group)], key=lambda a: a.id))
    found = [Vulnerability(*package, tuple(group)) for group in groups]
    return tuple(sorted(found, key=lambda vulnerability: vulnerability.id))


def _same(one: Advisory, other: Advisory) -> bool:
    return one.id.lower() in other.names or other.id.lower() in one.names
