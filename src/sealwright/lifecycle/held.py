"""What a release should consist of, and its bytes: from a dossier, or from the release's own files on GitHub."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from sealwright.config import Settings
from sealwright.dossier import Dossier, decode
from sealwright.dossier.store import RELEASE, SETTINGS
from sealwright.errors import Refused, Unavailable, UsageError
from sealwright.model import FileRef, Finding, Plan
from sealwright.services.github import Asset, GitHub
from sealwright.stages.release_assets import SEALED, by_name, distributions_in, shown
from sealwright.verify.bundle import TrustRoot, verify_file
from sealwright.verify.evidence import RELEASE_SIGNATURE
from sealwright.verify.expected import Expected, judge_claims
from sealwright.verify.release_json import listed

SIGNER = "signer"
_NOTES = "notes.md"
Read = Callable[[FileRef], bytes]


@dataclass(frozen=True, slots=True)
class Held:
    """A release as its signed release.json says it is."""

    plan: Plan
    settings: Settings
    """The project's; the built-in ones where they are not at hand."""
    wanted: Mapping[str, FileRef]
    """The files of its draft on GitHub, by name."""
    read: Read
    notes: str
    """The changelog's entry; empty where it is not at hand."""
    signed: tuple[Finding, ...]
    """Whether the release workflow of the expected repository and tag signed release.json."""

    @property
    def distributions(self) -> tuple[FileRef, ...]:
        """What goes to the indexes."""
        return tuple(distributions_in(self.wanted))


def from_dossier(folder: Path, root: TrustRoot, repository: str | None, tag: str | None) -> Held:
    """What a dossier holds. Where `repository` and `tag` are given, it must be of them.

    Raises UsageError (`dossier-missing`), Unavailable (`release-undecided`), and Refused (`file-changed`, `malformed`).
    """
    if not folder.is_dir():
        raise UsageError("dossier-missing", f"{folder} is no folder", hint="give the folder of a dossier with --out")
    dossier = Dossier(folder, folder.with_name(f"{folder.name}.new"))
    manifest = dossier.read_unrecorded(RELEASE)
    if manifest is None:
        raise _undecided(f"{folder} holds no {RELEASE}")
    files = listed(manifest)
    sealed = {path: data for path in SEALED if (data := dossier.read_unrecorded(path)) is not None}
    optional = {path: dossier.read(files[path]) for path in (SETTINGS, _NOTES) if path in files}
    return _held(manifest, sealed, dossier.read, optional, (root, repository, tag))


def from_release(github: GitHub, repository: str, tag: str, root: TrustRoot) -> Held:
    """What the release or the draft of `tag` holds. Raises Unavailable (`release-invisible`, `release-undecided`)."""
    release = github.find_release(tag)
    if release is None:
        raise Unavailable(
            "release-invisible",
            f"{repository} shows no release for {tag}, so nobody knows what it should consist of",
            hint="drafts are shown only to who may write: `GH_TOKEN=$(gh auth token)`; or give the dossier with --out; "
            f"`gh run list --repo {repository} --workflow release.yml --branch {tag}` shows how far its run came",
        )
    assets = github.assets(release)
    if RELEASE not in assets:
        raise _undecided(f"the release {release.page} holds no {RELEASE}")
    manifest = github.download_asset(assets[RELEASE])
    names = {path: path.rpartition("/")[2] for path in SEALED}
    sealed = {path: github.download_asset(assets[name]) for path, name in names.items() if name in assets}
    return _held(manifest, sealed, _reader(github, assets), {}, (root, repository, tag))


def _held(
    manifest: bytes,
    sealed: Mapping[str, bytes],
    read: Read,
    optional: Mapping[str, bytes],
    expected: tuple[TrustRoot, str | None, str | None],
) -> Held:
    plan, files = _plan(manifest), listed(manifest)
    made = {RELEASE: manifest, **sealed}
    refs = (*shown(files.values()), *(FileRef.of(path, data) for path, data in made.items()))
    known = {ref.name: data for path, data in made.items() for ref in (FileRef.of(path, data),)}
    settings = optional.get(SETTINGS)
    return Held(
        plan=plan,
        settings=Settings.model_validate_json(settings) if settings else Settings(),
        wanted=by_name({ref.path: ref for ref in refs}.values()),
        read=lambda ref: known[ref.name] if ref.name in known else read(ref),
        notes=optional.get(_NOTES, b"").decode("utf-8", "replace"),
        signed=_judge_signature(plan, manifest, sealed.get(RELEASE_SIGNATURE), expected),
    )


def _plan(manifest: bytes) -> Plan:
    try:
        document = json.loads(manifest)
        fields = {field.name: document[field.name] for field in dataclasses.fields(Plan)}
    except (ValueError, KeyError, TypeError) as error:
        hint = "it is cut off or was changed by hand; get all files of the release again"
        raise Refused("malformed", f"{RELEASE} does not hold a plan: {error!r}", hint=hint) from error
    return decode(Plan, json.dumps(fields).encode(), RELEASE)


def _judge_signature(
    plan: Plan, manifest: bytes, bundle: bytes | None, by: tuple[TrustRoot, str | None, str | None]
) -> tuple[Finding, ...]:
    root, repository, tag = by
    wanted = dataclasses.replace(plan, repository=repository or plan.repository, tag=tag or plan.tag)
    if bundle is None:
        hint = "the job seal signs it; run the failed jobs again"
        return (Finding.absent(SIGNER, "signature-missing", RELEASE, expected=RELEASE_SIGNATURE, hint=hint),)
    try:
        verified = verify_file(bundle, FileRef.of(RELEASE, manifest).sha256, root)
    except Refused as error:
        hint = error.hint or "it is not what the release workflow signed: find out who wrote it"
        return (Finding.failed(SIGNER, error.code, RELEASE, found=error.message, hint=hint),)
    return judge_claims(verified.claims, Expected.of(wanted), SIGNER, RELEASE)


def _reader(github: GitHub, assets: Mapping[str, Asset]) -> Read:
    def read(ref: FileRef) -> bytes:
        asset = assets.get(ref.name)
        data = github.download_asset(asset) if asset is not None and asset.complete else b""
        if FileRef.of(ref.path, data) != ref:
            raise Refused(
                "file-changed",
                f"{ref.name}: {RELEASE} lists sha256:{ref.sha256}, the release does not hold these bytes",
                hint="give the dossier of the run with --out; nothing is ever built again for the same version",
            )
        return data

    return read


def _undecided(what: str) -> Unavailable:
    return Unavailable(
        "release-undecided",
        f"{what}: the gate has not decided, so nothing was to be published",
        hint="see how the run ended, and run its failed jobs again; look again after that",
    )
