"""The first rows of a table, every column of them, looked at before it is decided which column is what."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cecli.readers.tables.numbers import read_number

MOST_ROWS = 512
MOST_CELLS = 1 << 15
"""Enough rows to see what a column holds, few enough to cost nothing; what they suggest is held against all rows."""

MISSING = frozenset({"", "na", "n/a", "nan", "null", "none", "?", "-", "."})
"""What stands in a cell, in small letters, where there is nothing to write: neither a number nor a text."""


_NUMBER = re.compile(r" *[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)? *", re.ASCII)


_DECIMAL = r"-?[0-9]{1,30}(?:\.[0-9]{1,30})?(?:[eE][+-]?[0-9]{1,2})?"
_DECIMALS = re.compile(rf"{_DECIMAL}(?:\n{_DECIMAL})*", re.ASCII)


def is_number_text(text: str) -> bool:
    """Whether a cell is written as a number, be it one beyond the largest double, which is an error and no text."""
    return read_number(text) is not None or _NUMBER.fullmatch(text) is not None


def rows_to_see(columns: int) -> int:
    """How many rows are looked at in a table of so many columns."""
    return max(1, min(MOST_ROWS, MOST_CELLS // max(1, columns)))


@dataclass(frozen=True, eq=False, repr=False)
class FirstRows:
    """Cells by column: ``texts[k]`` has as many as the first rows have, without those that could not be told apart.

    ``kinds`` says ``number``, ``text`` or ``other`` of columns whose type the file gives; ``index`` are those that it
    calls the index of a data frame. Columns that are elements of a list are left out.
    """

    texts: Mapping[int, Sequence[str]] = field(default_factory=dict)
    kinds: dict[int, str] = field(default_factory=dict)
    index: frozenset[int] = frozenset()
    _found: dict[int, str] = field(default_factory=dict)

    def numbers(self, column: int) -> NDArray[np.float64]:
        """The numbers of a column; nan where a cell is none."""
        if _are_decimals(self.texts[column]):
            return np.array(list(map(float, self.texts[column])))
        found = (read_number(text) for text in self.texts[column])
        return np.array([np.nan if value is None else value for value in found], dtype=np.float64)

    def table(self, columns: Sequence[int]) -> NDArray[np.float64]:
        """The numbers of some columns (n, K), nan where a cell is none."""
        cells = [text for k in columns for text in self.texts[k]]
        if not _are_decimals(cells):
            return np.stack([self.numbers(k) for k in columns], axis=1) if columns else np.empty((0, 0))
        table: NDArray[np.float64] = np.array(list(map(float, cells))).reshape(len(columns), -1).T
        return table

    def are_numbers(self, columns: Sequence[int]) -> bool:
        """Whether some columns hold nothing but plain decimals, as those of all classes mostly do."""
        if any(k in self.kinds or k not in self.texts for k in columns):
            return False
        cells = [text for k in columns for text in self.texts[k]]
        return bool(cells) and _are_decimals(cells)

    def kind(self, column: int) -> str:
        """``number``, ``text``, ``both``, ``missing`` (no cell says anything), ``other`` (lists, objects) or
        ``unseen``."""
        if column in self.kinds:
            return self.kinds[column]
        if column not in self.texts or not len(self.texts[column]):
            return "unseen"
        if column not in self._found:
            self._found[column] = "number" if _are_decimals(self.texts[column]) else self._kind(column)
        return self._found[column]

    def _kind(self, column: int) -> str:
        said = {text for text in self.texts[column] if text.strip().casefold() not in MISSING}
        if not said:
            return "missing" if any(map(str.strip, self.texts[column])) else "empty"
        numbers = {text for text in said if is_number_text(text)}
        return "number" if len(numbers) == len(said) else "both" if numbers else "text"


def _are_decimals(texts: Sequence[str]) -> bool:
    """Whether all cells are plain decimals, as nearly all numbers are; told of all at once."""
    joined = "\n".join(texts)
    return joined.count("\n") == len(texts) - 1 and _DECIMALS.fullmatch(joined) is not None


def first_rows(table: Any, texts: Collection[int] = ()) -> FirstRows:
    """The first rows of a table; none of one that has no names, or that cannot show them. Where the file gives columns
    types, those of texts are left out, save for ``texts``: their cells may be long, and say nothing."""
    look = getattr(table, "first_rows", None)
    found: FirstRows = FirstRows() if look is None else look(texts)
    return found


def by_column(rows: Sequence[Sequence[str]], columns: int) -> dict[int, Sequence[str]]:
    """The cells of rows of the right length, by column."""
    whole = [row for row in rows if len(row) == columns]
    return dict(enumerate(zip(*whole, strict=True))) if whole else {}
