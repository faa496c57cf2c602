"""``cecli calibrate`` on a CSV of ten logits a row, by itself and beside ``cecli score`` on the same files."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from tests.benchmarks import data
from tests.benchmarks.measure import CECLI, compare


def run(options: Namespace) -> None:
    logits = data.logits(options.folder, options.rows)
    _, labels = data.predictions(options.folder, options.rows)
    results = str(Path(options.folder, "calibrate.json"))
    commands = {
        "calibrate": [*CECLI, "calibrate", logits, labels, "-o", results],
        "with biases": [*CECLI, "calibrate", logits, labels, "--bias", "-o", results],
        "score": [*CECLI, "score", logits, labels, "--logits", "-f", "json"],
    }
    compare(commands, options.rounds, reference="calibrate")
    Path(results).unlink()
