"""Entry points: what runs under a name of its own once a wheel is installed, or whenever another tool starts.

https://packaging.python.org/en/latest/specifications/entry-points/
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from sealwright.project.declared import Groups, Unknown
from sealwright.project.declared.entry_points import parse_entry_points
from sealwright.verify.archive.faults import Fault

_SCRIPTS = ("console_scripts", "gui_scripts")
_REFERENCE = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*(:[^\W\d]\w*(\.[^\W\d]\w*)*)?(\[[\w.,-]*\])?")
_FILE_NAME = re.compile(r"[^/\\:*?\"<>|\x00-\x1f\x7f]+")
LOADED_BY_OTHERS = {
    "pytest11": "pytest",
    "hypothesis": "hypothesis",
    "distutils.commands": "setuptools",
    "distutils.setup_keywords": "setuptools",
    "egg_info.writers": "setuptools",
    "setuptools.finalize_distribution_options": "setuptools",
    "setuptools.file_finders": "setuptools",
    "hatch": "hatch",
    "poetry.plugin": "Poetry",
    "poetry.application.plugin": "Poetry",
    "pdm": "PDM",
    "keyring.backends": "keyring",
    "twine.registered_commands": "twine",
    "flake8.extension": "flake8",
    "pylint.plugins": "pylint",
    "tox": "tox",
    "tox.env": "tox",
    "virtualenv.discovery": "virtualenv",
    "sphinx.builders": "Sphinx",
    "mkdocs.plugins": "MkDocs",
    "jupyter_serverproxy_servers": "Jupyter",
    "xonsh.xontribs": "xonsh",
    "opentelemetry_distro": "OpenTelemetry",
    "opentelemetry_configurator": "OpenTelemetry",
    "opentelemetry_instrumentor": "OpenTelemetry",
}
"""Groups whose entry points a tool imports as soon as it starts, and the tool."""


def judge_entry_points(data: bytes | None, declared: Groups | Unknown, path: str) -> Iterator[Fault]:
    """Faults of an entry_points.txt, which is None where there is none."""
    try:
        found = parse_entry_points(data or b"")
    except ValueError as error:
        yield Fault("entry-points-malformed", path, str(error))
        return
    yield from _judge_form(found, path)
    if isinstance(declared, Unknown):
        return
    for group in sorted(found.keys() | declared.keys()):
        ours, theirs = declared.get(group, {}), found.get(group, {})
        for name in sorted(ours.keys() | theirs.keys()):
            if ours.get(name) != theirs.get(name):
                added = name not in ours and group in LOADED_BY_OTHERS
                code = "entry-point-loaded-by-others" if added else "entry-points-differ"
                yield Fault(code, f"[{group}] {name}", theirs.get(name, "none"), ours.get(name, "none"))


def _judge_form(found: Groups, path: str) -> Iterator[Fault]:
    for group, members in sorted(found.items()):
        for name, reference in sorted(members.items()):
            if group in _SCRIPTS and (_FILE_NAME.fullmatch(name) is None or name in (".", "..")):
                # Installers make a file of this name beside other programs.
                yield Fault("entry-point-name", path, f"[{group}] {name}")
            # Installers write it into the text of a program.
            if group in _SCRIPTS and _REFERENCE.fullmatch(reference) is None:
                yield Fault("entry-points-malformed", path, f"[{group}] {name} = {reference}")


def loaded_by_others(data: bytes | None) -> tuple[str, ...]:
    """Tools that import something of the distribution as soon as they start."""
    try:
        found = parse_entry_points(data or b"")
    except ValueError:
        return ()
    return tuple(sorted({tool for group, tool in LOADED_BY_OTHERS.items() if group in found}))
