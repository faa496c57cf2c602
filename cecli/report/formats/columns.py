"""Many rows held as columns: a million of them cost no more than the columns do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cecli.report.model import Cell


class Rows(Sequence[Sequence[Cell]]):
    """The rows of columns of equal length, each made when it is read.

    >>> list(Rows([["a", "b"], [1, 2]]))
    [('a', 1), ('b', 2)]
    """

    def __init__(self, columns: Sequence[Sequence[Cell]]) -> None:
        self.columns = columns

    def __len__(self) -> int:
        return len(self.columns[0]) if self.columns else 0

    def __iter__(self) -> Iterator[Sequence[Cell]]:
        return zip(*self.columns, strict=True)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return Rows([column[index] for column in self.columns])
        return tuple(column[index] for column in self.columns)


class Records(Sequence[Mapping[str, Cell]]):
    """A list of mappings that have the same keys, each made when it is read.

    >>> list(Records({"face": ["a", "b"], "count": [1, 2]}))
    [{'face': 'a', 'count': 1}, {'face': 'b', 'count': 2}]
    """

    def __init__(self, columns: Mapping[str, Sequence[Cell]]) -> None:
        self.columns = columns

    @property
    def rows(self) -> Rows:
        """The values alone."""
        return Rows(list(self.columns.values()))

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Mapping[str, Cell]]:
        return (dict(zip(self.columns, row, strict=True)) for row in self.rows)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return Records({name: column[index] for name, column in self.columns.items()})
        return {name: column[index] for name, column in self.columns.items()}
