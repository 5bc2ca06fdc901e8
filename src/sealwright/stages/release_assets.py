"""The files of a GitHub release: which they are, and bringing a release to hold exactly them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping

from pydantic import TypeAdapter, ValidationError

from sealwright.dossier.store import DIST, EVIDENCE, PUBLISHED, RELEASE, is_part
from sealwright.errors import Refused, UsageError
from sealwright.model import FileRef, Finding
from sealwright.services.github import Asset, GitHub, Release
from sealwright.stages.base import Context
from sealwright.stages.release_page import Site

TOKEN_VARIABLE = "GH_TOKEN"  # noqa: S105 - the name of a variable
SUMS = f"{EVIDENCE}/SHA256SUMS"
SEALED = (f"{EVIDENCE}/vsa.intoto.jsonl", f"{EVIDENCE}/{RELEASE}.sigstore.json")
_FILES = TypeAdapter(tuple[FileRef, ...])


def site_of(context: Context) -> Site:
    """The planned repository, with this job's token. Raises UsageError (`token-missing`)."""
    token = context.environ.get(TOKEN_VARIABLE, "")
    if not token:
        raise UsageError("token-missing", f"{TOKEN_VARIABLE} is not set", hint="give the step `github.token` as that")
    return Site.of(context.plan, context.settings, context.endpoints.github_api_url, token)


def prepared(context: Context) -> dict[str, FileRef]:
    """What a draft holds, by asset name: what release.json lists of a release, that file, and what the seal added.

    Raises Refused (`file-missing`, `release-malformed`, `asset-name-twice`).
    """
    manifest = _output(context, "gate", RELEASE)
    listed = shown(_listed(context.dossier.read(manifest)))
    added = [manifest, _output(context, "gate", SUMS), *(_output(context, "seal", path) for path in SEALED)]
    return by_name({ref.path: ref for ref in (*listed, *added)}.values())


def shown(listed: Iterable[FileRef]) -> list[FileRef]:
    """Those of the files in release.json that the GitHub release holds."""
    return [ref for ref in listed if is_part(ref.path)]


def distributions_in(drafted: Mapping[str, FileRef]) -> list[FileRef]:
    """The distributions among the files of a draft."""
    return [ref for ref in drafted.values() if ref.path.split("/")[0] == DIST]


def provenance_name(distribution: str) -> str:
    """The name of what the index answered about a distribution."""
    return f"{distribution}.provenance.json"


def published(context: Context) -> dict[str, FileRef]:
    """What the index answered after publishing, by asset name: the provenance of each distribution.

    Raises Refused (`provenance-unexpected`) if the job confirm, which ran project code, recorded anything else there.
    """
    refs = context.record("confirm").outputs_in(PUBLISHED)
    due = {provenance_name(ref.name) for ref in distributions_in(prepared(context))}
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

        Codes: `asset-missing`, `asset-incomplete`, `asset-different`, `asset-extra`.
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
                found=_told(self._assets[name]),
                hint=f"it is not part of the release; look at {self._release.page}",
            )

    def complete(self, wanted: Mapping[str, FileRef], read: Callable[[FileRef], bytes]) -> Iterator[Finding]:
        """Bring a draft to hold `wanted`, which `read` has: upload what is missing, replace what is different.

        A published release is left as it is; `compare` says what is wrong with it. Replacing is said, and passes: until
        the draft is published, only what it ends up holding counts.
        """
        for name, ref in wanted.items():
            asset = self._assets.get(name)
            if not self._release.draft or (asset is not None and self._same(asset, ref)):
                continue
            if asset is not None:
                self._github.delete_asset(asset)
                yield Finding.passed(self._check, name, f"replaced {_told(asset)}")
            self._assets[name] = self._github.upload_asset(self._release, name, read(ref))

    def remove_others(self, wanted: Iterable[str]) -> Iterator[Finding]:
        """Remove from a draft what does not belong there; somebody put it there between two runs."""
        for name in sorted(set(self._assets) - set(wanted)) if self._release.draft else ():
            asset = self._assets.pop(name)
            self._github.delete_asset(asset)
            yield Finding.passed(self._check, name, f"removed, not part of the release: {_told(asset)}")

    def _same(self, asset: Asset, ref: FileRef) -> bool:
        return self._github.holds(asset, ref.sha256, ref.size)

    def _different(self, name: str, ref: FileRef, asset: Asset) -> Finding:
        return Finding.failed(
            self._check,
            "asset-different" if asset.complete else "asset-incomplete",
            name,
            expected=f"sha256:{ref.sha256}",
            found=_told(asset),
            hint="it was uploaded by something other than this run; never publish or install it"
            if asset.complete
            else "an upload was cut off; run the job draft again, which replaces it",
        )


def _told(asset: Asset) -> str:
    if not asset.complete:
        return "an interrupted upload"
    return f"sha256:{asset.sha256}" if asset.sha256 else f"{asset.size} bytes without a digest"


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
