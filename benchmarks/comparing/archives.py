"""Archives that were tampered with, or packed by mistake: who says something."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from comparing.document import details, table
from comparing.programs import Said, ask
from tests.attacks.test_archives import SDISTS, WHEELS
from tests.support.archives import (
    COMMITTED,
    INFO,
    METADATA,
    SDIST,
    WHEEL,
    WheelDraft,
    codes,
    commit_of,
    good_sdist,
    good_wheel,
    judged,
)

from sealwright.verify.archive import CHECKS, CODES

Tools = Mapping[str, tuple[str, ...]]
_TOOLS: Tools = {
    "twine check --strict": ("twine", "check", "--strict"),
    "check-wheel-contents": ("check-wheel-contents",),
}
_RST = b"Metadata-Version: 2.4\nDescription-Content-Type: text/x-rst\n"
_BROKEN_RST = b"\n`broken <\n=====\nx\n==\n.. unknown::\n"

# What check-wheel-contents and twine were made for: nothing of it is an attack, and all of it is in the commit.
MISTAKES: dict[str, Callable[[], tuple[Mapping[str, bytes], Callable[[WheelDraft], None]]]] = {
    "tests beside the package": lambda: ({**COMMITTED, "src/tests/__init__.py": b""}, _unchanged),
    "a second package at the top": lambda: ({**COMMITTED, "src/other/__init__.py": b"VALUE = 1\n"}, _unchanged),
    "the same module twice": lambda: ({**COMMITTED, "src/tiny/copy.py": COMMITTED["src/tiny/__init__.py"]}, _unchanged),
    "an __init__.py at the top": lambda: ({**COMMITTED, "src/__init__.py": b""}, _unchanged),
    "a stray file at the top": lambda: ({**COMMITTED, "src/notes.txt": b"notes\n"}, _unchanged),
    "a wheel without code": lambda: (_without_source(), lambda draft: draft.remove("tiny/_version.py")),
    "a README that does not render": lambda: (COMMITTED, _unrenderable),
}


@dataclass(frozen=True)
class Answer:
    """Who said something about one archive."""

    name: str
    code: str
    """What inspect should find; empty where it is no attack."""
    said: Mapping[str, str]
    """Tool to `yes`, `crash`, `no`, or nothing where it does not read such files."""


def compared(folder: Path) -> str:
    """The part of the document about archives."""
    attacks = list(_attacks(folder))
    mistakes = [_mistake(folder / f"mistake-{at}", name) for at, name in enumerate(MISTAKES)]
    head = (*_TOOLS, "inspect")
    counts = [_counts(check, [answer for answer in attacks if CODES[answer.code][0] == check]) for check in CHECKS]
    rows = [(answer.name, f"`{answer.code}`", *(answer.said[tool] for tool in head)) for answer in attacks]
    return "\n\n".join(
        (
            f"{len(attacks)} hostile constructions:",
            table(("what it breaks", "constructions", *head), [*counts, _counts("all", attacks)]),
            details("each of them", table(("construction", "code", *head), rows)),
            f"{len(mistakes)} mistakes of packing, all of them in the commit:",
            table(("mistake", *head), [(answer.name, *(answer.said[tool] for tool in head)) for answer in mistakes]),
        )
    )


def _counts(what: str, answers: list[Answer]) -> tuple[object, ...]:
    def caught(tool: str) -> str:
        heard = [answer.said[tool] for answer in answers if answer.said[tool]]
        crashes = heard.count("crash")
        found = len(heard) - heard.count("no")
        return f"{found} of {len(heard)}" + (f" ({crashes} by a crash)" if crashes else "") if heard else ""

    return (what, len(answers), *(caught(tool) for tool in (*_TOOLS, "inspect")))


def _attacks(folder: Path) -> Iterator[Answer]:
    wheel, sdist = good_wheel().build(), good_sdist().build()
    plain = {name: _ask(folder / "untouched", name, data) for name, data in ((WHEEL, wheel), (SDIST, sdist))}

    def answer(item: tuple[int, tuple[str, str, str, bytes]]) -> Answer:
        at, (name, code, filename, data) = item
        said = _heard(_ask(folder / str(at), filename, data), plain[filename])
        found = code in codes(judged({WHEEL: wheel, SDIST: sdist, filename: data}))
        return Answer(name, code, {**said, "inspect": "yes" if found else "no"})

    with ThreadPoolExecutor(2) as pool:
        yield from pool.map(answer, enumerate(_made()))


def _made() -> Iterator[tuple[str, str, str, bytes]]:
    for name, (code, attack) in WHEELS.items():
        wheel = good_wheel()
        yield f"wheel: {name}", code, WHEEL, attack(wheel) or wheel.build()
    for name, (code, other) in SDISTS.items():
        sdist = good_sdist()
        yield f"sdist: {name}", code, SDIST, other(sdist) or sdist.build()


def _mistake(folder: Path, name: str) -> Answer:
    files, change = MISTAKES[name]()
    draft = good_wheel(files)
    plain = _ask(folder / "untouched", WHEEL, good_wheel().build())
    change(draft)
    said = _heard(_ask(folder, WHEEL, draft.build()), plain)
    sdist = good_sdist(files)
    sdist.change("PKG-INFO", next(entry.data for entry in draft.entries if entry.name == f"{INFO}/METADATA"))
    findings = judged({WHEEL: draft.build(), SDIST: sdist.build()}, commit_of(files))
    return Answer(name, "", {**said, "inspect": "yes" if codes(findings) else "no"})


def _ask(folder: Path, filename: str, data: bytes) -> dict[str, Said]:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / filename).write_bytes(data)
    tools = {name: argv for name, argv in _TOOLS.items() if filename.endswith(".whl") or argv[0] == "twine"}
    return {name: ask(*argv, filename, cwd=folder) for name, argv in tools.items()}


def _heard(said: Mapping[str, Said], plain: Mapping[str, Said]) -> dict[str, str]:
    """Whether a tool ends with an error, and says something that it does not say of the untouched archive."""
    answers = dict.fromkeys(_TOOLS, "")
    for tool, one in said.items():
        if one.crashed:
            answers[tool] = "crash"
        else:
            answers[tool] = "yes" if one.code != 0 and one.text != plain[tool].text else "no"
    return answers


def _unchanged(_draft: WheelDraft) -> None:
    pass


def _without_source() -> Mapping[str, bytes]:
    return {path: data for path, data in COMMITTED.items() if not path.startswith("src/")}


def _unrenderable(draft: WheelDraft) -> None:
    draft.change(f"{INFO}/METADATA", METADATA.replace(b"Metadata-Version: 2.4\n", _RST) + _BROKEN_RST)
