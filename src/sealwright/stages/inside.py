"""What is tried once a distribution is installed: its modules and dependencies, and the project's own command."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sealwright.config.settings import Smoke
from sealwright.errors import Unavailable
from sealwright.model import Finding, State
from sealwright.services.loading import Room
from sealwright.verify.importable import Kind
from sealwright.verify.skips import Skips
from sealwright.verify.wheel import Wheel

CHECK = "smoke"
SKIPPED = "smoke-import"
LOAD_SECONDS = 120.0
"""For one module with everything that it imports, on a slow machine."""
NOT_HERE = "where it is not meant to work, leave it out with `skip-imports`"
_COMMAND_SECONDS = 900.0


@dataclass(frozen=True, slots=True)
class Inside:
    """A distribution where it was installed, plainly or with one extra."""

    subject: str
    """What findings are about."""
    room: Room
    wheel: Wheel
    settings: Smoke
    markers: Mapping[str, str]
    """Of the interpreter."""
    extra: str = ""
    """The extra that it was installed with; empty for a plain installation."""

    @property
    def skips(self) -> Skips:
        """The modules that the settings leave out here."""
        return Skips(self.settings.skip_imports, self.markers)

    def passed(self, found: str) -> Finding:
        """A part of it works."""
        return Finding.passed(CHECK, self.subject, found)

    def failed(self, code: str, expected: str, found: str, hint: str) -> Finding:
        """A part of it does not work. `found` loses the folder that it was installed in, which is gone later on."""
        inside = found.replace(f"{self.room.environment.folder}{os.sep}", "")
        return Finding.failed(CHECK, code, self.subject, expected=expected, found=inside, hint=hint)

    def skipped(self, what: str, reason: str) -> Finding:
        """A part of it was left out."""
        return Finding.skipped(SKIPPED, f"{what}: {reason}", self.subject)


def dependencies(inside: Inside) -> Iterator[Finding]:
    """Whether what is installed fits together. Code: `smoke-dependencies`."""
    complaints = inside.room.environment.complaints()
    if complaints:
        hint = "the closure in evidence/ does not satisfy what is installed; correct the dependencies"
        yield inside.failed("smoke-dependencies", "consistent dependencies", complaints, hint)


def imports(inside: Inside) -> Iterator[Finding]:
    """Whether the outermost modules can be imported, each by itself, and those below where asked for.

    Codes: `smoke-import`, `smoke-nothing`.
    """
    contents, skips = inside.wheel.contents, inside.skips
    if contents.kind is not Kind.MODULES:
        yield _without_modules(inside)
        return
    every = contents.modules if inside.settings.submodules else contents.outermost
    outermost = skips.kept(contents.outermost)
    below = tuple(module for module in skips.kept(every) if module not in outermost)
    for one in (*inside.room.load_each(outermost, LOAD_SECONDS), *inside.room.load(below, LOAD_SECONDS)):
        if one.problem:
            hint = f"a dependency or a file is missing, or it does too much; {NOT_HERE}"
            yield inside.failed("smoke-import", f"`import {one.target}` works", one.problem, hint)
    yield from (inside.skipped(module, reason) for module in every if (reason := skips.reason(module)))
    names = (*outermost, *([f"{len(below)} more"] if below else ()))
    yield inside.passed(f"imports {', '.join(names) or 'nothing'}")


def command(inside: Inside) -> Iterator[Finding]:
    """Whether the project's own command passes. Code: `smoke-command`."""
    words = inside.settings.command
    if not words:
        return
    try:
        done = inside.room.run(words, _COMMAND_SECONDS)
    except Unavailable as error:
        found = error.message
    else:
        found = f"{done.ending}: {done.tail}" if done.returncode else ""
    if found:
        hint = "the command is `smoke.command` in [tool.sealwright], run in an empty folder"
        yield inside.failed("smoke-command", f"`{' '.join(words)}` passes", found, hint)
    else:
        yield inside.passed("smoke command passed")


def joined(inside: Inside, findings: Iterator[Finding]) -> tuple[Finding, ...]:
    """Everything that is wrong, or one finding that says what works; then what was left out."""
    found = tuple(findings)
    wrong = tuple(finding for finding in found if finding.state is State.FAIL)
    works = "; ".join(finding.found for finding in found if finding.state is State.PASS)
    return (*(wrong or (inside.passed(works),)), *(finding for finding in found if finding.state is State.SKIPPED))


def _without_modules(inside: Inside) -> Finding:
    wheel, contents = inside.wheel, inside.wheel.contents
    if contents.kind is Kind.UNREACHABLE:
        found = f"{contents.kind}: {', '.join(contents.unreachable[:3])}"
        hint = "give the folder a name that can be imported; a stub package holds .pyi files and data, and no .py"
        return inside.failed("smoke-nothing", "code that can be imported", found, hint)
    if contents.kind is not Kind.NOTHING:
        return inside.passed(f"nothing to import: {contents.kind}")
    if wheel.requires_dist:
        return inside.passed(f"nothing to import: only dependencies, {len(wheel.requires_dist)} of them")
    hint = "tell the build backend which packages to pack, and look into the wheel"
    return inside.failed("smoke-nothing", "files, or at least dependencies", str(contents.kind), hint)
