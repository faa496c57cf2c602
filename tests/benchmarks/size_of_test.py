"""How often ``test`` rejects a fair die at 5 %, by statistic and method, beside the figures known for chi-squared.

G and Pearson's statistic by chi-squared, and ``auto``, which enumerates or simulates where that is not to be trusted.
"""

from __future__ import annotations

from argparse import Namespace

import numpy as np

KNOWN = {
    (6, 6): (0.058, 0.058), (6, 12): (0.089, 0.033), (6, 60): (0.054, 0.048), (6, 600): (0.0504, 0.0497),
    (100, 100): (0.209, 0.052), (100, 500): (0.100, 0.050),
}  # fmt: skip
"""Sides and rolls -> the size of G and of Pearson's test by chi-squared, from 400,000 samples."""

SAMPLES = 400_000
SAMPLES_AUTO = {6: 1000, 100: 200}


def run(options: Namespace) -> None:
    from cecli.core.families import STATISTICS
    from cecli.core.functions.beta_gamma import chi_squared_quantile
    from cecli.core.hypotheses.goodness_of_fit import Choice, Statistics, goodness_of_fit
    from cecli.core.pmfs.pmf import Pmf
    from cecli.core.pmfs.sampling import drawn_counts

    samples = min(options.rows, SAMPLES)
    print(f"size at 5 %: {samples:,} samples by chi-squared (known figure in ()); samples by auto: {SAMPLES_AUTO}")
    print(f"{'sides':>6}{'rolls':>7}{'g':>18}{'pearson':>18}{'auto g':>10}{'auto pearson':>14}  method")
    for sides in (6, 100):
        for rolls in (6, 12, 60, 100, 500, 600):
            pmf = Pmf(np.ones(sides, dtype=np.int64))
            shares = np.full(sides, 1 / sides)
            critical = chi_squared_quantile(0.05, sides - 1, upper=True)
            line = f"{sides:>6}{rolls:>7}"
            for place, name in enumerate(("g", "pearson")):
                generator, rejected = np.random.default_rng(rolls), 0
                statistics = Statistics(rolls * shares, STATISTICS[name])
                for _ in range(0, samples, 20_000):
                    values = statistics.of(drawn_counts(generator, rolls, shares, 20_000))
                    rejected += int((values > critical).sum())
                known = KNOWN.get((sides, rolls))
                told = f" ({known[place]:.4g})" if known else ""
                line += f"{rejected / samples:.4f}{told:9}".rjust(18)
            drawn = np.random.default_rng(rolls).multinomial(rolls, shares, SAMPLES_AUTO[sides])
            for name, width in (("g", 10), ("pearson", 14)):
                p_values: dict[tuple[int, ...], float] = {}
                for counts in drawn.tolist():  # of a fair die the order of the counts does not matter
                    key = tuple(sorted(counts))
                    if key not in p_values:
                        fit = goodness_of_fit(np.array(counts), pmf, name, Choice("auto", 199, 1))
                        p_values[key] = fit.p_value
                size = np.mean([p_values[tuple(sorted(counts))] <= 0.05 for counts in drawn.tolist()])
                line += f"{size:>{width}.4f}"
            print(f"{line}  {fit.method}")
