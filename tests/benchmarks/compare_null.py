"""The size of the tests of ``cecli compare``: how often each rejects at 5 % where A and B are alike, by simulation.

Two nulls. *exchangeable*: both losses of a row come from the same law, which has a long tail (lognormal, sigma 1.5,
with a blunder of 14 nats in 2 % of the rows), so a difference has either sign with equal chance: what the sign-flip
test assumes. *skewed*: the difference is a lognormal of sigma 1 less its mean, so B is often a little better and rarely
much worse, and the means are equal all the same: what neither test assumes. One-sided sizes are those of the gates.
"""

from __future__ import annotations

import math
import time
from argparse import Namespace
from collections.abc import Callable

import numpy as np

from cecli.core.functions.student import student_t_tail
from cecli.core.paired.sign_flip import sign_flip
from cecli.core.sums.moments import Moments

LEVEL, SIZES, REPLICATES = 0.05, (8, 12, 50, 200), 10_000
TESTS = ("t", "sign-flip", "t worse", "sign-flip worse", "t better", "sign-flip better")

Draw = Callable[[np.random.Generator, int], np.ndarray]


def exchangeable(generator: np.random.Generator, rows: int) -> np.ndarray:
    losses = generator.lognormal(-1, 1.5, (2, rows)) + 14.0 * (generator.random((2, rows)) < 0.02)
    return losses[1] - losses[0]


def skewed(generator: np.random.Generator, rows: int) -> np.ndarray:
    return generator.lognormal(0, 1, rows) - math.exp(0.5)


def run(options: Namespace) -> None:
    print(f"{REPLICATES:,} replicates; a size of 5 % is known to +- {math.sqrt(LEVEL * 0.95 / REPLICATES):.2%}")
    print(f"{'null':14}{'rows':>6}" + "".join(f"{name:>18}" for name in TESTS) + f"{'s':>8}")
    for name, draw in (("exchangeable", exchangeable), ("skewed", skewed)):
        for rows in SIZES:
            start = time.perf_counter()
            shares = rejections(draw, rows) / REPLICATES
            text = "".join(f"{share:18.4f}" for share in shares)
            print(f"{name:14}{rows:6}{text}{time.perf_counter() - start:8.1f}", flush=True)


def rejections(draw: Draw, rows: int) -> np.ndarray:
    """How often each of TESTS rejects."""
    generator = np.random.default_rng(rows)
    found = np.zeros(len(TESTS))
    for replicate in range(REPLICATES):
        differences = draw(generator, rows)
        moments = Moments()
        moments.update(differences)
        mean = moments.result()
        t = mean.mean / mean.standard_error
        upper, lower = student_t_tail(t, mean.df), student_t_tail(-t, mean.df)
        signs = sign_flip(differences, flips=999, seed=replicate)
        found += np.array([2 * min(upper, lower), signs.p_value, upper, signs.upper, lower, signs.lower]) <= LEVEL
    return found
