"""``cecli score`` on Parquet of ten classes beside DuckDB, Polars, and pandas with scikit-learn."""

from __future__ import annotations

from argparse import Namespace

from tests.benchmarks import data
from tests.benchmarks.measure import CECLI, compare
from tests.benchmarks.score_csv import peers


def run(options: Namespace) -> None:
    files = data.predictions(options.folder, options.rows, "parquet")
    compare({"cecli": [*CECLI, "score", *files]} | peers(options, files), options.rounds)
