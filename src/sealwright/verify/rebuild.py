"""Whether two builds of one commit on two machines made the same files, and if not, how they differ."""

from __future__ import annotations

import io
from collections.abc import Iterator
from functools import lru_cache

from sealwright.errors import Refused
from sealwright.model import Finding
from sealwright.verify.difference import Difference, compare
from sealwright.verify.difference.findings import CHECK, extra, judge_pair, missing
from sealwright.verify.difference.remedies import BACKENDS
from sealwright.verify.evidence import Evidence, FileContent, refs_in
from sealwright.verify.generator import parse_generator
from sealwright.verify.wheel import generator_of


def check_rebuild(evidence: Evidence) -> Iterator[Finding]:
    """Every distribution was built a second time with the same bytes.

    Both sets were hashed by whoever judges; the rebuilding job's own opinion plays no part. Wheels that the project's
    own workflow built are built once: that is skipped, and never takes the place of an agreement.
    Codes: `rebuild-missing`, `rebuild-file-missing`, `rebuild-file-extra`, and one `rebuild-differs-<class>` for each
    class of difference between two files.
    """
    files = evidence.case.files
    rebuilt = {ref.name: ref for ref in refs_in(files, "rebuilt")}
    if not rebuilt:
        yield Finding.absent(CHECK, "rebuild-missing", "rebuilt", hint="the rebuild job kept no files to compare")
        return
    backend = _backend(evidence)
    for ref in evidence.distributions:
        second = rebuilt.pop(ref.name, None)
        if second is None and evidence.case.wheels and ref in evidence.wheels:
            yield Finding.skipped(CHECK, f"built once, by {evidence.case.wheels}, and by nobody again", ref.name)
            continue
        yield from _judge(files[ref.path], None if second is None else files[second.path], backend)
    for ref in rebuilt.values():
        yield extra(ref)


def _judge(first: FileContent, second: FileContent | None, backend: str) -> Iterator[Finding]:
    if second is None:
        yield missing(first.ref)
    else:
        yield from judge_pair(first.ref, second.ref, _differences(first, second), backend)


def _differences(first: FileContent, second: FileContent) -> tuple[Difference, ...] | None:
    """How two files of one name differ; nothing where they are the same, None where they are too large to be held."""
    if first.ref.sha256 == second.ref.sha256:
        return ()
    if first.data is None or second.data is None:
        return None
    return _compared(first, second)


# The negative controls judge the same two files again and again.
@lru_cache(maxsize=4)
def _compared(first: FileContent, second: FileContent) -> tuple[Difference, ...]:
    return compare(io.BytesIO(first.data or b""), io.BytesIO(second.data or b""), first.ref.name)


def _backend(evidence: Evidence) -> str:
    """The backend that a wheel names itself, else the one among the tools that build recorded; it decides on hints."""
    for ref in evidence.wheels:
        data = evidence.case.files[ref.path].data
        try:
            generator = parse_generator(generator_of(io.BytesIO(data or b""), ref.name))
        except Refused:
            continue
        if generator is not None:
            return generator.backend
    record = evidence.records.get("build")
    tools = {tool.name for tool in record.tools} if record else set()
    return next((backend for backend in BACKENDS if backend in tools), "")
