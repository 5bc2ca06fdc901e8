"""What a commit says of the project in it, found out without running any of the project's code."""

from typing import TYPE_CHECKING

from sealwright.lazy import lazy

if TYPE_CHECKING:
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

# Reading projects takes a YAML reader, a job table and more, which comparing versions does not need.
__getattr__ = lazy(
    __name__,
    {
        "Changelog": "sealwright.project.changelog",
        "find_changelog": "sealwright.project.changelog",
        "cells_from": "sealwright.project.options",
        "cells_of": "sealwright.project.options",
        "options_for": "sealwright.project.options",
        "default_cells": "sealwright.project.pythons",
        "supported_pythons": "sealwright.project.pythons",
        "ProjectInfo": "sealwright.project.reading",
        "read_project": "sealwright.project.reading",
        "github_repository": "sealwright.project.repository",
        "repository_name": "sealwright.project.repository",
        "VersionKind": "sealwright.project.source",
        "VersionSource": "sealwright.project.source",
        "latest_tag": "sealwright.project.versions",
        "next_patch": "sealwright.project.versions",
        "normal_version": "sealwright.project.versions",
    },
)
