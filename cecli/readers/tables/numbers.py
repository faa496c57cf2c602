"""The one grammar of a number, and what to say where a text is not one."""

from __future__ import annotations

import math
import re

from cecli.errors import quoted

LARGEST_COUNT = 2**63 - 1

_NUMBER = re.compile(r"[ \t]*[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?[ \t]*")
_INFINITY = re.compile(r"[ \t]*[+-]?inf(?:inity)?[ \t]*", re.ASCII | re.IGNORECASE)
_PARTS = re.compile(r"([+-]?)(?:([0-9]+)\.?([0-9]*)|\.([0-9]+))(?:[eE]([+-]?[0-9]+))?")

_MISTAKES: list[tuple[str, str]] = [
    (r"[+-]?[0-9]{1,3}([,'  ][0-9]{3})+(\.[0-9]*)?", "write it without thousands separators"),
    (r"[+-]?[0-9]{1,3}(\.[0-9]{3})+,[0-9]*", "write it as 1234.5"),
    (r"[+-]?[0-9]*,[0-9]+([eE][+-]?[0-9]+)?", "the decimal mark is a point"),
    (r"[+-]?[0-9.,]+ ?%", "write 0.25, not 25%"),
    (r"[+-]?0[xX][0-9a-fA-F.pP+-]+", "hexadecimal is not read"),
    (r"[+-]?[0-9.eE+-]*[0-9]_[0-9_.eE+-]+", "write it without underscores"),
    (r"(?i)[+-]?(nan|na|n/a|null|none|missing|#n/a|\?|-|\.)", "a missing value is not a number"),
    (r"[+-]?[0-9.]+/[0-9.]+", "a fraction is read in an inline PMF only"),
    (r"[+-]?[0-9.]+[dD][+-]?[0-9]+", "the exponent is written with e"),
]
"""Patterns, not compiled before a number is wrong, and what to say."""


def parse_number(text: str, kind: str = "a number") -> float:
    """The double nearest to the number that ``text`` writes, as Python's ``float()`` reads it.

    Stricter than ``float()``: ASCII only, no ``_``, no nan, around it only spaces and tabs. ``inf``, ``-inf`` and
    ``infinity`` are infinities; a finite number beyond the range of a double (``1e400``) is not. Raises ValueError with
    ``expected KIND, found …`` as its text.

    >>> parse_number(" 2.5e-1 ")
    0.25
    >>> parse_number("0,25", "a probability")
    Traceback (most recent call last):
    ValueError: expected a probability, found "0,25" (the decimal mark is a point)
    """
    value = read_number(text)
    if value is None:
        raise ValueError(expected(kind, text))
    return value


def read_number(text: str) -> float | None:
    """The same, and None where the text writes no number: to say why costs more than to see that it does not."""
    if _NUMBER.fullmatch(text):
        value = float(text)
        return None if math.isinf(value) else value
    return float(text) if _INFINITY.fullmatch(text) else None


def parse_count(text: str, kind: str = "a count") -> int:
    """The whole number from 0 to 2^63-1 that ``text`` writes, exactly; ``1e3`` and ``12.0`` are whole.

    Raises ValueError with ``expected KIND, found …`` as its text.

    >>> parse_count("9007199254740993"), parse_count("1e3")
    (9007199254740993, 1000)
    >>> parse_count("2.5")
    Traceback (most recent call last):
    ValueError: expected a count, found "2.5" (a count is a whole number)
    """
    if len(text) < 19 and text.isdigit() and text.isascii():
        return int(text)
    bare = text.strip(" \t")
    parts = _PARTS.fullmatch(bare)
    if parts is None:
        raise ValueError(expected(kind, text, "a count is finite" if _INFINITY.fullmatch(text) else None))
    sign, whole, after, only, power = parts.groups(default="")
    fraction = after or only
    digits = (whole + fraction).lstrip("0")
    if not digits:
        return 0
    significant = digits.rstrip("0")
    scale = _exponent(power) - len(fraction) + len(digits) - len(significant)
    if sign == "-":
        raise ValueError(expected(kind, text, "a count is not negative"))
    if scale < 0:
        raise ValueError(expected(kind, text, "a count is a whole number"))
    # Longer than 19 digits is too large whatever they are; 10**scale is formed only below that.
    if len(significant) + scale <= 19:
        count = int(significant + "0" * scale)
        if count <= LARGEST_COUNT:
            return count
    raise ValueError(expected(kind, text, "the largest count is 2^63-1"))


def parse_probability(text: str, kind: str = "a probability") -> float:
    """A number that is finite and not negative. Larger than 1 is for the sum to judge, where ``--normalize`` helps."""
    value = parse_number(text, kind)
    if value < 0:
        raise ValueError(expected(kind, text, "it is negative"))
    if math.isinf(value):
        raise ValueError(expected(kind, text, "it is infinite"))
    return value


def expected(kind: str, text: str, advice: str | None = None) -> str:
    """``expected KIND, found "text"`` and, where the mistake is a common one or ``advice`` is given, what to do.

    >>> expected("a probability", "")
    'expected a probability, found an empty cell'
    >>> expected("a count", "1,000")
    'expected a count, found "1,000" (write it without thousands separators)'
    """
    bare = text.strip(" \t")
    if not bare:
        return f"expected {kind}, found an empty cell"
    advice = advice or _advice(bare)
    return f"expected {kind}, found {quoted(text)}" + (f" ({advice})" if advice else "")


def _advice(bare: str) -> str | None:
    if _NUMBER.fullmatch(bare):
        return "beyond the largest double, about 1.8e308" if math.isinf(float(bare)) else None
    for mistake, advice in _MISTAKES:
        if re.fullmatch(mistake, bare):
            return advice
    if not bare.isascii() and any(c.isdigit() and not c.isascii() for c in bare):
        return "write it in ASCII digits"
    return None


def _exponent(power: str) -> int:
    """The exponent as a number; one of more digits than can matter is cut to one that is surely too large."""
    if not power:
        return 0
    digits = power.lstrip("+-").lstrip("0")
    value = int(digits or "0") if len(digits) < 18 else 10**18
    return -value if power.startswith("-") else value
