"""What is checked before anything is built. Each function answers for one check."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from packaging.version import Version

from sealwright.config import Policy, Settings
from sealwright.endpoints import Endpoints
from sealwright.errors import SealwrightError, Unavailable
from sealwright.model import Finding, Level, Mode, State
from sealwright.pipeline.options import Options
from sealwright.pipeline.steps import WORKFLOW_FILE
from sealwright.project import Changelog, ProjectInfo, VersionKind, find_changelog, normal_version
from sealwright.services.github import Environment, GitHub
from sealwright.services.index import IndexClient, of_release
from sealwright.stages.base import finding_of
from sealwright.stages.planning import Tagged
from sealwright.workflow.called import Contract, problem_of
from sealwright.workflow.drift import drifted

_SHOWN_LINES = 12


def visibility(settings: Settings, environ: Mapping[str, str]) -> Finding:
    """Public transparency logs name the repository, its workflow and the file names for ever."""
    private = _is_private(environ)
    if private and not settings.public_log:
        return Finding.failed(
            "visibility",
            "private-repository",
            environ.get("GITHUB_REPOSITORY", ""),
            expected="a public repository, or public-log = true",
            found="a private repository",
            hint="set public-log = true in [tool.sealwright] if its name, workflow and file names may become public",
        )
    if private is None:
        return Finding.passed("visibility", found="not known to be private")
    return Finding.passed("visibility", found="public-log = true" if private else "public")


def tag(tagged: Tagged, settings: Settings | None, environ: Mapping[str, str]) -> tuple[Finding, ...]:
    """The tag is a tag, fits the pattern, and is at the commit of this run."""
    found = []
    if environ.get("GITHUB_REF_TYPE", "tag") != "tag":
        found.append(
            Finding.failed(
                "tag",
                "not-a-tag",
                tagged.tag,
                expected="the push of a tag",
                found=f"a {environ['GITHUB_REF_TYPE']}",
                hint="a release starts with `git push origin TAG` and with nothing else",
            )
        )
    if settings and settings.version_in(tagged.tag) is None:
        found.append(
            Finding.failed(
                "tag",
                "tag-pattern",
                tagged.tag,
                expected=settings.tag_pattern,
                found=tagged.tag,
                hint="push a tag that fits, or set tag-pattern in [tool.sealwright]",
            )
        )
    target = tagged.repository.tags().get(tagged.tag)
    if target != tagged.commit:
        found.append(
            Finding.failed(
                "tag",
                "tag-not-at-commit" if target else "tag-missing",
                tagged.tag,
                expected=tagged.commit,
                found=target or "no such tag in the checkout",
                hint="the tag was moved after the run began; delete it, and release a new version"
                if target
                else "check out with `fetch-depth: 0` and tags, as the generated release.yml does",
            )
        )
    return tuple(found) or (Finding.passed("tag", tagged.tag, f"at {tagged.commit[:12]}"),)


def version(tagged: Tagged, settings: Settings, project: ProjectInfo) -> tuple[Finding, ...]:
    """The tag's version is in normal form, fit for an index, and the project's."""
    named = settings.version_in(tagged.tag)
    if named is None:
        return ()  # said by the check of the tag
    normal = normal_version(named)
    found = [*_unfit(named, normal)]
    source = project.version
    if source.version is not None and normal and normal_version(source.version) != normal:
        found.append(
            Finding.failed(
                "version",
                "version-mismatch",
                source.where,
                expected=normal,
                found=source.version,
                hint=f"set it to {normal} and tag that commit, or tag this one {settings.tag_for(source.version)}",
            )
        )
    if found:
        return tuple(found)
    if source.kind in (VersionKind.TAG, VersionKind.UNKNOWN):
        return (Finding.passed("version", named, f"decided by the tag ({source.where}); the build job confirms it"),)
    return (Finding.passed("version", named, source.where),)


def _unfit(named: str, normal: str | None) -> list[Finding]:
    if normal != named:
        hint = f"tag it as {normal}" if normal else "name it like 1.2.3 or 1.2.3rc1"
        expected = normal or "a version as in PEP 440"
        return [
            Finding.failed("version", "version-not-normal", named, expected=expected, found=named, hint=hint),
        ]
    if Version(named).local:
        return [
            Finding.failed(
                "version",
                "version-local",
                named,
                expected="a version without `+`",
                found=named,
                hint="an index takes no local versions; tag a public one",
            )
        ]
    return []


def changelog(
    tagged: Tagged, settings: Settings, version: str, *, provisional: bool = False
) -> tuple[Finding, str | None]:
    """The changelog has an entry for this version, which becomes the release notes.

    For a provisional version the entry is still to come, and only absent.
    """
    path = tagged.path(settings.changelog) if settings.changelog else find_changelog(tagged.paths, tagged.directory)
    if path is None:
        return Finding.skipped("changelog", "no changelog"), None
    data = tagged.repository.read(tagged.commit, path)
    if data is None:
        return Finding.failed(
            "changelog", "changelog-missing", path, hint="correct `changelog` in [tool.sealwright], or add the file"
        ), None
    text = Changelog(path, data.decode("utf-8-sig", "replace"))
    entry = text.entry(version)
    if entry:
        return Finding.passed("changelog", path, f"{len(entry.splitlines())} lines"), entry
    return Finding(
        "changelog",
        "changelog-entry-missing" if entry is None else "changelog-entry-empty",
        State.ABSENT if provisional else State.FAIL,
        path,
        expected=f"an entry for {version}",
        found="none" if entry is None else "a title without text",
        hint=_changelog_hint(tagged, text, version),
    ), None


def _changelog_hint(tagged: Tagged, text: Changelog, version: str) -> str:
    if tagged.read("towncrier.toml") is not None or b"[tool.towncrier]" in (tagged.read("pyproject.toml") or b""):
        return f"`towncrier build --version {version}`, commit, and tag that commit"
    if text.unreleased:
        return f"rename its unreleased part to {version}, commit, and tag that commit"
    return f"write what {version} changes, commit, and tag that commit"


def branch(tagged: Tagged, settings: Settings) -> Finding:
    """The tagged commit is in the history of a release branch."""
    existing = set(tagged.repository.branches()) & set(settings.branches)
    names = ", ".join(name for name in settings.branches if name in existing)
    if not existing:
        return Finding.skipped("branch", f"none of {', '.join(settings.branches)} exists here")
    containing = set(tagged.repository.branches_containing(tagged.commit))
    if existing & containing:
        return Finding.passed("branch", tagged.commit[:12], f"on {', '.join(sorted(existing & containing))}")
    return Finding.failed(
        "branch",
        "not-on-release-branch",
        tagged.commit[:12],
        expected=names,
        found=", ".join(sorted(containing)) or "no branch",
        hint="merge it first and tag the merged commit, or set branches in [tool.sealwright]",
    )


def index(endpoints: Endpoints, name: str, version: str) -> Finding:
    """What the index has of this version already."""
    try:
        there = of_release(IndexClient(endpoints.pypi).files(name), version)
    except Unavailable as error:
        return finding_of(error, "index").about(f"{name} {version}")
    found = f"already there: {len(there)} files; the gate compares them by digest" if there else "not there yet"
    return Finding.passed("index", f"{name} {version}", found)


def workflow(tagged: Tagged, options: Options) -> Finding:
    """The committed release.yml does what the table says."""
    data = tagged.repository.read(tagged.commit, WORKFLOW_FILE)
    if data is None:
        return Finding.skipped("workflow", "no release.yml")
    try:
        difference = drifted(data.decode("utf-8", "replace"), options)
    except SealwrightError as error:
        return finding_of(error, "workflow").about(WORKFLOW_FILE)
    if difference is None:
        return Finding.passed("workflow", WORKFLOW_FILE, "as rendered")
    return Finding.failed(
        "workflow",
        "workflow-drifted",
        WORKFLOW_FILE,
        expected="what `sealwright workflow` renders",
        found="\n".join(difference.splitlines()[:_SHOWN_LINES]),
        hint="`sealwright workflow`, then commit the result before the tag; `sealwright workflow --eject` if it is to "
        "stay as it is",
    )


def called(tagged: Tagged, path: str, contract: Contract) -> tuple[Finding, ...]:
    """What GitHub would refuse of a workflow of the project's own, and with it the whole run, before a job has started.

    Codes: `<contract>-missing`, and those of `problem_of`.
    """
    data = tagged.repository.read(tagged.commit, path)
    if data is None:
        hint = "add it, or take its name out of [tool.sealwright]: without it GitHub starts no job at all"
        return (Finding.failed("configuration", f"{contract.setting}-missing", path, hint=hint),)
    problem = problem_of(data.decode("utf-8", "replace"), contract)
    if problem is None:
        return ()
    code, expected, found = problem
    hint = "docs/adopting.md shows one; as it is, GitHub starts no job at all"
    return (Finding.failed("configuration", code, path, expected=expected, found=found, hint=hint),)


def rebuilt_wheels(policy: Policy, settings: Settings) -> tuple[Finding, ...]:
    """Wheels from elsewhere are built once, so a policy that wants everything built twice stops their release."""
    if settings.wheels is None or policy.with_settings(settings).level("rebuild", Mode.RELEASE) is not Level.REQUIRE:
        return ()
    return (
        Finding.failed(
            "configuration",
            "rebuild-of-wheels",
            "rebuild",
            expected="`rebuild` that is reported, with `wheels`",
            found=f"`rebuild` is required, and the wheels of {settings.wheels} are built once",
            hint='set rebuild = "report"; the sdist is still built twice and compared',
        ),
    )


def protection(
    endpoints: Endpoints, repository: str, settings: Settings, environ: Mapping[str, str]
) -> tuple[Finding, ...]:
    """The environments that jobs with an identity run in exist and are guarded. Only GitHub knows."""
    token = environ.get("GH_TOKEN", "")
    if repository.startswith("local/") or not token:
        return (Finding.skipped("protection", "no token for GitHub" if not token else "no GitHub repository"),)
    try:
        found = {item.name.lower(): item for item in GitHub(endpoints.github_api_url, repository, token).environments()}
    except SealwrightError as error:
        hint = "look at the repository's settings, Environments"
        return (Finding.unavailable("protection", error.code, repository, found=error.message, hint=hint),)
    names = settings.environments
    wanted = [names.sign, names.seal, names.pypi]
    wanted += [names.testpypi] if settings.testpypi else []
    return tuple(_guarded(name, found.get(name.lower()), approved=name == names.pypi) for name in wanted)


def _guarded(name: str, environment: Environment | None, *, approved: bool) -> Finding:
    where = "in the repository's settings, Environments"
    if environment is None:
        hint = f"create it {where}: GitHub creates a missing environment without any protection"
        return Finding.failed("protection", "environment-missing", name, hint=hint)
    if not environment.restricted:
        hint = f"allow only the release tags to deploy to it, {where}"
        return Finding.failed("protection", "environment-unrestricted", name, found="any branch or tag", hint=hint)
    if approved and not environment.reviewers:
        hint = f"require a reviewer, {where}"
        return Finding.failed("protection", "environment-without-reviewers", name, found="no reviewer", hint=hint)
    return Finding.passed("protection", name, ", ".join((*environment.patterns, *environment.reviewers)))


def _is_private(environ: Mapping[str, str]) -> bool | None:
    """What the event that started the run says; None where there is none, or it says nothing."""
    try:
        event = json.loads(Path(environ["GITHUB_EVENT_PATH"]).read_bytes())
        private = event["repository"]["private"]
    except (KeyError, OSError, ValueError, TypeError):
        return None
    return private if isinstance(private, bool) else None
