"""``cecli softmax`` from CSV to CSV, ten logits a row, beside Polars, DuckDB and NumPy that read, compute and write the
same."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from tests.benchmarks import data
from tests.benchmarks.measure import CECLI, compare, has

PEERS = {"polars": "polars_softmax.py", "duckdb": "duckdb_softmax.py", "numpy": "numpy_softmax.py"}


def run(options: Namespace) -> None:
    logits = data.logits(options.folder, options.rows)
    folder = Path(__file__).parent / "peers"
    commands = {"cecli": [*CECLI, "softmax", logits, "-o", str(Path(options.folder, "cecli.csv"))]}
    for name, file in PEERS.items():
        if has(options.python, name):
            commands[name] = [options.python, str(folder / file), logits, str(Path(options.folder, f"{name}.csv"))]
    compare(commands, options.rounds)
    for name in commands:
        Path(options.folder, f"{name}.csv").unlink(missing_ok=True)
