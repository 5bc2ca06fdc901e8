"""GitHub's REST API with a job's own token: releases, their assets, and how environments are protected.

https://docs.github.com/en/rest/releases, https://docs.github.com/en/rest/deployments/environments
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote, urlencode, urljoin, urlsplit

from sealwright.errors import Refused, SealwrightError, Unavailable
from sealwright.model import sha256_hex
from sealwright.model.github import Environment
from sealwright.services import http
from sealwright.services.github_answers import Asset, Release, read_asset, read_release

__all__ = ["Asset", "Environment", "GitHub", "Release"]

_VERSION = "2022-11-28"
_PAGE = 100
_PAGES = 50
_REDIRECTS = 3


class GitHub:
    """One repository, seen with one token.

    All methods raise Unavailable where GitHub did not answer, or not usably, and SealwrightError (`github-token`,
    `github-forbidden`, `github-not-found`, `github-refused`) where it said no.
    """

    def __init__(self, api_url: str, repository: str, token: str) -> None:
        self._api = api_url.rstrip("/")
        self._base = f"{self._api}/repos/{quote(repository)}"
        self._repository = repository
        self._token = token

    def find_release(self, tag: str) -> Release | None:
        """The release of `tag`, a draft included.

        Raises Refused (`drafts-ambiguous`) if there is none yet but several drafts.
        """
        url = f"{self._base}/releases/tags/{quote(tag)}"
        answer = self._ask("GET", url)
        if answer.status != 404:
            return read_release(self._checked(answer).json(), url)
        releases = [read_release(item, url) for item in self._pages(f"{self._base}/releases")]
        found = [release for release in releases if release.tag == tag]
        if len(found) > 1:
            raise Refused(
                "drafts-ambiguous",
                f"{self._repository} has {len(found)} drafts for {tag}",
                hint="delete all but one on the releases page",
            )
        return found[0] if found else None

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
        return read_release(self._send("POST", url, fields).json(), url)

    def publish(self, release: Release, *, make_latest: bool) -> Release:
        """Publish a draft; done already is done. Where releases are immutable, nothing can be changed afterwards."""
        if not release.draft:
            return release
        url = f"{self._base}/releases/{release.id}"
        fields = {"draft": False, "make_latest": "true" if make_latest else "false"}
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
        except Unavailable:
            left = self.assets(release).get(name)
            if left is not None and left.holds(data):
                return left
            if left is not None:
                self.delete_asset(left)
            asset = self._upload(release, name, data)
        if asset.name != name:
            raise Refused(
                "asset-renamed",
                f"GitHub stored {name} as {asset.name}",
                hint="GitHub replaces characters it does not allow in file names; the release cannot hold this file",
            )
        if asset.sha256 and asset.sha256 != sha256_hex(data):
            raise Refused("asset-changed", f"{name}: sent sha256:{sha256_hex(data)}, stored sha256:{asset.sha256}")
        return asset

    def delete_asset(self, asset: Asset) -> None:
        """Remove a file from a draft."""
        self._send("DELETE", f"{self._base}/releases/assets/{asset.id}")

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
            raise Unavailable("answer-malformed", f"{url} did not answer with environments: {error!r}") from error

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
            raise Unavailable("redirect-unusable", f"{url} redirects to {location or 'nowhere'}")
        return target

    def _pages(self, url: str) -> Iterator[Any]:
        for page in range(1, _PAGES + 1):
            answer = self._checked(self._ask("GET", f"{url}?per_page={_PAGE}&page={page}"))
            items = answer.json()
            if not isinstance(items, list):
                raise Unavailable("answer-malformed", f"{url} did not answer with a list")
            yield from items
            if 'rel="next"' not in answer.headers.get("link", ""):
                return
        raise Unavailable("too-many-pages", f"{url} has more than {_PAGES} pages")

    def _send(self, method: str, url: str, fields: Mapping[str, Any] | None = None) -> http.Answer:
        body = None if fields is None else json.dumps(fields).encode()
        return self._checked(self._ask(method, url, body=body, content_type="application/json" if body else ""))

    def _ask(
        self,
        method: str,
        url: str,
        *,
        accept: str = "application/vnd.github+json",
        body: bytes | None = None,
        content_type: str = "",
        limit: int = http.LARGEST,
    ) -> http.Answer:
        headers = {"Accept": accept, "X-GitHub-Api-Version": _VERSION}
        headers |= {"Authorization": f"Bearer {self._token}"} if self._token else {}
        headers |= {"Content-Type": content_type} if content_type else {}
        return http.request(method, url, headers=headers, body=body, limit=limit)

    def _checked(self, answer: http.Answer) -> http.Answer:
        if 200 <= answer.status < 300:
            return answer
        exhausted = answer.headers.get("x-ratelimit-remaining") == "0" or "retry-after" in answer.headers
        if answer.status not in _REFUSALS or (answer.status == 403 and exhausted):
            raise Unavailable(
                "github-unavailable",
                f"{answer.url} answered {answer.status} {answer.reason}",
                hint="try again later; https://www.githubstatus.com shows outages",
            )
        code, hint = _REFUSALS[answer.status]
        raise SealwrightError(code, f"{answer.url} answered {answer.status}: {_reason(answer)}", hint=hint)


_REFUSALS = {
    401: ("github-token", "the token is missing, wrong or expired; a job's token ends with the job"),
    403: ("github-forbidden", "the job's token lacks a permission; writing releases needs `contents: write`"),
    404: ("github-not-found", "check the repository's name, and that the token may see it"),
    422: ("github-refused", "GitHub understood the request and will not do it; see its reason"),
}


def _reason(answer: http.Answer) -> str:
    try:
        document = json.loads(answer.body)
        details = [error.get("message") or f"{error['field']} {error['code']}" for error in document.get("errors", ())]
        return "; ".join([document["message"], *details])
    except (ValueError, KeyError, TypeError, AttributeError):
        return answer.reason
