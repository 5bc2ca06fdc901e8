"""All audits over one repository."""

from __future__ import annotations

from dataclasses import dataclass

from sealwright.doctor.audits import AUDITS, CODES
from sealwright.doctor.codes import Audit, Defect
from sealwright.doctor.material import Material
from sealwright.doctor.posture import Posture, Upload
from sealwright.model import Finding, Level, State


@dataclass(frozen=True, slots=True)
class Examined:
    """What the audits found, in their order."""

    uploads: tuple[Upload, ...]
    workflows: int
    defects: tuple[tuple[Finding, Defect], ...]
    """Each defect with the finding that it is reported as."""
    others: tuple[Finding, ...]
    """One for each audit without a defect: passed, or skipped with its reason."""

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Everything, defects first."""
        return (*(finding for finding, _ in self.defects), *self.others)

    @property
    def blocking(self) -> tuple[Finding, ...]:
        """What keeps the answer from being `passed`."""
        return tuple(finding for finding, defect in self.defects if _blocks(defect))


def examine(material: Material) -> Examined:
    """Ask every question of a repository."""
    posture = Posture(material)
    defects: list[tuple[Finding, Defect]] = []
    others: list[Finding] = []
    for audit in AUDITS:
        reason = audit.skip(posture)
        found = [] if reason else sorted(audit.look(posture), key=_order)
        defects += ((_finding(audit, defect), defect) for defect in dict.fromkeys(found))
        if reason:
            others.append(Finding.skipped(audit.name, reason))
        elif not found:
            others.append(Finding.passed(audit.name, found=audit.about))
    return Examined(posture.uploads, len(posture.workflows), tuple(sorted(defects, key=_weight)), tuple(others))


def _finding(audit: Audit, defect: Defect) -> Finding:
    return Finding(
        audit.name, defect.code.name, defect.state, defect.subject, defect.expected, defect.found, defect.fix
    )


def _order(defect: Defect) -> tuple[str, int]:
    return defect.place.path, defect.place.line


def _blocks(defect: Defect) -> bool:
    """As levels of checks do: `require` wants nothing but a pass, `enforce` stops at a failure."""
    if defect.code.level is Level.ENFORCE:
        return defect.state is State.FAIL
    return defect.code.level is Level.REQUIRE


def _weight(pair: tuple[Finding, Defect]) -> tuple[bool, bool, int]:
    """What blocks comes first, what could not be looked at last; within that the table's order, code by code."""
    defect = pair[1]
    return not _blocks(defect), defect.state is not State.FAIL, _ORDER[defect.code.name]


_ORDER = {name: number for number, name in enumerate(CODES)}
