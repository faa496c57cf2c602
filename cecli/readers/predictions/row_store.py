"""Rows that are gone over many times, kept as they were read: in memory while they are few, then in a temporary file.

A row of K classes takes 8 K bytes, 4 K where single precision holds the same numbers, and a few more for its label,
weight, cluster and fold.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, fields
from threading import Lock
from typing import IO, Any, cast

import numpy as np
from numpy.typing import NDArray

from cecli.core.calibration.logit_rows import LogitRows
from cecli.core.calibration.temperature import Sums
from cecli.errors import InputError
from cecli.readers.predictions.run import Pool
from cecli.readers.sources.parallel import ordered

IN_MEMORY = 1 << 26
"""Bytes of rows that are kept in memory; those that come later go to a file."""

_WHOLE = ("labels", "cluster", "fold")


@dataclass(frozen=True)
class _Array:
    """An array of a part, or where it stands in the file."""

    data: NDArray[Any] | int
    dtype: np.dtype[Any]
    shape: tuple[int, ...]


@dataclass(frozen=True)
class _Part:
    axis: int
    rows: int
    arrays: dict[str, _Array]


class HeldRows:
    """Rows put in by any thread with ``add``, and then swept over; use it in a ``with`` statement.

    What ``add`` is told to be ``apart`` takes part only in sweeps over every row.
    """

    def __init__(self, in_memory: int | None = None) -> None:
        self._room = IN_MEMORY if in_memory is None else in_memory
        self._parts: list[tuple[_Part, bool]] = []
        self._file: IO[bytes] | None = None
        self._end = 0
        self._lock = Lock()

    def add(self, rows: LogitRows, apart: bool = False) -> None:
        """Keep some rows."""
        if not rows.rows:
            return
        packed = {
            one.name: _packed(one.name, getattr(rows, one.name))
            for one in fields(rows)
            if one.name != "axis" and getattr(rows, one.name) is not None
        }
        size = sum(array.nbytes for array in packed.values())
        with self._lock:
            stays = size <= self._room
            self._room -= size if stays else 0
            arrays = {
                name: _Array(array if stays else self._written(array), array.dtype, array.shape)
                for name, array in packed.items()
            }
            self._parts.append((_Part(rows.axis, rows.rows, arrays), apart))

    def sweep(
        self,
        new: Callable[[], Sums],
        threads: int = 1,
        every: bool = False,
        progress: Callable[[int], None] = lambda rows: None,
    ) -> Sums:
        """All rows added to accumulators that ``new`` makes, one a thread, merged into one; those kept apart, too, with
        ``every``."""
        pool: Any = Pool(cast("Any", new))  # of rows of logits, not of batches

        def add(part: _Part) -> int:
            pool.add(self._rows(part))
            return part.rows

        for rows in ordered([part for part, apart in self._parts if every or not apart], add, threads):
            progress(rows)
        total: Sums = pool.merged()
        return total

    def close(self) -> None:
        """Remove the file."""
        if self._file is not None:
            self._file.close()

    def __enter__(self) -> HeldRows:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _written(self, array: NDArray[Any]) -> int:
        """Write an array to the end of the file; where it starts."""
        start = self._end
        try:
            if self._file is None:
                self._file = tempfile.TemporaryFile(prefix="cecli-", buffering=0)  # noqa: SIM115 (closed in close)
            rest = memoryview(np.ascontiguousarray(array).view(np.uint8).reshape(-1).data)
            self._end += len(rest)
            self._file.seek(start)
            while rest:
                rest = rest[self._file.write(rest) :]
        except OSError as error:
            raise InputError(
                f"no room for a temporary copy of the rows in {tempfile.gettempdir()}: {error.strerror or error}",
                "set TMPDIR to a directory with more room",
            ) from error
        return start

    def _rows(self, part: _Part) -> LogitRows:
        arrays: dict[str, Any] = {name: self._unpacked(name, array) for name, array in part.arrays.items()}
        return LogitRows(axis=part.axis, **({"labels": None} | arrays))

    def _unpacked(self, name: str, array: _Array) -> NDArray[Any]:
        table = array.data
        if isinstance(table, int):
            table = np.frombuffer(self._read(table, array), dtype=array.dtype).reshape(array.shape)
        return table.astype(np.intp if name in _WHOLE else np.float64, copy=False)

    def _read(self, start: int, array: _Array) -> bytes:
        size = int(np.prod(array.shape)) * array.dtype.itemsize
        if self._file is None:
            raise ValueError("the rows have been closed")
        if hasattr(os, "pread"):
            data = os.pread(self._file.fileno(), size, start)
        else:
            with self._lock:
                self._file.seek(start)
                data = self._file.read(size)
        if len(data) < size:
            raise InputError(f"the temporary copy of the rows in {tempfile.gettempdir()} was cut short")
        return data


def _packed(name: str, array: NDArray[Any]) -> NDArray[Any]:
    """The same numbers in as few bytes as hold them."""
    if name in _WHOLE:
        return array.astype(np.min_scalar_type(int(array.max(initial=0))))
    with np.errstate(over="ignore"):
        single = array.astype(np.float32)
    return single if np.array_equal(single, array) else array
