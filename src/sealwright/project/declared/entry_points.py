"""entry_points.txt and texts of its form (https://packaging.python.org/en/latest/specifications/entry-points/)."""

from __future__ import annotations

import configparser

from sealwright.project.declared.model import Groups
from sealwright.project.declared.reading import plain


def parse_entry_points(data: bytes) -> Groups:
    """The groups in such a text. Raises ValueError."""
    parser = configparser.RawConfigParser(delimiters=("=",), comment_prefixes=("#", ";"), default_section="\0")
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    try:
        parser.read_string(data.decode())
    except (configparser.Error, UnicodeDecodeError) as error:
        raise ValueError(str(error).splitlines()[0]) from error
    return plain({section: dict(parser.items(section)) for section in parser.sections()})
