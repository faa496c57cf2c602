"""What LABELS knows of its rows, held until rows are asked for by number."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cecli.core.sums.layout import Integers
from cecli.readers.predictions.observations import Observed
from cecli.readers.sources.dynamic_array import Growing

_COLUMNS = ("labels", "soft", "weights", "group", "cluster", "loss", "predicted", "right", "numbers", "table")


class Gathered:
    """Columns of Observed, one after the other, without ids; whole numbers in the smallest type that holds them all.

    >>> rows = Gathered()
    >>> rows.add(Observed(2, labels=np.array([1, 0])))
    >>> rows.add(Observed(1, labels=np.array([4])))
    >>> rows.finish()
    >>> rows.take(np.array([2, 0])).labels
    array([4, 1])
    """

    def __init__(self) -> None:
        self._growing: dict[str, Growing] = {}
        self._columns: dict[str, NDArray[Any]] = {}

    def add(self, part: Observed) -> None:
        """Add rows; all parts know the same of theirs."""
        for name in _COLUMNS:
            column = getattr(part, name)
            if column is None:
                continue
            if name not in self._growing:
                dtype = None if column.dtype.kind == "i" else column.dtype
                self._growing[name] = Growing(dtype, None if column.ndim == 1 else column.shape[1])
            self._growing[name].add(column)

    def finish(self) -> None:
        """Make rows ready to be taken."""
        while self._growing:
            name, column = self._growing.popitem()
            self._columns[name] = column.finished()

    def take(self, rows: Integers) -> Observed:
        """The rows with these numbers; may run in many threads at once."""
        columns = {name: column.take(rows, axis=0) for name, column in self._columns.items()}
        whole = {name: column.astype(np.intp) for name, column in columns.items() if column.dtype.kind == "i"}
        return Observed(len(rows), **(columns | whole))
