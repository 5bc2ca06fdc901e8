"""What the distributions were built with: named in the document, and never among the components."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from packaging.markers import Marker

from sealwright.verify.cyclonedx import purl_of
from sealwright.verify.requirements import Locked, parse_locked


@dataclass(frozen=True, slots=True, order=True)
class BuildTool:
    """One pin of build/environment.txt."""

    name: str
    version: str
    sha256: str
    """Empty where the lock allows more than one file: which of them was used is not written there."""


def build_tools(text: str, environment: Mapping[str, str], where: str) -> tuple[BuildTool, ...]:
    """The tools in a hash-locked requirements file that belong to an environment, sorted.

    Raises Refused (`build-lock-malformed`).
    """
    pins = (pin for pin in parse_locked(text, where) if _applies(pin, environment))
    return tuple(sorted({_tool(pin) for pin in pins}))


def formulation(tools: tuple[BuildTool, ...]) -> list[dict[str, Any]]:
    """The `formulation` of a document (https://cyclonedx.org/docs/1.6/json/#formulation)."""
    return [{"bom-ref": "formulation:build", "components": [_component(tool) for tool in tools]}]


def _applies(pin: Locked, environment: Mapping[str, str]) -> bool:
    return not pin.marker or Marker(pin.marker).evaluate(dict(environment))


def _tool(pin: Locked) -> BuildTool:
    return BuildTool(pin.name, pin.version, pin.hashes[0] if len(pin.hashes) == 1 else "")


def _component(tool: BuildTool) -> dict[str, Any]:
    purl = purl_of(tool.name, tool.version)
    component: dict[str, Any] = {
        "type": "library",
        "bom-ref": f"build:{purl}",
        "name": tool.name,
        "version": tool.version,
        "purl": purl,
    }
    if tool.sha256:
        component["hashes"] = [{"alg": "SHA-256", "content": tool.sha256}]
    return component
