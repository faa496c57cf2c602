"""Rows of logits and what was observed: all that fitting a temperature needs of a file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cecli.core.calibration.softmax import Scaling, as_logits, scaled
from cecli.core.functions.elementary import exp
from cecli.core.rows.rows import Batch
from cecli.core.sums.layout import Floats, Integers, along, pick, put, row_sum


@dataclass(frozen=True, eq=False, repr=False)
class LogitRows:
    """n rows, ``values`` as ``layout.shaped`` lays them along ``axis``, and ``labels`` (n,) or ``soft`` PMFs shaped
    like ``values``; ``weights``, ``cluster`` numbers and ``fold`` numbers (n,), where there are some."""

    values: Floats
    axis: int
    labels: Integers | None
    soft: Floats | None = None
    weights: Floats | None = None
    cluster: Integers | None = None
    fold: Integers | None = None

    @property
    def rows(self) -> int:
        """n."""
        return int(self.values.shape[1 - self.axis])

    def only(self, rows: Any) -> LogitRows:
        """Some of the rows, by a mask or by their numbers."""
        columns = {name: getattr(self, name) for name in ("labels", "weights", "cluster", "fold")}
        chosen: dict[str, Any] = {name: column[rows] for name, column in columns.items() if column is not None}
        tables: dict[str, Any] = {"values": self.values, "soft": self.soft}
        for name, table in tables.items():
            if table is not None:
                chosen[name] = np.ascontiguousarray(table[:, rows] if self.axis == 0 else table[rows])
        return replace(self, **chosen)

    def normalised(self) -> LogitRows:
        """Rows with the same weighted losses whose soft labels sum to 1: what they sum to goes into their weights."""
        if self.soft is None:
            return self
        mass = row_sum(self.soft, self.axis)
        return replace(self, soft=self.soft / along(mass, self.axis), weights=self.weighted(mass))

    def weighted(self, figures: Floats) -> Floats:
        """Figures times the weights of their rows, each rounded once."""
        return figures if self.weights is None else figures * self.weights

    def batch(self, scaling: Scaling) -> Batch:
        """The rows as predictions softmax(z / T + a), for the metrics."""
        return Batch(
            scaled(self.values, self.axis, scaling),
            self.axis,
            self.labels,
            "logits",
            soft=self.soft,
            weights=self.weights,
            cluster=self.cluster,
        )

    def below_peak(self, unit: float) -> Gaps:
        """z less the largest logit of its row, in multiples of ``unit``, a power of two."""
        with np.errstate(over="ignore"):
            gaps = self.values - along(self.values.max(axis=self.axis), self.axis)
        gaps /= unit
        if gaps.min(initial=0.0) > -np.inf:
            return Gaps(gaps, None)
        impossible = np.isinf(gaps)
        gaps[impossible] = 0.0
        return Gaps(gaps, impossible)

    def tilted(self, inverse: float, unit: float, biases: Floats | None = None) -> Tilted:
        """The rows under softmax(inverse z + a), z in multiples of ``unit``."""
        gaps = self.below_peak(unit)
        exponents = inverse * gaps.table
        if biases is not None:
            exponents += along(biases, 1 - self.axis)
            if gaps.impossible is not None:
                exponents[gaps.impossible] = -np.inf
            exponents -= along(exponents.max(axis=self.axis), self.axis)
        terms = exp(exponents)
        if gaps.impossible is not None:
            terms[gaps.impossible] = 0.0
        return Tilted(gaps.table, terms, row_sum(terms, self.axis), exponents, self.axis)

    def of_observed(self, table: Floats) -> Floats:
        """The figure of the observed class in a shaped table, the mean of those of soft labels; shape (n,)."""
        if self.labels is not None:
            return pick(table, self.labels, self.axis)
        soft: Floats = np.asarray(self.soft)
        return row_sum(soft * table, self.axis)

    def less_observed(self, terms: Floats, total: Floats) -> Floats:
        """p_c - [c = y] for p = terms / total, shaped: at the observed class the others' share, without cancellation;
        with soft labels p - q."""
        if self.labels is None:
            soft: Floats = np.asarray(self.soft)
            shares: Floats = terms / along(total, self.axis)
            return shares - soft
        others: Floats = terms.copy()
        put(others, self.labels, self.axis, 0.0)
        put(others, self.labels, self.axis, 0.0 - row_sum(others, self.axis))
        others /= along(total, self.axis)
        return others


@dataclass(frozen=True, eq=False, repr=False)
class Gaps:
    """Logits less the largest of their row, shaped; 0 where a class is ``impossible`` (None where all have a
    chance)."""

    table: Floats
    impossible: NDArray[np.bool_] | None


@dataclass(frozen=True, eq=False, repr=False)
class Tilted:
    """What softmax(u) makes of rows: ``gaps`` are the logits below the largest of their row, ``exponents`` the u below
    theirs, ``terms`` exp of those, 0 for impossible classes, and ``total``, shape (n,), their sum."""

    gaps: Floats
    terms: Floats
    total: Floats
    exponents: Floats
    axis: int

    def mean(self, table: Floats) -> Floats:
        """E[x] of every row for a table of x, shape (n,)."""
        return row_sum(self.terms * table, self.axis) / self.total

    def variance(self, table: Floats, mean: Floats) -> Floats:
        """Var[x] of every row, shape (n,)."""
        away = table - along(mean, self.axis)
        away *= away
        away *= self.terms
        return row_sum(away, self.axis) / self.total


def logit_rows(batch: Batch, fold: Integers | None = None) -> tuple[LogitRows, LogitRows | None, float]:
    """The rows of a batch whose observed classes have a chance; the others, which are infinitely wrong at every
    temperature (None where there are none); and how far apart the logits of one of the first are at most."""
    values = as_logits(batch.values, batch.kind, batch.binary)
    rows = LogitRows(values, batch.axis, batch.labels, batch.soft, batch.weights, batch.cluster, fold)
    gaps = rows.below_peak(1.0)
    if gaps.impossible is None:
        return rows, None, float(-gaps.table.min(initial=0.0))
    if rows.labels is None:
        wrong = (gaps.impossible & (np.asarray(rows.soft) > 0)).any(axis=rows.axis)
    else:
        wrong = pick(gaps.impossible.astype(np.float64), rows.labels, rows.axis) > 0
    right = np.flatnonzero(~wrong)
    span = float(-gaps.table.take(right, axis=1 - rows.axis).min(initial=0.0))
    if not wrong.any():
        return rows, None, span
    return rows.only(right), rows.only(np.flatnonzero(wrong)), span
