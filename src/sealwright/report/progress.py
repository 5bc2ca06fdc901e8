"""Progress on standard error: a live table on a terminal, a line a job elsewhere."""

from __future__ import annotations

import time
from collections.abc import Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Self, TextIO

from sealwright.rehearsal.results import JobResult, JobState
from sealwright.report.rehearsal import WORDS

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.live import Live

_COLOURS = {
    JobState.OK: "green",
    JobState.FAILED: "red",
    JobState.UNJUDGED: "yellow",
    JobState.SKIPPED: "dim",
    JobState.NOT_RUN: "dim",
}


class Progress:
    """A context manager; `observe` may be called from several threads."""

    def __init__(self, jobs: tuple[str, ...], stream: TextIO, environ: Mapping[str, str]) -> None:
        self.jobs = jobs
        self.stream = stream
        self.live = _live_display(stream, environ) if stream.isatty() else None
        self.started: dict[str, float] = {}
        self.ended: dict[str, JobResult] = {}

    def __enter__(self) -> Self:
        if self.live is not None:
            self.live.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.live is not None:
            self.live.__exit__(kind, error, trace)

    def observe(self, job: str, result: JobResult | None) -> None:
        """A job has started (None) or ended."""
        if result is None:
            self.started[job] = time.monotonic()
        else:
            self.ended[job] = result
        if self.live is not None:
            self.live.update(self._table(), refresh=True)
        elif result is not None and result.state is not JobState.NOT_RUN:
            self.stream.write(f"{WORDS[result.state]:<6}  {job} ({result.seconds:.1f}s)\n")
            self.stream.flush()

    def _table(self) -> RenderableType:
        from rich.spinner import Spinner  # noqa: PLC0415 - only a terminal pays for rich
        from rich.table import Table  # noqa: PLC0415
        from rich.text import Text  # noqa: PLC0415

        table = Table.grid(padding=(0, 2))
        for job in self.jobs:
            if job in self.ended:
                result = self.ended[job]
                word: RenderableType = Text(WORDS[result.state], style=_COLOURS[result.state])
                table.add_row(word, job, f"{result.seconds:.1f}s")
            elif job in self.started:
                table.add_row(Spinner("dots"), job, "")
        return table


def _live_display(stream: TextIO, environ: Mapping[str, str]) -> Live:
    from rich.console import Console  # noqa: PLC0415
    from rich.live import Live  # noqa: PLC0415

    console = Console(file=stream, no_color="NO_COLOR" in environ)
    return Live(console=console, transient=True, refresh_per_second=8)
