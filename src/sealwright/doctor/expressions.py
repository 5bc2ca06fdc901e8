"""GitHub's expressions, decided as far as they can be before the event has happened.

https://docs.github.com/en/actions/reference/workflows-and-actions/expressions
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

_EMBEDDED = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<number>[+-]?(?:0x[0-9a-fA-F]+|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?))"
    r"|(?P<name>[A-Za-z_][\w-]*(?:\s*(?:\.\s*[\w*-]+|\[\s*'[^']*'\s*\]|\[\s*[\w.*]+\s*\]))*)"
    r"|(?P<sign>&&|\|\||==|!=|<=|>=|[!<>(),]))"
)
_MAX_LENGTH = 21_000  # GitHub's own limit of an expression


@dataclass(frozen=True, slots=True)
class Beginning:
    """A text of which only the beginning is known."""

    text: str


class _Unknown:
    """Anything at all."""


UNKNOWN = _Unknown()
Value = str | bool | float | None | Beginning | _Unknown


def embedded(text: str) -> Iterator[str]:
    """The inside of every `${{ }}` in `text`."""
    return (found[1].strip() for found in _EMBEDDED.finditer(text))


def references(expression: str) -> Iterator[str]:
    """Every context property that an expression reads, such as `github.event.ref`, in lower case and with dots."""
    for token in _tokens(expression) or ():
        if token.kind == "name" and token.text not in ("true", "false", "null") and not token.called:
            yield _dotted(token.text)


def could_be_true(condition: str, known: Mapping[str, Value]) -> bool:
    """Whether the condition of a job or step can hold where `known` says what the contexts are.

    What cannot be decided could be true.
    """
    if len(condition) > _MAX_LENGTH:
        return True
    whole = condition.strip()
    inside = list(embedded(whole))
    if len(inside) == 1 and whole.startswith("${{") and whole.endswith("}}"):
        whole = inside[0]
    elif inside:
        return True  # text around an expression is never empty, and so always true
    return truth(evaluate(whole, known)) is not False


def ignores_failures(condition: str) -> bool:
    """Whether a condition asks to run although something before it failed or was skipped."""
    return bool(re.search(r"\balways\s*\(|!\s*cancelled\s*\(|\bfailure\s*\(", condition))


def evaluate(expression: str, known: Mapping[str, Value]) -> Value:
    """The value of an expression; UNKNOWN where it depends on more than `known`, or is not understood."""
    tokens = _tokens(expression)
    if tokens is None:
        return UNKNOWN
    parser = _Parser(tokens, known)
    try:
        value = parser.either()
    except (IndexError, RecursionError, _NotUnderstood):
        return UNKNOWN
    return value if parser.done else UNKNOWN


def truth(value: Value) -> bool | None:
    """Whether a value counts as true; None where that is not known."""
    if isinstance(value, _Unknown):
        return None
    if isinstance(value, Beginning):
        return True if value.text else None
    return bool(value)


class _NotUnderstood(Exception):
    """The expression is not one that GitHub would take, or one that nobody here can read."""


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    called: bool = False
    """Whether it is a name with `(` behind it."""


def _tokens(expression: str) -> list[_Token] | None:
    found: list[_Token] = []
    at, end = 0, len(expression.rstrip())
    while at < end:
        match = _TOKEN.match(expression, at)
        if match is None:
            return None
        at = match.end()
        kind = str(match.lastgroup)
        called = kind == "name" and expression[at:].lstrip().startswith("(")
        found.append(_Token(kind, match[kind], called))
    return found


def _dotted(name: str) -> str:
    plain = re.sub(r"\s*\[\s*'?([^'\]]*?)'?\s*\]", r".\1", name)
    return re.sub(r"\s+", "", plain).lower()


class _Parser:
    """Recursive descent over the few operators that there are."""

    def __init__(self, tokens: list[_Token], known: Mapping[str, Value]) -> None:
        self._tokens = tokens
        self._known = known
        self._at = 0

    @property
    def done(self) -> bool:
        return self._at == len(self._tokens)

    def either(self) -> Value:
        left = self._both()
        while self._takes("||"):
            right = self._both()
            decided = truth(left)
            if decided is not True:
                left = right if decided is False or truth(right) is True else UNKNOWN
        return left

    def _both(self) -> Value:
        left = self._compared()
        while self._takes("&&"):
            right = self._compared()
            decided = truth(left)
            if decided is not False:
                left = right if decided is True or truth(right) is False else UNKNOWN
        return left

    def _compared(self) -> Value:
        left = self._negated()
        for sign, wanted in (("==", True), ("!=", False)):
            if self._takes(sign):
                same = _equal(left, self._negated())
                return UNKNOWN if same is None else same is wanted
        if any(self._takes(sign) for sign in ("<=", ">=", "<", ">")):
            self._negated()
            return UNKNOWN
        return left

    def _negated(self) -> Value:
        if self._takes("!"):
            decided = truth(self._negated())
            return UNKNOWN if decided is None else not decided
        return self._single()

    def _single(self) -> Value:
        if self._takes("("):
            value = self.either()
            self._demand(")")
            return value
        token = self._tokens[self._at]
        self._at += 1
        match token.kind:
            case "text":
                return token.text[1:-1].replace("''", "'")
            case "number":
                return UNKNOWN if "0x" in token.text else float(token.text)
            case "name":
                return self._named(token)
        raise _NotUnderstood

    def _named(self, token: _Token) -> Value:
        words: dict[str, Value] = {"true": True, "false": False, "null": None}
        if token.called:
            return _call(token.text.lower(), self._arguments())
        return words[token.text] if token.text in words else self._known.get(_dotted(token.text), UNKNOWN)

    def _arguments(self) -> list[Value]:
        self._demand("(")
        found: list[Value] = []
        while not self._takes(")"):
            if found:
                self._demand(",")
            found.append(self.either())
        return found

    def _takes(self, sign: str) -> bool:
        if self._at < len(self._tokens) and self._tokens[self._at] == _Token("sign", sign):
            self._at += 1
            return True
        return False

    def _demand(self, sign: str) -> None:
        if not self._takes(sign):
            raise _NotUnderstood


def _equal(left: Value, right: Value) -> bool | None:
    if isinstance(left, _Unknown) or isinstance(right, _Unknown):
        return None
    if isinstance(left, Beginning) and isinstance(right, Beginning):
        one, other = left.text.lower(), right.text.lower()
        return None if one.startswith(other) or other.startswith(one) else False
    if isinstance(left, Beginning) or isinstance(right, Beginning):
        known, whole = (left, right) if isinstance(left, Beginning) else (right, left)
        assert isinstance(known, Beginning)
        return None if isinstance(whole, str) and whole.lower().startswith(known.text.lower()) else False
    if isinstance(left, str) and isinstance(right, str):
        return left.lower() == right.lower()
    return left == right if type(left) is type(right) else None


def _call(name: str, arguments: list[Value]) -> Value:
    if name == "always":
        return True
    compare = _COMPARISONS.get(name)
    if compare is None or len(arguments) != 2:
        return UNKNOWN
    text, part = arguments
    if not isinstance(part, str):
        return UNKNOWN
    if isinstance(text, str):
        return compare(text.lower(), part.lower())
    return _of_beginning(name, text.text.lower(), part.lower()) if isinstance(text, Beginning) else UNKNOWN


def _of_beginning(name: str, text: str, part: str) -> Value:
    if name == "startswith":
        return True if text.startswith(part) else UNKNOWN if part.startswith(text) else False
    return True if name == "contains" and part in text else UNKNOWN


_COMPARISONS: dict[str, Callable[[str, str], bool]] = {
    "startswith": str.startswith,
    "endswith": str.endswith,
    "contains": lambda text, part: part in text,
}
