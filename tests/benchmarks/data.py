"""Files for the benchmarks: calibrated predictions of ten classes, written with every digit."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tests.benchmarks.measure import apart

CLASSES = 10
_CHUNK = 500_000


def predictions(folder: str, rows: int, kind: str = "csv") -> tuple[str, str]:
    """Paths of PREDS (``csv``, ``parquet`` or ``npy``) and of LABELS; made once and kept."""
    preds, labels = Path(folder, f"preds_{rows}.{kind}"), Path(folder, f"labels_{rows}.csv")
    if not preds.exists() or not labels.exists():
        apart(_write, preds, labels, rows, kind)
    return str(preds), str(labels)


def logits(folder: str, rows: int) -> str:
    """Path of a CSV of logits; made once and kept."""
    path = Path(folder, f"logits_{rows}.csv")
    if not path.exists():
        apart(_write_logits, path, rows)
    return str(path)


def _write_logits(path: Path, rows: int) -> None:
    import pyarrow as pa
    from pyarrow import csv

    generator = np.random.default_rng(0)
    schema = pa.schema([(f"class_{k}", pa.float64()) for k in range(CLASSES)])
    with csv.CSVWriter(str(path), schema, write_options=csv.WriteOptions(quoting_style="none")) as out:
        for start in range(0, rows, _CHUNK):
            table = 2 * generator.normal(size=(min(_CHUNK, rows - start), CLASSES))
            out.write_table(pa.table([pa.array(column) for column in table.T], schema=schema))


def _write(preds: Path, labels: Path, rows: int, kind: str) -> None:
    import pyarrow as pa
    from pyarrow import csv, parquet

    generator = np.random.default_rng(0)
    names = [f"class_{k}" for k in range(CLASSES)]
    schema = pa.schema([(name, pa.float64()) for name in names])
    table_writer = {
        "csv": lambda: csv.CSVWriter(str(preds), schema, write_options=csv.WriteOptions(quoting_style="none")),
        "parquet": lambda: parquet.ParquetWriter(str(preds), schema),
        "npy": lambda: _NpyWriter(preds, rows),
    }[kind]()
    with table_writer as out, labels.open("w") as label_file:
        label_file.write("label\n")
        for start in range(0, rows, _CHUNK):
            n = min(_CHUNK, rows - start)
            scores = np.exp(2 * generator.normal(size=(n, CLASSES)))
            table = scores / scores.sum(axis=1, keepdims=True)
            drawn = (generator.random(n)[:, None] > table.cumsum(axis=1)).sum(axis=1).clip(0, CLASSES - 1)
            label_file.write("".join(f"{k}\n" for k in drawn.tolist()))
            columns = [pa.array(table[:, k]) for k in range(CLASSES)]
            out.write_table(pa.table(columns, schema=schema)) if kind != "npy" else out.write(table)


class _NpyWriter:
    """A C-ordered array written piece by piece."""

    def __init__(self, path: Path, rows: int) -> None:
        self._file = path.open("wb")
        header = {"descr": "<f8", "fortran_order": False, "shape": (rows, CLASSES)}
        np.lib.format.write_array_header_1_0(self._file, header)

    def __enter__(self) -> _NpyWriter:
        return self

    def write(self, table: np.ndarray) -> None:
        self._file.write(np.ascontiguousarray(table).tobytes())

    def __exit__(self, *_: object) -> None:
        self._file.close()
