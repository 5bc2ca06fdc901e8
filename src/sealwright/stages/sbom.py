"""One CycloneDX document for each wheel, with everything it brings along."""

from __future__ import annotations

import importlib.metadata
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sealwright.errors import Refused, SealwrightError
from sealwright.model import FileRef, Finding, Tool
from sealwright.sbom.components import Dependency, Origin
from sealwright.sbom.document import Description, compose
from sealwright.sbom.files import Digests, chosen_wheel, digests_of, source_of
from sealwright.sbom.formulation import BuildTool, build_tools
from sealwright.sbom.graph import resolve_edges
from sealwright.sbom.metadata import Metadata, installed_metadata, wheel_metadata
from sealwright.sbom.schema import judge_schema
from sealwright.services.environments import PackageIndex, make_environment
from sealwright.services.installed import cyclonedx_bom, site_packages
from sealwright.stages.base import Context, Result, finding_of
from sealwright.verify.closure import Closure, Pin, parse_pylock
from sealwright.verify.cyclonedx import marker_environment
from sealwright.verify.sbom import AGREEMENT, CHECK, judge_agreement, judge_sbom

PYLOCK = "evidence/pylock.toml"
BUILD_ENVIRONMENT = "build/environment.txt"
_TOOLS = ("cyclonedx-python-lib", "cyclonedx-bom", "jsonschema-rs")


@dataclass(frozen=True, slots=True)
class Installation:
    """The closure, really installed here."""

    closure: Closure
    """Whole, for every environment."""
    pins: tuple[Pin, ...]
    """What of it belongs here."""
    environment: dict[str, str]
    metadata: dict[str, Metadata]
    theirs: bytes | Finding
    """What cyclonedx-bom says is installed, or why it did not say."""


def run(context: Context) -> Result:
    """Write evidence/<wheel>.cdx.json for each wheel and judge it.

    Checks: `sbom` (made, fits the schema, binds to the wheel, lists exactly its closure), `sbom-agreement` (an
    independent program finds the same components).
    """
    wheels = context.wheels()
    if not wheels:
        hint = "an SBOM describes a wheel; build one beside the source distribution"
        return Result((Finding.absent(CHECK, "sbom-no-wheel", expected="a wheel", hint=hint),))
    installation = _install(context)
    findings = tuple(finding for wheel in wheels for finding in _one_wheel(context, wheel, installation))
    versions = tuple(Tool(name, importlib.metadata.version(name)) for name in _TOOLS)
    return Result(findings, versions, summary=_summary(wheels, installation))


def _install(context: Context) -> Installation:
    closure = parse_pylock(context.dossier.read(_closure_ref(context)), PYLOCK)
    environment = marker_environment()
    here = closure.select(environment)
    with tempfile.TemporaryDirectory(prefix="sealwright-sbom-") as scratch:
        index = PackageIndex.of(context.environ)
        target = make_environment(Path(scratch) / "environment", sys.executable, context.environ, index)
        target.install(here.requirements_text())
        folder = site_packages(target)
        metadata = installed_metadata(folder)
        theirs = _second_opinion(folder, context)
    _expect_installed(here, metadata)
    return Installation(closure, here.pins, environment, metadata, theirs)


def _closure_ref(context: Context) -> FileRef:
    ref = next((ref for ref in context.dossier.outputs if ref.path == PYLOCK), None)
    if ref is None:
        raise Refused(
            "closure-missing", f"there is no {PYLOCK}", hint="the stage resolve writes it; see why it did not"
        )
    return ref


def _second_opinion(folder: Path, context: Context) -> bytes | Finding:
    try:
        return cyclonedx_bom(folder, context.environ)
    except SealwrightError as error:
        return finding_of(error, AGREEMENT)


def _expect_installed(here: Closure, metadata: dict[str, Metadata]) -> None:
    expected = {(pin.name, pin.version) for pin in here.pins}
    found = {(entry.name, entry.version) for entry in metadata.values()}
    if different := sorted(expected ^ found):
        name, version = different[0]
        what = "was not installed" if different[0] in expected else "was installed and is not in the closure"
        raise Refused("closure-not-installed", f"{name} {version} {what}", hint="run the job examine again")


def _one_wheel(context: Context, wheel: FileRef, installation: Installation) -> Iterator[Finding]:
    data = compose(_describe(context, wheel, installation))
    where = context.dossier.add(f"evidence/{wheel.name}.cdx.json", data).path
    # The schema's complaints stand beside the gate's own judgement: each sees what the other does not.
    invalid = judge_schema(data, where)
    yield from invalid
    yield from (f for f in judge_sbom(data, wheel, installation.closure, where) if not invalid or f.code != CHECK)
    if isinstance(installation.theirs, Finding):
        yield installation.theirs.about(where)
    else:
        yield from judge_agreement(data, installation.theirs, where)


def _describe(context: Context, wheel: FileRef, installation: Installation) -> Description:
    path = context.dossier.file(wheel)
    metadata = wheel_metadata(path)
    return Description(
        metadata=metadata,
        wheel=digests_of(path),
        sdists=_sdists(context),
        origin=_origin(context),
        epoch=context.plan.epoch,
        environment=installation.environment,
        dependencies=tuple(_dependency(pin, installation) for pin in installation.pins),
        graph=resolve_edges(metadata, installation.metadata, installation.environment),
        complete=len(installation.pins) == len(installation.closure.pins),
        build_tools=_build_tools(context, installation.environment),
    )


def _sdists(context: Context) -> tuple[Digests, ...]:
    return tuple(digests_of(context.dossier.file(ref)) for ref in context.sdists())


def _dependency(pin: Pin, installation: Installation) -> Dependency:
    file = chosen_wheel(pin)
    if file is None:  # uv installed a wheel of it, so one fits
        raise Refused("wheel-missing", f"no wheel of {pin.name} {pin.version} fits this interpreter")
    return Dependency(installation.metadata[pin.name], file, source_of(pin))


def _origin(context: Context) -> Origin:
    owner = context.plan.repository.partition("/")[0]
    if owner == "local":  # no repository is known
        return Origin("", "", context.plan.commit)
    return Origin(f"{context.endpoints.github_url}/{context.plan.repository}", owner, context.plan.commit)


def _build_tools(context: Context, environment: dict[str, str]) -> tuple[BuildTool, ...]:
    ref = context.record("build").output(BUILD_ENVIRONMENT)
    return () if ref is None else build_tools(context.dossier.read(ref).decode(), environment, BUILD_ENVIRONMENT)


def _summary(wheels: tuple[FileRef, ...], installation: Installation) -> str:
    count = len(installation.pins)
    return f"SBOM: {count} {'dependency' if count == 1 else 'dependencies'} of {len(wheels)} wheel(s), CycloneDX 1.6"
