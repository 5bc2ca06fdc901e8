"""Projects of before pyproject.toml: setup.cfg and, as far as it is literal, setup.py."""

from __future__ import annotations

import configparser
from dataclasses import dataclass

from sealwright.project.static import call_keywords
from sealwright.project.tables import Reader, read_text


@dataclass(frozen=True, slots=True)
class Legacy:
    """What is written in setup.cfg, else as a literal in setup.py. Empty strings where nothing is."""

    name: str = ""
    version: str = ""
    """As written: `1.2`, `attr: pkg.__version__`, `file: VERSION`."""
    version_where: str = ""
    requires_python: str = ""
    package_roots: tuple[str, ...] = ()
    buildable: bool = False
    """Whether there is a setup.py: neither pip nor build takes a setup.cfg alone for a project."""


def read_legacy(read: Reader) -> Legacy:
    """Both files together; setup.cfg comes first, as it does for setuptools."""
    cfg = cfg_options(read_text(read, "setup.cfg") or "")
    script = read_text(read, "setup.py")
    words = call_keywords(script, "setup") if script else {}
    version = cfg.get(("metadata", "version"), "")
    return Legacy(
        name=cfg.get(("metadata", "name")) or words.get("name", ""),
        version=version or words.get("version", ""),
        version_where="setup.cfg [metadata] version" if version else "setup.py",
        requires_python=cfg.get(("options", "python_requires")) or words.get("python_requires", ""),
        package_roots=_roots(cfg.get(("options", "package_dir"), "")),
        buildable=script is not None,
    )


def cfg_options(content: str) -> dict[tuple[str, str], str]:
    """The options of a setup.cfg by section and key, with `_` for `-`; nothing where it cannot be read."""
    parser = configparser.RawConfigParser()
    try:
        parser.read_string(content)
    except configparser.Error:
        return {}  # setuptools will refuse it in the build job
    return {
        (section, key.replace("-", "_")): value.strip()
        for section in parser.sections()
        for key, value in parser.items(section)
    }


def _roots(mapping: str) -> tuple[str, ...]:
    pairs = [line.partition("=") for line in mapping.splitlines() if "=" in line]
    return tuple(folder.strip() for package, _, folder in pairs if not package.strip())
