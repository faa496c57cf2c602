"""``cecli simulate --sequence`` beside ``shuf -r``: rolls of dice of 6, 100 and a million sides."""

from __future__ import annotations

from argparse import Namespace

from tests.benchmarks.measure import CECLI, compare


def run(options: Namespace) -> None:
    for sides in (6, 100, 1_000_000):
        print(f"\n{options.rows:,} rolls of a die with {sides:,} sides")
        given = ["--seed", "1", "--sequence", "-o", "/dev/null"]
        cecli = [*CECLI, "simulate", "-k", str(sides), "-n", str(options.rows), *given]
        shuf = ["shuf", "-r", "-i", f"1-{sides}", "-n", str(options.rows), "-o", "/dev/null"]
        compare({"cecli": cecli, "shuf -r": shuf}, options.rounds)
