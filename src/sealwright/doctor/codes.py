"""What an audit can say, as data: codes with their levels and reasons, and the defects found."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sealwright.doctor.posture import Posture
from sealwright.doctor.workflow import Place
from sealwright.model import Level, State


@dataclass(frozen=True, slots=True)
class Code:
    """One thing that can be wrong."""

    name: str
    """Kebab-case and stable."""
    level: Level
    """`enforce` blocks where it is found, `require` also where it could not be looked at, `report` never."""
    title: str
    """What is wrong, in a few words."""
    why: str
    """Why it matters, in one sentence, with the incident that it was seen at."""
    more: str
    """What `--explain` adds: when it is found, and what to do."""

    @property
    def blocks(self) -> bool:
        """Whether a defect of this code keeps the answer from being `passed`."""
        return self.level is not Level.REPORT


@dataclass(frozen=True, slots=True)
class Defect:
    """One place where something is wrong, or could not be looked at."""

    code: Code
    place: Place
    found: str
    fix: str
    """What to type."""
    expected: str = ""
    state: State = State.FAIL
    about: str = ""
    """What it is about, where that is no line of a file; `place` is then the file nearest to it."""

    @property
    def subject(self) -> str:
        """For people: what it is about, or `path:line`."""
        return self.about or str(self.place)


def unless_published(posture: Posture) -> str:
    """Why most questions cannot be asked of this repository; empty where they can."""
    return "" if posture.uploads else "no workflow publishes"


def unless_workflows(posture: Posture) -> str:
    """Why a question about workflows cannot be asked; empty where it can."""
    return "" if posture.workflows else "no workflow could be read" if posture.faults else "there is no workflow"


def never(_: Posture) -> str:
    """For a question that can always be asked."""
    return ""


@dataclass(frozen=True, slots=True)
class Audit:
    """One question about a release posture."""

    name: str
    about: str
    """The question, in one line."""
    codes: tuple[Code, ...]
    look: Callable[[Posture], Iterable[Defect]]
    skip: Callable[[Posture], str] = unless_published
    """Why it has nothing to look at; empty where it has. Silence about nothing would be read as a pass."""


def blocking(name: str, title: str, why: str, more: str) -> Code:
    """A code that blocks where it is found."""
    return Code(name, Level.ENFORCE, title, why, more)


def advice(name: str, title: str, why: str, more: str) -> Code:
    """A code that is reported and never blocks."""
    return Code(name, Level.REPORT, title, why, more)
