"""What a file of predictions looks like that is to be written: its columns, its rows, and what a format must do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Layout:
    """The columns of the file to write: those of text ``beside`` the classes first, then the classes.

    With ``list_name``, formats that have lists hold the classes in one column of this name. ``total_rows`` is the
    number of rows, where it is known beforehand.
    """

    beside: tuple[str, ...]
    classes: tuple[str, ...]
    list_name: str | None = None
    total_rows: int | None = None


@dataclass(frozen=True)
class Figures:
    """Some rows of them: a table with the classes along ``axis``, and a PyArrow string array per column beside."""

    values: Floats
    axis: int
    beside: tuple[Any, ...] = ()

    @property
    def rows(self) -> int:
        """n."""
        return int(self.values.shape[1 - self.axis])

    def columns(self) -> Floats:
        """The table (K, n), each class contiguous."""
        return self.values if self.axis == 0 else np.ascontiguousarray(self.values.T)

    def arrays(self) -> list[Any]:
        """An Arrow array per class. (``pyarrow.array`` would import pandas where that is installed.)"""
        import pyarrow as pa

        columns = self.columns()
        return [pa.Array.from_buffers(pa.float64(), self.rows, [None, pa.py_buffer(column)]) for column in columns]

    def table(self) -> Floats:
        """The table (n, K), each row contiguous."""
        return np.ascontiguousarray(self.values.T if self.axis == 0 else self.values)


class Writer(Protocol):
    """A format: ``encode`` may run in any thread, ``write`` gets what it made in the order of the rows."""

    def encode(self, figures: Figures) -> Any:
        """What is to be written of some rows."""

    def write(self, encoded: Any) -> None:
        """Write it."""

    def finish(self) -> None:
        """Write what comes after the last row."""

    def abandon(self) -> None:
        """Write nothing more: something failed."""
