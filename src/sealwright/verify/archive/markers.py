"""Whether environment markers mean the same, however a backend wrote them.

A marker becomes a boolean function of comparisons; two of them are compared over all truth values of those. What is
equal then is equal in every environment; that two related comparisons (`<3.9` and `<3.10`) never disagree is not known.
"""

from __future__ import annotations

import functools
import operator
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from packaging.markers import Marker
from packaging.utils import canonicalize_name

Atom = tuple[str, str, str]
"""(variable or literal, operator, variable or literal)"""
_TOKEN = re.compile(
    r"\s*(?:(?P<bracket>[()])|(?P<joint>and\b|or\b)|(?P<operator>not\s+in\b|in\b|[<>=!~]{1,3})"
    r"|(?P<word>[a-z_]+)|\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)')"
)
_FLIPPED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}
_MOST_ATOMS = 14
_MOST_CHARACTERS, _MOST_BRACKETS = 2000, 50
Limb = tuple[Marker | None, str]
"""A marker, and the extra that it is joined with; empty for none."""


@dataclass(frozen=True, slots=True)
class _Table:
    """One column of a truth table for each atom: a bit for each of the ways in which all of them can turn out."""

    columns: dict[Atom, int]
    all: int

    @classmethod
    def over(cls, atoms: Iterable[Atom]) -> _Table:
        ordered = sorted(atoms)
        rows = 1 << len(ordered)
        every = (1 << rows) - 1
        # 0101..., 0011..., 00001111...: the usual columns, as numbers.
        columns = {atom: every // ((1 << (1 << at)) + 1) for at, atom in enumerate(ordered)}
        return cls(columns, every)


@dataclass(frozen=True, slots=True)
class Condition:
    """A parsed marker."""

    atoms: frozenset[Atom]
    holds: Callable[[_Table], int] = field(compare=False)
    """The rows of a table in which it holds, as bits."""


def same(one: Iterable[Limb], other: Iterable[Limb]) -> bool:
    """Whether two lists of markers hold in the same environments, each where any of its members does.

    Lists that are too large to say are not the same.
    """
    limbs = [*one], [*other]
    if any(_too_large(str(marker)) for side in limbs for marker, _ in side):
        return False
    first, second = (_any([_joined(*limb) for limb in side]) for side in limbs)
    atoms = first.atoms | second.atoms
    if len(atoms) > _MOST_ATOMS:
        return _paired(*limbs)
    table = _Table.over(atoms)
    return first.holds(table) == second.holds(table)


def _too_large(marker: str) -> bool:
    return len(marker) > _MOST_CHARACTERS or marker.count("(") > _MOST_BRACKETS


def _paired(one: list[Limb], other: list[Limb]) -> bool:
    """Whether each member has one on the other side that means the same; for lists of many extras."""
    left = list(other)
    for limb in one:
        hit = next((have for have in left if limb == have or (len(one) > 1 and same([limb], [have]))), None)
        if hit is None:
            return False
        left.remove(hit)
    return not left


def _joined(marker: Marker | None, extra: str) -> Condition:
    condition = _condition(marker)
    if not extra:
        return condition
    named = _comparison((True, "extra"), "==", (False, extra))
    return _all([named, condition])


def _condition(marker: Marker | None) -> Condition:
    if marker is None:
        return Condition(frozenset(), lambda table: table.all)
    return _Parser(str(marker)).parse()


class _Parser:
    """Recursive descent over the text that packaging makes of a marker, which is known to be well formed."""

    def __init__(self, text: str) -> None:
        self._tokens = list(_TOKEN.finditer(text))
        self._at = 0

    def parse(self) -> Condition:
        terms = [self._conjunction()]
        while self._accept("joint", "or"):
            terms.append(self._conjunction())
        return _any(terms) if len(terms) > 1 else terms[0]

    def _conjunction(self) -> Condition:
        terms = [self._term()]
        while self._accept("joint", "and"):
            terms.append(self._term())
        return _all(terms) if len(terms) > 1 else terms[0]

    def _term(self) -> Condition:
        if self._accept("bracket", "("):
            inner = self.parse()
            self._accept("bracket", ")")
            return inner
        left, sign, right = self._next(), self._next(), self._next()
        return _comparison(_operand(left), re.sub(r"\s+", " ", sign["operator"]), _operand(right))

    def _accept(self, kind: str, text: str) -> bool:
        if self._at < len(self._tokens) and self._tokens[self._at][kind] == text:
            self._at += 1
            return True
        return False

    def _next(self) -> re.Match[str]:
        self._at += 1
        return self._tokens[self._at - 1]


def _operand(token: re.Match[str]) -> tuple[bool, str]:
    """Whether it is a variable, and its name or value."""
    if token["word"]:
        return True, token["word"]
    return False, token["double"] if token["double"] is not None else token["single"]


def _comparison(left: tuple[bool, str], sign: str, right: tuple[bool, str]) -> Condition:
    if right[0] and not left[0] and sign in (*_FLIPPED, "==", "!="):
        left, right, sign = right, left, _FLIPPED.get(sign, sign)
    name, value = left[1], right[1]
    if name == "extra":
        value = canonicalize_name(value)
    if name == "python_version":
        name, sign, value = _as_full_version(sign, value)
    negated = {"!=": "==", ">=": "<", ">": "<=", "not in": "in"}.get(sign)
    atom = (name, negated or sign, value)
    if negated is None:
        return Condition(frozenset({atom}), lambda table: table.columns[atom])
    return Condition(frozenset({atom}), lambda table: table.all ^ table.columns[atom])


def _as_full_version(sign: str, value: str) -> tuple[str, str, str]:
    """python_version has two parts only, so that some comparisons with it are others with the full version."""
    parts = value.split(".")
    if len(parts) != 2 or not all(part.isdigit() for part in parts):
        return "python_version", sign, value
    after = f"{parts[0]}.{int(parts[1]) + 1}"
    match sign:
        case "<" | ">=":
            return "python_full_version", sign, value
        case ">":
            return "python_full_version", ">=", after
        case "<=":
            return "python_full_version", "<", after
        case "==" | "!=":
            return "python_full_version", sign, f"{value}.*"
        case _:
            return "python_version", sign, value


def _all(terms: list[Condition]) -> Condition:
    def holds(table: _Table) -> int:
        return functools.reduce(operator.and_, (term.holds(table) for term in terms), table.all)

    return Condition(frozenset().union(*(term.atoms for term in terms)), holds)


def _any(terms: list[Condition]) -> Condition:
    def holds(table: _Table) -> int:
        return functools.reduce(operator.or_, (term.holds(table) for term in terms), 0)

    return Condition(frozenset().union(*(term.atoms for term in terms)), holds)
