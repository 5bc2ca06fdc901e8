"""Resolves what the wheel brings along, for every Python and system it runs on, and pins each file by sha256."""

from __future__ import annotations

from collections.abc import Iterator

from sealwright.errors import Refused, SealwrightError
from sealwright.model import FileRef, Finding
from sealwright.services.environments import PackageIndex
from sealwright.services.resolving import python_floor, resolve_closure
from sealwright.stages.base import Context, Result, finding_of
from sealwright.verify.closure import lock_path, parse_pylock
from sealwright.verify.wheel import Wheel, read_wheel

CHECK = "closure"
_SHOWN = 5


def run(context: Context) -> Result:
    """Adds evidence/pylock.toml: the closure of the wheels' dependencies, without the project itself.

    Where wheels come from elsewhere, it is that of the wheel that was built here of the sdist, and theirs must agree.
    Extras are not part of it. Each extra that the smoke jobs try has a lock of its own, evidence/pylock.<extra>.toml.
    Check: `closure`; codes `wheels-disagree`, `requirement-direct`, `extra-unknown`, and those of uv.
    """
    wheels = [(ref, _read(context, ref)) for ref in context.readable_wheels()]
    if not wheels:
        raise Refused("wheel-missing", "the build job recorded no wheel", hint="build at least one pure wheel")
    (first, wheel), *others = wheels
    unlike = (_differs(first, wheel, ref, other) for ref, other in others if _needs(other) != _needs(wheel))
    wrong = (*unlike, *_direct(first, wheel))
    if wrong:
        return Result(wrong)
    floor = python_floor(wheel.requires_python, [cell.python for cell in context.plan.cells])
    extras = ("", *context.settings.smoke.extras)
    return Result(tuple(_locked(context, first, wheel, extra, floor) for extra in extras))


def _read(context: Context, ref: FileRef) -> Wheel:
    with context.dossier.file(ref).open("rb") as stream:
        return read_wheel(stream, ref.name)


def _needs(wheel: Wheel) -> tuple[str, ...]:
    return (wheel.requires_python, *wheel.requires_dist, *(f"extra {extra}" for extra in wheel.extras))


def _differs(first: FileRef, wheel: Wheel, ref: FileRef, other: Wheel) -> Finding:
    only = sorted(set(_needs(other)) ^ set(_needs(wheel)))
    return Finding.failed(
        CHECK,
        "wheels-disagree",
        ref.name,
        expected=f"the dependencies of {first.name}",
        found=f"only one of them has {'; '.join(only[:_SHOWN])}",
        hint="all wheels of a release need the same dependencies and Pythons",
    )


def _direct(ref: FileRef, wheel: Wheel) -> Iterator[Finding]:
    for requirement in wheel.direct[:_SHOWN]:
        hint = "an index refuses such a wheel, and nothing pins what is at that address; depend on a released version"
        yield Finding.failed(
            CHECK, "requirement-direct", ref.name, expected="a name and versions", found=requirement, hint=hint
        )


def _locked(context: Context, ref: FileRef, wheel: Wheel, extra: str, floor: str) -> Finding:
    """Resolve and record one lock; what keeps it from being made is said of the extra."""
    subject = f"{ref.name}[{extra}]" if extra else ref.name
    if extra and extra not in wheel.extras:
        return Finding.failed(
            CHECK,
            "extra-unknown",
            subject,
            expected=f"one of {', '.join(wheel.extras)}" if wheel.extras else "an extra, and the wheel has none",
            found=f"`smoke.extras` names {extra}",
            hint="correct `extras` in [tool.sealwright.smoke], or [project.optional-dependencies]",
        )
    try:
        index = PackageIndex.of(context.environ)
        file = context.dossier.file(ref)
        data = resolve_closure(file, wheel, floor, context.environ, index=index, cwd=context.workspace, extra=extra)
        closure = parse_pylock(data, lock_path(extra))
    except SealwrightError as error:
        return finding_of(error, CHECK).about(subject)
    context.dossier.add(lock_path(extra), data)
    return Finding.passed(CHECK, subject, f"{len(closure.pins)} packages, from Python {floor} on")
