"""The families of intervals, smoothings, estimators, divergences, statistics and libraries: a table each, by name.

The tables are free of NumPy, so that options, documentation and the library take their choices from where the core
takes its functions, and pay nothing for it. A new member is a function in its family's file and a line here.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from importlib import import_module
from typing import Any, NamedTuple


class Late(NamedTuple):
    """The function ``name`` of a module of core, which is imported when it is called first."""

    module: str
    name: str

    def __call__(self, *arguments: Any) -> Any:
        return getattr(import_module(f"cecli.core.{self.module}"), self.name)(*arguments)


class Interval(NamedTuple):
    """``bounds`` takes the counts (K,), their total and the error probability alpha, and gives low and high, (K,).

    With ``simultaneous`` all K intervals hold at once with the stated confidence; ``title`` is what a heading calls it.
    """

    bounds: Late
    simultaneous: bool
    title: str


INTERVALS = {
    "goodman": Interval(Late("pmfs.intervals", "goodman"), True, "Goodman"),
    "sison-glaz": Interval(Late("pmfs.sison_glaz", "sison_glaz"), True, "Sison-Glaz"),
    "bonferroni-clopper-pearson": Interval(
        Late("pmfs.intervals", "bonferroni_clopper_pearson"), True, "Bonferroni-Clopper-Pearson"
    ),
    "wilson": Interval(Late("pmfs.intervals", "wilson"), False, "Wilson"),
    "clopper-pearson": Interval(Late("pmfs.intervals", "clopper_pearson"), False, "Clopper-Pearson"),
    "jeffreys": Interval(Late("pmfs.intervals", "jeffreys"), False, "Jeffreys"),
    "wald": Interval(Late("pmfs.intervals", "wald"), False, "Wald"),
}
"""Intervals of the probabilities of a categorical distribution, from its counts."""

SMOOTHINGS: dict[str, Callable[[int, int], float]] = {
    "none": lambda total, sides: 0.0,
    "laplace": lambda total, sides: 1.0,
    "jeffreys": lambda total, sides: 0.5,
    "perks": lambda total, sides: 1 / sides,
    "minimax": lambda total, sides: math.sqrt(total) / sides,
}
"""Pseudocounts per outcome: functions of the total N and the number of outcomes K."""

ESTIMATORS = {
    name: Late("pmfs.estimators", name.replace("-", "_"))
    for name in (
        "mle",
        "miller-madow",
        "chao-shen",
        "james-stein",
        "jackknife",
        "grassberger",
        "zhang",
        "chao-wang-jost",
        "nsb",
    )
}
"""Estimators of the entropy behind a sample: a ``Sample`` to an ``Estimate``, both of ``core.pmfs.estimators``."""


class Divergence(NamedTuple):
    """``measure`` takes a ``Pair`` of ``core.pmfs.divergences``, and an order where it is ``ordered``.

    ``unit`` is the power of the unit of information that it has: 1 where it is an information, 1/2 for the root of one,
    0 for a pure number. ``symmetric`` says whether the pair may be exchanged.
    """

    measure: Late
    unit: float = 0.0
    symmetric: bool = False
    ordered: bool = False

    def of(self, pair: Any, order: float) -> float:
        """The divergence of a pair, informations in nats; most ignore the order."""
        value: float = self.measure(pair, order) if self.ordered else self.measure(pair)
        return value


def _divergence(name: str, unit: float = 0.0, symmetric: bool = False, ordered: bool = False) -> Divergence:
    return Divergence(Late("pmfs.divergences", name), unit, symmetric, ordered)


DIVERGENCES = {
    "kl": _divergence("kl", unit=1),
    "reverse-kl": _divergence("reverse_kl", unit=1),
    "jeffreys": _divergence("jeffreys", unit=1, symmetric=True),
    "jensen-shannon": _divergence("jensen_shannon", unit=1, symmetric=True),
    "jensen-shannon-distance": _divergence("jensen_shannon_distance", unit=0.5, symmetric=True),
    "total-variation": _divergence("total_variation", symmetric=True),
    "hellinger": _divergence("hellinger", symmetric=True),
    "bhattacharyya": _divergence("bhattacharyya", unit=1, symmetric=True),
    "chi-squared": _divergence("chi_squared"),
    "renyi": _divergence("renyi", unit=1, ordered=True),
    "tsallis": _divergence("tsallis", ordered=True),
}
"""Divergences between two PMFs over the same outcomes."""

OTHER_NAMES = {"psi": "jeffreys", "js": "jensen-shannon"}
"""What divergences are called elsewhere: the population stability index is Jeffreys' divergence."""

STATISTICS = {
    "g": 1.0,
    "pearson": 2.0,
    "cressie-read": 5 / 3,
    "freeman-tukey": 0.5,
    "neyman": -1.0,
    "modified-g": 0.0,
}
"""Statistics of goodness of fit: their order in the power family (Cressie and Read's lambda + 1)."""

POWER_STATISTICS = ("g", "pearson")
"""Those whose power is known."""

METHODS = ("auto", "asymptotic", "exact", "monte-carlo")
"""Where the p-value of a test comes from."""


class Library(NamedTuple):
    """How a library scores.

    ``losses`` takes a batch and the rule of the loss, and gives -log q of every class, and the axis that they lie
    along. ``soft``: whether it takes soft labels; ``by_rows``: whether its mean is over the rows, even where they have
    weights; ``weights``: whether it takes weights of rows, ``single_weights`` as float32; ``smoothing`` and
    ``class_weights``: whether it has them; ``plain_binary``: whether it has neither for a binary column.
    """

    losses: Late
    note: str
    soft: bool = False
    weights: bool = True
    single_weights: bool = False
    by_rows: bool = False
    smoothing: bool = False
    class_weights: bool = False
    plain_binary: bool = False


LIBRARIES = {
    "torch": Library(
        Late("metrics.libraries", "torch"), "float32, nothing clipped (a binary column: logarithms of at least -100)",
        soft=True, weights=False, smoothing=True, class_weights=True, plain_binary=True
    ),
    "keras": Library(
        Late("metrics.libraries", "keras"), "float32, rows divided by their sum, clipped to [1e-7, 1 - 1e-7]",
        soft=True, by_rows=True, smoothing=True
    ),
    "sklearn": Library(
        Late("metrics.libraries", "sklearn"), "clipped to [eps, 1 - eps] with the eps of the predictions' type"
    ),
    "kaggle": Library(
        Late("metrics.libraries", "kaggle"), "rows divided by their sum, clipped to [1e-15, 1 - 1e-15]", weights=False
    ),
    "xgboost": Library(
        Late("metrics.libraries", "xgboost"), "float32, clipped below at 1e-16", single_weights=True
    ),
    "lightgbm": Library(
        Late("metrics.libraries", "lightgbm"), "clipped below at 1e-15", single_weights=True
    ),
}  # fmt: skip
"""Libraries whose loss of the same rows is told beside ours."""
