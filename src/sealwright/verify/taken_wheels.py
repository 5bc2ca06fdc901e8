"""Wheels that the project's own workflow built, and whether they can be this release's: judged by their names alone.

What is in them is judged later on, like that of every distribution.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import combinations

from packaging.tags import Tag
from packaging.utils import BuildTag, InvalidWheelFilename, parse_wheel_filename

from sealwright.model import Finding, Mode
from sealwright.verify.platform_tags import refused_platforms

CHECK = "wheels"
UNTRIED = "smoke-untried"
PURE = "-none-any.whl"
"""How the names of wheels end that hold no compiled code."""
_SHOWN = 10


def judge_taken(names: Iterable[str], workflow: str, mode: Mode) -> tuple[Finding, ...]:
    """Whether files with these names are wheels for platforms that an index takes, each once; `workflow` built them.

    Codes: `wheels-missing`, `wheels-other-file`, `wheels-twice`, `wheel-platform`. Without any wheel a rehearsal, which
    cannot run `workflow`, skips the check.
    """
    found = sorted(names)
    if not found:
        return (none_taken(workflow, mode),)
    known = {name: parsed for name in found if (parsed := _parsed(name)) is not None}
    others = (_other(name, workflow) for name in found if name not in known)
    platforms = (_platform(name, refused) for name in known if (refused := refused_platforms(name)))
    wrong = (*others, *platforms, *_twice(known))
    return wrong or (taken(found, workflow),)


def none_taken(workflow: str, mode: Mode, why: str = "") -> Finding:
    """The answer where there is no wheel at all: a release has lost its wheels, a rehearsal cannot have any.

    `why` says what was therefore not done.
    """
    if mode is Mode.REHEARSAL:
        return Finding.skipped(CHECK, f"only GitHub runs {workflow}: {why or 'no wheel was built'}", workflow)
    return Finding.failed(
        CHECK,
        "wheels-missing",
        workflow,
        expected="at least one wheel, built by that workflow",
        found="none",
        hint="look at what it uploads: one artifact, whose top folder holds the wheels and nothing else",
    )


def taken(names: Iterable[str], workflow: str) -> Finding:
    """The answer where the wheels are as they should be."""
    found = tuple(names)
    count = f"{len(found)} wheel" + ("" if len(found) == 1 else "s")
    platforms = sorted({tag.platform for name in found if (parsed := _parsed(name)) for tag in parsed[1]})
    more = f" and {len(platforms) - _SHOWN} more" if len(platforms) > _SHOWN else ""
    return Finding.passed(CHECK, workflow, f"{count}, for {', '.join(platforms[:_SHOWN])}{more}")


def _parsed(name: str) -> tuple[BuildTag, frozenset[Tag]] | None:
    try:
        return parse_wheel_filename(name)[2:]
    except InvalidWheelFilename:
        return None


def _other(name: str, workflow: str) -> Finding:
    hint = f"{workflow} may upload wheels and nothing else, directly in the top folder of its artifact"
    return Finding.failed(CHECK, "wheels-other-file", name, expected="the name of a wheel", found=name, hint=hint)


def _platform(name: str, refused: tuple[str, ...]) -> Finding:
    return Finding.failed(
        CHECK,
        "wheel-platform",
        name,
        expected="a platform that PyPI takes, such as manylinux_2_28_x86_64",
        found=", ".join(refused),
        hint="auditwheel makes a manylinux wheel of a linux one; cibuildwheel runs it",
    )


def _twice(known: dict[str, tuple[BuildTag, frozenset[Tag]]]) -> Iterator[Finding]:
    """Wheels of which an installer could take either."""
    for (first, (build, tags)), (second, (other_build, other_tags)) in combinations(known.items(), 2):
        if build == other_build and tags & other_tags:
            hint = "an installer could take either of them; let one leg of the matrix build each"
            yield Finding.failed(
                CHECK, "wheels-twice", second, expected="one wheel for each platform", found=f"like {first}", hint=hint
            )
