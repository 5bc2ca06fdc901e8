"""A long list of artifacts to verify: read line by line, spread over processes, answered in order.

Only a bounded part of the list is held at any time, however long it is.
"""

from __future__ import annotations

import itertools
import json
import multiprocessing
import os
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from sealwright.errors import SealwrightError, UsageError
from sealwright.services.trust import named_root
from sealwright.verify.artifact import NotVerified, Wanted, verify_artifact
from sealwright.verify.trust_root import TrustRoot

_CHUNK = 64
"""Lines that one process takes at a time."""
_AHEAD = 4
"""Chunks a process that are read before the first of them is answered."""
_LONGEST = 32 * 1024 * 1024
"""Bytes of a provenance file."""
Hex = Annotated[str, StringConstraints(pattern=r"^[0-9a-fA-F]{64,128}$")]


class Item(BaseModel):
    """One line of the list."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    id: str | int
    artifact_digests: Annotated[list[Hex], Field(min_length=1)]
    provenance: str
    """Path, from the current folder."""
    source_uri: str
    builder_id: str | None = None
    source_tag: str | None = None
    source_versioned_tag: str | None = None
    source_branch: str | None = None
    build_workflow_inputs: dict[str, str] | None = None
    allow_unlogged: bool = False

    @property
    def wanted(self) -> Wanted:
        """What the artifacts must come from."""
        return Wanted(
            self.source_uri,
            self.builder_id or "",
            self.source_branch or "",
            self.source_tag or "",
            self.source_versioned_tag or "",
            self.build_workflow_inputs or {},
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one line."""

    id: str | int | None
    """None where the line names none."""
    verdict: Literal["pass", "fail"]
    error: str | None
    """The name of slsa-verifier's error; None for a pass, and where the line or its file could not be read."""
    detail: str

    @property
    def passed(self) -> bool:
        """Whether the artifacts were verified."""
        return self.verdict == "pass"

    @property
    def text(self) -> str:
        """As JSON on one line."""
        return json.dumps({"id": self.id, "verdict": self.verdict, "error": self.error, "detail": self.detail})


def verify_list(
    listed: Path | str, folder: Path, trust_config: Path | None = None, jobs: int | None = None
) -> Iterator[Answer]:
    """Answer the lines of `listed`, or of standard input for `-`, in order; empty ones are passed over.

    Paths in it are from `folder`. `jobs` are processes, one a core by default. Raises UsageError (`list-unreadable`).
    """
    work = partial(_answer_all, folder=folder, trust_config=trust_config)
    with _lines(listed) as lines:
        chunks = iter(lambda: list(itertools.islice(lines, _CHUNK)), [])
        yield from itertools.chain.from_iterable(_in_order(work, chunks, jobs or os.cpu_count() or 1))


def _in_order(
    work: Callable[[list[bytes]], list[Answer]], chunks: Iterable[list[bytes]], jobs: int
) -> Iterator[list[Answer]]:
    if jobs == 1:
        yield from map(work, chunks)
        return
    with ProcessPoolExecutor(jobs, mp_context=_context()) as pool:
        waiting: deque[Future[list[Answer]]] = deque()
        for chunk in chunks:
            waiting.append(pool.submit(work, chunk))
            if len(waiting) >= jobs * _AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _context() -> multiprocessing.context.BaseContext:
    # What is imported already need not be imported once more; elsewhere than on Linux, system libraries mind a fork.
    return multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")


@contextmanager
def _lines(listed: Path | str) -> Iterator[Iterator[bytes]]:
    if listed == "-":
        yield filter(bytes.strip, sys.stdin.buffer)
        return
    try:
        stream = Path(listed).open("rb")  # noqa: SIM115 - closed below
    except OSError as error:
        raise UsageError("list-unreadable", f"{listed}: {error.strerror or error}") from error
    with stream:
        yield filter(bytes.strip, stream)


def _answer_all(lines: list[bytes], folder: Path, trust_config: Path | None) -> list[Answer]:
    return [_answer(line, folder, _root(trust_config)) for line in lines]


@lru_cache(maxsize=1)
def _root(trust_config: Path | None) -> TrustRoot:
    return named_root(trust_config)


def _answer(line: bytes, folder: Path, root: TrustRoot) -> Answer:
    try:
        item = Item.model_validate_json(line)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the line"
        return Answer(_id_of(line), "fail", None, f"{where}: {first['msg']}")
    try:
        provenance = _read(folder / item.provenance)
        digests = tuple(item.artifact_digests)
        verified = verify_artifact(provenance, digests, item.wanted, root, allow_unlogged=item.allow_unlogged)
    except NotVerified as error:
        return Answer(item.id, "fail", error.reason.value, error.detail)
    except OSError as error:
        return Answer(item.id, "fail", None, f"{item.provenance}: {error.strerror or error}")
    except SealwrightError as error:
        return Answer(item.id, "fail", None, str(error))
    weaker = "" if verified.logged else "; without a log entry"
    return Answer(item.id, "pass", None, f"{verified.builder} at commit {verified.commit}{weaker}")


def _read(path: Path) -> bytes:
    with path.open("rb") as stream:
        data = stream.read(_LONGEST + 1)
    if len(data) > _LONGEST:
        raise UsageError("provenance-too-large", f"{path.name} is larger than {_LONGEST} bytes")
    return data


def _id_of(line: bytes) -> str | int | None:
    try:
        found = json.loads(line).get("id")
    except (ValueError, AttributeError, RecursionError):
        return None
    return found if isinstance(found, str | int) else None
