"""How severe a vulnerability is said to be: vectors of CVSS, and words.

https://www.first.org/cvss/v3.1/specification-document (sections 7.1, 7.4, 5 and appendix A),
https://ossf.github.io/osv-schema/#severity-field
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

WORDS = ("NONE", "LOW", "MEDIUM", "HIGH", "CRITICAL")
"""CVSS's qualitative scale, from the lightest to the heaviest."""
_UP_TO = {"NONE": 0.0, "LOW": 3.9, "MEDIUM": 6.9, "HIGH": 8.9, "CRITICAL": 10.0}
_SYNONYMS = {"MODERATE": "MEDIUM", "IMPORTANT": "HIGH"}
"""How GitHub's and Red Hat's scales call the same."""
_METHODS = {"CVSS:3.0": "CVSSv3", "CVSS:3.1": "CVSSv31", "CVSS:4.0": "CVSSv4"}
OTHER = "other"

_IMPACT = {"N": 0.0, "L": 0.22, "H": 0.56}
_METRICS: dict[str, dict[str, float]] = {
    "AV": {"N": 0.85, "A": 0.62, "L": 0.55, "P": 0.2},
    "AC": {"L": 0.77, "H": 0.44},
    "PR": {"N": 0.85, "L": 0.62, "H": 0.27},
    "UI": {"N": 0.85, "R": 0.62},
    "S": {"U": 0.0, "C": 1.0},
    "C": _IMPACT,
    "I": _IMPACT,
    "A": _IMPACT,
}
_PRIVILEGES_OF_CHANGED_SCOPE = {"N": 0.85, "L": 0.68, "H": 0.5}


@dataclass(frozen=True, slots=True)
class Rating:
    """What one advisory says of the severity."""

    method: str
    """`CVSSv2`, `CVSSv3`, `CVSSv31`, `CVSSv4` or `other`, as CycloneDX names them."""
    vector: str = ""
    score: float | None = None
    """0.0 to 10.0; only where it was computed from the vector."""
    word: str = ""
    """One of `WORDS`; empty where nobody said one."""


def rating_of(kind: str, score: str) -> Rating | None:
    """An entry of OSV's `severity`; None where nothing can be read from it.

    A base score is computed for CVSS 3 only: that of CVSS 4 is looked up in tables that are not part of this program.
    """
    word = word_of(score)
    if word:
        return Rating(OTHER, word=word)
    method = _METHODS.get(score.partition("/")[0], "CVSSv2" if kind == "CVSS_V2" else "")
    if not method:
        return None
    value = base_score(score)
    return Rating(method, score, value, "" if value is None else qualitative(value))


def word_of(text: str) -> str:
    """One of `WORDS` for what an advisory database calls it; empty for any other text."""
    word = _SYNONYMS.get(text.strip().upper(), text.strip().upper())
    return word if word in WORDS else ""


def base_score(vector: str) -> float | None:
    """The base score of a vector of CVSS 3.0 or 3.1.

    None for any other text, and for a vector with a metric given twice, or a base metric missing or unknown.
    """
    version, *parts = vector.split("/")
    pairs = [part.partition(":") for part in parts]
    given = {name: value for name, _, value in pairs}
    if version not in ("CVSS:3.0", "CVSS:3.1") or len(given) != len(pairs):
        return None
    if any(given.get(name) not in values for name, values in _METRICS.items()):
        return None
    return _base(given)


def qualitative(score: float) -> str:
    """The word for a score of CVSS."""
    return next(word for word in WORDS if score <= _UP_TO[word])


def heaviest(ratings: Iterable[Rating]) -> str:
    """The ratings in a few characters: `HIGH 7.5`, `HIGH`, a vector where nobody gave a word, or nothing.

    Of several the heaviest: whoever rated it lower may have looked at less.
    """
    known = tuple(ratings)
    worded = [rating for rating in known if rating.word]
    if not worded:
        return next((rating.vector for rating in known if rating.vector), "")
    worst = max(worded, key=lambda rating: (WORDS.index(rating.word), rating.score or 0.0))
    return worst.word if worst.score is None else f"{worst.word} {worst.score}"


def _base(given: Mapping[str, str]) -> float:
    changed = given["S"] == "C"
    weight = {name: values[given[name]] for name, values in _METRICS.items()}
    if changed:
        weight["PR"] = _PRIVILEGES_OF_CHANGED_SCOPE[given["PR"]]
    base = 1 - (1 - weight["C"]) * (1 - weight["I"]) * (1 - weight["A"])
    impact = 7.52 * (base - 0.029) - 3.25 * (base - 0.02) ** 15 if changed else 6.42 * base
    exploitability = 8.22 * weight["AV"] * weight["AC"] * weight["PR"] * weight["UI"]
    if impact <= 0:
        return 0.0
    return _round_up(min((1.08 if changed else 1.0) * (impact + exploitability), 10.0))


def _round_up(value: float) -> float:
    """To one decimal, upwards, in whole numbers, so that no float's last digit decides (3.1, appendix A)."""
    whole = round(value * 100_000)
    return whole / 100_000 if whole % 10_000 == 0 else (whole // 10_000 + 1) / 10
