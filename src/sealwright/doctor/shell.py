"""The commands in a script, as words with their lines: near enough to what a shell would run to recognise programs."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_ENDS = ";&|()`"
_HERE = re.compile(r"-?\s*(['\"]?)([A-Za-z_][\w.]*)\1")
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*\+?=")
_KEYWORDS = frozenset(("if", "then", "else", "elif", "do", "while", "until", "!", "{", "}", "time", "exec", "command"))
_PYTHON = re.compile(r"(?:python|pypy|py)[0-9.]*(?:\.exe)?|\$\{?PY(?:THON)?\}?", re.IGNORECASE)
# Launchers, and their options that take a value.
_LAUNCHERS = {
    ("uv", "run"): ("--with", "--from", "--python", "-p", "--group", "--extra", "--index", "--env-file", "--project"),
    ("uv", "tool", "run"): ("--with", "--from", "--python", "-p", "--index"),
    ("uvx",): ("--with", "--from", "--python", "-p", "--index"),
    ("pipx", "run"): ("--spec", "--python", "--pip-args"),
    ("poetry", "run"): (),
    ("pdm", "run"): (),
    ("hatch", "run"): (),
    ("rye", "run"): (),
    ("pixi", "run"): ("-e", "--environment"),
    ("sudo",): ("-u",),
    ("env",): ("-u",),
    ("nice",): ("-n",),
}


@dataclass(frozen=True, slots=True)
class Command:
    """One simple command."""

    words: tuple[str, ...]
    """Without quotes, variables unexpanded."""
    row: int
    """Of its first word in the script, from 0."""
    launchers: tuple[str, ...] = ()
    """What stood in front: `uvx`, `uv run`, `python -m`."""
    feeder: str = ""
    """The program whose output it reads through a pipe."""
    options: tuple[str, ...] = ()
    """What the launchers were given."""

    def starts(self, *words: str) -> bool:
        """Whether these are its first words."""
        return self.words[: len(words)] == words

    def has(self, *options: str) -> bool:
        """Whether it is given one of these options."""
        return any(word.partition("=")[0] in options for word in (*self.options, *self.words))

    def value_of(self, *options: str) -> str | None:
        """What stands behind one of these options; None where it does not."""
        for word, following in zip(self.words, (*self.words[1:], ""), strict=True):
            name, sign, value = word.partition("=")
            if name in options:
                return value if sign else following
        return None

    def __str__(self) -> str:
        return " ".join((*self.launchers, *self.words))


def commands(script: str) -> tuple[Command, ...]:
    """The commands of a script, in order; what launches another program is set apart."""
    lexer = _Lexer(script)
    lexer.run()
    found = (_plain(words, row, feeder) for words, row, feeder in lexer.found)
    return tuple(command for command in found if command.words)


@dataclass
class _Lexer:
    script: str
    found: list[tuple[list[str], int, str]] = field(default_factory=list)
    at: int = 0
    row: int = 0
    words: list[str] = field(default_factory=list)
    word: str | None = None
    first: int = 0
    feeder: str = ""
    here: list[str] = field(default_factory=list)

    def run(self) -> None:
        while self.at < len(self.script):
            self._step(self.script[self.at])
        self._end_command()

    def _step(self, char: str) -> None:
        if self.script.startswith("${{", self.at):
            self._take(self._past("}}"))
        elif char == "\\":
            self._escape()
        elif char == "'":
            self._take(self._past("'", 1), 1)
        elif char == '"':
            self._double()
        elif char == "#" and self.word is None:
            self.at = self._find("\n")
        elif char == "\n":
            self._new_line()
        elif char in "<>":
            self._redirection(char)
        elif char.isspace():
            self._end_word()
            self.at += 1
        elif char in _ENDS:
            self._end_command(piped=char == "|")
            self.at += 1
        else:
            self._take(self.at + 1)

    def _find(self, what: str, start: int | None = None) -> int:
        found = self.script.find(what, self.at if start is None else start)
        return len(self.script) if found < 0 else found

    def _past(self, what: str, skip: int = 0) -> int:
        return min(self._find(what, self.at + skip) + len(what), len(self.script))

    def _take(self, end: int, quotes: int = 0) -> None:
        """Add everything up to `end` to the word, without the quotes around it."""
        if self.word is None:
            self.word = ""
            if not self.words:
                self.first = self.row
        piece = self.script[self.at : end]
        self.row += piece.count("\n")
        self.word += piece[quotes : len(piece) - quotes]
        self.at = end

    def _escape(self) -> None:
        following = self.script[self.at + 1 : self.at + 2]
        self.at += 1
        if following == "\n":
            self.at += 1
            self.row += 1
        elif following:
            self._take(self.at + 1)

    def _double(self) -> None:
        end = self.at + 1
        while end < len(self.script) and self.script[end] != '"':
            end += 2 if self.script[end] == "\\" else 1
        self._take(min(end + 1, len(self.script)), 1)

    def _redirection(self, char: str) -> None:
        self._end_word()
        if self.script.startswith("<<<", self.at):
            self.at += 3
        elif self.script.startswith("<<", self.at) and (found := _HERE.match(self.script, self.at + 2)):
            self.here.append(found[2])
            self.at = found.end()
        else:
            self.at += 1
            while self.script[self.at : self.at + 1] in (char, "&", "|"):
                self.at += 1

    def _new_line(self) -> None:
        self._end_command()
        self.at += 1
        self.row += 1
        while self.here:
            self._skip_document(self.here.pop(0))

    def _skip_document(self, delimiter: str) -> None:
        while self.at < len(self.script):
            end = self._find("\n")
            line = self.script[self.at : end]
            self.at = min(end + 1, len(self.script))
            self.row += 1
            if line.strip() == delimiter:
                return

    def _end_word(self) -> None:
        if self.word is not None:
            self.words.append(self.word)
            self.word = None

    def _end_command(self, *, piped: bool = False) -> None:
        self._end_word()
        feeder, self.feeder = self.feeder, ""
        if self.words:
            self.found.append((self.words, self.first, feeder))
            # The second bar of `||` finds no words, and undoes what the first one said.
            self.feeder = self.words[0] if piped else ""
            self.words = []


def _plain(words: list[str], row: int, feeder: str) -> Command:
    """The command without what merely starts it."""
    left, launchers = tuple(words), []
    options: tuple[str, ...] = ()
    while left:
        if left[0] in _KEYWORDS or _ASSIGNMENT.match(left[0]):
            left = left[1:]
            continue
        left = (_program(left[0]), *left[1:])
        launcher = next((known for known in _LAUNCHERS if left[: len(known)] == known), None)
        if launcher is not None:
            given = left[len(launcher) :]
            rest = _without_options(given, _LAUNCHERS[launcher])
            options += given[: len(given) - len(rest)]
            launchers.append(" ".join(launcher))
        elif _PYTHON.fullmatch(left[0]) and (rest := _module(left[1:])):
            launchers.append("python -m")
        else:
            break
        left = (rest[0].partition("@")[0], *rest[1:]) if rest else ()
    return Command(left, row, tuple(launchers), feeder, options)


def _program(word: str) -> str:
    """The name of a program without its folder; a script of the repository keeps it."""
    name = re.split(r"[/\\]", word)[-1]
    own = re.match(r"\.{1,2}/|[\w-]+/", word) and not word.startswith((".venv/", "venv/", "bin/"))
    return word if own else name.removesuffix(".exe")


def _without_options(words: tuple[str, ...], valued: tuple[str, ...]) -> tuple[str, ...]:
    left = words
    while left and (left[0].startswith("-") or _ASSIGNMENT.match(left[0])):
        left = left[2:] if left[0] in valued else left[1:]
    return left


def _module(words: tuple[str, ...]) -> tuple[str, ...]:
    """What stands behind `-m`, with interpreter options in front skipped; empty where a script or code is run."""
    for number, word in enumerate(words):
        if word == "-m":
            return words[number + 1 :]
        if not word.startswith("-") or word == "-c":
            return ()
    return ()
