"""Copyright notices in licence files: what somebody wrote there, not what anybody concluded."""

from __future__ import annotations

import re
from collections.abc import Iterator

_NOTICE = re.compile(
    r"^[\s#*/;.>-]*(?P<text>(copyright\s*(\(c\)|©|:?\s*(19|20)\d\d)|©|\(c\)\s*(copyright|(19|20)\d\d)).*\w.*)$",
    re.IGNORECASE,
)
_PLACEHOLDER = re.compile(r"[\[<{](yyyy|year|name|fullname|owner)", re.IGNORECASE)
# The notice of the licence's own text, in all licences of the GNU project.
_OF_THE_LICENCE = re.compile(r"Free Software Foundation,? Inc")
_GNU = "Everyone is permitted to copy and distribute verbatim copies"
_LONGEST = 200


def notices_in(text: str) -> Iterator[str]:
    """Lines such as `Copyright (c) 2020 Ada`, each in one line of plain characters, in their order."""
    gnu = _GNU in text
    for line in text.splitlines():
        match = _NOTICE.match(line)
        if match is None or _PLACEHOLDER.search(line):
            continue
        if gnu and _OF_THE_LICENCE.search(line):
            continue
        notice = "".join(char for char in " ".join(match["text"].split()).rstrip(",") if char.isprintable())
        if len(notice) <= _LONGEST and not notice.endswith(" by"):  # the name is in the next line
            yield notice
