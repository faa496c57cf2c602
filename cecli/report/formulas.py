"""Texts that a spreadsheet takes for formulas when it opens a CSV file: they are written as they are, and told."""

from __future__ import annotations

from collections.abc import Iterable

from cecli.errors import quoted
from cecli.report.model import Cell

_FIRST = ("=", "+", "-", "@")


def is_formula(text: str) -> bool:
    """Whether a spreadsheet would calculate ``text``; a number with a sign is a number to it.

    >>> [is_formula(text) for text in ("=1+1", "@SUM(A1)", "-x", "-1.5", "+2e3", "a=b", "")]
    [True, True, True, False, False, False, False]
    """
    if not text.lstrip(" \t\r\n").startswith(_FIRST):
        return False
    try:
        float(text)
    except ValueError:
        return True
    return False


def formula_note(cells: Iterable[Cell]) -> str | None:
    """What to tell of the cells of a table, the names of its columns among them; None where that is nothing."""
    found = [cell for cell in cells if isinstance(cell, str) and is_formula(cell)]
    if not found:
        return None
    many = "1 cell begins" if len(found) == 1 else f"{len(found):,} cells begin"
    first = "it is" if len(found) == 1 else "the first is"
    return f"{many} with =, +, - or @, which a spreadsheet takes for a formula; {first} {quoted(found[0])}"
