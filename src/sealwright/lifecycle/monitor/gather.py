"""Asks index, GitHub and the hosts of tags about everything that was published, within bounds of time and size."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from packaging.version import Version

from sealwright.dossier.store import RELEASE, is_sbom
from sealwright.endpoints import Endpoints
from sealwright.errors import SealwrightError, Unavailable
from sealwright.lifecycle.monitor.seen import Seen, VersionSeen, Watched
from sealwright.pipeline.pins import FLOWS
from sealwright.project import normal_version
from sealwright.services.concurrently import ask_all
from sealwright.services.github_answers import Asset
from sealwright.services.github_published import Published, PublishedOnGitHub
from sealwright.services.index import IndexClient
from sealwright.services.remote_tags import remote_tags
from sealwright.verify.listing import IndexFile
from sealwright.verify.released.manifest import SIGNATURE
from sealwright.workflow.renewed import pins_in

_AT_ONCE = 6
_SECONDS = 300.0
"""For all questions of one kind together."""
_LARGEST = 64 * 1024 * 1024
"""Bytes of an asset that is fetched at all."""
K = TypeVar("K")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Found:
    """A version, before anything about it was asked."""

    version: Version
    tag: str
    files: tuple[IndexFile, ...]
    release: Published | None

    @property
    def uploaded(self) -> str:
        """When the last of its files was uploaded; what has no time sorts as newest: it has to be looked at."""
        return max((file.uploaded or "9999" for file in self.files), default="9999")


def gather(watched: Watched, endpoints: Endpoints, environ: Mapping[str, str]) -> Seen:
    """Everything about the releases of `watched`. Never raises for a service that does not answer."""
    index = IndexClient(endpoints.pypi)
    github = PublishedOnGitHub(endpoints.github_api_url, watched.repository, watched.token)
    files = _tried(lambda: index.files(watched.project))
    releases = _tried(github.published)
    chosen, left_out = _chosen(
        _versions(watched, () if isinstance(files, SealwrightError) else files, _or_none(releases)), watched
    )
    provenance = _provenance(index, watched.project, chosen)
    assets = _assets(github, chosen)
    home = f"{endpoints.github_url}/{watched.repository}"
    return Seen(
        versions=tuple(_version(found, provenance, assets) for found in chosen),
        index_error=files if isinstance(files, SealwrightError) else None,
        github_error=releases if isinstance(releases, SealwrightError) else None,
        left_out=left_out,
        tags=_tried(lambda: remote_tags(home, environ, token=watched.token)) if chosen else {},
        pinned=_asked(lambda name: remote_tags(f"{endpoints.github_url}/{name}", environ), pinned(watched)),
    )


def pinned(watched: Watched) -> dict[str, dict[str, str]]:
    """Repository of each action and reusable workflow that releases are made with: its versions and their commits."""
    found = pins_in(watched.workflow)
    if found and watched.settings.provenance == "both":
        for flow, pin in FLOWS.items():
            found.setdefault("/".join(flow.value.split("/")[:2]), {})[pin.version] = pin.commit
    return found


def _tried(ask: Callable[[], T]) -> T | SealwrightError:
    try:
        return ask()
    except SealwrightError as error:
        return error


def _or_none(releases: tuple[Published, ...] | SealwrightError) -> tuple[Published, ...]:
    return () if isinstance(releases, SealwrightError) else releases


def _versions(watched: Watched, files: Iterable[IndexFile], releases: Iterable[Published]) -> dict[Version, _Found]:
    """Every version that the index or GitHub has, and the two together."""
    on_index: dict[Version, list[IndexFile]] = {}
    for file in files:
        # A file whose name follows no standard is nobody's: it stands as version 0, and no manifest lists it.
        on_index.setdefault(file.version or Version("0"), []).append(file)
    on_github: dict[Version, Published] = {}
    for release in releases:
        named = normal_version(watched.settings.version_in(release.release.tag) or "")
        if named is not None:
            on_github.setdefault(Version(named), release)
    return {
        version: _Found(
            version,
            on_github[version].release.tag if version in on_github else watched.settings.tag_for(str(version)),
            tuple(on_index.get(version, ())),
            on_github.get(version),
        )
        for version in on_index.keys() | on_github.keys()
    }


def _chosen(versions: Mapping[Version, _Found], watched: Watched) -> tuple[tuple[_Found, ...], tuple[str, ...]]:
    """The versions that are looked at, highest first, and those that are not."""
    start = versions.get(watched.since) if watched.since else None
    # A file that came after the pipeline did is looked at, whatever its version: a stranger's would come like that.
    begun = min((file.uploaded for file in start.files if file.uploaded), default="") if start else ""
    due = [
        found
        for version, found in versions.items()
        if watched.since is None or version >= watched.since or not begun or found.uploaded >= begun
    ]
    latest = sorted(due, key=lambda found: (found.uploaded, found.version), reverse=True)[: watched.most]
    left = versions.keys() - {found.version for found in latest}
    return tuple(sorted(latest, key=lambda found: found.version, reverse=True)), tuple(map(str, sorted(left)))


def _asked(ask: Callable[[K], T], keys: Iterable[K]) -> dict[K, T | SealwrightError]:
    """All answers, or why there is none."""
    return ask_all(ask, keys, _SECONDS, _AT_ONCE)


def _provenance(
    index: IndexClient, project: str, versions: Iterable[_Found]
) -> dict[IndexFile, bytes | SealwrightError | None]:
    files = [file for found in versions for file in found.files]
    return _asked(lambda file: index.provenance(project, str(file.version), file.filename), files)


def _assets(github: PublishedOnGitHub, versions: Iterable[_Found]) -> dict[Asset, bytes | SealwrightError]:
    wanted = [
        asset
        for found in versions
        if found.release is not None
        for name, asset in found.release.assets.items()
        if name in (RELEASE, SIGNATURE) or is_sbom(name)
    ]
    return _asked(lambda asset: _fetched(github, asset), wanted)


def _fetched(github: PublishedOnGitHub, asset: Asset) -> bytes:
    if asset.size > _LARGEST:
        hint = "look at the release's page; nothing of that size is ours"
        raise Unavailable("answer-too-large", f"{asset.name} has {asset.size} bytes", hint=hint)
    return github.download_asset(asset)


def _version(
    found: _Found,
    provenance: Mapping[IndexFile, bytes | SealwrightError | None],
    assets: Mapping[Asset, bytes | SealwrightError],
) -> VersionSeen:
    mine = found.release.assets if found.release else {}
    fetched = {name: assets[asset] for name, asset in mine.items() if asset in assets}
    return VersionSeen(
        str(found.version),
        found.tag,
        found.files,
        found.release,
        fetched.get(RELEASE),
        fetched.get(SIGNATURE),
        {file.filename: provenance[file] for file in found.files},
        {name: data for name, data in fetched.items() if is_sbom(name)},
    )
