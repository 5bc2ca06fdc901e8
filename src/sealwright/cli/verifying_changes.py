"""`sealwright verify --against`: what changed since an earlier release, beside the verdict."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping

from sealwright.cli import Invocation
from sealwright.endpoints import Endpoints
from sealwright.errors import SealwrightError, UsageError
from sealwright.model import Finding
from sealwright.project.versions import normal_version
from sealwright.report.changes import in_short
from sealwright.services.release_folder import read_release
from sealwright.stages.base import finding_of
from sealwright.verify.bundle import TrustRoot
from sealwright.verify.changes import Changes, Publisher, Side, compare_releases
from sealwright.verify.evidence import FileContent
from sealwright.verify.listing import IndexFile
from sealwright.verifying.against import side_on_index
from sealwright.verifying.index_reader import IndexReader
from sealwright.verifying.online import release_of
from sealwright.verifying.sides import proven_publisher, side_of_files

CHECK = "changes"
_SPELLING = "give a version that is on the index, or the folder of an earlier release"


def compare(
    files: Mapping[str, FileContent], arguments: argparse.Namespace, invocation: Invocation, root: TrustRoot
) -> tuple[Changes | None, tuple[Finding, ...]]:
    """What changed since the release that `--against` names, and the finding that says so or why it is not known.

    Raises UsageError (`against-malformed`, `against-offline`, `release-mixed`).
    """
    project, version = _release(files, "the release that is judged")
    later = side_of_files(files, version, root)
    try:
        earlier = _earlier(project, later.names, arguments, invocation, root)
    except UsageError:
        raise
    except SealwrightError as error:
        return None, (finding_of(error, CHECK),)
    changes = compare_releases(project, earlier, later)
    return changes, (Finding.passed(CHECK, found=in_short(changes)),)


def _earlier(
    project: str, later: tuple[str, ...], arguments: argparse.Namespace, invocation: Invocation, root: TrustRoot
) -> Side:
    folder = invocation.directory / arguments.against
    if folder.is_dir():
        files = read_release(folder).files
        other, version = _release(files, arguments.against)
        if other != project:
            raise UsageError("against-malformed", f"{arguments.against} is a release of {other}, not of {project}")
        return side_of_files(files, version, root)
    wanted = normal_version(arguments.against)
    if wanted is None:
        raise UsageError("against-malformed", f"`{arguments.against}` is no folder and no version", hint=_SPELLING)
    if arguments.offline:
        raise UsageError("against-offline", f"{wanted} has to be fetched", hint="give a folder, or leave out --offline")
    reader = IndexReader(Endpoints.of(invocation.environ).pypi, project)

    def naming(chosen: Iterable[IndexFile], said: Mapping[str, bytes]) -> Publisher | None:
        return proven_publisher(((file.filename, file.sha256) for file in chosen), said, root)

    return side_on_index(reader, wanted, later, naming)


def _release(files: Mapping[str, FileContent], what: str) -> tuple[str, str]:
    release = release_of(files)
    if release is None:
        raise UsageError("release-mixed", f"{what} is not of one version of one project", hint=_SPELLING)
    return release
