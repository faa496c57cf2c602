"""Numbers: what is read is what ``float`` and exact arithmetic read, and what is refused is none of the grammar."""

from __future__ import annotations

import math
import re
from decimal import Decimal, InvalidOperation, localcontext

from cecli.errors import literal
from cecli.readers.tables.numbers import LARGEST_COUNT, parse_count, parse_number, parse_probability

MODULES = ("cecli.readers.tables.numbers",)

SEEDS = [b"0.25", b" 1e3\t", b"-.5E-10", b"inf", b"9223372036854775807", b"12.0", b"1,000", b"25%", b"0x10", b"1e400"]
FOUND: list[bytes] = []

WORDS = ["e+", "e-", "E0", "_", "\u0663", "\xa0", "nan", "infinity", "0" * 30, "9" * 30, "1/3", ",000", "%", "d5"]

GRAMMAR = re.compile(r"[ \t]*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?[ \t]*")


def check(data: bytes) -> None:
    """Break where a number or a count is another than the text says."""
    text = data.decode("utf-8", "replace")
    number, count = concluded_number(parse_number, text), concluded_number(parse_count, text)
    infinite = re.fullmatch(r"[ \t]*[+-]?inf(inity)?[ \t]*", text, re.ASCII | re.IGNORECASE)
    finite = GRAMMAR.fullmatch(text) and not math.isinf(float(text))
    assert number == (float(text) if finite or infinite else None), text
    assert count == exact_count(text), (text, count)
    probability = concluded_number(parse_probability, text)
    assert probability == (number if number is not None and number >= 0 and math.isfinite(number) else None), text


def concluded_number(read, text):
    """The number, or None where the text is refused with a message of one line."""
    try:
        return read(text)
    except ValueError as error:
        assert literal(str(error)) == str(error), repr(str(error))
        return None


def exact_count(text: str) -> int | None:
    """The whole number from 0 to 2^63-1 that the text writes, by decimal arithmetic."""
    if not GRAMMAR.fullmatch(text):
        return None
    with localcontext() as context:
        context.prec = 10_000
        context.traps[InvalidOperation] = True
        try:
            value = Decimal(text.strip(" \t"))
        except InvalidOperation:  # an exponent beyond what Decimal holds
            digits = re.sub(r"[eE].*", "", text)
            return 0 if not re.search(r"[1-9]", digits) else None
        if value == 0:
            return 0
        if value < 0 or value > LARGEST_COUNT or value.adjusted() < 0 or value != int(value):
            return None
    return int(value)
