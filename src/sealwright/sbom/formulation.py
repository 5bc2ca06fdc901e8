"""What the distributions were built with: named in the document, and never among the components."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from packaging.utils import canonicalize_name

from sealwright.errors import Refused
from sealwright.verify.cyclonedx import purl_of

_PIN = re.compile(r"(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)(\[[^]]*\])?\s*==\s*(?P<version>[^\s;\\]+)")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
_COMMENT = re.compile(r"(^|\s)#.*")


@dataclass(frozen=True, slots=True, order=True)
class BuildTool:
    """One line of build/environment.txt."""

    name: str
    version: str
    sha256: str
    """Empty where the lock allows more than one file: which of them was used is not written there."""


def parse_build_environment(text: str, where: str) -> tuple[BuildTool, ...]:
    """The tools in a hash-locked requirements file, sorted. Raises Refused (`build-environment-malformed`)."""
    joined = re.sub(r"\\\s*\n", " ", text)
    lines = [stripped for line in joined.splitlines() if (stripped := _COMMENT.sub("", line).strip())]
    return tuple(sorted({_tool(line, where) for line in lines if not line.startswith("-")}))


def _tool(line: str, where: str) -> BuildTool:
    match = _PIN.match(line)
    if match is None:
        raise Refused(
            "build-environment-malformed",
            f"{where}: {line[:80]!r} is not `name==version`",
            hint="the build job writes this file; run it again",
        )
    hashes = set(_HASH.findall(line))
    return BuildTool(
        str(canonicalize_name(match["name"])), match["version"], next(iter(hashes)) if len(hashes) == 1 else ""
    )


def formulation(tools: tuple[BuildTool, ...]) -> list[dict[str, Any]]:
    """The `formulation` of a document (https://cyclonedx.org/docs/1.6/json/#formulation)."""
    return [{"bom-ref": "formulation:build", "components": [_component(tool) for tool in tools]}]


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
