"""What a repository has published on GitHub: its releases with their texts and files, and its security advisories.

https://docs.github.com/en/rest/releases, https://docs.github.com/en/rest/security-advisories/repository-advisories
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sealwright.services import http
from sealwright.services.github import GitHub
from sealwright.services.github_answers import Asset, Release, read_asset, read_release

_PAGE = 100
_TITLE, _NOTES = 256, 124_000
"""Characters that GitHub takes, a little less than that."""


@dataclass(frozen=True, slots=True)
class Published:
    """A release that everybody sees."""

    release: Release
    title: str
    notes: str
    assets: Mapping[str, Asset]
    """By name."""


@dataclass(frozen=True, slots=True)
class Affected:
    """What an advisory says of one package."""

    advisory: str
    """Its GHSA id."""
    package: str
    """As it is written there."""
    versions: str
    """A range such as `>= 1.0, < 1.0.2`."""


class PublishedOnGitHub(GitHub):
    """The published side of one repository. Every method raises what those of `GitHub` do."""

    def published(self) -> tuple[Published, ...]:
        """Every release that is not a draft, newest first. Raises Unavailable where an answer is not whole."""
        url = f"{self._base}/releases"
        found = [_published(item, url) for item in self._pages(url)]
        # A release shows a part of its files at most; whoever counts them asks for the list.
        return tuple(self._whole(one) for one in found if not one.release.draft)

    def of_tag(self, tag: str) -> Published | None:
        """The published release of `tag`; None where there is none, or only a draft."""
        return next((one for one in self.published() if one.release.tag == tag), None)

    def rewrite(self, release: Release, *, title: str, notes: str) -> None:
        """Replace title and notes, which may be done to an immutable release as well; the files stay as they are."""
        fields = {"name": title[:_TITLE], "body": notes[:_NOTES]}
        self._send("PATCH", f"{self._base}/releases/{release.id}", fields)

    def affected(self) -> tuple[Affected, ...]:
        """What the repository's published advisories say about packages of PyPI."""
        url = f"{self._base}/security-advisories"
        answer = self._checked(self._ask("GET", f"{url}?state=published&per_page={_PAGE}"))
        try:
            return tuple(
                Affected(str(item["ghsa_id"]), str(about["package"]["name"]), str(about["vulnerable_version_range"]))
                for item in answer.json()
                for about in item["vulnerabilities"]
                if about["package"]["ecosystem"] == "pip"
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise http.malformed(f"{url} did not answer with advisories: {error!r}") from error

    def _whole(self, one: Published) -> Published:
        if len(one.assets) < _SHOWN_AT_MOST:
            return one
        return Published(one.release, one.title, one.notes, self.assets(one.release))


_SHOWN_AT_MOST = 30
"""A release with as many files as this in it may have more."""


def _published(item: Any, url: str) -> Published:
    release = read_release(item, url)
    try:
        assets = [read_asset(asset, url) for asset in item["assets"]]
        return Published(release, item["name"] or "", item["body"] or "", {asset.name: asset for asset in assets})
    except (KeyError, TypeError, AttributeError) as error:
        raise http.malformed(f"{url} did not answer with a release: {error!r}") from error
