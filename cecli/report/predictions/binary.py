"""Rows of predictions as Parquet, Arrow and .npy."""

from __future__ import annotations

import io
import tempfile
from typing import IO, Any

import numpy as np

from cecli.errors import OutputError
from cecli.report.predictions.layout import Figures, Floats, Layout
from cecli.report.stream import Stream

GROUP_ROWS, GROUP_BYTES = 1 << 17, 1 << 25
"""A row group of a Parquet file is full at so many rows or bytes: smaller ones cost readers time, larger ones
memory."""

_COPY = 1 << 20


class ArrowRows:
    """Arrow IPC (Feather): typed columns, a batch at a time."""

    def __init__(self, layout: Layout, out: Stream) -> None:
        import pyarrow as pa

        self._layout = layout
        numbers = [(name, pa.float64()) for name in layout.classes]
        if layout.list_name is not None:
            numbers = [(layout.list_name, pa.list_(pa.float64(), len(layout.classes)))]
        self._schema = pa.schema([*((name, pa.string()) for name in layout.beside), *numbers])
        self._file = _File(out)
        self._open()

    def encode(self, figures: Figures) -> Any:
        import pyarrow as pa

        if self._layout.list_name is None:
            numbers = figures.arrays()
        else:
            cells = pa.Array.from_buffers(pa.float64(), figures.values.size, [None, pa.py_buffer(figures.table())])
            numbers = [pa.FixedSizeListArray.from_arrays(cells, len(self._layout.classes))]
        return pa.RecordBatch.from_arrays([*figures.beside, *numbers], schema=self._schema)

    def write(self, encoded: Any) -> None:
        self._writer.write_batch(encoded)

    def finish(self) -> None:
        self._writer.close()

    def abandon(self) -> None:
        self._file.is_open = False  # what PyArrow closes later writes a footer

    def _open(self) -> None:
        import pyarrow as pa

        self._writer: Any = pa.ipc.new_file(pa.PythonFile(self._file, mode="w"), self._schema)


class ParquetRows(ArrowRows):
    """Parquet: the same columns in row groups. Doubles that hardly repeat gain nothing from a dictionary."""

    def _open(self) -> None:
        from pyarrow import parquet

        texts = list(self._layout.beside)
        self._writer = parquet.ParquetWriter(self._file, self._schema, use_dictionary=texts)
        self._waiting: list[Any] = []

    def write(self, encoded: Any) -> None:
        self._waiting.append(encoded)
        rows = sum(batch.num_rows for batch in self._waiting)
        if rows >= GROUP_ROWS or sum(batch.nbytes for batch in self._waiting) >= GROUP_BYTES:
            self._flush()

    def finish(self) -> None:
        self._flush()
        self._writer.close()

    def _flush(self) -> None:
        import pyarrow as pa

        if self._waiting:
            table = pa.Table.from_batches(self._waiting)
            self._writer.write_table(table, row_group_size=table.num_rows)
            self._waiting = []


class NpyRows:
    """An array (rows, K) of doubles in C order. Its header names the number of rows: where that is not known
    beforehand, the rows wait in a temporary file."""

    def __init__(self, layout: Layout, out: Stream) -> None:
        self._layout = layout
        self._out = out
        self._rows = 0
        self._spool: IO[bytes] | None = None
        if layout.total_rows is None:
            self._spool = tempfile.TemporaryFile(prefix="cecli-")  # noqa: SIM115 (closed in finish)
        else:
            self._write_header(layout.total_rows)

    def encode(self, figures: Figures) -> Floats:
        return figures.table()

    def write(self, encoded: Floats) -> None:
        self._rows += len(encoded)
        if self._spool is None:
            self._out.write(encoded.data.cast("B"))
            return
        try:
            self._spool.write(encoded.data)
        except OSError as error:
            raise OutputError(
                f"no room for a temporary copy in {tempfile.gettempdir()}: {error.strerror or error}",
                "set TMPDIR to a directory with more room",
            ) from error

    def finish(self) -> None:
        if self._spool is None:
            return
        self._write_header(self._rows)
        with self._spool as spool:
            spool.seek(0)
            while block := spool.read(_COPY):
                self._out.write(block)

    def abandon(self) -> None:
        if self._spool is not None:
            self._spool.close()

    def _write_header(self, rows: int) -> None:
        out = io.BytesIO()
        shape = (rows, len(self._layout.classes))
        np.lib.format.write_array_header_1_0(out, {"descr": "<f8", "fortran_order": False, "shape": shape})
        self._out.write(out.getvalue())


class _File(io.RawIOBase):
    """A stream as a file object that can be written to, and that knows how much was."""

    def __init__(self, out: Stream) -> None:
        super().__init__()
        self._out = out
        self._size = 0
        self.is_open = True

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        part = bytes(data)
        if self.is_open:
            self._out.write(part)
        self._size += len(part)
        return len(part)

    def tell(self) -> int:
        return self._size
