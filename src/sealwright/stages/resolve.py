"""Resolves what the wheel brings along, for every Python and system it runs on, and pins each file by sha256."""

from __future__ import annotations

from sealwright.dossier.store import EVIDENCE
from sealwright.errors import Refused
from sealwright.model import Finding
from sealwright.services.closures import python_floor, resolve_closure
from sealwright.services.environments import PackageIndex
from sealwright.stages.base import Context, Result
from sealwright.verify.closure import parse_pylock
from sealwright.verify.wheel import read_wheel

CHECK = "closure"
PYLOCK = f"{EVIDENCE}/pylock.toml"


def run(context: Context) -> Result:
    """Adds evidence/pylock.toml: the closure of the wheels' dependencies, without the project itself.

    Extras are not part of it. Check: `closure`; codes `wheels-disagree`, and those of uv.
    """
    wheels = []
    for ref in context.wheels():
        with context.dossier.file(ref).open("rb") as stream:
            wheels.append((ref.name, read_wheel(stream, ref.name)))
    if not wheels:
        raise Refused("wheel-missing", "the build job recorded no wheel", hint="build at least one pure wheel")
    (first, wheel), *others = wheels
    for name, other in others:
        if (other.requires_python, other.requires_dist) != (wheel.requires_python, wheel.requires_dist):
            finding = Finding.failed(
                CHECK,
                "wheels-disagree",
                name,
                expected=f"the dependencies of {first}",
                found="; ".join((other.requires_python, *other.requires_dist)),
                hint="all wheels of a release need the same dependencies and Pythons",
            )
            return Result((finding,))
    floor = python_floor(wheel.requires_python, [cell.python for cell in context.plan.cells])
    data = resolve_closure(wheel, floor, context.environ, PackageIndex.of(context.environ), context.workspace)
    closure = parse_pylock(data, PYLOCK)
    context.dossier.add(PYLOCK, data)
    return Result((Finding.passed(CHECK, first, f"{len(closure.pins)} packages, from Python {floor} on"),))
