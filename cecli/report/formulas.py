"""Texts that a spreadsheet takes for formulas when it opens a CSV file: they are written as they are, and told."""

from __future__ import annotations

from collections.abc import Iterable
from threading import Lock
from typing import Any

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


class FormulaWatch:
    """Looks at texts as they are written, in any thread, for what a spreadsheet would calculate.

    >>> watch = FormulaWatch()
    >>> watch.notes()
    []
    >>> watch.look(["a", "=1+1", None, "@b"])
    >>> watch.notes()
    ['2 cells begin with =, +, - or @, which a spreadsheet takes for a formula: "=1+1"']
    """

    def __init__(self) -> None:
        self._count = 0
        self._example = ""
        self._lock = Lock()

    def look(self, cells: Iterable[Cell]) -> None:
        """Look at some cells, the names of columns among them; numbers are none."""
        found = [cell for cell in cells if isinstance(cell, str) and is_formula(cell)]
        if found:
            with self._lock:
                self._count += len(found)
                self._example = min([*found, *([self._example] if self._example else [])], key=_rank)

    def look_at_column(self, column: Any) -> None:
        """Look at an Arrow array of texts."""
        import pyarrow.compute as pc

        suspected = column.filter(pc.match_substring_regex(column, r"^[ \t\r\n]*[=+\-@]"))
        self.look(suspected.to_pylist())

    def notes(self) -> list[str]:
        """What to tell, if anything. The example does not depend on the order."""
        if not self._count:
            return []
        what = "1 cell begins" if self._count == 1 else f"{self._count:,} cells begin"
        return [f"{what} with =, +, - or @, which a spreadsheet takes for a formula: {quoted(self._example)}"]


def _rank(text: str) -> tuple[int, str]:
    bare = text.lstrip(" \t\r\n")
    return "".join(_FIRST).index(bare[0]), bare
