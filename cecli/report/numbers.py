"""Numbers as text: every digit for machines, a few aligned ones for people."""

from __future__ import annotations

import math
from collections.abc import Sequence

from cecli.report.model import Cell, Remark

SMALLEST_PLAIN = -5
"""The decimal exponent from which on a rounded number is written plainly: 0.0000123457 is 12 characters wide."""
LARGEST_PLAIN = 15
"""The decimal exponent from which on a rounded number is scientific: a double has no more whole digits than that."""


_RARE = {"nan", "inf", "-inf", "-0.0"}
"""Texts of floats that are written in a way of their own, or not at all."""


def shortest(value: Cell) -> str:
    """The shortest text that reads back to the same value: for CSV, pipes and ``--value``.

    Infinities are ``inf`` and ``-inf``, an undefined value is empty, -0.0 is written as 0.0, truth values are ``true``
    and ``false``, text is left as it is. NumPy's scalars are taken too.
    Raises ValueError for nan, which no result holds.

    >>> [shortest(value) for value in (0.1, -0.0, 12, float("inf"), None, True, "NA")]
    ['0.1', '0.0', '12', 'inf', '', 'true', 'NA']
    """
    value = normal(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value) if isinstance(value, float) else str(value)


def shortest_column(values: Sequence[Cell]) -> list[str] | None:
    """The ``shortest`` texts of finite floats, or of ints, or of undefined values; None where it is not so simple.

    >>> shortest_column([0.5, 1e22]), shortest_column([1, 2]), shortest_column([1, 0.5]), shortest_column([-0.0])
    (['0.5', '1e+22'], ['1', '2'], None, None)
    """
    kinds = set(map(type, values))
    if kinds == {float}:
        texts = list(map(repr, values))
        return None if _RARE.intersection(texts) else texts
    if kinds == {int}:
        return list(map(str, values))
    return [""] * len(values) if kinds == {type(None)} else None


def rounded(value: Cell, digits: int = 6) -> str:
    """The text of ``value`` in a table: ``digits`` significant digits, trailing zeros left out.

    Digits before the decimal point are never rounded away. Counts have thousands separators. Numbers below 1e-5 and
    from 1e15 on are scientific. An undefined value is empty.

    >>> [rounded(value) for value in (1 / 6, 0.25, 2.0, 1234567.8, 4.2e-9, 1234567, None)]
    ['0.166667', '0.25', '2', '1234568', '4.2e-09', '1,234,567', '']
    """
    value = normal(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    if not isinstance(value, float) or math.isinf(value):
        return shortest(value)
    if value == 0:
        return "0"
    mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
    decimals = digits - 1 - int(exponent)
    if SMALLEST_PLAIN <= int(exponent) < LARGEST_PLAIN:
        return _without_zeros(f"{value:.{max(decimals, 0)}f}")
    return f"{_without_zeros(mantissa)}e{exponent}"


def remarked(remark: Remark, digits: int = 6) -> str:
    """The text of a remark, its numbers ``rounded``.

    >>> remarked(("nats, ", 1 / 3, " at most"), 3), remarked("nats")
    ('nats, 0.333 at most', 'nats')
    """
    if isinstance(remark, str):
        return remark
    return "".join(part if isinstance(part, str) else rounded(part, digits) for part in remark)


def aligned(values: Sequence[Cell], digits: int = 6, fill: bool = True) -> list[str]:
    """The texts of a column of numbers, all equally wide, decimal points below each other.

    With ``fill``, zeros fill a number up to the decimals of its neighbours, but never past its own ``digits``.

    >>> aligned([0.1623, 0.17245, 12.5, None, 0.0])
    [' 0.16230', ' 0.17245', '12.5000 ', '        ', ' 0      ']
    """
    texts = [rounded(value, digits) for value in values]
    decimals = max((_decimals(text) for text in texts), default=0)
    filled = [
        _fill(text, decimals, digits) if fill and isinstance(value, float) else text
        for value, text in zip(values, texts, strict=True)
    ]
    before = max((len(_whole(text)) for text in filled), default=0)
    shifted = [" " * (before - len(_whole(text))) + text for text in filled]
    width = max(map(len, shifted), default=0)
    return [text.ljust(width) for text in shifted]


def normal(value: Cell) -> Cell:
    """``value`` as one of Python's own str, int, float, bool or None, -0.0 as 0.0.

    Raises ValueError for nan and TypeError for anything else.
    """
    if value is None or isinstance(value, (str, bool)):
        return value
    if isinstance(value, int):
        return int(value)
    if not isinstance(value, float) and hasattr(value, "item"):
        value = value.item()  # a scalar of NumPy that is not one of Python's already
        if not isinstance(value, float):
            return normal(value)
    if not isinstance(value, float):
        raise TypeError(f"a result holds {type(value).__name__}, which no format can write")
    if math.isnan(value):
        raise ValueError("a result is nan; an undefined value is None")
    return float(value) + 0.0


def _without_zeros(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text


def _whole(text: str) -> str:
    return text.partition("e")[0].partition(".")[0]


def _decimals(text: str) -> int:
    return len(text.partition(".")[2]) if "e" not in text else 0


def _fill(text: str, decimals: int, digits: int) -> str:
    """``text`` with zeros up to ``decimals``, as far as its significant digits reach; an exact 0 stays."""
    significant = text.lstrip("-").replace(".", "").lstrip("0")
    missing = min(decimals - _decimals(text), digits - len(significant))
    if missing <= 0 or not significant or not significant.isdigit():
        return text
    return (text if "." in text else text + ".") + "0" * missing
