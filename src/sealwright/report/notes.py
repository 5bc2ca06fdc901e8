"""What a job has to say in a few words, out of its record."""

from __future__ import annotations

from collections.abc import Callable

from sealwright.model import Finding, Record, State

WIDTH = 72
"""Characters a note may take."""


def note(record: Record) -> str:
    """A few words about a job that did not fail."""
    tell = _TELLERS.get(record.stages[0], _found)
    unseen = dict.fromkeys(f"{f.check} unseen" for f in record.findings if f.state is State.UNAVAILABLE)
    text = "; ".join(filter(None, [*unseen, tell(record)]))
    return text if len(text) <= WIDTH else text[: WIDTH - 1] + "…"


def _passed(record: Record, *checks: str) -> list[Finding]:
    return [f for f in record.findings if f.state is State.PASS and (not checks or f.check in checks)]


def _found(record: Record, *checks: str) -> str:
    return "; ".join(dict.fromkeys(f.found.splitlines()[0] for f in _passed(record, *checks) if f.found))


def _agree(record: Record) -> str:
    checks = dict.fromkeys(f.check for f in _passed(record, "tag", "version", "changelog", "branch"))
    return f"{', '.join(checks)} agree"


def _examined(record: Record) -> str:
    members = sum(int(f.found.split()[0]) for f in _passed(record, "contents") if f.found[:1].isdigit())
    packages = [f.found.partition(",")[0] for f in _passed(record, "closure")]
    some = any(not count.startswith("0 ") for count in packages)
    # The answer about all of them; what is ignored is not unknown.
    audited = [f.found.rpartition(", ")[2] for f in _passed(record, "audit") if some and not f.subject]
    return "; ".join([f"{members} members accounted for", *(f"brings {p}" for p in packages), *audited])


def _only(*checks: str) -> Callable[[Record], str]:
    return lambda record: _found(record, *checks)


def _signatures(record: Record) -> str:
    return f"{len(_passed(record, 'signatures'))} signatures, each verified again"


def _gate(record: Record) -> str:
    controls = [f for f in record.findings if f.check == "controls"]
    caught = sum(f.state is State.PASS for f in controls)
    answered = {f.check for f in record.findings} - {"controls"}
    return f"{len(answered)} checks; {caught} of {len(controls)} sabotages caught"


def _index(record: Record) -> str:
    provenance = len(_passed(record, "index-provenance"))
    parts = [f"{len(_passed(record, 'index-files'))} files as planned"]
    parts += [f"{provenance} attested"] if provenance else []
    return "; ".join(filter(None, [*parts, _found(record, "install")]))


_TELLERS: dict[str, Callable[[Record], str]] = {
    "plan": _agree,
    "build": _only("build", "sdist-form"),
    "rebuild": _only("rebuild-ran"),
    "inspect": _examined,
    "attest": _signatures,
    "gate": _gate,
    "seal": lambda _: "verdict and release.json signed",
    "confirm": _index,
    "announce": lambda _: "published, immutable from now on",
}
"""By the first stage of the job."""
