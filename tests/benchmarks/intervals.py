"""How often the intervals of ``fit`` hold for all outcomes at once, and how fast sison-glaz is on large counts.

The figures beside them are those that were measured for these methods with other implementations, 200,000 samples each
(sison-glaz: 600).
"""

from __future__ import annotations

import time
from argparse import Namespace

import numpy as np

PMFS = {
    "fair": [1 / 6] * 6,
    "loaded": [0.1] * 5 + [0.5],
    "skew": [0.9, 0.05, 0.02, 0.01, 0.01, 0.01],
}
KNOWN = {
    ("fair", 60): {"goodman": 0.947, "bonferroni-clopper-pearson": 0.973, "wilson": 0.729, "wald": 0.665,
                   "sison-glaz": 0.948},
    ("fair", 600): {"goodman": 0.959, "bonferroni-clopper-pearson": 0.959, "wilson": 0.728, "wald": 0.743},
    ("loaded", 60): {"goodman": 0.966, "bonferroni-clopper-pearson": 0.976, "wilson": 0.754, "wald": 0.708,
                     "sison-glaz": 0.927},
    ("skew", 60): {"goodman": 0.917, "bonferroni-clopper-pearson": 0.980, "wilson": 0.854, "wald": 0.047},
    ("skew", 600): {"goodman": 0.957, "bonferroni-clopper-pearson": 0.967, "wilson": 0.734, "wald": 0.693},
}  # fmt: skip
"""PMF and rolls -> method -> simultaneous coverage at 95 %."""

SAMPLES = 5000


def run(options: Namespace) -> None:
    from cecli.core.families import INTERVALS
    from cecli.core.pmfs.intervals import confidence_interval

    samples = min(options.rows, SAMPLES)
    error = np.sqrt(0.05 * 0.95 / samples)
    print(f"simultaneous coverage at 95 %, {samples:,} samples (standard error about {error:.4f}); known figure in ()")
    print(f"{'':12}" + "".join(f"{name[:22]:>24}" for name in INTERVALS))
    for name, pmf in PMFS.items():
        for rolls in (6, 12, 60, 600):
            shares = np.array(pmf)
            drawn, times = np.unique(
                np.random.default_rng(1).multinomial(rolls, pmf, samples), axis=0, return_counts=True
            )
            line = f"{name:7}{rolls:>5}"
            for method in INTERVALS:
                held = 0
                for counts, weight in zip(drawn, times.tolist(), strict=True):
                    low, high = confidence_interval(method, counts, rolls, 0.95)
                    held += weight * bool(((low <= shares) & (shares <= high)).all())
                known = KNOWN.get((name, rolls), {}).get(method)
                line += f"{held / samples:.3f}{f' ({known:.3f})' if known else '':8}".rjust(24)
            print(line)
    for counts in ([10**6] * 6, [10**6, 2 * 10**6, 5 * 10**6, 10**6, 999_999, 10**6]):
        start = time.perf_counter()
        confidence_interval("sison-glaz", np.array(counts), sum(counts), 0.95)
        print(f"sison-glaz of {counts}: {1000 * (time.perf_counter() - start):.1f} ms")
