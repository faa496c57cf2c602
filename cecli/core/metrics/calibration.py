"""The expected calibration error of the predicted class, beside what chance alone makes of it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from cecli.core.functions.normal import normal_quantile
from cecli.core.metrics.accuracy import add_hits
from cecli.core.metrics.spec import Spec
from cecli.core.rows.rows import ScoredRows
from cecli.core.sums.cells import CELLS, Cells
from cecli.core.sums.exact import FRACTION_BITS, ExactProducts, ExactSums, ratio, to_float
from cecli.core.sums.state import State
from cecli.core.sums.tally import Tally

BINS = 15
"""Equal-width bins on [0, 1], as in Guo, Pleiss, Sun and Weinberger, "On calibration of modern neural networks",
2017."""

_FEW = 25.0
"""Below this variance the number of rows that are wrong in a bin is taken as binomial, above it as normal."""

_LARGEST_EXACT = 2.0**53
"""Whole rows below this are doubles, of which intervals can be made."""

_FIRST = math.sqrt(2 / math.pi)
_THIRD = 2 * _FIRST
"""E|Z| and E|Z|^3 of a standard normal Z."""


@dataclass(frozen=True)
class CalibrationResult:
    """sum_b |right in b - sum of confidences in b| / N over the bins b of the confidence, and what chance makes of it.

    ``ece_expected`` and ``ece_band`` are the mean and the 95 % quantile of the error of a perfectly calibrated model
    with these confidences and this many rows: an error below the band is no sign of bad calibration. None with soft
    labels.
    """

    ece: float
    ece_expected: float | None = None
    ece_band: float | None = None


@dataclass(frozen=True)
class ConfidenceBin:
    """Rows whose confidence is from ``low`` to below ``high`` (in the last bin 1, too): their mass (a number of rows,
    or the sum of their weights), their mean confidence, how often they are right, and the Clopper-Pearson interval of
    that. That is None with soft labels and with weights of importance, and all are None without rows."""

    low: float
    high: float
    mass: float
    confidence: float | None = None
    accuracy: float | None = None
    accuracy_low: float | None = None
    accuracy_high: float | None = None


class Calibration:
    """Expected calibration error: bin min(floor(15 c), 14) of the confidence c, the largest probability of a row.

    It needs a few numbers a bin, and no division by the rows of a bin. In a calibrated model a row is right with
    probability c, so right - sum of c has the variance sum c (1 - c) in its bin (w^2 c (1 - c) with importance
    weights; a row that stands for w rows brings w c (1 - c)).
    """

    STATE: ClassVar[State] = {
        **dict.fromkeys(("_rows", "_right", "_confidence", "_variance", "_squares"), Cells(BINS)),
        "_soft": CELLS,
    }

    def __init__(self, spec: Spec) -> None:
        self._importance = spec.weights == "importance"
        self._rows, self._right, self._soft = Tally(), Tally(), Tally()
        self._confidence, self._variance, self._squares = ExactSums(), ExactSums(), ExactProducts()

    def update(self, rows: ScoredRows) -> None:
        """Add some rows."""
        bins = np.minimum((rows.confidence * BINS).astype(np.intp), BINS - 1)
        cells = rows.cells(bins, BINS)
        self._rows.add(rows.weights, rows.rows, cells)
        add_hits(self._right, rows, rows.right, cells)
        self._confidence.update(rows.weighted(rows.confidence), cells)
        if rows.soft is not None:
            self._soft.add(None, rows.rows, rows.group)
            return
        variances = rows.weighted(np.maximum(rows.confidence * (1.0 - rows.confidence), 0.0))
        if self._importance and rows.weights is not None:
            self._squares.update(variances, rows.weights, cells)
        else:
            self._variance.update(variances, cells)

    def merge(self, other: Calibration) -> None:
        """Add the bins of ``other``."""
        for name in ("_rows", "_right", "_soft", "_confidence", "_variance", "_squares"):
            getattr(self, name).merge(getattr(other, name))

    def result(self, group: int = 0) -> CalibrationResult:
        """The error, correctly rounded, and the band; nan without rows."""
        cells = (group * BINS, (group + 1) * BINS)
        masses, confidences = self._rows.masses(*cells), self._confidence.integers(*cells)
        rows = sum(masses)
        if not rows:
            return CalibrationResult(float("nan"))
        pairs = zip(self._right.masses(*cells), confidences, strict=True)
        ece = ratio(sum(abs(right - confidence) for right, confidence in pairs), rows)
        if self._soft.mass(group):
            return CalibrationResult(ece)
        wrong = [
            ratio(mass - confidence, mass) if mass else 0.0
            for mass, confidence in zip(masses, confidences, strict=True)
        ]
        variances = [self._variance_of(cell) for cell in range(*cells)]
        counts = [0.0 if self._importance else to_float(mass) for mass in masses]
        moments = [absolute_moments(n, p, v) for n, p, v in zip(counts, wrong, variances, strict=True) if v > 0]
        return CalibrationResult(ece, *mean_and_band(moments, to_float(rows)))

    def bins(self, group: int = 0, confidence: float = 0.95) -> list[ConfidenceBin]:
        """The bins, for a table or a reliability diagram, their intervals at this level of confidence."""
        cells = (group * BINS, (group + 1) * BINS)
        masses, sums = self._rows.masses(*cells), self._confidence.integers(*cells)
        right = self._right.masses(*cells)
        exact = not (self._importance or self._soft.mass(group)) and to_float(sum(masses)) < _LARGEST_EXACT
        made = []
        for k in range(BINS):
            bin_ = ConfidenceBin(k / BINS, (k + 1) / BINS, to_float(masses[k]))
            if masses[k]:
                low, high = _exact_interval(right[k], masses[k], confidence) if exact else (None, None)
                means = ratio(sums[k], masses[k]), ratio(right[k], masses[k])
                bin_ = replace(
                    bin_, confidence=means[0], accuracy=means[1], accuracy_low=low, accuracy_high=high
                )  # fmt: skip
            made.append(bin_)
        return made

    def _variance_of(self, cell: int) -> float:
        return to_float(
            (self._variance.integer(cell) << FRACTION_BITS) + self._squares.integer(cell), 2 * FRACTION_BITS
        )


def _exact_interval(right: int, mass: int, confidence: float) -> tuple[float, float]:
    """The Clopper-Pearson interval of a share of whole rows, both given as exact sums."""
    from cecli.core.pmfs.intervals import confidence_interval

    hits, rows = right >> FRACTION_BITS, mass >> FRACTION_BITS
    low, high = confidence_interval("clopper-pearson", np.array([hits]), rows, confidence)
    return float(low[0]), float(high[0])


Moments = tuple[float, float, float]
"""E|D|, E D^2 and E|D|^3."""


def absolute_moments(rows: float, wrong: float, variance: float) -> Moments:
    """The absolute moments of D = right - sum of c in a bin.

    Normal where the variance is large or the rows (0 if unknown) have weights; else that of a binomial number of wrong
    rows with the mean confidence of the bin, scaled to the variance: a few rows that are almost surely right are not
    normal.
    """
    deviation = math.sqrt(variance)
    rare = min(wrong, 1.0 - wrong)
    if variance >= _FEW or rows < 1 or rare <= 0:
        return _FIRST * deviation, variance, _THIRD * deviation**3
    last = int(min(rows, rows * rare + 12 * deviation + 20))
    k = np.arange(1, last + 1)
    log_ratios = np.log((rows - k + 1) / k) + math.log(rare / (1.0 - rare))
    masses = np.exp(np.concatenate([[0.0], np.cumsum(log_ratios)]) + rows * math.log1p(-rare))
    gaps = np.abs(np.arange(last + 1) - rows * rare) * (deviation / math.sqrt(rows * rare * (1.0 - rare)))
    return float(np.sum(masses * gaps)), variance, float(np.sum(masses * gaps**3))


def mean_and_band(moments: list[Moments], rows: float, dependence: float = 1.0) -> tuple[float, float]:
    """The mean and the 95 % quantile of sum_b |D_b| / N for independent D_b: Cornish and Fisher to the third cumulant.

    For others, ``dependence`` is how often their sum has the variance it would have.
    """
    mean = math.fsum(first for first, _, _ in moments)
    variance = dependence * math.fsum(max(0.0, second - first * first) for first, second, _ in moments)
    if variance <= 0:
        return mean / rows, mean / rows
    third = math.fsum(m3 - 3 * m1 * m2 + 2 * m1**3 for m1, m2, m3 in moments)
    skewness = min(third / variance**1.5, 3.0)  # beyond that the expansion is none
    z = normal_quantile(0.95)
    return mean / rows, (mean + math.sqrt(variance) * (z + (z * z - 1) / 6 * skewness)) / rows
