"""What calibration is worth on rows that it has not seen: each part of the rows under what was fitted to the others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Generic

import numpy as np

from cecli.core.calibration.figures import CalibrationScorer
from cecli.core.calibration.fit import Problem, least
from cecli.core.calibration.logit_rows import LogitRows
from cecli.core.calibration.softmax import Scaling
from cecli.core.calibration.temperature import Sums, Sweep
from cecli.core.calibration.vector_scaling import VectorFit
from cecli.core.metrics import Spec
from cecli.errors import InputError


def cross_fitted(problem: Problem, folds: int) -> tuple[list[float | None], CalibrationScorer] | None:
    """The temperature found without each fold (None for a fold without rows), and the figures of all rows, each under
    the scaling of the rows outside its fold; None where a fold has no scaling.

    Raises InputError where all rows are in one fold.
    """
    sizes = problem.every(lambda: _FoldSizes(folds)).rows
    if np.count_nonzero(sizes) < 2:
        raise InputError(f"all rows are in one of the {folds} folds", "more rows, or another --seed")
    scalings: list[Scaling | None] = []
    for fold in range(folds):
        if not sizes[fold]:
            scalings.append(None)
            continue
        found = least(replace(problem, sweep=_without(problem.sweep, fold)))
        if found is None:
            return None
        scalings.append(Scaling(found.temperature, found.biases if isinstance(found, VectorFit) else None))
    figures = problem.every(lambda: _OutOfFold(problem.spec, scalings)).scorer
    return [None if one is None else one.temperature for one in scalings], figures


class _Without(Generic[Sums]):
    """Adds the rows outside a fold."""

    def __init__(self, inner: Sums, fold: int) -> None:
        self.inner = inner
        self._fold = fold

    def update(self, rows: LogitRows) -> None:
        self.inner.update(rows.only(np.flatnonzero(rows.fold != self._fold)))

    def merge(self, other: _Without[Sums]) -> None:
        self.inner.merge(other.inner)


def _without(sweep: Sweep, fold: int) -> Sweep:
    """A sweep over the rows outside a fold."""

    def outside(new: Callable[[], Sums]) -> Sums:
        return sweep(lambda: _Without(new(), fold)).inner

    return outside


class _FoldSizes:
    """How many rows each fold has."""

    def __init__(self, folds: int) -> None:
        self.rows = np.zeros(folds, dtype=np.int64)

    def update(self, rows: LogitRows) -> None:
        self.rows += np.bincount(np.asarray(rows.fold), minlength=len(self.rows))

    def merge(self, other: _FoldSizes) -> None:
        self.rows += other.rows


class _OutOfFold:
    """The figures of rows under the scaling of their fold."""

    def __init__(self, spec: Spec, scalings: list[Scaling | None]) -> None:
        self.scorer = CalibrationScorer(spec)
        self._scalings = scalings

    def update(self, rows: LogitRows) -> None:
        for fold, scaling in enumerate(self._scalings):
            inside = np.flatnonzero(rows.fold == fold)
            if len(inside) and scaling is not None:
                self.scorer.update(rows.only(inside).batch(scaling))

    def merge(self, other: _OutOfFold) -> None:
        self.scorer.merge(other.scorer)
