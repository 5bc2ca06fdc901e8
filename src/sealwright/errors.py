"""The one family of errors: data for whoever reports them, never printed and never exiting by themselves."""

from __future__ import annotations

from typing import ClassVar


class SealwrightError(Exception):
    """Something that keeps a command from going on.

    What was judged and found wanting is a `Finding`, not an error.

    `code` is kebab-case and stable; `message` says what happened and where; `hint` says what to do next.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, code: str, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.code}: {self.message}" + (f" ({self.hint})" if self.hint else "")


class UsageError(SealwrightError):
    """The command, its configuration or its surroundings are wrong; nothing was judged."""

    exit_code = 2


class Unavailable(SealwrightError):
    """Something outside did not answer, or not usably; nothing may be concluded from that."""

    exit_code = 3


class Refused(SealwrightError):
    """An input is not what an earlier job recorded, or is not acceptable evidence."""

    exit_code = 1
