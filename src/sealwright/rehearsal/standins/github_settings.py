"""A repository's settings, as GitHub's REST API shows them to those who may see them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sealwright.rehearsal.standins.server import Refusal, Response


@dataclass(frozen=True, slots=True)
class TagRules:
    """A ruleset for tags."""

    name: str
    patterns: tuple[str, ...] = ("refs/tags/v*",)
    rules: tuple[str, ...] = ("creation", "update", "deletion")
    enforcement: str = "active"


@dataclass(frozen=True, slots=True)
class SettingsPage:
    """What is switched on."""

    rulesets: tuple[TagRules, ...] = ()
    immutable_releases: bool = False
    pins_required: bool = False

    def answer(self, path: tuple[str, ...], *, administrator: bool) -> Response:
        """What GitHub answers to a GET of `/repos/OWNER/NAME/PATH`."""
        match path:
            case ():
                return Response(body={"permissions": {"admin": administrator, "push": True, "pull": True}})
            case ("rulesets",):
                return Response(body=[_shown(number, rules) for number, rules in enumerate(self.rulesets, 1)])
            case ("rulesets", number) if number.isdigit() and 1 <= int(number) <= len(self.rulesets):
                return Response(body=_whole(int(number), self.rulesets[int(number) - 1]))
            case ("immutable-releases",) if administrator and self.immutable_releases:
                return Response(body={"enabled": True, "enforced_by_owner": False})
            case ("actions", "permissions") if administrator:
                allowed = {"enabled": True, "allowed_actions": "all", "sha_pinning_required": self.pins_required}
                return Response(body=allowed)
            case ("actions", "permissions"):
                message = "Resource not accessible by integration"
                raise Refusal(403, message, {"message": message, "status": "403"})
        # GitHub tells neither those who may not know nor those where it is off.
        raise Refusal(404, f"Not Found: {'/'.join(path)}", {"message": "Not Found", "status": "404"})


def _shown(number: int, rules: TagRules) -> dict[str, Any]:
    return {"id": number, "name": rules.name, "target": "tag", "enforcement": rules.enforcement}


def _whole(number: int, rules: TagRules) -> dict[str, Any]:
    conditions = {"ref_name": {"include": list(rules.patterns), "exclude": []}}
    return {**_shown(number, rules), "conditions": conditions, "rules": [{"type": kind} for kind in rules.rules]}
