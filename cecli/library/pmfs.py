"""Entropies, divergences, fits, tests and rolls of PMFs that are given as arrays, mappings or Pmf.

Whole numbers (of an integer type) are counts, and so are those of a ``collections.Counter``; other numbers are
probabilities, which must sum to 1 within 1e-3 and stand for p divided by their exact sum, unless ``normalize`` lets
them sum to anything. A mapping names its outcomes, and two mappings are matched by them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cecli.core.families import DIVERGENCES, INTERVALS, METHODS, OTHER_NAMES, STATISTICS
from cecli.core.hypotheses.goodness_of_fit import Choice, Fit
from cecli.core.pmfs import information
from cecli.core.pmfs.pmf import Pmf
from cecli.core.units import parse_unit
from cecli.library.door import array_of, between, one_of, refuse, with_value_errors
from cecli.library.labelled import as_mapping

PmfLike: TypeAlias = Pmf | Mapping[Any, float] | ArrayLike
"""What stands for a PMF: probabilities or counts, with or without the names of their outcomes."""

SUM_TOLERANCE = 1e-3


@dataclass(frozen=True, eq=False)
class Fitted:
    """The categorical distribution fitted to counts. Arrays have shape (K,), the outcomes in their order.

    ``low`` and ``high`` are None without an interval. ``entropy`` and ``log_likelihood`` are in nats, of the
    probabilities; ``pmf`` holds these (or, without smoothing, the counts, which round nothing).
    """

    outcomes: tuple[str, ...]
    counts: NDArray[np.int64]
    probabilities: NDArray[np.float64]
    low: NDArray[np.float64] | None
    high: NDArray[np.float64] | None
    rolls: int
    entropy: float
    log_likelihood: float
    pmf: Pmf


@with_value_errors
def entropy(p: PmfLike, *, base: str | float = "nats", normalize: bool = False) -> float:
    """H(p) = -sum p log p, between 0 and log K.

    >>> entropy([0.5, 0.25, 0.25], base="bits")
    1.5
    >>> entropy({"heads": 3, "tails": 3}, base=2)
    1.0
    """
    return parse_unit(str(base)).from_nats(information.entropy(pmf_of(p, "p", normalize)))


@with_value_errors
def perplexity(p: PmfLike, *, normalize: bool = False) -> float:
    """exp(H(p)): the sides of the fair die that is as hard to predict.

    >>> perplexity([0.25, 0.25, 0.25, 0.25])
    4.0
    """
    return information.perplexity(information.entropy(pmf_of(p, "p", normalize)))


@with_value_errors
def cross_entropy(
    p: PmfLike, q: PmfLike, *, base: str | float = "nats", missing: str = "error", normalize: bool = False
) -> float:
    """H(p, q) = -sum p log q; infinite where q is 0 and p is not.

    An outcome that only one of two mappings has is an error, or with ``missing="zero"`` of probability 0 in the other.

    >>> cross_entropy([0.5, 0.5], [0.75, 0.25], base="bits")
    1.20751874964
    """
    return parse_unit(str(base)).from_nats(information.cross_entropy(*_aligned(p, q, missing, normalize)))


@with_value_errors
def kl_divergence(
    p: PmfLike, q: PmfLike, *, base: str | float = "nats", missing: str = "error", normalize: bool = False
) -> float:
    """D(p||q) = sum p log(p/q) >= 0, exactly 0 for proportional weights; infinite where q is 0 and p is not.

    >>> kl_divergence([1, 2, 3], [2, 4, 6])
    0.0
    >>> kl_divergence([1, 1], [10**15 + 1, 10**15 - 1])
    5e-31
    >>> kl_divergence({"a": 0.5, "b": 0.5}, {"b": 1.0}, missing="zero")
    inf
    """
    return parse_unit(str(base)).from_nats(information.kl_divergence(*_aligned(p, q, missing, normalize)))


@with_value_errors
def divergence(
    name: str,
    p: PmfLike,
    q: PmfLike,
    *,
    order: float = 1.0,
    base: str | float = "nats",
    missing: str = "error",
    normalize: bool = False,
) -> float:
    """The divergence of p from q by its name: those of ``cecli divergences``; ``order`` is for renyi and tsallis.

    >>> divergence("total-variation", [0.5, 0.5], [0.25, 0.75])
    0.25
    >>> divergence("renyi", [0.5, 0.5], [0.25, 0.75], order=2)
    0.287682072452
    """
    from cecli.core.pmfs.divergences import Pair

    kind = DIVERGENCES[one_of("name", OTHER_NAMES.get(name, name), DIVERGENCES)]
    if not order >= 0:
        raise ValueError(f"order: expected a number >= 0, found {order!r}")
    value = kind.of(Pair(*_aligned(p, q, missing, normalize)), float(order))
    unit = parse_unit(str(base))
    return unit.from_nats(value) if kind.unit == 1 else float(value / unit.divisor**kind.unit)


@with_value_errors
def fit(
    counts: PmfLike, *, smoothing: str | float = "none", interval: str = "auto", confidence: float = 0.95
) -> Fitted:
    """The maximum-likelihood estimate n(k)/N of counts, with confidence intervals; or smoothed, as ``cecli fit`` does.

    >>> from collections import Counter
    >>> fitted = fit(Counter("abracadabra"))
    >>> fitted.outcomes, fitted.counts
    (('a', 'b', 'r', 'c', 'd'), array([5, 2, 2, 1, 1]))
    >>> fitted.probabilities
    array([0.45454545, 0.18181818, 0.18181818, 0.09090909, 0.09090909])
    """
    from cecli.core.pmfs import categorical
    from cecli.core.pmfs.intervals import AUTO, chosen, confidence_interval
    from cecli.core.pmfs.weights import total_count

    between("confidence", confidence, 0, 1)
    observed = counts_of(counts, "counts")
    numbers = observed.weights.astype(np.int64, copy=False)
    total = total_count(numbers)
    low = high = None
    if one_of("interval", interval, [AUTO, *INTERVALS, "none"]) != "none":
        low, high = confidence_interval(chosen(interval, numbers), numbers, total, confidence)
    pseudocount = categorical.pseudocount(str(smoothing), total, observed.size)
    probabilities = categorical.smoothed(numbers, pseudocount)
    fitted = Pmf(probabilities, observed.outcomes) if pseudocount else observed
    return Fitted(
        outcomes=tuple(observed.labels()),
        counts=numbers,
        probabilities=probabilities,
        low=low,
        high=high,
        rolls=total,
        entropy=information.entropy(fitted),
        log_likelihood=categorical.log_likelihood(numbers, fitted),
        pmf=fitted,
    )


@with_value_errors
def goodness_of_fit(
    counts: PmfLike,
    q: PmfLike | None = None,
    *,
    statistic: str = "g",
    method: str = "auto",
    replicates: int | None = None,
    seed: int = 0,
    normalize: bool = False,
) -> Fit:
    """Whether counts may be rolls of the PMF q (uniform unless given): the test of ``cecli test``.

    >>> goodness_of_fit([9, 1]).p_value
    0.021484375
    """
    from cecli.core.hypotheses import goodness_of_fit as tests

    one_of("statistic", statistic, STATISTICS)
    one_of("method", method, METHODS)
    observed = counts_of(counts, "counts")
    if q is None:
        hypothesis = Pmf(np.ones(observed.size, dtype=np.int64), observed.outcomes)
    else:
        observed, hypothesis = _over_the_same(observed, pmf_of(q, "q", normalize), "error")
    choice = Choice(method, replicates, seed)
    return tests.goodness_of_fit(observed.weights.astype(np.int64, copy=False), hypothesis, statistic, choice)


@with_value_errors
def simulate(p: PmfLike, rolls: int, *, seed: int, normalize: bool = False) -> NDArray[np.int64]:
    """How often each outcome comes up in so many rolls, shape (K,): the same for a seed on every machine.

    ``p`` may be a whole number, the sides of a fair die. Past 10^7 rolls the counts are the same for one version of
    NumPy.

    >>> simulate(6, 600, seed=1)
    array([103, 103, 114, 100,  93,  87])
    """
    from cecli.core.pmfs.sampling import counts

    if isinstance(p, (int, np.integer)) and not isinstance(p, bool):
        if p < 1:
            raise ValueError(f"p: a die has at least one side, not {p}")
        source = Pmf(np.ones(int(p), dtype=np.int64))
    else:
        source = pmf_of(p, "p", normalize)
    for name, value in (("rolls", rolls), ("seed", seed)):
        if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < 0:
            raise ValueError(f"{name}: expected a whole number >= 0, found {value!r}")
    return counts(source, int(rolls), int(seed))


def pmf_of(given: PmfLike, name: str, normalize: bool = False) -> Pmf:
    """What was given, checked, as a Pmf that messages call ``name``."""
    outcomes = None
    given = as_mapping(given)
    if isinstance(given, Pmf):
        weights, outcomes = array_of(name, given.weights, (1,)), given.outcomes
    elif isinstance(given, Mapping):
        outcomes = [str(outcome) for outcome in given]
        if len(set(outcomes)) < len(outcomes):
            raise ValueError(f"{name}: two outcomes are the same as text")
        weights = array_of(name, list(given.values()), (1,))
    else:
        weights = array_of(name, given, (1,))
    if weights.dtype.kind in "bui":
        return Pmf(_counts(weights, name), outcomes, name)
    return Pmf(_probabilities(weights, name, normalize), outcomes, name)


def counts_of(given: PmfLike, name: str) -> Pmf:
    """The same of counts, which may be whole numbers of a type that is none of integers."""
    given = found = as_mapping(given)
    if isinstance(given, Mapping):
        found = {outcome: _whole(value) for outcome, value in given.items()}
    elif not isinstance(given, Pmf):
        array = array_of(name, given, (1,))
        wrong = ~(np.isfinite(array) & (array == np.floor(array)) & (np.abs(array) < 2.0**63))
        refuse(name, wrong, array, "a whole number")
        found = array.astype(np.int64) if array.dtype.kind == "f" else array
    observed = pmf_of(found, name, normalize=True)
    if not observed.is_counts:
        raise ValueError(f"{name}: expected counts, whole numbers, found probabilities")
    return observed


def _whole(value: Any) -> Any:
    return int(value) if isinstance(value, (float, np.floating)) and float(value).is_integer() else value


def _counts(weights: NDArray[Any], name: str) -> NDArray[np.int64]:
    refuse(name, (weights < 0) | (weights > np.int64(2**63 - 1)), weights, "a count from 0 to 2^63-1")
    if not weights.any():
        raise ValueError(f"{name}: the counts sum to 0, so there is nothing to divide by")
    return weights.astype(np.int64)


def _probabilities(weights: NDArray[Any], name: str, normalize: bool) -> NDArray[np.float64]:
    values = weights.astype(np.float64)
    refuse(name, ~(np.isfinite(values) & (values >= 0)), values, "a probability")
    total = float(values.sum())
    if not total > 0 or not np.isfinite(total):
        raise ValueError(f"{name}: the probabilities sum to {total:g}")
    if not normalize and abs(total - 1) > SUM_TOLERANCE:
        raise ValueError(
            f"{name}: the probabilities sum to {total:.10g}, not to 1; normalize=True divides them by their sum, and "
            "counts are whole numbers of an integer type"
        )
    return values + 0.0  # -0 becomes 0


def _aligned(p: PmfLike, q: PmfLike, missing: str, normalize: bool) -> tuple[Pmf, Pmf]:
    one_of("missing", missing, ("error", "zero"))
    return _over_the_same(pmf_of(p, "p", normalize), pmf_of(q, "q", normalize), missing)


def _over_the_same(p: Pmf, q: Pmf, missing: str) -> tuple[Pmf, Pmf]:
    from cecli.readers.small.align import align

    left, right, _ = align(p, q, missing)
    return left, right
