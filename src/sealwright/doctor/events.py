"""What the `github` context holds for each event, as far as conditions and groups depend on it.

https://docs.github.com/en/webhooks/webhook-events-and-payloads and
https://docs.github.com/en/actions/reference/workflows-and-actions/contexts#github-context
"""

from __future__ import annotations

from collections.abc import Mapping

from sealwright.doctor.expressions import UNKNOWN, Value

PROPERTIES = frozenset(
    (
        *("action", "action_path", "action_ref", "action_repository", "action_status", "actor", "actor_id", "api_url"),
        *("artifact_cache_size_limit", "base_ref", "env", "event", "event_name", "event_path", "graphql_url"),
        *("head_ref", "job", "job_workflow_sha", "output", "path", "ref", "ref_name", "ref_protected", "ref_type"),
        *("repository", "repository_id", "repository_owner", "repository_owner_id", "repository_visibility"),
        *("repositoryurl", "retention_days", "run_attempt", "run_id", "run_number", "secret_source", "server_url"),
        *("sha", "state", "step_summary", "token", "triggering_actor", "workflow", "workflow_ref", "workflow_sha"),
        "workspace",
    )
)
"""Properties of `github` itself."""
_EVERYWHERE = frozenset(("repository", "organization", "enterprise", "installation", "sender"))
_PAYLOADS: Mapping[str, frozenset[str]] = {
    "push": _EVERYWHERE
    | frozenset(
        (
            *("after", "base_ref", "before", "commits", "compare", "created", "deleted", "forced"),
            *("head_commit", "pusher", "ref"),
        )
    ),
    "release": _EVERYWHERE | {"action", "release", "changes"},
    "schedule": _EVERYWHERE | {"schedule", "workflow"},
    "workflow_dispatch": _EVERYWHERE | {"inputs", "ref", "workflow"},
    "repository_dispatch": _EVERYWHERE | {"action", "branch", "client_payload"},
}
_EVENT = "github.event."


def exists(name: str, events: frozenset[str]) -> bool:
    """Whether a property of the `github` context, in lower case, exists for one of the events.

    What belongs to another context, or to an event whose payload is not listed here, may exist.
    """
    context, _, rest = name.partition(".")
    if context != "github":
        return True
    first, _, inner = rest.partition(".")
    if first != "event" or not inner:
        return first in PROPERTIES
    key = inner.partition(".")[0]
    listed = [_PAYLOADS[event] for event in events if event in _PAYLOADS]
    if len(listed) < len(events):
        return key not in events  # `github.event.push` is nobody's: a payload is flat
    return any(key in payload for payload in listed)


class Facts(dict[str, Value]):
    """What is known of the contexts when an event starts a run. What the event's payload has not is empty."""

    def __init__(self, event: str, known: Mapping[str, Value]) -> None:
        super().__init__(known)
        self._payload = _PAYLOADS.get(event)

    def get(self, name: str, default: Value = UNKNOWN) -> Value:  # type: ignore[override]
        """The value of a property such as `github.event.action`."""
        if name in self or self._payload is None or not name.startswith(_EVENT):
            return super().get(name, default)
        return default if name.removeprefix(_EVENT).partition(".")[0] in self._payload else ""
