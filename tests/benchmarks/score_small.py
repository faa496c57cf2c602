"""``cecli score`` on a CSV of 1,000 rows, which is what most runs are, beside the imports it cannot do without."""

from __future__ import annotations

from argparse import Namespace

from tests.benchmarks import data
from tests.benchmarks.measure import CECLI, compare


def run(options: Namespace) -> None:
    files = data.predictions(options.folder, 1000, "csv")
    imports = [CECLI[0], "-c", "import click, numpy, pyarrow"]
    compare({"cecli": [*CECLI, "score", *files], "imports": imports}, max(options.rounds, 15))
