"""Text of others in Markdown: shown, and never taken for markup."""

from __future__ import annotations

import re

_LONGEST = 160
_UNPRINTABLE = re.compile(r"[^\w !-~…]+")


def code(text: str) -> str:
    """`text` as a code span that cannot end early, in one line and of bounded length."""
    plain = _UNPRINTABLE.sub(" ", text).replace("`", "'").replace("|", "/").strip()
    short = plain if len(plain) <= _LONGEST else plain[: _LONGEST - 1] + "…"
    return f"`{short}`" if short else ""


def for_chat(text: str) -> str:
    """`text` as Slack shows it: a tag called `<!channel>` must not ring everybody's bell.

    https://docs.slack.dev/messaging/formatting-message-text#escaping
    """
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
