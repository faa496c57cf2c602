"""``cecli --help`` and a ``kl`` of two inline PMFs beside the imports they cannot do without."""

from __future__ import annotations

from argparse import Namespace

from tests.benchmarks.measure import CECLI, compare


def run(options: Namespace) -> None:
    rounds = max(options.rounds, 21)
    compare({"cecli": [*CECLI, "--help"], "import click": [CECLI[0], "-c", "import click"]}, rounds)
    kl = [*CECLI, "kl", "0.2,0.3,0.5", "uniform:3"]
    compare({"cecli": kl, "import click, numpy": [CECLI[0], "-c", "import click, numpy"]}, rounds)
