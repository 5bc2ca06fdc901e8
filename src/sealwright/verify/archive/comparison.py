"""What was compared with a declaration, and what was not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from sealwright.project.declared import Unknown
from sealwright.verify.archive.faults import Fault


@dataclass
class Comparison:
    """The outcome of one check of one distribution against what the commit declares."""

    where: str
    """What declares it."""
    compared: list[str] = field(default_factory=list)
    unknown: dict[str, str] = field(default_factory=dict)
    """What could not be compared, and why not."""
    faults: list[Fault] = field(default_factory=list)

    def open(self, name: str, declared: object) -> bool:
        """Whether `declared` is known, so that it has to be compared; remembers the answer."""
        if isinstance(declared, Unknown):
            self.unknown[name] = declared.why
            return False
        self.compared.append(name)
        return True

    def differ(self, code: str, name: str, found: Iterable[str], expected: Iterable[str]) -> None:
        """Remember a disagreement."""
        self.faults.append(Fault(code, name, "; ".join(found) or "nothing", "; ".join(expected) or "nothing"))

    @property
    def reason(self) -> str:
        """What was not compared, by reason."""
        reasons = dict.fromkeys(self.unknown.values())
        return "; ".join(
            f"{', '.join(name for name, why in self.unknown.items() if why == reason)}: {reason}" for reason in reasons
        )
