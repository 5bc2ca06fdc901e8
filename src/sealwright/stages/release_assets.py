"""The files of a GitHub release: which they are, and bringing a release to hold exactly them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping

from pydantic import TypeAdapter, ValidationError

from sealwright.dossier import Dossier
from sealwright.dossier.store import DIST, EVIDENCE, PUBLISHED, RELEASE, is_part
from sealwright.errors import Refused, UsageError
from sealwright.model import FileRef, Finding, sha256_hex
from sealwright.services.github import Asset, GitHub, Release
from sealwright.stages.base import Context

TOKEN_VARIABLE = "GH_TOKEN"  # noqa: S105 - the name of a variable
SUMS = f"{EVIDENCE}/SHA256SUMS"
SEALED = (f"{EVIDENCE}/vsa.intoto.jsonl", f"{EVIDENCE}/{RELEASE}.sigstore.json")
_FILES = TypeAdapter(tuple[FileRef, ...])


def repository(context: Context) -> GitHub:
    """The planned repository, with this job's token. Raises UsageError (`token-missing`)."""
    token = context.environ.get(TOKEN_VARIABLE, "")
    if not token:
        raise UsageError("token-missing", f"{TOKEN_VARIABLE} is not set", hint="give the step `github.token` as that")
    return GitHub(context.endpoints.github_api_url, context.plan.repository, token)


def prepared(context: Context) -> dict[str, FileRef]:
    """What a draft holds, by asset name: what release.json lists of a release, that file, and what the seal added.

    Raises Refused (`file-missing`, `release-malformed`, `asset-name-twice`).
    """
    manifest = _output(context, "gate", RELEASE)
    listed = [ref for ref in _listed(context.dossier.read(manifest)) if is_part(ref.path)]
    added = [manifest, _output(context, "gate", SUMS), *(_output(context, "seal", path) for path in SEALED)]
    return by_name({ref.path: ref for ref in (*listed, *added)}.values())


def published(context: Context) -> dict[str, FileRef]:
    """What the index answered after publishing, by asset name: the provenance of each distribution.

    Raises Refused (`provenance-unexpected`) if the job confirm, which ran project code, recorded anything else there.
    """
    refs = context.record("confirm").outputs_in(PUBLISHED)
    due = {f"{ref.name}.provenance.json" for ref in prepared(context).values() if ref.path.split("/")[0] == DIST}
    others = sorted({ref.name for ref in refs} - due)
    if others:
        raise Refused(
            "provenance-unexpected",
            f"job confirm recorded {', '.join(others)}, which is of no distribution of this release",
            hint="look at what ran in that job; a published release keeps its files for ever",
        )
    return by_name(refs)


def by_name(refs: Iterable[FileRef]) -> dict[str, FileRef]:
    """Files by the last part of their path: a release is one flat folder. Raises Refused (`asset-name-twice`)."""
    found: dict[str, FileRef] = {}
    for ref in refs:
        other = found.setdefault(ref.name, ref)
        if other != ref:
            raise Refused(
                "asset-name-twice",
                f"{other.path} and {ref.path} would both be {ref.name} in the release",
                hint="a GitHub release has no folders; rename one of them",
            )
    return found


class Contents:
    """What a release holds, compared with what it should hold. Digests decide, never names alone."""

    def __init__(self, github: GitHub, release: Release, check: str) -> None:
        self._github = github
        self._release = release
        self._check = check
        self._assets = github.assets(release)

    def compare(self, wanted: Mapping[str, FileRef]) -> Iterator[Finding]:
        """One failure for each file that is missing, extra or different; changes nothing.

        Codes: `asset-missing`, `asset-different`, `asset-extra`.
        """
        for name, ref in wanted.items():
            asset = self._assets.get(name)
            if asset is None:
                yield Finding.failed(
                    self._check,
                    "asset-missing",
                    name,
                    expected=f"sha256:{ref.sha256}",
                    found="no such asset",
                    hint=f"somebody changed the release; look at {self._release.page}",
                )
            elif not self._same(asset, ref):
                yield self._different(name, ref, asset)
        for name in sorted(set(self._assets) - set(wanted)):
            yield Finding.failed(
                self._check,
                "asset-extra",
                name,
                found=f"sha256:{self._assets[name].sha256}",
                hint=f"it is not part of the release; look at {self._release.page}",
            )

    def complete(self, wanted: Mapping[str, FileRef], dossier: Dossier) -> Iterator[Finding]:
        """Bring a draft to hold `wanted`: upload what is missing, replace what is different.

        A published release is left as it is; `compare` says what is wrong with it. Replacing is said, and passes: until
        the draft is published, only what it ends up holding counts.
        """
        for name, ref in wanted.items():
            asset = self._assets.get(name)
            if not self._release.draft or (asset is not None and self._same(asset, ref)):
                continue
            if asset is not None:
                self._github.delete_asset(asset)
                yield Finding.passed(self._check, name, f"replaced sha256:{asset.sha256}")
            self._assets[name] = self._github.upload_asset(self._release, name, dossier.read(ref))

    def remove_others(self, wanted: Iterable[str]) -> Iterator[Finding]:
        """Remove from a draft what does not belong there; somebody put it there between two runs."""
        for name in sorted(set(self._assets) - set(wanted)) if self._release.draft else ():
            asset = self._assets.pop(name)
            self._github.delete_asset(asset)
            yield Finding.passed(self._check, name, f"removed an asset that is not part of the release: {asset.sha256}")

    def _same(self, asset: Asset, ref: FileRef) -> bool:
        if not asset.complete or asset.size != ref.size:
            return False
        return (asset.sha256 or sha256_hex(self._github.download_asset(asset))) == ref.sha256

    def _different(self, name: str, ref: FileRef, asset: Asset) -> Finding:
        return Finding.failed(
            self._check,
            "asset-different",
            name,
            expected=f"sha256:{ref.sha256}",
            found=f"sha256:{asset.sha256}" if asset.complete else "an interrupted upload",
            hint="it was uploaded by something other than this run; never publish or install it",
        )


def _output(context: Context, job: str, path: str) -> FileRef:
    ref = context.record(job).output(path)
    if ref is None:
        raise Refused("file-missing", f"job {job} did not record {path}", hint=f"see what job {job} reported")
    return ref


def _listed(data: bytes) -> tuple[FileRef, ...]:
    try:
        return _FILES.validate_python(json.loads(data)["files"], strict=False)
    except (ValueError, KeyError, TypeError, ValidationError) as error:
        reason = error.errors()[0]["msg"] if isinstance(error, ValidationError) else repr(error)
        raise Refused("release-malformed", f"{RELEASE} does not list files: {reason}") from error
