"""Glob patterns of paths, with `**` for any number of folders (PEP 639, gitattributes)."""

from __future__ import annotations

import re
from functools import lru_cache


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[str]:
    parts = []
    for token in re.findall(r"\*\*/|/\*\*$|\*+|\?|\[!?[^\]/]+\]|.", pattern):
        match token:
            case "**/":
                parts.append("(?:[^/]+/)*")
            case "/**":
                parts.append("/.+")
            case "?":
                parts.append("[^/]")
            case _ if set(token) == {"*"}:
                parts.append("[^/]*")
            case _ if len(token) > 1:
                parts.append(
                    ("[^" if token[1] == "!" else "[") + re.escape(token.strip("[!]")).replace(r"\-", "-") + "]"
                )
            case _:
                parts.append(re.escape(token))
    return re.compile("".join(parts), re.DOTALL)


def matches(path: str, pattern: str) -> bool:
    """Whether the whole `path` fits."""
    return _compiled(pattern.removeprefix("./")).fullmatch(path) is not None
