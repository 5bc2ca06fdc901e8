"""What a project wants done to the form of its sdist, and how it is said in findings and signed statements."""

from __future__ import annotations

from sealwright.config import Settings
from sealwright.model import Finding, Plan
from sealwright.stages.building import Built
from sealwright.stages.normal_sdist import RULES, told_by

CHECK = "sdist-form"


def normal_time(settings: Settings, plan: Plan) -> int | None:
    """The time, in Unix seconds, that the sdist is normalised to; None where it is left as the backend makes it."""
    return plan.epoch if settings.sdist == "normalised" else None


def form_finding(built: Built, settings: Settings, plan: Plan) -> Finding:
    """Whether the sdist was rewritten, by which rules and why. It passes: both are what the project asked for."""
    return Finding.passed(CHECK, built.sdist.name, _in_words(built, settings, plan))


def form_of(built: Built, settings: Settings) -> dict[str, object]:
    """The same for a statement: the setting, and which files were rewritten, by which rules, made by which backend."""
    normalised = [{"name": built.sdist.name, "rules": RULES, "told": list(built.told), "backend": built.backend}]
    return {"setting": settings.sdist, "normalised": normalised if built.told else []}


def _in_words(built: Built, settings: Settings, plan: Plan) -> str:
    if built.told:
        return f"sdist normalised: {', '.join(built.told)}; {RULES}, made by {built.backend or 'its backend'}"
    left = "sdist as the backend made it"
    if settings.sdist == "normalised":
        return left
    telling = told_by(built.sdist, plan.epoch)
    return f"{left}, with {', '.join(telling)}: a second build will differ" if telling else left
