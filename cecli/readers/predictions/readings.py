"""How the names of classes may be written as labels: as they are, by number, without what all share, by value."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cecli.readers.predictions.roles.names import common
from cecli.readers.tables.numbers import read_number

_WHOLE = re.compile(r"[0-9]+(?:\.0*)?", re.ASCII)
_SUFFIX = re.compile(r"[0-9]+$", re.ASCII)

_NEGATION = re.compile(
    r"(?:^|[^a-z])(?:not|no|non|minus|without|inverse|inverted|complement)(?:[^a-z]|$)", re.IGNORECASE
)

_MOST_DIGITS = 18

PAIRS = (
    ("0", "1"), ("false", "true"), ("f", "t"), ("no", "yes"), ("n", "y"), ("neg", "pos"), ("negative", "positive"),
    ("-1", "1"),
)  # fmt: skip
"""Labels of two classes that say which one is meant by one figure: the second."""


def whole(text: str) -> int | None:
    """The whole number from 0 that a label writes: 3, 3.0 and 3.000e+00 are 3; None where it writes none."""
    bare = text.strip(" ")
    if _WHOLE.fullmatch(bare):
        return int(bare.split(".")[0]) if len(bare) < 20 else None
    value = read_number(bare) if bare[:1].isdigit() and bare.isascii() else None
    return int(value) if value is not None and value == int(value) and value < 1e15 else None


def value(text: str) -> str | None:
    """What all texts of one number have in common; None where it is none."""
    number = read_number(text)
    return None if number is None or abs(number) == float("inf") else repr(number + 0.0)


def readings_of(classes: Sequence[str]) -> dict[str, dict[str, int]]:
    """Reading -> what a label is called -> class, of the readings that these names allow, the first that counts first.

    >>> readings_of(["p0", "p1"])["suffix"], readings_of([".pred_a", ".pred_b"])["wrap"]
    ({'0': 0, '1': 1}, {'a': 0, 'b': 1})
    """
    found = {"name": {name: k for k, name in enumerate(classes)}}
    found |= {"suffix": _suffixes(classes), "wrap": _bare(classes), "value": _values(classes)}
    return {reading: texts for reading, texts in found.items() if texts}


def key(reading: str, text: str) -> str | None:
    """What a label is called in a reading, as ``readings_of`` writes it."""
    if reading in ("name", "wrap"):
        return text
    if reading == "value":
        return value(text)
    number = whole(text)
    return None if number is None else str(number)


def pairs_of(text: str) -> list[dict[str, int]]:
    """The pairs that a label belongs to, as what it is called -> 0 or 1."""
    called = pair_key(text)
    return [{no: 0, yes: 1} for no, yes in PAIRS if called in (no, yes)]


def pair_key(text: str) -> str:
    """What a label is called among pairs: in small letters, a number as a whole one."""
    number = read_number(text)
    if number is not None and number in (0, 1, -1):
        return str(int(number))
    return text.casefold()


def calls(name: str, text: str) -> str | None:
    """In which way a column is called as a label is: ``name``, ``suffix`` or ``wrap``; None where it is not.

    >>> calls("p0", "0"), calls("P(yes)", "yes"), calls("prob_no", "no"), calls("cat", "at")
    ('suffix', 'wrap', 'wrap', None)
    """
    if name == text:
        return "name"
    if _is_negated(name, text):
        return None
    match, number = _SUFFIX.search(name), whole(text)
    if match is not None and number is not None and len(match.group()) <= _MOST_DIGITS:
        return "suffix" if int(match.group()) == number else None
    at = name.find(text) if text else -1
    while at >= 0:
        before, behind = name[:at], name[at + len(text) :]
        if not before[-1:].isalnum() and not behind[:1].isalnum() and text[0].isalnum():
            return "wrap"
        at = name.find(text, at + 1)
    return None


def _is_negated(name: str, text: str) -> bool:
    """Whether a name says of a label that it is not meant: ``prob_not_spam`` of spam."""
    before, _, behind = name.partition(text)
    return bool(text) and (_NEGATION.search(f"{before} {behind}") is not None or "1-" in name.replace(" ", ""))


def _suffixes(classes: Sequence[str]) -> dict[str, int]:
    """Number -> class where all names end in different whole numbers, else empty."""
    numbers: dict[str, int] = {}
    for k, name in enumerate(classes):
        match = _SUFFIX.search(name)
        if match is None or len(match.group()) > _MOST_DIGITS:
            return {}
        numbers.setdefault(str(int(match.group())), k)
    return numbers if len(numbers) == len(classes) else {}


def _bare(classes: Sequence[str]) -> dict[str, int]:
    """The names without what all share before and behind, where they share something and differ without it."""
    if len(classes) < 2:
        return {}
    before, behind = common(list(classes))
    if not before and not behind:
        return {}
    bare = [name[len(before) : len(name) - len(behind)] for name in classes]
    return {} if "" in bare or len(set(bare)) < len(bare) else {name: k for k, name in enumerate(bare)}


def _values(classes: Sequence[str]) -> dict[str, int]:
    """The names as numbers, where all are different ones."""
    if not classes or value(classes[0]) is None:
        return {}
    values = [value(name) for name in classes]
    if None in values or len(set(values)) < len(values):
        return {}
    return {str(number): k for k, number in enumerate(values)}
