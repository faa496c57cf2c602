"""Memory of ``cecli score`` on a CSV through a pipe, four times as long as the file beside it."""

from __future__ import annotations

from argparse import Namespace

from tests.benchmarks import data
from tests.benchmarks.measure import CECLI, compare


def run(options: Namespace) -> None:
    short = data.predictions(options.folder, options.rows, "csv")
    long = data.predictions(options.folder, 4 * options.rows, "csv")
    piped = f"exec {' '.join(CECLI)} score /dev/fd/0 {long[1]} < <(cat {long[0]})"
    compare({"cecli": [*CECLI, "score", *short], "4x piped": ["bash", "-c", piped]}, options.rounds)
