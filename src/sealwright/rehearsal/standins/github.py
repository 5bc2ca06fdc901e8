"""GitHub's REST API as far as a release uses it: releases, assets, environments, settings; and a webhook.

https://docs.github.com/en/rest/releases, https://docs.github.com/en/rest/deployments/environments
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from sealwright.rehearsal.standins.github_history import Run, history_answer, runs_answer
from sealwright.rehearsal.standins.github_releases import Releases, Stored
from sealwright.rehearsal.standins.github_settings import SettingsPage
from sealwright.rehearsal.standins.server import Refusal, Request, Response, StandIn

_LEVELS = {"none": 0, "read": 1, "write": 2}


@dataclass(frozen=True, slots=True)
class ProtectedEnvironment:
    """A deployment environment of the repository, as its settings page shows it."""

    name: str
    reviewers: tuple[str, ...] = ()
    """Logins; without any, every job may use it."""
    tags: tuple[str, ...] = ()
    """Patterns of the tags that may deploy to it; without any, and without branches, every ref may."""
    branches: tuple[str, ...] = ()
    """Patterns of the branches that may."""


class GitHubStandIn(StandIn):
    """One repository. Job tokens are made with `token`; everything kept is in `state`.

    Published releases are immutable, as they are where the setting is on: the strict case is the one to rehearse.
    """

    name = "github"

    def __init__(
        self,
        state: Path,
        repository: str,
        environments: Sequence[ProtectedEnvironment] | None = None,
        settings: SettingsPage | None = None,
        origin: Path | None = None,
    ) -> None:
        super().__init__()
        self.repository = repository
        self.environments = None if environments is None else tuple(environments)
        """None where nobody said which there are: then no token may see them, rather than that there were none."""
        self.settings = settings or SettingsPage()
        self.tags: dict[str, dict[str, str]] = {}
        """`owner/name` to its tags and their commits, as git is told; others may be there too, to ask for pins."""
        self.advisories: list[Any] = []
        """The repository's published security advisories, as the API shows them."""
        self.origin = origin
        """The repository whose tags and commits are shown; None for one without any."""
        self.runs: tuple[Run, ...] = ()
        """Runs of its release workflow."""
        self.knows_digests = True
        """Off: assets have none, as those that were uploaded before GitHub computed any."""
        self._tokens: dict[str, dict[str, str]] = {}
        self._releases = Releases(state)

    def interrupt_upload(self, tag: str, name: str) -> None:
        """Leave in the draft of `tag` what an upload leaves behind that ended before its end."""
        with self.lock:
            self._releases.interrupt_upload(tag, name)

    @property
    def notifications(self) -> list[Any]:
        """Every JSON document that was posted to `/webhook`, in order."""
        with self.lock:
            return self._releases.notifications

    def token(self, grants: Mapping[str, str]) -> str:
        """A job's token with exactly these permissions (scope to `read` or `write`)."""
        token = f"ghs_{secrets.token_hex(18)}"
        self._tokens[token] = dict(grants)
        return token

    def handle(self, request: Request) -> Response:  # noqa: PLR0911 - one line a route
        """Answer one request, one at a time: GitHub's checks and changes are atomic as well."""
        with self.lock:
            parts = tuple(unquote(part) for part in request.path.strip("/").split("/"))
            owner, name = self.repository.split("/")
            match request.method, parts:
                case "POST", ("webhook",):
                    return self._webhook(request)
                case "GET", ("_objects", asset):
                    return self._object(request, asset)
                case "GET", (found_owner, found_name, "info", "refs"):
                    return self._refs(f"{found_owner}/{found_name}")
                case "GET", (found_owner, found_name, "releases", "download", *tag, asset):
                    self._is_ours(found_owner, found_name)
                    return self._public_download("/".join(tag), asset)
                case _, ("repos", found_owner, found_name, "releases", *rest):
                    self._is_ours(found_owner, found_name)
                    return self._release_api(request, tuple(rest))
                case "GET", ("repos", found_owner, found_name, "environments", *rest):
                    self._is_ours(found_owner, found_name)
                    self._require(request, "actions", "read")
                    return self._environment_api(tuple(rest))
                case "GET", ("repos", found_owner, found_name, "security-advisories"):
                    self._is_ours(found_owner, found_name)
                    self._grants(request)
                    return Response(body=self.advisories)
                case "GET", ("repos", found_owner, found_name, *rest):
                    self._is_ours(found_owner, found_name)
                    return self._about_the_repository(request, tuple(rest))
        raise Refusal(404, f"no {request.method} {request.path} here; this plays {owner}/{name} only")

    # Who asks

    def _is_ours(self, owner: str, name: str) -> None:
        if f"{owner}/{name}".lower() != self.repository.lower():
            raise Refusal(404, f"Not Found: no repository {owner}/{name}", {"message": "Not Found", "status": "404"})

    def _grants(self, request: Request) -> Mapping[str, str]:
        if "authorization" not in request.headers:
            return {}
        grants = self._tokens.get(request.bearer)
        if grants is None:
            raise Refusal(401, "Bad credentials", {"message": "Bad credentials", "status": "401"})
        return grants

    def _may(self, request: Request, scope: str, level: str) -> bool:
        return _LEVELS[self._grants(request).get(scope, "none")] >= _LEVELS[level]

    def _require(self, request: Request, scope: str, level: str) -> None:
        if self._may(request, scope, level):
            return
        if "authorization" not in request.headers:
            raise Refusal(401, "Requires authentication", {"message": "Requires authentication", "status": "401"})
        message = "Resource not accessible by integration"
        raise Refusal(403, f"{message}: needs {scope}: {level}", {"message": message, "status": "403"})

    # Commits, runs, settings

    def _about_the_repository(self, request: Request, path: tuple[str, ...]) -> Response:
        self._grants(request)
        match path:
            case ("tags" | "commits", *_):
                return history_answer(self.origin, path, lambda items: self._page(request, items))
            case ("compare", *_):
                return history_answer(self.origin, path, lambda items: self._compared(request, items))
            case ("actions", "workflows" | "runs" as first, *rest):
                return runs_answer(self.runs, (first, *rest), f"{self.url}/{self.repository}")
        return self.settings.answer(path, administrator=self._may(request, "administration", "read"))

    def _compared(self, request: Request, commits: list[Stored]) -> Response:
        page = self._page(request, commits)
        return replace(page, body={"status": "ahead", "total_commits": len(commits), "commits": page.body})

    # Releases

    def _release_api(self, request: Request, path: tuple[str, ...]) -> Response:
        self._grants(request)  # an unknown token is refused even where none is needed
        if request.method != "GET":
            self._require(request, "contents", "write")
        match path:
            case () | ("latest",) | ("tags", *_):
                return self._all_releases(request, path)
            case ("assets", id_):
                return self._asset_api(request, id_)
            case (id_, *rest):
                return self._one_release(request, self._visible(request, self._releases.get(id_)), tuple(rest))
        raise Refusal(404, f"no {request.method} {request.path} here")

    def _all_releases(self, request: Request, path: tuple[str, ...]) -> Response:
        store = self._releases
        match request.method, path:
            case "GET", ():
                return self._list(request)
            case "POST", ():
                return Response(201, self._release(store.create(_fields(request))))
            case "GET", ("latest",):
                return Response(body=self._release(store.latest()))
            case "GET", ("tags", *tag):
                return Response(body=self._release(store.by_tag("/".join(tag))))
        raise Refusal(404, f"no {request.method} {request.path} here")

    def _one_release(self, request: Request, release: Stored, path: tuple[str, ...]) -> Response:
        match request.method, path:
            case "GET", ():
                return Response(body=self._release(release))
            case "PATCH", ():
                return Response(body=self._release(self._releases.change(release, _fields(request))))
            case "DELETE", ():
                self._releases.delete(release)
                return Response(204)
            case "GET", ("assets",):
                return self._page(request, [self._asset(release, asset) for asset in release["assets"]])
            case "POST", ("assets",):
                return self._upload(request, release)
        raise Refusal(404, f"no {request.method} {request.path} here")

    def _visible(self, request: Request, release: Stored) -> Stored:
        if release["draft"] and not self._may(request, "contents", "write"):
            raise Refusal(404, "Not Found: a draft is shown only to who may write", {"message": "Not Found"})
        return release

    def _list(self, request: Request) -> Response:
        drafts = self._may(request, "contents", "write")
        return self._page(request, [self._release(r) for r in self._releases.all if drafts or not r["draft"]])

    def _page(self, request: Request, items: list[Stored]) -> Response:
        size = min(int(request.query.get("per_page", ["30"])[0]), 100)
        page = int(request.query.get("page", ["1"])[0])
        link = f'<{self.url}{request.path}?per_page={size}&page={page + 1}>; rel="next"'
        more = {"Link": link} if len(items) > page * size else {}
        return Response(body=items[(page - 1) * size : page * size], headers=more)

    def _upload(self, request: Request, release: Stored) -> Response:
        if "content-type" not in request.headers:
            raise Refusal(400, "an upload needs a Content-Type")
        name, label = (request.query.get(key, [""])[0] for key in ("name", "label"))
        asset = self._releases.add_asset(release, name, label, request.headers["content-type"], request.body)
        return Response(201, self._asset(release, asset))

    def _asset_api(self, request: Request, id_: str) -> Response:
        release, asset = self._releases.asset(id_)
        self._visible(request, release)
        match request.method:
            case "GET" if request.headers.get("accept") == "application/octet-stream":
                # GitHub keeps assets elsewhere. `localhost` is another host than 127.0.0.1 to every client.
                port = self.url.rpartition(":")[2]
                return Response(302, headers={"Location": f"http://localhost:{port}/_objects/{id_}"})
            case "GET":
                return Response(body=self._asset(release, asset))
            case "DELETE":
                self._releases.delete_asset(release, asset)
                return Response(204)
        raise Refusal(404, f"no {request.method} {request.path} here")

    def _object(self, request: Request, id_: str) -> Response:
        if "authorization" in request.headers:
            raise Refusal(400, "the token was sent on to another host than the API's")
        _, asset = self._releases.asset(id_)
        return Response(body=self._releases.content(asset), content_type=asset["content_type"])

    def _public_download(self, tag: str, name: str) -> Response:
        found = [a for a in self._releases.by_tag(tag)["assets"] if a["name"] == name]
        if not found:
            raise Refusal(404, f"Not Found: no asset {name} in release {tag}")
        return Response(body=self._releases.content(found[0]), content_type=found[0]["content_type"])

    def _release(self, release: Stored) -> Stored:
        api = f"{self.url}/repos/{self.repository}/releases"
        page = f"untagged-{release['id']}" if release["draft"] else quote(release["tag_name"])
        shown = {key: value for key, value in release.items() if key not in ("make_latest", "assets")}
        return {
            "url": f"{api}/{release['id']}",
            "assets_url": f"{api}/{release['id']}/assets",
            "upload_url": f"{api}/{release['id']}/assets{{?name,label}}",
            "html_url": f"{self.url}/{self.repository}/releases/tag/{page}",
            "node_id": f"RE_{release['id']}",
            "author": {"login": "github-actions[bot]", "id": 41898282, "type": "Bot"},
            "tarball_url": None if release["draft"] else f"{self.url}/tarball/{release['tag_name']}",
            "zipball_url": None if release["draft"] else f"{self.url}/zipball/{release['tag_name']}",
            **shown,
            "assets": [self._asset(release, asset) for asset in release["assets"]],
        }

    def _asset(self, release: Stored, asset: Stored) -> Stored:
        tag = quote(release["tag_name"])
        return {
            "url": f"{self.url}/repos/{self.repository}/releases/assets/{asset['id']}",
            "browser_download_url": f"{self.url}/{self.repository}/releases/download/{tag}/{quote(asset['name'])}",
            "id": asset["id"],
            "node_id": f"RA_{asset['id']}",
            "name": asset["name"],
            "label": asset["label"],
            "state": asset.get("state", "uploaded"),
            "content_type": asset["content_type"],
            "size": asset["size"],
            "digest": f"sha256:{asset['sha256']}" if self.knows_digests and "state" not in asset else None,
            "download_count": 0,
            "created_at": asset["created_at"],
            "updated_at": asset["created_at"],
            "uploader": {"login": "github-actions[bot]", "id": 41898282, "type": "Bot"},
        }

    def _refs(self, repository: str) -> Response:
        """What git reads first, by the protocol that plain files are served with."""
        if repository not in self.tags:
            raise Refusal(404, f"Not Found: no tags of {repository} are known here")
        lines = "".join(f"{commit}\trefs/tags/{tag}\n" for tag, commit in sorted(self.tags[repository].items()))
        return Response(body=lines.encode(), content_type="text/plain; charset=utf-8")

    # Environments and the webhook

    def _environment_api(self, path: tuple[str, ...]) -> Response:
        if self.environments is None:
            raise Refusal(403, "Resource not accessible by integration")
        shown = [_environment(e) for e in self.environments]
        if not path:
            return Response(body={"total_count": len(shown), "environments": shown})
        found = next((e for e in self.environments if e.name == path[0]), None)
        if found is None:
            raise Refusal(404, f"Not Found: no environment {path[0]}", {"message": "Not Found", "status": "404"})
        match path[1:]:
            case ():
                return Response(body=_environment(found))
            case ("deployment-branch-policies",):
                named = [*(("tag", tag) for tag in found.tags), *(("branch", branch) for branch in found.branches)]
                policies = [{"id": n, "name": name, "type": kind} for n, (kind, name) in enumerate(named, 1)]
                return Response(body={"total_count": len(policies), "branch_policies": policies})
        raise Refusal(404, f"no environments/{'/'.join(path)} here")

    def _webhook(self, request: Request) -> Response:
        message = request.json()
        if not isinstance(message, dict) or not message.get("text"):
            raise Refusal(400, "no_text")
        self._releases.notify(message)
        return Response(body=b"ok", content_type="text/plain")


def _fields(request: Request) -> Stored:
    fields = request.json()
    if not isinstance(fields, dict):
        raise Refusal(400, "Problems parsing JSON")
    return fields


def _environment(environment: ProtectedEnvironment) -> Stored:
    people = [{"type": "User", "reviewer": {"login": login}} for login in environment.reviewers]
    rules: list[Stored] = [{"id": 1, "type": "required_reviewers", "reviewers": people}] if people else []
    limited = bool(environment.tags or environment.branches)
    rules += [{"id": 2, "type": "branch_policy"}] if limited else []
    policy = {"protected_branches": False, "custom_branch_policies": True} if limited else None
    return {"name": environment.name, "protection_rules": rules, "deployment_branch_policy": policy}
