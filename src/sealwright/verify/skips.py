"""Which modules the settings leave out, and which of those settings no longer mean anything."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sealwright.config.settings import SkippedImport


@dataclass(frozen=True, slots=True)
class Skips:
    """The modules to leave out where markers have certain values."""

    listed: tuple[SkippedImport, ...]
    environment: Mapping[str, str]
    """The values of PEP 508 markers."""

    def reason(self, module: str) -> str:
        """Why `module` is left out here; empty if it is not."""
        applying = (skip for skip in self.listed if skip.covers(module) and skip.applies(self.environment))
        return next((skip.reason for skip in applying), "")

    def kept(self, modules: Iterable[str]) -> tuple[str, ...]:
        """Those that are not left out here."""
        return tuple(module for module in modules if not self.reason(module))

    def stale(self, modules: Iterable[str]) -> tuple[SkippedImport, ...]:
        """Those that would leave out none of `modules` anywhere."""
        known = tuple(modules)
        return tuple(skip for skip in self.listed if not any(skip.covers(module) for module in known))
