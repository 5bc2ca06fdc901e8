"""GitHub's REST API with a job's own token: releases, their assets, and how environments are protected.

https://docs.github.com/en/rest/releases, https://docs.github.com/en/rest/deployments/environments
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode, urljoin, urlsplit

from sealwright.errors import Refused, SealwrightError, Unavailable
from sealwright.model import sha256_hex
from sealwright.model.github import Environment
from sealwright.services import http
from sealwright.services.github_answers import Asset, Release, read_asset, read_release
from sealwright.services.github_api import ALREADY_EXISTS, GitHubApi

__all__ = ["Asset", "Environment", "GitHub", "Release"]

_PAGE = 100
_REDIRECTS = 3


class GitHub(GitHubApi):
    """The releases and environments of one repository. All methods raise like `GitHubApi`."""

    def find_release(self, tag: str) -> Release | None:
        """The release of `tag`, a draft included.

        Raises Refused (`drafts-ambiguous`) if there is none yet but several drafts.
        """
        url = f"{self._base}/releases/tags/{quote(tag)}"
        answer = self._ask("GET", url)
        if answer.status != 404:
            return read_release(self._checked(answer).json(), url)
        found = [release for release in self.releases() if release.tag == tag]
        if len(found) > 1:
            raise Refused(
                "drafts-ambiguous",
                f"{self._repository} has {len(found)} drafts for {tag}: {', '.join(draft.page for draft in found)}",
                hint="look at them, delete all but one, and run it again",
            )
        return found[0] if found else None

    def releases(self) -> tuple[Release, ...]:
        """All releases, newest first; drafts too, for whoever may write to the repository."""
        url = f"{self._base}/releases"
        return tuple(read_release(item, url) for item in self._pages(url))

    def latest(self) -> Release | None:
        """The release that is shown as the latest one; None where there is none yet."""
        url = f"{self._base}/releases/latest"
        answer = self._ask("GET", url)
        return None if answer.status == 404 else read_release(self._checked(answer).json(), url)

    def create_draft(self, tag: str, *, commit: str, title: str, notes: str, prerelease: bool) -> Release:
        """A new draft, seen only by those who may write to the repository."""
        fields = {
            "tag_name": tag,
            "target_commitish": commit,
            "name": title,
            "body": notes,
            "draft": True,
            "prerelease": prerelease,
        }
        url = f"{self._base}/releases"
        try:
            return read_release(self._send("POST", url, fields).json(), url)
        except Unavailable:
            made = self.find_release(tag)  # it may have been made, and only the answer was lost
            if made is None:
                raise
            return made

    def change_draft(self, release: Release, *, commit: str, prerelease: bool) -> Release:
        """Set what a plan decides about a draft; what people wrote in it stays."""
        fields = {"target_commitish": commit, "prerelease": prerelease}
        return self._change(release, fields)

    def publish(self, release: Release, *, make_latest: bool) -> Release:
        """Publish a draft; done already is done. Where releases are immutable, nothing can be changed afterwards."""
        if not release.draft:
            return release
        fields = {"draft": False, "make_latest": "true" if make_latest else "false"}
        try:
            return self._change(release, fields)
        except Unavailable:
            url = f"{self._base}/releases/{release.id}"
            now = read_release(self._send("GET", url).json(), url)
            if now.draft:
                raise
            return now

    def _change(self, release: Release, fields: Mapping[str, Any]) -> Release:
        url = f"{self._base}/releases/{release.id}"
        return read_release(self._send("PATCH", url, fields).json(), url)

    def assets(self, release: Release) -> dict[str, Asset]:
        """All files of a release by name."""
        url = f"{self._base}/releases/{release.id}/assets"
        found = [read_asset(item, url) for item in self._pages(url)]
        return {asset.name: asset for asset in found}

    def upload_asset(self, release: Release, name: str, data: bytes) -> Asset:
        """Add a file. What an interrupted upload left behind is removed and the upload repeated once.

        Raises Refused (`asset-renamed`, `asset-changed`) if GitHub stored something else.
        """
        try:
            asset = self._upload(release, name, data)
        except SealwrightError as error:
            if not isinstance(error, Unavailable) and error.code != ALREADY_EXISTS:
                raise
            asset = self._upload_again(release, name, data, error)
        if asset.name != name:
            raise Refused(
                "asset-renamed",
                f"GitHub stored {name} as {asset.name}",
                hint="GitHub replaces characters it does not allow in file names; the release cannot hold this file",
            )
        if asset.sha256 and asset.sha256 != sha256_hex(data):
            raise Refused("asset-changed", f"{name}: sent sha256:{sha256_hex(data)}, stored sha256:{asset.sha256}")
        return asset

    def holds(self, asset: Asset, sha256: str, size: int) -> bool:
        """Whether an asset is exactly these bytes; where GitHub does not know its digest, it is downloaded."""
        if not asset.complete or asset.size != size:
            return False
        return (asset.sha256 or sha256_hex(self.download_asset(asset))) == sha256

    def delete_asset(self, asset: Asset) -> None:
        """Remove a file from a draft; gone already is done."""
        url = f"{self._base}/releases/assets/{asset.id}"
        answer = self._ask("DELETE", url)
        if answer.status != 404:
            self._checked(answer)

    def download_asset(self, asset: Asset, *, limit: int = http.LARGEST) -> bytes:
        """The bytes of an asset, at most `limit`. GitHub keeps them on another host, which never gets the token.

        Raises Refused (`asset-changed`) if they are not what GitHub's API says they are.
        """
        url = f"{self._base}/releases/assets/{asset.id}"
        answer = self._ask("GET", url, accept="application/octet-stream", limit=limit)
        data = self._checked(self._redirected(url, answer, limit)).body
        found = sha256_hex(data)
        if asset.sha256 not in ("", found) or len(data) != asset.size:
            said = f"sha256:{asset.sha256 or 'unknown'}, {asset.size} bytes"
            raise Refused(
                "asset-changed",
                f"{asset.name}: GitHub says {said}; it served sha256:{found}, {len(data)} bytes",
                hint="get it again; if it stays, do not install it",
            )
        return data

    def public_asset(self, server_url: str, tag: str, name: str, *, limit: int = http.LARGEST) -> bytes | None:
        """An asset of a published release by its public address, which needs no token; None where there is none.

        Unlike the API, nothing there says what its digest should be.
        """
        url = f"{server_url}/{quote(self._repository)}/releases/download/{quote(tag)}/{quote(name)}"
        answer = self._redirected(url, http.request("GET", url, limit=limit), limit)
        return None if answer.status == 404 else self._checked(answer).body

    def environments(self) -> tuple[Environment, ...]:
        """The repository's deployment environments. Raises Unavailable where the token may not see them."""
        url = f"{self._base}/environments?per_page={_PAGE}"
        answer = self._ask("GET", url)
        if answer.status in (403, 404):
            raise Unavailable(
                "environments-unreadable",
                f"this job's token may not read the environments of {self._repository}",
                hint="grant the job `actions: read`, or look at Settings > Environments",
            )
        document = self._checked(answer).json()
        try:
            return tuple(self._environment(item) for item in document["environments"])
        except (KeyError, TypeError, AttributeError) as error:
            raise http.malformed(f"{url} did not answer with environments: {error!r}") from error

    def _environment(self, item: Mapping[str, Any]) -> Environment:
        policy = item.get("deployment_branch_policy") or {}
        patterns: tuple[str, ...] = ()
        branches = bool(policy.get("protected_branches"))
        if policy.get("custom_branch_policies"):
            url = f"{self._base}/environments/{quote(item['name'], safe='')}/deployment-branch-policies"
            policies = self._checked(self._ask("GET", url)).json()["branch_policies"]
            patterns = tuple(p["name"] for p in policies)
            branches = any(p.get("type", "branch") != "tag" for p in policies)
        people = [
            person["reviewer"].get("login") or person["reviewer"].get("slug", "")
            for rule in item.get("protection_rules", ())
            for person in rule.get("reviewers", ())
        ]
        return Environment(item["name"], tuple(people), bool(policy), patterns, branches)

    def _upload_again(self, release: Release, name: str, data: bytes, error: SealwrightError) -> Asset:
        """After an upload of which nobody knows how it ended. A whole file of other bytes is somebody else's."""
        left = self.assets(release).get(name)
        if left is not None and self.holds(left, sha256_hex(data), len(data)):
            return left
        if left is not None and left.complete:
            raise error
        if left is not None:
            self.delete_asset(left)
        return self._upload(release, name, data)

    def _upload(self, release: Release, name: str, data: bytes) -> Asset:
        url = f"{release.upload_url}?{urlencode({'name': name})}"
        host, own = urlsplit(url).netloc, urlsplit(self._api).netloc
        if host not in (own, f"uploads.{own.removeprefix('api.')}"):
            raise Refused("upload-elsewhere", f"GitHub asks to upload to {host}; the token is not sent there")
        answer = self._ask("POST", url, body=data, content_type="application/octet-stream")
        return read_asset(self._checked(answer).json(), url)

    def _redirected(self, url: str, answer: http.Answer, limit: int) -> http.Answer:
        """The answer at the end of some redirects, which are followed without the token."""
        for _ in range(_REDIRECTS):
            if answer.status not in (301, 302, 303, 307, 308):
                break
            url = self._followed(url, answer.headers.get("location", ""))
            answer = http.request("GET", url, limit=limit)
        return answer

    def _followed(self, url: str, location: str) -> str:
        try:
            target = urljoin(url, location)
            scheme = urlsplit(target).scheme
        except ValueError:  # no address at all
            target = scheme = ""
        if not location or scheme not in ("https", urlsplit(self._api).scheme):
            hint = "a proxy may have answered; try again"
            raise Unavailable("redirect-unusable", f"{url} redirects to {location or 'nowhere'}", hint=hint)
        return target
