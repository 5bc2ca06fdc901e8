"""One CycloneDX document for each wheel, with everything it brings along."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Iterator

from sealwright.dossier.store import EVIDENCE, SBOM_SUFFIX
from sealwright.errors import Refused, SealwrightError
from sealwright.model import FileRef, Finding, Mode, Tool
from sealwright.sbom.describe import Circumstances
from sealwright.sbom.installation import Installation, installed
from sealwright.sbom.make import make
from sealwright.sbom.references import Origin
from sealwright.services.environments import PackageIndex
from sealwright.services.installed import cyclonedx_bom
from sealwright.stages.base import Context, Result, finding_of
from sealwright.verify.closure import lock_path, parse_pylock
from sealwright.verify.sbom import AGREEMENT, CHECK, judge_agreement
from sealwright.verify.taken_wheels import none_taken

BUILD_ENVIRONMENT = "build/environment.txt"
_TOOLS = ("cyclonedx-python-lib", "cyclonedx-bom", "jsonschema-rs")


def run(context: Context) -> Result:
    """Write evidence/<wheel>.cdx.json for each wheel and judge it.

    Checks: `sbom` (made, fits the schema, binds to the wheel, lists exactly its closure), `sbom-agreement` (an
    independent program finds the same components).
    """
    wheels = context.wheels()
    if not wheels and context.settings.wheels and context.plan.mode is Mode.REHEARSAL:
        why = "no wheel to describe, and no SBOM"
        return Result((none_taken(context.settings.wheels, context.plan.mode, why),))
    if not wheels:
        hint = "an SBOM describes a wheel; build one beside the source distribution"
        return Result((Finding.absent(CHECK, "sbom-no-wheel", expected="a wheel", hint=hint),))
    closure = parse_pylock(context.dossier.read(_closure_ref(context)), lock_path())
    with installed(closure, context.environ, PackageIndex.of(context.environ)) as installation:
        theirs = _second_opinion(installation, context)
        findings = tuple(finding for wheel in wheels for finding in _one_wheel(context, wheel, installation, theirs))
    versions = tuple(Tool(name, importlib.metadata.version(name)) for name in _TOOLS)
    return Result(findings, versions, summary=_summary(context, installation))


def _closure_ref(context: Context) -> FileRef:
    ref = next((ref for ref in context.dossier.outputs if ref.path == lock_path()), None)
    if ref is None:
        raise Refused(
            "closure-missing", f"there is no {lock_path()}", hint="the stage resolve writes it; see why it did not"
        )
    return ref


def _second_opinion(installation: Installation, context: Context) -> bytes | Finding:
    """What cyclonedx-bom says is installed, or why it did not say."""
    try:
        return cyclonedx_bom(installation.folder, context.environ)
    except SealwrightError as error:
        return finding_of(error, AGREEMENT)


def _one_wheel(
    context: Context, wheel: FileRef, installation: Installation, theirs: bytes | Finding
) -> Iterator[Finding]:
    where = f"{EVIDENCE}/{wheel.name}{SBOM_SUFFIX}"
    made = make(context.dossier.file(wheel), wheel, installation, _circumstances(context), where)
    context.dossier.add(where, made.data)
    yield from made.findings
    if isinstance(theirs, Finding):
        yield theirs.about(where)
    else:
        yield from judge_agreement(made.data, theirs, where)


def _circumstances(context: Context) -> Circumstances:
    build = context.record("build")
    lock = build.output(BUILD_ENVIRONMENT)
    return Circumstances(
        epoch=context.plan.epoch,
        origin=_origin(context),
        sdists=tuple(context.dossier.file(ref) for ref in context.sdists()),
        build_lock="" if lock is None else context.dossier.read(lock).decode(),
        build_tools=build.tools,
        spec=context.settings.sbom.spec,
    )


def _origin(context: Context) -> Origin:
    owner = context.plan.repository.partition("/")[0]
    if owner == "local":  # no repository is known
        return Origin(commit=context.plan.commit)
    return Origin(f"{context.endpoints.github_url}/{context.plan.repository}", owner, context.plan.commit)


def _summary(context: Context, installation: Installation) -> str:
    count, spec = len(installation.pins), context.settings.sbom.spec
    dependencies = f"{count} {'dependency' if count == 1 else 'dependencies'}"
    return f"SBOM: {dependencies} of {len(context.wheels())} wheel(s), CycloneDX {spec}"
