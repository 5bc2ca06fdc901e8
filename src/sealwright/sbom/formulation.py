"""What the distributions were built with: named in the document, and never among the components."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from packaging.markers import Marker

from sealwright.model import Tool
from sealwright.verify.cyclonedx import purl_of
from sealwright.verify.requirements import Locked, parse_locked


@dataclass(frozen=True, slots=True, order=True)
class BuildTool:
    """Something that took part in the build."""

    name: str
    version: str
    sha256: str
    """Of the file it was installed from; empty where that is not known."""
    locked: bool = True
    """Whether it is a package of the hash-locked environment, and not the interpreter or what called the backend."""


def build_tools(
    text: str, recorded: Iterable[Tool], environment: Mapping[str, str], where: str
) -> tuple[BuildTool, ...]:
    """The tools in a hash-locked requirements file that belong to an environment, and those that were `recorded`.

    A lock allows several files of one version; the record of the build says which one was used, and is believed only
    if the lock allows that one. Raises Refused (`build-lock-malformed`).
    """
    tools = tuple(recorded)
    pins = tuple(pin for pin in parse_locked(text, where) if _applies(pin, environment))
    locked = {BuildTool(pin.name, pin.version, _digest(pin, tools)) for pin in pins}
    known = {(tool.name, tool.version) for tool in locked}
    digests: dict[tuple[str, str], set[str]] = {}
    for tool in tools:
        digests.setdefault((tool.name, tool.version), set()).add(tool.sha256)
    others = {
        BuildTool(*key, found.pop() if len(found) == 1 else "", locked=False)
        for key, found in digests.items()
        if key not in known
    }
    return tuple(sorted(locked | others))


def formulation(tools: tuple[BuildTool, ...]) -> list[dict[str, Any]]:
    """The `formulation` of a document (https://cyclonedx.org/docs/1.6/json/#formulation)."""
    return [{"bom-ref": "formulation:build", "components": [_component(tool) for tool in tools]}]


def _applies(pin: Locked, environment: Mapping[str, str]) -> bool:
    return not pin.marker or Marker(pin.marker).evaluate(dict(environment))


def _digest(pin: Locked, tools: tuple[Tool, ...]) -> str:
    if len(pin.hashes) == 1:
        return pin.hashes[0]
    used = {tool.sha256 for tool in tools if (tool.name, tool.version) == (pin.name, pin.version)} & {*pin.hashes}
    return used.pop() if len(used) == 1 else ""


def _component(tool: BuildTool) -> dict[str, Any]:
    component: dict[str, Any] = {
        "type": "library" if tool.locked else "application",
        "bom-ref": f"build:{tool.name}@{tool.version}",
        "name": tool.name,
        "version": tool.version,
    }
    if tool.locked:
        component["purl"] = purl_of(tool.name, tool.version)
    if tool.sha256:
        component["hashes"] = [{"alg": "SHA-256", "content": tool.sha256}]
    return component
