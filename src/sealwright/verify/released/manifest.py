"""release.json of a published release: believed only by its signature, and only for what it must be about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sealwright.config import Settings
from sealwright.dossier.store import DIST, RELEASE
from sealwright.errors import Refused
from sealwright.model import FileRef, Finding, sha256_hex
from sealwright.verify import release_json
from sealwright.verify.bundle import TrustRoot, verify_file
from sealwright.verify.expected import ENVIRONMENT, Expected, judge_claims
from sealwright.verify.strict_json import Malformed, as_object, as_text, strict_json

CHECK = "released-manifest"
SIGNATURE = f"{RELEASE}.sigstore.json"
_LARGEST = 16 * 1024 * 1024
"""Bytes of a manifest that is read at all."""


@dataclass(frozen=True, slots=True)
class Awaited:
    """What a manifest has to be about. Never read from the manifest."""

    repository: str
    tag: str
    version: str
    """In normal form."""
    seal: str
    """The environment in which it must have been signed."""

    @classmethod
    def of(cls, repository: str, tag: str, version: str, settings: Settings) -> Awaited:
        """By the settings of whoever asks."""
        return cls(repository, tag, version, settings.environments.seal)


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a release's own signed list says."""

    version: str
    tag: str
    commit: str
    """As the signing certificate has it, and the list as well."""
    files: Mapping[str, FileRef]
    """By the last part of their path: as they lie in the release."""

    @property
    def distributions(self) -> dict[str, FileRef]:
        """What was published on an index, by file name."""
        return {name: ref for name, ref in self.files.items() if ref.path.partition("/")[0] == DIST}


def read_manifest(
    data: bytes, signature: bytes, awaited: Awaited, root: TrustRoot
) -> tuple[Manifest | None, tuple[Finding, ...]]:
    """The manifest, if it holds, and every finding about it: of the check `released-manifest`, and of `environment`.

    Codes: `malformed`, `manifest-mismatch`, those of `verify_file` and of `judge_claims`.
    """
    try:
        fields = _fields(data)
        files = release_json.listed(data)
        claims = verify_file(signature, sha256_hex(data), root).claims
    except Refused as error:
        return None, (Finding.failed(CHECK, error.code, awaited.tag, found=error.message, hint=error.hint),)
    wanted = {"repository": awaited.repository, "tag": awaited.tag, "version": awaited.version}
    wrong = tuple(
        Finding.failed(CHECK, "manifest-mismatch", awaited.tag, expected=f"{name} {text}", found=f"{fields[name]}")
        for name, text in wanted.items()
        if fields[name].lower() != text.lower()
    )
    expected = Expected(awaited.repository, fields["commit"], f"refs/tags/{awaited.tag}")
    judged = judge_claims(claims, expected, CHECK, awaited.tag, environment=awaited.seal)
    # An older certificate names no environment, which says nothing about who signed.
    wrong += tuple(f for f in judged if f.check == CHECK and f.code != CHECK)
    if wrong:
        return None, (*wrong, *(f for f in judged if f.check == ENVIRONMENT))
    by_name = {ref.name: ref for path, ref in files.items() if path.partition("/")[0] in (DIST, "evidence")}
    return Manifest(awaited.version, awaited.tag, claims.commit, by_name), judged


def _fields(data: bytes) -> dict[str, str]:
    try:
        document = as_object(strict_json(data, _LARGEST), RELEASE)
        return {name: as_text(document.get(name), name) for name in ("repository", "tag", "version", "commit")}
    except Malformed as error:
        raise Refused("malformed", f"{RELEASE} cannot be read: {error}") from error
