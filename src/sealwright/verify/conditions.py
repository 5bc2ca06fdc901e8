"""Whether a requirement applies, in an environment and with extras that somebody asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from packaging.markers import UndefinedComparison, UndefinedEnvironmentName
from packaging.requirements import Requirement

from sealwright.errors import Refused


def holds(requirement: Requirement, environment: Mapping[str, str], extras: Iterable[str] = ()) -> bool:
    """Whether its marker holds in `environment`, with no extra or with one of `extras`.

    `environment` has a value for every marker of PEP 508 but `extra`. Raises Refused (`marker-undefined`) for a marker
    that compares what cannot be compared.
    """
    marker = requirement.marker
    if marker is None:
        return True
    try:
        return any(marker.evaluate({**environment, "extra": extra}) for extra in ("", *extras))
    except (UndefinedComparison, UndefinedEnvironmentName) as error:
        raise Refused(
            "marker-undefined", f"`{requirement}`: {error}", hint="no installer can read it; use another version of it"
        ) from error
