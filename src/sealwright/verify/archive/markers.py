"""Whether two environment markers mean the same, however a backend wrote them.

A marker becomes a boolean function of comparisons; two of them are compared over all truth values of those. What is
equal then is equal in every environment; that two related comparisons (`<3.9` and `<3.10`) never disagree is not known.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class Condition:
    """A parsed marker."""

    atoms: frozenset[Atom]
    holds: Callable[[frozenset[Atom]], bool]
    """Whether it holds where exactly these atoms do."""


def same(one: Marker | None, other: Marker | None, extra: str = "") -> bool:
    """Whether `one`, joined with `extra == ...` where an extra is named, means the same as `other`."""
    first = _joined(_condition(one), extra)
    second = _condition(other)
    atoms = sorted(first.atoms | second.atoms)
    if len(atoms) > _MOST_ATOMS:
        return str(one) == str(other) and not extra
    return all(
        first.holds(true) == second.holds(true)
        for count in range(len(atoms) + 1)
        for true in map(frozenset, itertools.combinations(atoms, count))
    )


def _joined(condition: Condition, extra: str) -> Condition:
    if not extra:
        return condition
    atom = ("extra", "==", canonicalize_name(extra))
    return Condition(condition.atoms | {atom}, lambda true: atom in true and condition.holds(true))


def _condition(marker: Marker | None) -> Condition:
    if marker is None:
        return Condition(frozenset(), lambda _true: True)
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
        left, operator, right = self._next(), self._next(), self._next()
        return _comparison(_operand(left), re.sub(r"\s+", " ", operator["operator"]), _operand(right))

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


def _comparison(left: tuple[bool, str], operator: str, right: tuple[bool, str]) -> Condition:
    if right[0] and not left[0] and operator in (*_FLIPPED, "==", "!="):
        left, right, operator = right, left, _FLIPPED.get(operator, operator)
    name, value = left[1], right[1]
    if name == "extra":
        value = canonicalize_name(value)
    if name == "python_version":
        name, operator, value = _as_full_version(operator, value)
    negated = {"!=": "==", ">=": "<", ">": "<=", "not in": "in"}.get(operator)
    atom = (name, negated or operator, value)
    return Condition(frozenset({atom}), lambda true: (atom in true) is (negated is None))


def _as_full_version(operator: str, value: str) -> tuple[str, str, str]:
    """python_version has two parts only, so that some comparisons with it are others with the full version."""
    parts = value.split(".")
    if len(parts) != 2 or not all(part.isdigit() for part in parts):
        return "python_version", operator, value
    after = f"{parts[0]}.{int(parts[1]) + 1}"
    match operator:
        case "<" | ">=":
            return "python_full_version", operator, value
        case ">":
            return "python_full_version", ">=", after
        case "<=":
            return "python_full_version", "<", after
        case "==" | "!=":
            return "python_full_version", operator, f"{value}.*"
        case _:
            return "python_version", operator, value


def _all(terms: list[Condition]) -> Condition:
    atoms = frozenset().union(*(term.atoms for term in terms))
    return Condition(atoms, lambda true: all(term.holds(true) for term in terms))


def _any(terms: list[Condition]) -> Condition:
    atoms = frozenset().union(*(term.atoms for term in terms))
    return Condition(atoms, lambda true: any(term.holds(true) for term in terms))
