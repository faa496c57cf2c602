"""``cecli score`` on a CSV of ten classes beside DuckDB, Polars, pandas with scikit-learn, and PyArrow's bare parse."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from tests.benchmarks import data
from tests.benchmarks.measure import CECLI, compare, has

PEERS = {"duckdb": "duckdb_score.py", "polars": "polars_score.py", "sklearn": "sklearn_score.py"}


def peers(options: Namespace, files: tuple[str, str]) -> dict[str, list[str]]:
    """The commands of the peers that are installed."""
    folder = Path(__file__).parent / "peers"
    return {
        name: [options.python, str(folder / file), *files] for name, file in PEERS.items() if has(options.python, name)
    }


def run(options: Namespace) -> None:
    files = data.predictions(options.folder, options.rows, "csv")
    compare({"cecli": [*CECLI, "score", *files]} | peers(options, files), options.rounds)
    parse = str(Path(__file__).parent / "peers" / "pyarrow_parse.py")
    print("\nand the bare parse by PyArrow")
    compare({"cecli": [*CECLI, "score", *files], "parse": [CECLI[0], parse, files[0]]}, options.rounds)
