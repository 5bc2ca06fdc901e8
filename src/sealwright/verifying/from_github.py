"""The assets of a GitHub release, as they would lie in a folder if somebody downloaded them all."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping

from sealwright.errors import SealwrightError, Unavailable
from sealwright.model import Finding
from sealwright.model.digest import is_plain_name
from sealwright.services.github import Asset, GitHub, Release
from sealwright.services.release_folder import MOST_FILES
from sealwright.stages.base import finding_of
from sealwright.verify.evidence import FileContent
from sealwright.verify.placing import TALK, place_of
from sealwright.verifying.asking import SECONDS, ask_all, ask_one
from sealwright.verifying.fetching import MOST_BYTES, Fetched, content

CHECK = "github-release"
"""The check that answers whether the release is public, and its assets are as GitHub's API says."""


def fetch_release(github: GitHub, tag: str, say: Callable[[str], None], *, seconds: float = SECONDS) -> Fetched:
    """Every asset of the release of `tag`. Nothing is changed.

    Findings of the check `github-release`; codes: `release-unknown`, `release-draft`, `release-of-another-tag`,
    `assets-odd`, `release-too-large`, `asset-incomplete`, `asset-changed`, and those of `GitHub`.
    """
    end = time.monotonic() + seconds
    release = ask_one(lambda: github.find_release(tag), seconds)
    if release is None:
        hint = "no release of this tag is to be seen; correct the tag, or set GH_TOKEN if it is still a draft"
        return Fetched(findings=(Finding.absent(CHECK, "release-unknown", tag, expected="a release", hint=hint),))
    if isinstance(release, SealwrightError):
        return Fetched(findings=(_unseen(release, tag),))
    assets = ask_one(lambda: _assets(github, release, tag), end - time.monotonic())
    if isinstance(assets, SealwrightError):
        return Fetched(findings=(_unseen(assets, tag),))
    say(f"fetching {len(assets)} assets of {release.page}")
    return _fetched(github, release, assets, end - time.monotonic())


def _fetched(github: GitHub, release: Release, assets: Mapping[str, Asset], seconds: float) -> Fetched:
    wanted = {name: asset for name, asset in assets.items() if name not in TALK}

    def fetch(name: str) -> FileContent:
        if not wanted[name].complete:
            raise Unavailable(
                "asset-incomplete", f"{name} is an interrupted upload", hint="the release is not finished"
            )
        return content(place_of(name), github.download_asset(wanted[name], limit=wanted[name].size))

    found = ask_all(fetch, wanted, seconds)
    wrong = tuple(_unseen(answer, name) for name, answer in found.items() if isinstance(answer, SealwrightError))
    files = {file.ref.path: file for file in found.values() if isinstance(file, FileContent)}
    return Fetched(files, (*wrong, *_state(release, wanted)), complete=not wrong)


def _state(release: Release, assets: Mapping[str, Asset]) -> Iterator[Finding]:
    if release.draft:
        hint = "only those who may write to the repository see it; it can still become something else"
        yield Finding.failed(CHECK, "release-draft", release.tag, expected="published", found="a draft", hint=hint)
        return
    undigested = sum(not asset.sha256 for asset in assets.values())
    words = [
        "a prerelease" if release.prerelease else "a release",
        "immutable" if release.immutable else "not immutable, so its assets can be replaced",
        f"{len(assets)} assets" + (f", {undigested} without a digest of GitHub's" if undigested else ""),
    ]
    yield Finding.passed(CHECK, release.tag, ", ".join(words))


def _assets(github: GitHub, release: Release, tag: str) -> dict[str, Asset]:
    """All of them, if they can be a release's. Raises like `GitHub`, and Unavailable."""
    if release.tag != tag:
        raise Unavailable("release-of-another-tag", f"asked for {tag}, GitHub answered with {release.tag}")
    assets = github.assets(release)
    odd = next((name for name in assets if not is_plain_name(name)), None)
    if odd is not None:
        raise Unavailable("assets-odd", f"an asset is called {odd!r}, which is no name of a file of a release")
    size = sum(asset.size for asset in assets.values())
    if len(assets) > MOST_FILES or size > MOST_BYTES or any(asset.size < 0 for asset in assets.values()):
        raise Unavailable(
            "release-too-large",
            f"it has {len(assets)} assets of {size} bytes; at most {MOST_FILES} of {MOST_BYTES} are fetched",
            hint="download what you want into a folder, and judge that",
        )
    return assets


def _unseen(error: SealwrightError, subject: str) -> Finding:
    """What GitHub refuses to show is not known; only an asset that is another one was looked at and disagrees."""
    if error.code in ("asset-changed", "github-not-found", "drafts-ambiguous"):
        return finding_of(error, CHECK).about(subject)
    return Finding.unavailable(CHECK, error.code, subject, found=error.message, hint=error.hint)
