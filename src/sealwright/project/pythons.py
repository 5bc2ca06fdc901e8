"""Which Pythons a project is tried on."""

from __future__ import annotations

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from sealwright.errors import UsageError
from sealwright.model import Cell

KNOWN_PYTHONS = ("3.9", "3.10", "3.11", "3.12", "3.13", "3.14")
"""Those that actions/setup-python offers on current runners, oldest first."""
DEFAULT_RUNNER = "ubuntu-24.04"
_NEWEST_PATCH = 99  # runners have the newest patch of each; only an upper bound like `<=3.12` could tell


def allows(requires_python: str, python: str) -> bool:
    """Whether a `requires-python` admits the minor version `python`. Raises UsageError (`requires-python-invalid`)."""
    try:
        return SpecifierSet(requires_python).contains(f"{python}.{_NEWEST_PATCH}")
    except InvalidSpecifier as error:
        raise UsageError(
            "requires-python-invalid",
            f"requires-python = {requires_python!r} is not a version specifier",
            hint="write it like `>=3.11`",
        ) from error


def supported_pythons(requires_python: str) -> tuple[str, ...]:
    """The known Pythons that fit a `requires-python`, oldest first. Classifiers are opinions and not looked at.

    Raises UsageError (`requires-python-invalid`, `no-supported-python`).
    """
    found = tuple(python for python in KNOWN_PYTHONS if allows(requires_python, python))
    if not found:
        raise UsageError(
            "no-supported-python",
            f"requires-python = {requires_python!r} allows none of {', '.join(KNOWN_PYTHONS)}",
            hint="widen it, or name the Pythons to try in [tool.sealwright] cells",
        )
    return found


def default_cells(requires_python: str) -> tuple[Cell, ...]:
    """The oldest and the newest supported Python on Linux. Raises like `supported_pythons`."""
    pythons = supported_pythons(requires_python)
    return tuple(Cell(DEFAULT_RUNNER, python) for python in dict.fromkeys((pythons[0], pythons[-1])))
