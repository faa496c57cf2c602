"""Lines that list classes and their figures between brackets: TiMBL's distributions, Python's lists of tuples."""

from __future__ import annotations

import json
import re

_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_PAIR = re.compile(rf"(\S+) ({_NUMBER})")
_BRACED = re.compile(r"(?P<head>.*[^\s{}]) \{ (?P<pairs>[^{}]+[^\s{}]) \}")
"""TiMBL 6.5 with ``+v di``: what it read of the example, the class it predicts, and the distribution."""

_TUPLE = rf"\('(?:[^'\\]+)', (?:{_NUMBER})\)"
_TUPLES = re.compile(rf"\[{_TUPLE}(?:, {_TUPLE})+\]")
_OF_TUPLE = re.compile(rf"\('([^'\\]+)', ({_NUMBER})\)")

DISTRIBUTION, GOLD, PREDICTED = "distribution", "gold", "predicted"
"""The keys of a line of TiMBL's: the figures, the class that the example has, and the one that is predicted."""

Pairs = list[tuple[str, str]]


def braced(line: str) -> Pairs | None:
    """The distribution of a line of TiMBL's as an object of JSON, and its two classes; None where it is none.

    >>> braced("x,y,a,c { a 0.25, c 0.75 }")
    [('distribution', '{"a": 0.25, "c": 0.75}'), ('gold', '"a"'), ('predicted', '"c"')]
    """
    match = _BRACED.fullmatch(line.rstrip())
    cells = match["head"].split(",") if match else []
    found = [_PAIR.fullmatch(pair) for pair in match["pairs"].split(", ")] if match else []
    pairs = [(each[1], each[2]) for each in found if each is not None]
    if len(cells) < 2 or len(pairs) < len(found):
        return None
    figures = ", ".join(f"{json.dumps(name)}: {float(text)!r}" for name, text in pairs)
    gold, predicted = (json.dumps(cell.strip()) for cell in cells[-2:])
    return [(DISTRIBUTION, f"{{{figures}}}"), (GOLD, gold), (PREDICTED, predicted)]


def tuples(line: str) -> Pairs | None:
    """The pairs of a Python list of tuples of a text and a number, two at least; None where a line is none.

    >>> tuples("[('en', -54.5), ('de', -60.25)]")
    [('en', '-54.5'), ('de', '-60.25')]
    """
    return _OF_TUPLE.findall(line) if _TUPLES.fullmatch(line.strip()) else None
