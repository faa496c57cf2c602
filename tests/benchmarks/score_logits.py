"""``cecli score --logits`` on float32 logits of 4,000 x 50,257 beside PyTorch's CPU cross-entropy, and both errors."""

from __future__ import annotations

import math
from argparse import Namespace
from pathlib import Path

import numpy as np

from tests.benchmarks.measure import CECLI, apart, compare, has

ROWS, CLASSES = 4000, 50257


def run(options: Namespace) -> None:
    logits, labels = Path(options.folder, "logits.npy"), Path(options.folder, "logits_labels.csv")
    if not logits.exists():
        apart(_write, logits, labels)
    commands = {"cecli": [*CECLI, "score", str(logits), str(labels), "--logits"]}
    if has(options.python, "torch"):
        commands["torch"] = [
            options.python,
            str(Path(__file__).parent / "peers" / "torch_score.py"),
            str(logits),
            str(labels),
        ]
    runs = compare(commands, options.rounds)
    exact = _exact(logits, labels)
    for name, done in runs.items():
        print(f"{name}: {done.output}; relative error {abs(float(done.output.split()[0]) / exact - 1):.1e}")


def _write(logits: Path, labels: Path) -> None:
    generator = np.random.default_rng(0)
    table = np.lib.format.open_memmap(str(logits), mode="w+", dtype=np.float32, shape=(ROWS, CLASSES))
    with labels.open("w") as out:
        out.write("label\n")
        for row in range(ROWS):
            table[row] = 3 * generator.normal(size=CLASSES)
            out.write(f"{int(np.argmax(table[row] + generator.gumbel(size=CLASSES)))}\n")
    table.flush()


def _exact(logits: Path, labels: Path) -> float:
    """The mean loss in extended precision, summed by fsum."""
    table = np.load(str(logits), mmap_mode="r")
    observed = [int(line) for line in labels.read_text().split()[1:]]
    losses = []
    for row, label in zip(table, observed, strict=True):
        wide = row.astype(np.longdouble)
        peak = wide.max()
        losses.append(peak + np.log(np.exp(wide - peak).sum()) - wide[label])
    return math.fsum(float(loss) for loss in losses) / ROWS
