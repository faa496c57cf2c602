"""Bad cells collected while a file is read, to be reported together in file order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from cecli.errors import SHOWN_PROBLEMS, CellErrors

Value = TypeVar("Value")

Where = Callable[[int, int | None, str | None], str]


class Problems:
    """What is wrong with the cells of one input: the first ``SHOWN_PROBLEMS`` of each column, and how many in all."""

    def __init__(self, where: Where) -> None:
        """``where`` gives the beginning of a message from the line, the column and its header."""
        self._where = where
        self._kept: dict[int, list[tuple[int, str]]] = {}
        self._total = 0

    def add(self, line: int, column: int | None, header: str | None, what: str) -> None:
        """``what`` is wrong in ``line``; lines of one column come in rising order. ``column`` counts from 0."""
        self._total += 1
        kept = self._kept.setdefault(-1 if column is None else column, [])
        if len(kept) < SHOWN_PROBLEMS:
            kept.append((line, f"{self._where(line, column, header)}: {what}"))

    def check(self, hint: str | None = None) -> None:
        """Raise CellErrors if there was a problem."""
        if self._total:
            rows = sorted((line, column, text) for column, kept in self._kept.items() for line, text in kept)
            raise CellErrors([text for _, _, text in rows[:SHOWN_PROBLEMS]], self._total, hint)

    def parse(
        self, cells: Sequence[str], lines: Sequence[int], column: int, header: str | None, read: Callable[[str], Value]
    ) -> list[Value]:
        """``read`` of every cell; a ValueError's text becomes a problem, and the cell is left out of the list."""
        try:
            return [read(cell) for cell in cells]
        except ValueError:
            values = []
            for line, cell in zip(lines, cells, strict=True):
                try:
                    values.append(read(cell))
                except ValueError as error:
                    self.add(line, column, header, str(error))
            return values
