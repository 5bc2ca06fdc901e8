"""A repository's settings on GitHub, as far as a token may read them.

https://docs.github.com/en/rest/repos/rules, https://docs.github.com/en/rest/actions/permissions and
https://docs.github.com/en/rest/repos/repos#check-if-immutable-releases-are-enabled-for-a-repository
"""

from __future__ import annotations

from typing import Any

from sealwright.errors import Unavailable
from sealwright.model.github import Ruleset
from sealwright.services import http
from sealwright.services.github import GitHub


class GitHubSettings(GitHub):
    """The settings of one repository. Every method raises Unavailable where they cannot be seen."""

    def tag_rulesets(self) -> tuple[Ruleset, ...]:
        """The rulesets for tags, those of the organisation included."""
        listed = self._seen("rulesets?includes_parents=true&targets=tag&per_page=100")
        if not isinstance(listed, list):
            raise _unusable("rulesets", TypeError(type(listed).__name__))
        try:
            numbers = [int(item["id"]) for item in listed if item.get("target", "tag") == "tag"]
            return tuple(_ruleset(self._seen(f"rulesets/{number}?includes_parents=true")) for number in numbers)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise _unusable("rulesets", error) from error

    def immutable_releases(self) -> bool:
        """Whether a published release can no longer be changed."""
        answer = self._ask("GET", f"{self._base}/immutable-releases")
        if answer.status == 404:
            # Also the answer to a token that may not know; only an administrator's says that they are off.
            if self._is_administrator():
                return False
            raise self._invisible("immutable-releases")
        self._refuse_blind("immutable-releases", answer.status)
        return _word(self._checked(answer).json(), "enabled")

    def pins_required(self) -> bool:
        """Whether workflows may use actions only at a full commit."""
        return _word(self._seen("actions/permissions"), "sha_pinning_required")

    def _is_administrator(self) -> bool:
        answer = self._ask("GET", self._base)
        try:
            return answer.status == 200 and answer.json()["permissions"]["admin"] is True
        except (KeyError, TypeError):
            return False

    def _seen(self, path: str) -> Any:
        answer = self._ask("GET", f"{self._base}/{path}")
        self._refuse_blind(path.partition("?")[0], answer.status)
        return self._checked(answer).json()

    def _refuse_blind(self, what: str, status: int) -> None:
        if status in (401, 403, 404):
            raise self._invisible(what)

    def _invisible(self, what: str) -> Unavailable:
        return Unavailable(
            "settings-unreadable",
            f"this token may not read {what} of {self._repository}",
            hint="use an administrator's token: `GH_TOKEN=$(gh auth token)`",
        )


def _word(document: Any, key: str) -> bool:
    found = document.get(key) if isinstance(document, dict) else None
    if not isinstance(found, bool):
        raise _unusable(key, TypeError(repr(found)))
    return found


def _ruleset(item: Any) -> Ruleset:
    names = (item.get("conditions") or {}).get("ref_name") or {}
    return Ruleset(
        name=str(item["name"]),
        active=item["enforcement"] == "active",
        patterns=tuple(str(pattern) for pattern in names.get("include", ())),
        rules=frozenset(str(rule["type"]) for rule in item.get("rules", ())),
    )


def _unusable(what: str, error: Exception) -> Unavailable:
    return http.malformed(f"GitHub's answer about {what} cannot be read: {error!r}")
