"""Speed and memory of cecli beside other tools on the same file: ``python -m tests.benchmarks NAME [--rows N] …``.

Every benchmark is a file of this folder with a ``run(options)``. Times are of whole processes, in rounds that take
turns, so that a machine that slows down slows all alike; medians are printed, and the ratio to the fastest peer round
by round. Peers run under ``--python``, an interpreter that has them installed; those it lacks are left out and said so.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from importlib import import_module
from pathlib import Path

NAMES = (
    "score_csv",
    "score_parquet",
    "score_npy",
    "score_pipe",
    "score_small",
    "score_gzip",
    "score_logits",
    "like",
    "compare_csv",
    "compare_null",
    "coverage",
    "fit_samples",
    "simulate_sequence",
    "divergence_matrix",
    "intervals",
    "size_of_test",
    "softmax_csv",
    "calibrate_csv",
    "cluster",
    "startup",
)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("name", choices=NAMES)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--python", default=sys.executable, help="interpreter with the peers")
    parser.add_argument(
        "--folder", default=str(Path(tempfile.gettempdir(), "cecli-benchmarks")), help="made files are kept"
    )
    options = parser.parse_args()
    Path(options.folder).mkdir(parents=True, exist_ok=True)
    import_module(f"tests.benchmarks.{options.name}").run(options)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
