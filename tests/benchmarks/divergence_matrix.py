"""All cross-entropies and divergences of 1,000 PMFs with 10,000 outcomes beside the bare product of two such matrices.

In this process: the product is ``p @ log(q).T`` of arrays at hand, the others begin with PMFs. Then the whole command,
on a wide ``.npy``.
"""

from __future__ import annotations

import time
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy as np

from tests.benchmarks.measure import CECLI, compare

PMFS, OUTCOMES = 1000, 10_000


def run(options: Namespace) -> None:
    from cecli.core.pmfs.divergence_matrix import cross_entropy_matrix, divergence_matrix
    from cecli.core.pmfs.pmf import Pmf

    rows = np.random.default_rng(0).dirichlet(np.ones(OUTCOMES), PMFS)
    logs, pmfs = np.log(rows), [Pmf(row) for row in rows]
    works: dict[str, Callable[[], object]] = {"bare product": lambda: rows @ logs.T}
    works["cross-entropy"] = lambda: cross_entropy_matrix(pmfs)
    for name in ("kl", "chi-squared", "hellinger"):
        works[name] = lambda name=name: divergence_matrix(name, pmfs)
    seconds: dict[str, list[float]] = {name: [] for name in works}
    for turn in range(options.rounds + 1):
        for name, work in works.items():
            start = time.perf_counter()
            work()
            if turn:
                seconds[name].append(time.perf_counter() - start)
    for name, own in seconds.items():
        ratios = [a / b for a, b in zip(own, seconds["bare product"], strict=True)]
        print(f"{name:24}{median(own):10.3f} s  {median(ratios):5.2f} times the product")
    path = Path(options.folder, "wide.npy")
    np.save(path, np.ascontiguousarray(rows.T))
    given = ["divergences", "--matrix", str(path), "-o", "/dev/null", "-f", "csv", "--only"]
    compare({name: [*CECLI, *given, name] for name in ("cross-entropy", "kl")}, options.rounds, "cross-entropy")
