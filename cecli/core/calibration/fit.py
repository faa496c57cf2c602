"""The scaling that minimises the loss, with or without biases, how sure it is, and what it is worth on rows it has not
seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Generic

import numpy as np
from numpy.typing import NDArray

from cecli.core.calibration.figures import CalibrationScorer
from cecli.core.calibration.logit_rows import LogitRows, logit_rows
from cecli.core.calibration.softmax import Scaling
from cecli.core.calibration.standard_errors import Direction, ScalingErrors
from cecli.core.calibration.temperature import Fitted, Slopes, Solution, Sums, Sweep, fit_temperature
from cecli.core.calibration.vector_scaling import VectorFit, fit_vector_scaling
from cecli.core.functions.elementary_scalars import exp_of
from cecli.core.functions.normal import normal_quantile
from cecli.core.functions.student import student_t_quantile
from cecli.core.metrics import Spec
from cecli.core.rows.rows import Batch
from cecli.core.sums.layout import Floats, Integers


@dataclass(frozen=True, eq=False)
class CalibrationFit:
    """T and, with biases, a (K,), 0 where none was ``fitted``; errors are None where undefined.

    ``standard_error`` is by the curvature of the loss, ``robust_error`` the sandwich, of which the interval from
    ``low`` to ``high`` is made, on the scale of log T; with clusters, and where rows are few, it is Student's t.
    ``bias_errors`` (K,) are by the curvature, nan where a bias is fixed.
    """

    temperature: float
    solution: Solution
    standard_error: float | None = None
    robust_error: float | None = None
    low: float | None = None
    high: float | None = None
    biases: Floats | None = None
    bias_errors: Floats | None = None
    fitted: NDArray[np.bool_] | None = None

    @property
    def scaling(self) -> Scaling:
        """What is done to logits."""
        return Scaling(self.temperature, self.biases)


class Intake:
    """What is done with rows as they are read: the figures before calibration, and the rows themselves handed to
    ``keep``, those apart that are infinitely wrong at every temperature; an accumulator.

    ``fold`` gives the fold of every row, where there are some; ``like_probabilities`` is whether one column of logits
    is all from 0 to 1. With ``loss_only`` nothing but the loss is known before.
    """

    def __init__(
        self,
        spec: Spec,
        keep: Callable[[LogitRows, bool], None],
        fold: Callable[[Batch], Integers] | None = None,
        loss_only: bool = False,
    ) -> None:
        self.before = CalibrationScorer(spec, loss_only)
        self.span = 0.0
        self.hopeless = 0
        self.like_probabilities = True
        self._keep, self._fold = keep, fold

    def update(self, batch: Batch) -> None:
        """Add some rows."""
        if not batch.rows:
            return
        self.before.update(batch)
        self.like_probabilities &= batch.kind == "logits" and batch.binary and _within(batch.values)
        rows, wrong, span = logit_rows(batch, None if self._fold is None else self._fold(batch))
        self._keep(rows, False)
        self.span = max(self.span, span)
        if wrong is not None:
            self._keep(wrong, True)
            self.hopeless += wrong.rows

    def merge(self, other: Intake) -> None:
        """Add the rows of ``other``."""
        self.before.merge(other.before)
        self.span = max(self.span, other.span)
        self.hopeless += other.hopeless
        self.like_probabilities &= other.like_probabilities


def _within(values: Floats) -> bool:
    return bool(values.min() >= 0.0 and values.max() <= 1.0)


@dataclass(frozen=True)
class Problem:
    """What is to be fitted: a ``sweep`` over the rows that are not infinitely wrong at every temperature, ``span`` the
    largest difference of logits within one of them; ``every`` sweeps over all."""

    sweep: Sweep
    every: Sweep
    span: float
    spec: Spec
    with_biases: bool = False


def calibrate(problem: Problem, confidence: float = 0.95) -> CalibrationFit | None:
    """The best scaling and its errors; None where no biases are best, as classes can be told apart without error."""
    found = least(problem)
    if found is None:
        return None
    fit = CalibrationFit(found.temperature, found.solution)
    if isinstance(found, VectorFit):
        by_curvature = problem.spec.weights != "importance"
        errors = found.bias_errors if by_curvature else None
        fit = replace(fit, biases=found.biases, bias_errors=errors, fitted=found.fitted)
    sweep = _normalised(problem.sweep)
    direction = _direction(sweep, found)
    if direction is None:
        return fit
    biases = found.biases if isinstance(found, VectorFit) else None
    frequency = problem.spec.weights == "frequency"
    sums = sweep(lambda: ScalingErrors(found.inverse, found.unit, biases, direction, frequency)).result()
    error, robust = (None if one is None else one / found.inverse for one in (sums.standard_error, sums.robust))
    df = sums.df
    if error is not None:
        fit = replace(fit, standard_error=fit.temperature * error)
    if robust is not None:
        share = 0.5 + confidence / 2
        quantile = normal_quantile(share) if df is None else student_t_quantile(share, df)
        factor = exp_of(min(quantile * robust, 700.0))
        fit = replace(
            fit,
            robust_error=fit.temperature * robust,
            low=fit.temperature / factor,
            high=fit.temperature * factor,
        )
    return fit


def after(problem: Problem, fit: CalibrationFit) -> CalibrationScorer:
    """The figures of all rows under the scaling."""
    return problem.every(lambda: _Scaled(problem.spec, fit.scaling)).scorer


def least(problem: Problem) -> Fitted | VectorFit | None:
    """Where the loss is least; None where no biases are best."""
    sweep = _normalised(problem.sweep)
    alone = fit_temperature(sweep, problem.span)
    if not problem.with_biases:
        return alone
    return fit_vector_scaling(sweep, problem.spec.classes, alone)


def _direction(sweep: Sweep, found: Fitted | VectorFit) -> Direction | None:
    """Where b is free: how it moves with the derivatives of the loss."""
    if found.solution != "interior":
        return None
    if isinstance(found, VectorFit):
        return found.direction
    curvature = sweep(lambda: Slopes(found.inverse, found.unit)).result()[1]
    return Direction(1.0 / curvature) if curvature > 0 else None


class _Normalised(Generic[Sums]):
    """Adds rows whose soft labels sum to 1."""

    def __init__(self, inner: Sums) -> None:
        self.inner = inner

    def update(self, rows: LogitRows) -> None:
        self.inner.update(rows.normalised())

    def merge(self, other: _Normalised[Sums]) -> None:
        self.inner.merge(other.inner)


def _normalised(sweep: Sweep) -> Sweep:
    """A sweep over the same rows, their soft labels summing to 1."""

    def normal(new: Callable[[], Sums]) -> Sums:
        return sweep(lambda: _Normalised(new())).inner

    return normal


class _Scaled:
    """The figures of rows under one scaling."""

    def __init__(self, spec: Spec, scaling: Scaling) -> None:
        self.scorer = CalibrationScorer(spec)
        self._scaling = scaling

    def update(self, rows: LogitRows) -> None:
        self.scorer.update(rows.batch(self._scaling))

    def merge(self, other: _Scaled) -> None:
        self.scorer.merge(other.scorer)
