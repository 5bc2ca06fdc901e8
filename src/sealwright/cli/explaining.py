"""`--explain NAME`: all there is to say about a code or a check, for every command that judges."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from sealwright.errors import UsageError

T = TypeVar("T")


def explain_audit(code: str) -> int:
    """What `sealwright doctor` says by `code`."""
    from sealwright.doctor.audits import CODES  # noqa: PLC0415 - the other command does without
    from sealwright.report.doctor import explanation_lines  # noqa: PLC0415

    return _explain(code, CODES, explanation_lines, "docs/doctor.md")


def explain_verdict(name: str) -> int:
    """What `sealwright verify` says by the name of a check or a code."""
    from sealwright.report.meaning import EXPLAINED, meaning_lines  # noqa: PLC0415 - the other command does without

    return _explain(name, EXPLAINED, meaning_lines, "docs/verify.md")


def _explain(name: str, known: Mapping[str, T], lines: Callable[[T], Iterable[str]], listed_in: str) -> int:
    """Print it. Raises UsageError (`code-unknown`)."""
    if name not in known:
        near = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
        hint = f"did you mean {' or '.join(f'`{other}`' for other in near)}?" if near else f"{listed_in} lists them all"
        raise UsageError("code-unknown", f"nothing is called {name!r} here", hint=hint)
    sys.stdout.writelines(f"{line}\n" for line in lines(known[name]))
    return 0
