"""PMFs written on the command line: ``0.2,0.3,0.5``, ``1/6,1/6,2/3``, ``heads=0.6,tails=0.4``, ``uniform:6``."""

from __future__ import annotations

import math
import re

import numpy as np

from cecli.core.pmfs.pmf import Pmf
from cecli.errors import InputError, literal, quoted
from cecli.readers.small.sums import SUM_TOLERANCE, check_sum
from cecli.readers.tables.numbers import LARGEST_COUNT, expected, parse_count, parse_number, parse_probability

LARGEST_UNIFORM = 10**8
"""Outcomes of ``uniform:K``; beyond it a typing mistake would fill the memory."""

INLINE_FORMS = "a PMF is a file, or inline: 0.2,0.3,0.5 or 1/6,1/6,2/3 or heads=0.6,tails=0.4 or uniform:6"

SPLIT = "this is a PMF of one outcome; several stand between commas, without spaces: 0.5,0.5; equal ones are uniform:6"

Exact = tuple[int, int]
"""Numerator and denominator. (fractions.Fraction brings the decimal module along, which costs start-up time.)"""

_PERCENTAGE = re.compile(r"[ \t]*[+-]?[0-9.]+[ \t]*%[ \t]*")
_FRACTION = re.compile(r"[ \t]*([0-9]+)[ \t]*/[ \t]*([0-9]+)[ \t]*")
_WHOLE = re.compile(r"[ \t]*\+?([0-9]+)[ \t]*")
_LONGEST = 40
"""Digits of a fraction's number; what is longer is no probability that a person wrote."""


def is_inline(text: str) -> bool:
    """Whether ``text`` is meant as an inline PMF: one of its parts is a number, a fraction or a percentage (which is
    then refused), with or without a label.

    >>> is_inline("heads=0.6,tails=x"), is_inline("preds.csv")
    (True, False)
    """
    parts = text.split(",")
    return any(_is_value(part.rpartition("=")[2]) for part in parts) or (
        len(parts) > 1 and all("=" in part for part in parts)
    )


def parse_inline(text: str, normalize: bool) -> tuple[Pmf, list[str]]:
    """The PMF that ``text`` writes, and notes about it.

    Fractions and whole numbers only: int64 counts over the common denominator, so that nothing is rounded. With a
    decimal among them: the doubles nearest to each.
    """
    parts = text.split(",")
    labelled = ["=" in part for part in parts]
    if any(labelled) and not all(labelled):
        bare = labelled.index(False)
        raise InputError(f"{_part(text, bare)}: expected label=probability, found {quoted(parts[bare])}", INLINE_FORMS)
    pairs = [part.rpartition("=") for part in parts]
    outcomes = [label.strip(" \t") for label, _, _ in pairs] if all(labelled) else None
    values = []
    for index, (_, _, written) in enumerate(pairs):
        try:
            values.append(_value(written))
        except ValueError as error:
            raise InputError(f"{_part(text, index)}: {error}", INLINE_FORMS) from error
    if outcomes is not None:
        _check_labels(text, outcomes)
    name = literal(text)  # whole: machine formats carry it
    doubles = np.array([value if isinstance(value, float) else value[0] / value[1] for value in values]) + 0.0
    notes = check_sum(doubles, quoted(text)[1:-1], normalize, SPLIT if len(parts) == 1 else _decimal_commas(parts))
    exact = _as_counts(values)
    if exact is None:
        return Pmf(doubles, outcomes, name), notes
    return Pmf(np.array(exact, dtype=np.int64), outcomes, name), notes


def written_counts(text: str) -> Pmf | None:
    """The counts that ``10,20,30`` or ``heads=3,tails=5`` writes: whole numbers that do not sum to 1; None for others.

    >>> written_counts("10,20,30").weights.tolist(), written_counts("1,0"), written_counts("0.5,0.5")
    ([10, 20, 30], None, None)
    """
    numbers = [part.rpartition("=")[2].strip(" \t") for part in text.split(",")]
    whole = all(number.isascii() and number.isdigit() and len(number) < _LONGEST for number in numbers)
    if not whole or sum(map(int, numbers)) == 1 or max(map(int, numbers)) > LARGEST_COUNT:
        return None
    pmf, _ = parse_inline(text, normalize=True)
    return pmf


def parse_uniform(text: str) -> Pmf:
    """``uniform:K``, K equally likely outcomes without names.

    >>> parse_uniform("uniform:3").weights.tolist()
    [1, 1, 1]
    """
    written = text.removeprefix("uniform:")
    try:
        sides = parse_count(written, "a number of outcomes")
    except ValueError as error:
        raise InputError(f"{quoted(text)[1:-1]}: {error}", "e.g. uniform:6") from error
    if not 1 <= sides <= LARGEST_UNIFORM:
        what = f"expected from 1 to {LARGEST_UNIFORM:,} outcomes, found {quoted(written)}"
        raise InputError(f"{quoted(text)[1:-1]}: {what}", "e.g. uniform:6")
    return Pmf(np.ones(sides, dtype=np.int64), None, text)


def _decimal_commas(parts: list[str]) -> str | None:
    """What to say of ``0,5,0,5``, whose commas are meant as decimal marks: two and two of its parts sum to 1 so."""
    if len(parts) % 2 or not all(part.isascii() and part.isdigit() and len(part) < 20 for part in parts):
        return None
    meant = [f"{whole}.{after}" for whole, after in zip(parts[::2], parts[1::2], strict=True)]
    if abs(sum(map(float, meant)) - 1) > SUM_TOLERANCE:
        return None
    return f"the decimal mark is a point: {','.join(meant)}"


def _part(text: str, index: int) -> str:
    return f"{quoted(text)[1:-1]}: part {index + 1}"


def _is_value(text: str) -> bool:
    if _FRACTION.fullmatch(text) or _PERCENTAGE.fullmatch(text):
        return True
    try:
        parse_number(text)
    except ValueError:
        return False
    return True


def _value(text: str) -> Exact | float:
    fraction = _FRACTION.fullmatch(text)
    if fraction:
        if len(text) > _LONGEST:
            raise ValueError(expected("a probability", text, "its numbers are too long"))
        if not int(fraction[2]):
            raise ValueError(expected("a probability", text, "division by 0"))
        return int(fraction[1]), int(fraction[2])
    whole = _WHOLE.fullmatch(text)
    if whole and len(text) <= _LONGEST:
        return int(whole[1]), 1
    return parse_probability(text)


def _as_counts(values: list[Exact | float]) -> list[int] | None:
    """The values times their common denominator, where all are exact and fit 64 bits."""
    common = 1
    exact: list[Exact] = []
    for value in values:
        if isinstance(value, float):
            return None
        common = math.lcm(common, value[1] // math.gcd(*value))
        if common > LARGEST_COUNT:
            return None
        exact.append(value)
    counts = [numerator * common // denominator for numerator, denominator in exact]
    return counts if max(counts) <= LARGEST_COUNT else None


def _check_labels(text: str, outcomes: list[str]) -> None:
    seen: dict[str, int] = {}
    for index, outcome in enumerate(outcomes):
        if not outcome:
            raise InputError(f"{_part(text, index)}: expected a label before the =, found none", INLINE_FORMS)
        if seen.setdefault(outcome, index) != index:
            raise InputError(f"{_part(text, index)}: {quoted(outcome)} stands already in part {seen[outcome] + 1}")
