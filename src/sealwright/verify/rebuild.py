"""Whether two builds of one commit on two machines made the same files, compared file by file."""

from __future__ import annotations

from collections.abc import Iterator

from sealwright.model import FileRef, Finding
from sealwright.verify.evidence import Evidence, refs_in

CHECK = "rebuild"
# https://reproducible-builds.org/docs/source-date-epoch/ is honoured by the others.
_BACKENDS = {
    "setuptools": "setuptools writes owner and time of the build into an sdist, and modes by umask into a wheel",
    "pdm-backend": "pdm-backend writes the time of the build into an sdist",
}


def check_rebuild(evidence: Evidence) -> Iterator[Finding]:
    """Every distribution was built a second time with the same bytes.

    Both sets were hashed by whoever judges; the rebuilding job's own opinion plays no part.
    Codes: `rebuild-missing`, `rebuild-differs`.
    """
    rebuilt = {ref.name: ref for ref in refs_in(evidence.case.files, "rebuilt")}
    if not rebuilt:
        yield Finding.absent(CHECK, "rebuild-missing", "rebuilt", hint="the rebuild job kept no files to compare")
        return
    for ref in evidence.distributions:
        yield _compare(evidence, ref, rebuilt.pop(ref.name, None))
    for ref in rebuilt.values():
        yield Finding.failed(
            CHECK, "rebuild-differs", ref.name, expected="no such file", found="made by the rebuild alone"
        )


def _compare(evidence: Evidence, first: FileRef, second: FileRef | None) -> Finding:
    if second is not None and second.sha256 == first.sha256:
        return Finding.passed(CHECK, first.name, "byte-identical")
    found = f"sha256:{second.sha256} ({second.size} bytes)" if second else "not built"
    expected = f"sha256:{first.sha256} ({first.size} bytes)"
    return Finding.failed(
        CHECK, "rebuild-differs", first.name, expected=expected, found=found, hint=_hint(evidence, first)
    )


def _hint(evidence: Evidence, ref: FileRef) -> str:
    record = evidence.records.get("build")
    tools = {tool.name for tool in record.tools} if record else set()
    known = [reason for backend, reason in _BACKENDS.items() if backend in tools]
    return known[0] if known else f"compare dist/{ref.name} with rebuilt/{ref.name}: the difference names the cause"
