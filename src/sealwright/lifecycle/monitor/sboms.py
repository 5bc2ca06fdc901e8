"""Today's advisories about what was released, and which release ships what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from sealwright.auditing.audit import AuditedSboms, audit_sboms
from sealwright.config.policy import Ignore
from sealwright.dossier.store import SBOM_SUFFIX
from sealwright.errors import SealwrightError
from sealwright.lifecycle.monitor.judge import unseen
from sealwright.lifecycle.monitor.seen import VersionSeen
from sealwright.model import Finding, State, sha256_hex
from sealwright.services.advisories import Sources
from sealwright.verify.advisories import CHECK
from sealwright.verify.released import manifest as manifests
from sealwright.verify.released.manifest import Manifest

EARLIER = "audit-earlier"


@dataclass(frozen=True, slots=True)
class Shipped:
    """What the SBOMs of the releases say."""

    findings: tuple[Finding, ...]
    packages: Mapping[str, Mapping[str, tuple[str, ...]]]
    """Version of ours to the packages that it ships, each with its versions. Releases whose SBOM could not be read
    are missing."""


def audit_released(
    versions: Iterable[VersionSeen], held: Mapping[str, Manifest], sources: Sources, ignores: Iterable[Ignore]
) -> Shipped:
    """Audit every SBOM that a manifest vouches for; each package is asked about once.

    What the newest version that is not yanked ships counts as `audit`; an earlier one resolved to versions that
    nobody is given any more, so that counts as `audit-earlier`, which only reports.
    """
    seen = tuple(versions)
    current = next((one.version for one in seen if any(not file.yanked for file in one.files)), "")
    documents, findings = _documents(seen, held, current)
    if not documents:
        return Shipped(tuple(findings), {})
    audited = audit_sboms({f"{version} {name}": data for (version, name), data in documents.items()}, sources, ignores)
    for version, name in documents:
        judged = audited.audit.judgements[f"{version} {name}"].findings
        findings += [_of(finding, version, current) for finding in judged]
    return Shipped(tuple(findings), _packages(documents, audited))


def _documents(
    seen: Iterable[VersionSeen], held: Mapping[str, Manifest], current: str
) -> tuple[dict[tuple[str, str], bytes], list[Finding]]:
    documents: dict[tuple[str, str], bytes] = {}
    findings: list[Finding] = []
    for one in seen:
        manifest, check = held.get(one.version), CHECK if one.version == current else EARLIER
        if manifest is None:
            hint = "see what is said of its release.json; without it nobody knows what it ships"
            missing = Finding.unavailable(check, "manifest-unusable", one.version, found="no SBOM to go by", hint=hint)
            findings.append(missing)
            continue
        for name, data in one.sboms.items():
            listed = manifest.files.get(name)
            if isinstance(data, SealwrightError):
                findings.append(unseen(check, data, f"{one.version} {name}"))
            elif listed is None or listed.sha256 != sha256_hex(data):
                findings.append(_changed(one.tag, name, listed.sha256 if listed else "", sha256_hex(data)))
            else:
                documents[one.version, name] = data
        findings += _missing(one, manifest, check)
    return documents, findings


def _missing(one: VersionSeen, manifest: Manifest, check: str) -> Iterator[Finding]:
    for name in manifest.distributions:
        sbom = f"{name}{SBOM_SUFFIX}"
        if name.endswith(".whl") and sbom not in one.sboms:
            hint = "it was deleted from the release, or never made; audit what the version resolves to today"
            yield Finding.absent(check, "sbom-missing", f"{one.version} {sbom}", expected="an SBOM a wheel", hint=hint)


def _changed(tag: str, name: str, listed: str, found: str) -> Finding:
    return Finding.failed(
        manifests.CHECK,
        "digest-mismatch",
        f"{tag} {name}",
        expected=f"sha256:{listed}" if listed else "no such file",
        found=f"sha256:{found}",
        hint="the release on GitHub is not what was announced; switch on immutable releases",
    )


def _of(finding: Finding, version: str, current: str) -> Finding:
    about = finding.about(f"{version}: {finding.subject}" if finding.subject else version)
    earlier = version != current and (finding.check == CHECK or finding.state is not State.PASS)
    return replace(about, check=EARLIER) if earlier else about


def _packages(documents: Iterable[tuple[str, str]], audited: AuditedSboms) -> dict[str, dict[str, tuple[str, ...]]]:
    found: dict[str, dict[str, set[str]]] = {}
    for version, name in documents:
        inventory = audited.inventories.get(f"{version} {name}")
        for package, its in inventory.subject.packages if inventory else ():
            found.setdefault(version, {}).setdefault(package, set()).add(its)
    return {version: {name: tuple(sorted(its)) for name, its in all_.items()} for version, all_ in found.items()}
