"""Rows of predictions as CSV, TSV and JSON Lines, the numbers formatted by PyArrow without holding up other threads."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from cecli.report.formats.csv_format import record
from cecli.report.predictions.layout import Figures, Layout
from cecli.report.stream import Stream


class CsvRows:
    """CSV or TSV: a header and a record a row, each number the shortest text that reads back to the same double."""

    delimiter = ","

    def __init__(self, layout: Layout, out: Stream) -> None:
        self._out = out
        self._header = record([*layout.beside, *layout.classes], self.delimiter)

    def encode(self, figures: Figures) -> bytes:
        import pyarrow as pa

        numbers = figures.arrays()
        try:
            return self._lines([*figures.beside, *numbers])
        except pa.ArrowInvalid:  # a text that must be quoted
            lines = self._lines(numbers).decode("ascii").split("\n")
            texts = zip(*(column.to_pylist() for column in figures.beside), strict=True)
            heads = (record([*row, ""], self.delimiter)[:-3] for row in texts)
            return "".join(f"{head}{line}\n" for head, line in zip(heads, lines[:-1], strict=True)).encode()

    def write(self, encoded: bytes) -> None:
        if self._header:
            self._out.write(self._header)
            self._header = ""
        self._out.write(encoded)

    def finish(self) -> None:
        return

    def abandon(self) -> None:
        return

    def _lines(self, columns: Sequence[Any]) -> bytes:
        import pyarrow as pa
        from pyarrow import csv

        batch = pa.RecordBatch.from_arrays(columns, [str(k) for k in range(len(columns))])
        out = pa.BufferOutputStream()
        options = csv.WriteOptions(
            include_header=False, batch_size=max(1, batch.num_rows), delimiter=self.delimiter, quoting_style="none"
        )
        csv.write_csv(batch, out, options)
        return bytes(out.getvalue())


class TsvRows(CsvRows):
    delimiter = "\t"


class JsonLines:
    """An object a line. JSON has no infinities: they stand in quotes, as in ``-f json``."""

    def __init__(self, layout: Layout, out: Stream) -> None:
        self._out = out
        names = [json.dumps(name, ensure_ascii=False) for name in (*layout.beside, *layout.classes)]
        before = [f"{', ' if k else '{'}{name}: " for k, name in enumerate(names)]
        self._after = "}\n"
        if layout.list_name is not None:
            first = len(layout.beside)
            start = f"{', ' if first else '{'}{json.dumps(layout.list_name, ensure_ascii=False)}: ["
            before[first:] = [start, *([", "] * (len(layout.classes) - 1))]
            self._after = "]}\n"
        self._before = before

    def encode(self, figures: Figures) -> bytes:
        import pyarrow as pa
        import pyarrow.compute as pc

        if not figures.rows:
            return b""
        texts = [
            pa.array([json.dumps(text, ensure_ascii=False) for text in column.to_pylist()], pa.string())
            for column in figures.beside
        ]
        numbers = zip(figures.arrays(), figures.columns(), strict=True)
        cells = [*texts, *(_json_numbers(array, bool((column == -np.inf).any())) for array, column in numbers)]
        pieces = [part for pair in zip(self._before, cells, strict=True) for part in pair]
        pieces = [pa.scalar(part, pa.string()) if isinstance(part, str) else part for part in pieces]
        lines = pc.binary_join_element_wise(*pieces, pa.scalar(self._after, pa.string()), "")
        return "".join(lines.to_pylist()).encode("utf-8")

    def write(self, encoded: bytes) -> None:
        self._out.write(encoded)

    def finish(self) -> None:
        return

    def abandon(self) -> None:
        return


def _json_numbers(column: Any, infinite: bool) -> Any:
    """The texts of a column of numbers."""
    import pyarrow as pa
    import pyarrow.compute as pc

    texts = pc.cast(column, pa.string())
    if not infinite:
        return texts
    return pc.if_else(pc.is_inf(column), pa.scalar('"-Infinity"', pa.string()), texts)
