"""What a commit says of the project in it, found out without running any of the project's code."""

from sealwright.project.changelog import Changelog, find_changelog
from sealwright.project.options import cells_from, cells_of, options_for
from sealwright.project.pythons import default_cells, supported_pythons
from sealwright.project.reading import ProjectInfo, read_project
from sealwright.project.repository import github_repository, repository_name
from sealwright.project.source import VersionKind, VersionSource
from sealwright.project.versions import latest_tag, next_patch, normal_version

__all__ = [
    "Changelog",
    "ProjectInfo",
    "VersionKind",
    "VersionSource",
    "cells_from",
    "cells_of",
    "default_cells",
    "find_changelog",
    "github_repository",
    "latest_tag",
    "next_patch",
    "normal_version",
    "options_for",
    "read_project",
    "repository_name",
    "supported_pythons",
]
