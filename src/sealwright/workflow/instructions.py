"""What only a person can set, on the index and on GitHub, to type and to click."""

from __future__ import annotations

from collections.abc import Iterator

from sealwright.endpoints import GITHUB_URL, PYPI_URL, TESTPYPI_URL
from sealwright.pipeline.options import Options
from sealwright.pipeline.steps import WORKFLOW_FILE

_FILE = WORKFLOW_FILE.rpartition("/")[2]


def index_lines(project: str, repository: str | None, options: Options) -> Iterator[str]:
    """The trusted publisher of each index: where to enter it, and what."""
    sites = [("PyPI", PYPI_URL, options.pypi)]
    sites += [("TestPyPI", TESTPYPI_URL, options.testpypi)] if options.testpypi else []
    owner, _, name = (repository or "OWNER/REPOSITORY").partition("/")
    for site, url, environment in sites:
        yield f"On {site}, a trusted publisher (GitHub):"
        yield f"  {url}/manage/project/{project}/settings/publishing/"
        yield f"  {url}/manage/account/publishing/  (before the first release: a pending publisher)"
        yield f"    project name       {project}  (of a pending publisher)"
        yield f"    owner              {owner}"
        yield f"    repository name    {name}"
        yield f"    workflow name      {_FILE}"
        yield f"    environment name   {environment}"
        yield ""
    yield "Remove every other publisher and every API token there: a publisher without environment would let any job of"
    yield f"{_FILE} publish, unapproved. The job `probe` refuses a release while PyPI has one."


def github_lines(repository: str | None, options: Options) -> Iterator[str]:
    """Environments, rulesets and switches, with the pages they are on."""
    settings = f"{GITHUB_URL}/{repository or 'OWNER/REPOSITORY'}/settings"
    tags = options.tag_pattern
    yield "On GitHub, as an administrator. Whoever may push a tag chooses the workflow in it, so this is what holds:"
    yield f"  environments   {settings}/environments"
    for name, purpose in _environments(options):
        yield f"    {name:<12} {purpose}"
    yield f"    each limited to selected tags: {tags}"
    yield f"  tag ruleset    {settings}/rules/new?target=tag"
    yield f"    target {tags}; restrict creations, updates and deletions; bypass for those who release, and nobody else"
    yield f"  releases       {settings}  (section Releases)"
    yield "    switch on `Enable release immutability`"
    if options.generator:
        yield f"  actions        {settings}/actions"
        yield "    leave `Require actions to be pinned to a full-length commit SHA` off: slsa-github-generator goes by"
        yield '    tag. Where it has to be on, set provenance = "github" in [tool.sealwright]'


def _environments(options: Options) -> Iterator[tuple[str, str]]:
    yield options.pypi, "required reviewers, not the one who pushes the tag; no self-review"
    if options.testpypi:
        yield options.testpypi, "uploads to TestPyPI"
    yield options.sign, "signs what was built"
    yield options.seal, "signs the verdict"
    if options.notify:
        yield options.notify, "holds the secret SEALWRIGHT_WEBHOOK, the webhook's address"
