"""``cecli score`` on a .npy array of ten classes beside NumPy."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from tests.benchmarks import data
from tests.benchmarks.measure import CECLI, compare


def run(options: Namespace) -> None:
    files = data.predictions(options.folder, options.rows, "npy")
    peer = str(Path(__file__).parent / "peers" / "numpy_score.py")
    compare({"cecli": [*CECLI, "score", *files], "numpy": [options.python, peer, *files]}, options.rounds)
