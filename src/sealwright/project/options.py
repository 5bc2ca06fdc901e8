"""A project's settings as options of the job table: the one way from configuration to jobs."""

from __future__ import annotations

from collections import Counter

from sealwright.config import Settings
from sealwright.config.reading import validate
from sealwright.errors import UsageError
from sealwright.model import Cell
from sealwright.pipeline.options import Options
from sealwright.project.pythons import default_cells


def cells_of(settings: Settings, requires_python: str) -> tuple[Cell, ...]:
    """The configured cells, else the oldest and newest supported Python on Linux.

    Raises UsageError (`requires-python-invalid`, `no-supported-python`).
    """
    return settings.cells or default_cells(requires_python)


def cells_from(words: str, where: str) -> tuple[Cell, ...]:
    """Cells from `runner/python` pairs with white space between them. Raises UsageError naming `where`."""
    return validate(Settings, {"cells": words.split()}, where).cells


def options_for(settings: Settings, cells: tuple[Cell, ...], directory: str = ".") -> Options:
    """The table's options for a project in `directory` of its repository.

    Raises UsageError (`cells-collide`) where two cells would be the same job.
    """
    twice = [job for job, count in Counter(cell.job for cell in cells).items() if count > 1]
    if twice:
        raise UsageError(
            "cells-collide",
            f"several cells are the job {', '.join(twice)}",
            hint="keep one version of each system for a Python in [tool.sealwright] cells",
        )
    names = settings.environments
    return Options(
        cells=cells,
        sign=names.sign,
        seal=names.seal,
        testpypi=names.testpypi if settings.testpypi else None,
        pypi=names.pypi,
        notify=names.notify if settings.notify else None,
        generator=settings.provenance == "both",
        tag_pattern=settings.tag_pattern,
        tool=settings.tool,
        directory=directory,
        extra_gate=settings.extra_gate,
        wheels=settings.wheels,
        runner=settings.runners.default,
        build_runner=settings.runners.build,
        egress=settings.egress,
        egress_allow=settings.egress_allow,
    )
