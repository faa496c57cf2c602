"""``cecli score`` on a gzip CSV beside ``gzip -dc`` piped into it."""

from __future__ import annotations

import subprocess
from argparse import Namespace
from pathlib import Path

from tests.benchmarks import data
from tests.benchmarks.measure import CECLI, compare


def run(options: Namespace) -> None:
    preds, labels = data.predictions(options.folder, options.rows, "csv")
    if not Path(f"{preds}.gz").exists():
        subprocess.run(["gzip", "-k", "-6", preds], check=True)
    piped = f"gzip -dc {preds}.gz | {' '.join(CECLI)} score - {labels}"
    compare({"cecli": [*CECLI, "score", f"{preds}.gz", labels], "gzip -dc |": ["bash", "-c", piped]}, options.rounds)
