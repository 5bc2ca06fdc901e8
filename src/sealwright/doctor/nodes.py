"""YAML as nodes that know their lines.

Nothing is constructed, so no tag of the document runs anything, and `on` stays the word that it is: YAML 1.1 would read
it as a truth value. Size, depth and the number of nodes are bounded, aliases counted as often as they are used.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import yaml

from sealwright.errors import Refused

MAX_CHARACTERS = 256 * 1024
MAX_NODES = 50_000
MAX_DEPTH = 40
# What PyYAML takes long for. (libyaml is faster, and overflows the stack on deep nesting instead of saying so.)
_MAX_LINE = 32 * 1024
_TOO_DEEP = re.compile(rf"[\[{{](?:\s*[\[{{]){{{MAX_DEPTH}}}")
# Where YAML ends a line; `str.splitlines` knows further places, and the numbers would no longer agree.
_LINE_END = re.compile("\r\n|[\n\r\x85\u2028\u2029]")


class Unreadable(Refused):
    """A file that is not the YAML it should be. `line` counts from 1."""

    def __init__(self, line: int, problem: str) -> None:
        super().__init__("yaml-unreadable", problem)
        self.line = line


@dataclass(frozen=True, slots=True)
class Source:
    """A file, for finding words in it again."""

    path: str
    lines: tuple[str, ...] = field(repr=False)

    @classmethod
    def of(cls, path: str, text: str) -> Source:
        """The file at `path` with this content."""
        return cls(path, tuple(_LINE_END.split(text)))


@dataclass(frozen=True, slots=True)
class Text:
    """A scalar as the document has it: `true` and `1.10` are words here too."""

    value: str
    source: Source = field(repr=False)
    line: int
    """Where it begins, from 1."""
    last: int
    """Where it ends."""
    literal: bool = False
    """Whether it is a block whose line ends count (`|`)."""

    def __str__(self) -> str:
        return self.value

    @property
    def path(self) -> str:
        """The file that it stands in."""
        return self.source.path

    def line_at(self, row: int) -> int:
        """The line of the file that holds line `row`, from 0, of this text."""
        if self.literal:
            return min(self.line + 1 + row, self.last)
        rows = self.value.split("\n")
        return self.line_of(rows[row].strip()) if row < len(rows) else self.line

    def line_of(self, part: str) -> int:
        """The line of the file on which `part` of this text stands; the first line where it cannot be told."""
        if self.literal:
            before, found, _ = self.value.partition(part)
            return self.line_at(before.count("\n")) if found else self.line
        numbers = range(self.line, self.last + 1)
        return next((n for n in numbers if part and part in self.source.lines[n - 1]), self.line)

    @property
    def comment(self) -> str:
        """What stands behind `#` on its last line, without surrounding white space."""
        _, _, rest = self.source.lines[self.last - 1].partition(self.value)
        found = re.match(r"""['"]?\s+#(.*)""", rest)
        return found[1].strip() if found else ""


@dataclass(frozen=True, slots=True)
class Items:
    """A sequence."""

    items: tuple[Node, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Table:
    """A mapping. Keys are words, and none stands twice."""

    entries: dict[str, tuple[Text, Node]]
    line: int

    def __iter__(self) -> Iterator[tuple[Text, Node]]:
        return iter(self.entries.values())

    def get(self, key: str) -> Node | None:
        """The node under `key`."""
        return self.entries[key][1] if key in self.entries else None

    def line_of(self, key: str) -> int:
        """The line of `key` itself; the table's own where there is no such key."""
        return self.entries[key][0].line if key in self.entries else self.line

    def text(self, key: str) -> Text | None:
        """The scalar under `key`; None where there is none, or something else."""
        found = self.get(key)
        return found if isinstance(found, Text) else None

    def table(self, key: str) -> Table:
        """The mapping under `key`; an empty one where there is none, or something else."""
        found = self.get(key)
        return found if isinstance(found, Table) else Table({}, self.line_of(key))

    def tables(self, key: str) -> tuple[Table, ...]:
        """The mappings in the sequence under `key`."""
        found = self.get(key)
        return tuple(item for item in found.items if isinstance(item, Table)) if isinstance(found, Items) else ()

    def texts(self, key: str) -> tuple[Text, ...]:
        """The scalars in the sequence under `key`; a lone scalar is a sequence of one."""
        return texts_in(self.get(key))

    def words(self) -> dict[str, Text]:
        """Every entry that is a scalar."""
        return {key.value: node for key, node in self if isinstance(node, Text)}


Node = Text | Items | Table


def texts_in(node: Node | None) -> tuple[Text, ...]:
    """The scalars in a sequence; a lone scalar is a sequence of one."""
    if isinstance(node, Text):
        return (node,)
    return tuple(item for item in node.items if isinstance(item, Text)) if isinstance(node, Items) else ()


def read_yaml(path: str, text: str) -> Table:
    """The document in a file, which must be one mapping.

    Raises Unreadable for anything else, for a key that stands twice, and for what is too large, deep or entangled.
    """
    if len(text) > MAX_CHARACTERS:
        raise Unreadable(1, f"it has more than {MAX_CHARACTERS} characters")
    source = Source.of(path, text)
    _refuse_costly(text, source)
    node = _composed(text)
    found = _Reader(source).read(node, 0) if node is not None else None
    if not isinstance(found, Table):
        raise Unreadable(1, "a mapping was expected at its top")
    return found


def _refuse_costly(text: str, source: Source) -> None:
    long = next((number for number, line in enumerate(source.lines, 1) if len(line) > _MAX_LINE), None)
    if long is not None:
        raise Unreadable(long, f"the line has more than {_MAX_LINE} characters")
    deep = _TOO_DEEP.search(text)
    if deep is not None:
        raise Unreadable(text.count("\n", 0, deep.start()) + 1, "it is nested too deeply")


def _composed(text: str) -> yaml.Node | None:
    try:
        return yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = " ".join(filter(None, (error.context, error.problem)))
        raise Unreadable(mark.line + 1 if mark else 1, problem or "it is not YAML") from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise Unreadable(line, f"the character {error.character!r} is not allowed") from error
    except (yaml.YAMLError, ValueError) as error:
        raise Unreadable(1, " ".join(str(error).split()) or "it is not YAML") from error
    except RecursionError as error:
        raise Unreadable(1, "it is nested too deeply") from error


class _Reader:
    """Turns one document's nodes into ours, within a budget."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._left = MAX_NODES

    def read(self, node: yaml.Node, depth: int) -> Node:
        self._left -= 1
        line = node.start_mark.line + 1
        if self._left < 0 or depth > MAX_DEPTH:
            raise Unreadable(line, "it has too many nodes, aliases counted as often as they are used, or is too deep")
        if isinstance(node, yaml.ScalarNode):
            return self._text(node, line)
        if isinstance(node, yaml.SequenceNode):
            return Items(tuple(self.read(item, depth + 1) for item in node.value), line)
        return self._table(node, line, depth)

    def _text(self, node: yaml.ScalarNode, line: int) -> Text:
        mark = node.end_mark
        # A block ends where the next thing begins, which is not its own line any more.
        own = self._source.lines[mark.line][: mark.column].strip() if mark.line < len(self._source.lines) else ""
        last = mark.line + 1 if own else mark.line
        return Text(node.value, self._source, line, max(line, last), node.style == "|")

    def _table(self, node: yaml.Node, line: int, depth: int) -> Table:
        entries: dict[str, tuple[Text, Node]] = {}
        for key, value in node.value:
            at = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                raise Unreadable(at, "a key is not a word")
            if key.value in entries:
                raise Unreadable(at, f"the key {key.value!r} stands twice")
            entries[key.value] = (self._text(key, at), self.read(value, depth + 1))
        return Table(entries, line)
