"""``cecli compare`` on two CSV files of ten classes beside ``cecli score`` on one of them, and its memory."""

from __future__ import annotations

from argparse import Namespace
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from tests.benchmarks import data
from tests.benchmarks.measure import CECLI, compare, once


def run(options: Namespace) -> None:
    preds, labels = data.predictions(options.folder, options.rows, "csv")
    other = candidate(options.folder, options.rows)
    files = [preds, other, labels]
    for form in ([], ["-f", "json"]):
        print(" ".join(["what is printed:", *(form or ["the number alone"])]))
        compare(
            {"compare": [*CECLI, "compare", *files, *form], "score": [*CECLI, "score", preds, labels, *form]},
            options.rounds,
            "compare",
        )
    longer = 4 * options.rows
    files = [data.predictions(options.folder, longer, "csv")[0], candidate(options.folder, longer)]
    seconds, peak, _ = once([*CECLI, "compare", *files, data.predictions(options.folder, longer, "csv")[1]])
    print(f"{longer:,} rows: {seconds:.2f} s, peak {peak:.0f} MB")


def candidate(folder: str, rows: int) -> str:
    """The path of a second file of predictions; made once and kept."""
    path = Path(folder, f"candidate_{rows}.csv")
    if not path.exists():  # in a process of its own: a child's peak memory counts what its parent held
        process = get_context("spawn").Process(target=_write, args=(path, rows))
        process.start()
        process.join()
    return str(path)


def _write(path: Path, rows: int) -> None:
    import pyarrow as pa
    from pyarrow import csv

    generator = np.random.default_rng(1)
    names = [f"class_{k}" for k in range(data.CLASSES)]
    schema = pa.schema([(name, pa.float64()) for name in names])
    with csv.CSVWriter(str(path), schema, write_options=csv.WriteOptions(quoting_style="none")) as out:
        for start in range(0, rows, 500_000):
            scores = np.exp(2 * generator.normal(size=(min(500_000, rows - start), data.CLASSES)))
            table = scores / scores.sum(axis=1, keepdims=True)
            out.write_table(pa.table([pa.array(column) for column in table.T], schema=schema))
