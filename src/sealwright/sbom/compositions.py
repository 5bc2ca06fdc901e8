"""How much is known: what `compositions` claim, and above all what they do not.

https://cyclonedx.org/docs/1.6/json/#compositions
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any


def compositions(
    packages: Collection[str], gaps: Collection[str], conditional: Collection[str], embedded: Iterable[str]
) -> list[dict[str, Any]]:
    """The claims about these bom-refs.

    The parts of a package are never called complete: nobody looked for code that was copied into a wheel. They are
    incomplete where something in it is known and not listed (`gaps`). The dependencies of a package are complete,
    unless another environment adds to them or changes them (`conditional`); optional ones are none of a package's
    unless somebody asks. Of what embedded SBOMs list, only they know.
    """
    others = sorted(embedded)
    claims = (
        ("unknown", "assemblies", [*sorted(set(packages) - set(gaps)), *others]),
        ("incomplete", "assemblies", sorted(gaps)),
        ("complete", "dependencies", sorted(set(packages) - set(conditional))),
        ("incomplete", "dependencies", sorted(conditional)),
        ("unknown", "dependencies", others),
    )
    return [{"aggregate": aggregate, kind: refs} for aggregate, kind, refs in claims if refs]
