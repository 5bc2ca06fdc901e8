"""A few lines more in somebody's pyproject.toml, with everything else of it as it was."""

from __future__ import annotations

import copy
import json
import re
import tomllib
from collections.abc import Mapping

from sealwright.config.reading import parse_toml
from sealwright.errors import UsageError

Setting = str | bool | tuple[str, ...]

_TABLE = "[tool.sealwright]"
_HEADER = re.compile(r"(?m)^[ \t]*\[[ \t]*tool[ \t]*\.[ \t]*sealwright[ \t]*\][ \t]*(?:#[^\n]*)?(?:\r?\n|\Z)")


def with_settings(pyproject: str, settings: Mapping[str, Setting], where: str = "pyproject.toml") -> str:
    """The text of a pyproject.toml with these keys of [tool.sealwright] added; comments and layout stay.

    The result is read again: it says exactly what it said before, and the keys. Raises UsageError
    (`pyproject-not-editable`, and those of reading it) with the lines to add by hand where that cannot be had, as
    with a key that is there already.
    """
    if not settings:
        return pyproject
    newline = "\r\n" if "\r\n" in pyproject else "\n"
    lines = "".join(f"{key} = {_written(value)}{newline}" for key, value in settings.items())
    edited = _inserted(pyproject, lines, newline)
    if not _says(edited, pyproject, settings, where):
        raise UsageError(
            "pyproject-not-editable",
            f"{where} cannot be added to without changing what it says",
            hint=f"add by hand, to {_TABLE}: " + "; ".join(lines.split(newline)).rstrip("; "),
        )
    return edited


def _inserted(text: str, lines: str, newline: str) -> str:
    header = _HEADER.search(text)
    if header is not None:
        end = "" if header[0].endswith("\n") else newline
        return text[: header.end()] + end + lines + text[header.end() :]
    before = text if not text or text.endswith("\n") else text + newline
    return before + (newline if before else "") + f"{_TABLE}{newline}" + lines


def _says(edited: str, before: str, settings: Mapping[str, Setting], where: str) -> bool:
    expected = copy.deepcopy(parse_toml(before, where))
    table = expected.setdefault("tool", {})
    own = table.setdefault("sealwright", {}) if isinstance(table, dict) else None
    if not isinstance(own, dict) or own.keys() & settings.keys():
        return False
    own.update({key: list(value) if isinstance(value, tuple) else value for key, value in settings.items()})
    try:
        return tomllib.loads(edited) == expected
    except tomllib.TOMLDecodeError:
        return False


def _written(value: Setting) -> str:
    # JSON's strings, booleans and lists of strings are TOML's.
    return json.dumps(value, ensure_ascii=False)
