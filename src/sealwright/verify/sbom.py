"""Whether a CycloneDX document describes this wheel and exactly what it brings along."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename

from sealwright.errors import Refused
from sealwright.model import FileRef, Finding
from sealwright.verify.closure import Closure, Pin
from sealwright.verify.cyclonedx import Component, Sbom, environment_in, parse_sbom, purl_of
from sealwright.verify.sbom_claims import judge_compositions, judge_embedded, judge_external, judge_graph, judge_ranges

CHECK = "sbom"
AGREEMENT = "sbom-agreement"

_AGAIN = "run the job examine again; an SBOM is written by it and by nothing else"


@dataclass(frozen=True, slots=True)
class _Judged:
    sbom: Sbom
    wheel: FileRef
    closure: Closure
    where: str

    def failed(self, code: str, expected: str, found: str, hint: str = _AGAIN) -> Finding:
        return Finding.failed(CHECK, code, self.where, expected=expected, found=found, hint=hint)


def judge_sbom(data: bytes, wheel: FileRef, closure: Closure, where: str = "") -> tuple[Finding, ...]:
    """Whether `data` is the SBOM of `wheel` and lists exactly its closure, in the environment that it names itself.

    Answers of the check `sbom`, one about each thing that is wrong, or a single one that passed. Codes:
    `sbom-malformed`, `sbom-root-mismatch`, `sbom-vulnerabilities`, `sbom-closure-missing`, `sbom-closure-extra`,
    `sbom-digest-unknown`, and those of `sbom_claims`. Which packages a closure comes down to depends on the
    environment; the document says for which one it holds, and must be right for that one.

    What SBOMs inside the wheels list is no package of the closure. The gate has no wheel but the project's own, so it
    can only ask that such components name where they come from and stand for nothing else.
    """
    where = where or f"{wheel.name}.cdx.json"
    try:
        sbom = parse_sbom(data, where)
    except Refused as error:
        return (Finding.failed(CHECK, error.code, where, found=error.message, hint=error.hint),)
    judged = _Judged(sbom, wheel, closure, where)
    questions: tuple[Callable[[_Judged], Iterator[Finding]], ...] = (_root, _vulnerabilities, _packages, _claims)
    wrong = tuple(finding for question in questions for finding in question(judged))
    if wrong:
        return wrong
    embedded = len(sbom.components) - len(sbom.packages)
    more = f" and {embedded} embedded" if embedded else ""
    found = f"binds to sha256:{wheel.sha256[:12]}…, {_count(len(sbom.packages))}{more}"
    return (Finding.passed(CHECK, where, found),)


def judge_agreement(ours: bytes, theirs: bytes, where: str) -> tuple[Finding, ...]:
    """Whether cyclonedx-bom, looking at an installation, lists the components that our SBOM lists.

    Answers of the check `sbom-agreement`. Codes: `sbom-component-missing`, `sbom-component-extra`; and
    `sbom-malformed` for a document that cannot be read.
    """
    try:
        here = {(c.name, c.version) for c in parse_sbom(ours, where).packages}
        there = {(c.name, c.version) for c in parse_sbom(theirs, "cyclonedx-bom's answer", root=False).components}
    except Refused as error:
        return (Finding.failed(AGREEMENT, error.code, where, found=error.message, hint=error.hint),)
    missing = (
        Finding.failed(
            AGREEMENT,
            "sbom-component-missing",
            where,
            expected=f"{name} {version}, which is installed",
            found="not in the SBOM",
            hint="a dependency is installed that the closure in evidence/pylock.toml does not explain",
        )
        for name, version in sorted(there - here)
    )
    extra = (
        Finding.failed(
            AGREEMENT,
            "sbom-component-extra",
            where,
            expected="only what is installed",
            found=f"{name} {version} is in the SBOM, cyclonedx-bom does not find it",
            hint="compare `cyclonedx-py environment` with evidence/pylock.toml",
        )
        for name, version in sorted(here - there)
    )
    return (*missing, *extra) or (
        Finding.passed(AGREEMENT, where, f"cyclonedx-bom lists the same {_count(len(here))}"),
    )


def _count(number: int) -> str:
    return f"{number} component" + ("" if number == 1 else "s")


def _root(judged: _Judged) -> Iterator[Finding]:
    root, wheel = judged.sbom.root, judged.wheel
    if root is None:  # `parse_sbom` refuses that where a root is asked for
        return
    if root.sha256 != wheel.sha256:
        yield judged.failed(
            "sbom-root-mismatch",
            f"sha256:{wheel.sha256} of {wheel.name}",
            f"sha256:{root.sha256}" if root.sha256 else "no SHA-256",
        )
    try:
        name, version, _, _ = parse_wheel_filename(wheel.name)
    except InvalidWheelFilename:
        yield judged.failed("sbom-root-mismatch", "the SBOM of a wheel", f"{wheel.name!r} is no wheel's file name")
        return
    for expected, found in (
        (name, canonicalize_name(root.name)),
        (str(version), root.version),
        (purl_of(name, str(version)), root.purl),
    ):
        if expected != found:
            yield judged.failed("sbom-root-mismatch", f"{expected}, as {wheel.name} says", found)


def _vulnerabilities(judged: _Judged) -> Iterator[Finding]:
    if judged.sbom.has_vulnerabilities:
        yield judged.failed(
            "sbom-vulnerabilities",
            "no vulnerability data: what is known changes, what is inside does not",
            "the key `vulnerabilities`",
        )


def _packages(judged: _Judged) -> Iterator[Finding]:
    try:
        environment = environment_in(judged.sbom.properties)
        expected = {(pin.name, pin.version): pin for pin in judged.closure.select(environment).pins}
    except Refused as error:
        yield judged.failed(error.code, "an environment that the closure can be evaluated for", error.message)
        return
    wrong = tuple(_set(judged, expected))
    yield from wrong
    if not wrong:  # otherwise every package too many would be reported once more for its edges
        yield from (judged.failed(*claim) for claim in judge_ranges(judged.sbom, environment))


def _set(judged: _Judged, expected: Mapping[tuple[str, str], Pin]) -> Iterator[Finding]:
    listed = {(c.name, c.version): c for c in judged.sbom.packages}
    for name, version in sorted(expected.keys() - listed.keys()):
        yield judged.failed("sbom-closure-missing", f"{name} {version}, as in evidence/pylock.toml", "not listed")
    for name, version in sorted(listed.keys() - expected.keys()):
        yield judged.failed("sbom-closure-extra", "only what evidence/pylock.toml brings", f"{name} {version}")
    for key in sorted(listed.keys() & expected.keys()):
        yield from _one_package(judged, listed[key], expected[key])


def _one_package(judged: _Judged, component: Component, pin: Pin) -> Iterator[Finding]:
    purl = purl_of(pin.name, pin.version)
    if component.purl != purl:
        yield judged.failed("sbom-closure-extra", purl, component.purl or "no purl")
    if component.sha256 not in {sha256 for _, _, sha256 in pin.files}:
        yield judged.failed(
            "sbom-digest-unknown",
            f"the SHA-256 of a file that evidence/pylock.toml pins for {pin.name} {pin.version}",
            f"sha256:{component.sha256}" if component.sha256 else "no SHA-256",
        )


def _claims(judged: _Judged) -> Iterator[Finding]:
    for question in (judge_graph, judge_embedded, judge_compositions, judge_external):
        for wrong in question(judged.sbom):
            yield judged.failed(*wrong)
