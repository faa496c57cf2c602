"""A temperature and a bias for each class that together minimise the loss: softmax(b z + a), b = 1/T.

The loss is convex in (b, a), and Newton's method finds its least value. Only what is fixed by the data is free: adding
the same number to all biases changes nothing, so they sum to 0; the bias of a class that never occurs would be
-infinity, and that of a class of which no row is in doubt could be any, so these stay 0. Source: Guo et al., ICML 2017
(vector scaling has a factor for each class, too); Alexandari, Kundaje and Shrikumar, "Maximum likelihood with
bias-corrected calibration is hard-to-beat at label shift adaptation", ICML 2020, where this form is.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cecli.core.calibration.existence import LargestGaps, running_away
from cecli.core.calibration.standard_errors import Direction
from cecli.core.calibration.temperature import CLOSE, Fitted, Solution, Sweep
from cecli.core.calibration.vector_sums import LabelMasses, VectorSums
from cecli.core.sums.layout import Floats

MOST_CLASSES = 2048
"""The Hessian has as many rows: at this size it takes 64 MB a thread."""

MOST_STEPS = 100
"""Newton's method takes about ten."""

_ENOUGH = 1e-4
"""A step must lower the loss by this share of what its slope promises (Armijo)."""

_ROUNDING = 2.0**-46
"""So much of the loss is not told from its rounding."""


@dataclass(frozen=True, eq=False)
class VectorFit:
    """The least loss is at 1/T = ``inverse``, in units of 1/``unit``, and ``biases`` (K,), 0 where none was
    ``fitted``. ``direction`` and ``bias_errors`` (K,) come from the inverse of the Hessian; nan for what is fixed."""

    inverse: float
    unit: float
    biases: Floats
    solution: Solution
    fitted: NDArray[np.bool_]
    direction: Direction | None = None
    bias_errors: Floats | None = None

    @property
    def temperature(self) -> float:
        """T, as of a Fitted."""
        return Fitted(self.inverse, self.unit, self.solution).temperature


class NoBestBiases(Exception):
    """The loss falls for ever as the biases of these ``classes`` grow."""

    def __init__(self, classes: list[int]) -> None:
        super().__init__(classes)
        self.classes = classes


def fit_vector_scaling(sweep: Sweep, classes: int, start: Fitted) -> VectorFit | None:
    """The T and the biases at which the loss is least, from the best T without biases; None where it is not found.

    A damped Newton step is halved until the loss falls as far as it should. Where no temperature is small enough
    without biases, none is with them (solution ``unbounded``). Raises NoBestBiases where the loss falls for ever as
    they grow.
    """
    if start.solution == "unbounded":
        return VectorFit(math.inf, start.unit, np.zeros(classes), "unbounded", np.ones(classes, dtype=bool))
    masses = sweep(lambda: LabelMasses(classes))
    observed = np.array([mass > 0 for mass in masses.observed.masses(0, classes)])
    search = _Search(sweep, start.unit, observed, masses.heaviest)
    in_doubt = search.at(start.inverse, np.zeros(classes)).hessian().diagonal()[1:] > 0
    search = replace(search, fitted=observed & in_doubt)
    gaps = sweep(lambda: LargestGaps(classes))
    runaways = running_away(gaps, search.fitted)
    if runaways:
        raise NoBestBiases(runaways)
    found = search.least(start.inverse, np.zeros(classes), fixed=False)
    if found is None and running_away(gaps.negated(), search.fitted):
        return search.least(0.0, np.zeros(classes), fixed=True)
    if found is not None and found.solution == "interior" and found.inverse <= 0:
        found = search.least(0.0, found.biases, fixed=True)
    return found


@dataclass(frozen=True)
class _Search:
    """The least loss over (b, a): a one to one with the classes, those not ``fitted`` held at 0."""

    sweep: Sweep
    unit: float
    fitted: NDArray[np.bool_]
    heaviest: float

    def at(self, inverse: float, biases: Floats) -> VectorSums:
        """The loss and its derivatives."""
        return self.sweep(lambda: VectorSums(inverse, self.unit, biases, self.heaviest))

    def least(self, inverse: float, biases: Floats, fixed: bool) -> VectorFit | None:
        """Newton's method from a point; with ``fixed`` b stays."""
        here = self.at(inverse, biases)
        for _ in range(MOST_STEPS):
            if here.all_right:
                return None
            step = self._step(here, fixed)
            if step is None:
                return None
            move, slope = step
            if self._is_close(move, inverse, biases):
                return self._found(inverse + float(move[0]), biases + move[1:], fixed)
            size = 1.0
            while True:
                there = self.at(inverse + size * float(move[0]), biases + size * move[1:])
                if there.loss <= here.loss + size * _ENOUGH * slope + _ROUNDING * here.loss:
                    break
                size /= 2
                if size < 2.0**-30:
                    return None
            inverse, biases, here = inverse + size * float(move[0]), biases + size * move[1:], there
        return None

    def _is_close(self, move: Floats, inverse: float, biases: Floats) -> bool:
        far = max(CLOSE * abs(inverse), 2.0**-50), CLOSE * max(1.0, float(np.abs(biases).max()))
        return abs(float(move[0])) <= far[0] and float(np.abs(move[1:]).max()) <= far[1]

    def _step(self, here: VectorSums, fixed: bool) -> tuple[Floats, float] | None:
        """Newton's step in (b, a), and the slope of the loss along it; damped where the Hessian is no help."""
        gradient, free = here.gradient(), self._free(fixed)
        hessian = here.hessian()
        damping = 0.0
        while damping < 1e6:
            move = np.zeros(len(gradient))
            inverse = _bordered_inverse(hessian[np.ix_(free, free)], free > 0, damping)
            if inverse is not None:
                move[free] = -np.sum(inverse * gradient[free][None, :], axis=1)
                slope = float(np.sum(move * gradient))
                if slope <= 0 and np.isfinite(move).all():
                    return move, slope
            damping = max(1e-10, 100 * damping)
        return None

    def _found(self, inverse: float, biases: Floats, fixed: bool) -> VectorFit:
        sums, free = self.at(inverse, biases), self._free(fixed)
        covariance = _bordered_inverse(sums.hessian()[np.ix_(free, free)], free > 0, 0.0)
        solution: Solution = "uniform" if fixed else "interior"
        found = VectorFit(inverse, self.unit, biases, solution, self.fitted)
        if covariance is None or (covariance.diagonal() < 0).any():
            return found
        errors = np.full(1 + len(biases), np.nan)
        errors[free] = np.sqrt(covariance.diagonal())
        direction = None
        if not fixed:
            of_biases = np.zeros(1 + len(biases))
            of_biases[free] = covariance[0]
            direction = Direction(float(covariance[0, 0]), of_biases[1:])
        return VectorFit(inverse, self.unit, biases, solution, self.fitted, direction, errors[1:])

    def _free(self, fixed: bool) -> NDArray[np.intp]:
        """Positions in (b, a) of what may move."""
        biases = 1 + np.flatnonzero(self.fitted)
        return biases if fixed else np.concatenate([[0], biases])


def _bordered_inverse(hessian: Floats, summed: NDArray[np.bool_], damping: float) -> Floats | None:
    """The inverse of a Hessian among the moves whose ``summed`` parts sum to 0; None where there is none."""
    diagonal = hessian.diagonal()
    scale = 1.0 / np.sqrt(np.where(diagonal > 0, diagonal, 1.0))
    size = len(hessian)
    bordered = np.zeros((size + 1, size + 1))
    bordered[:size, :size] = hessian * scale[:, None] * scale[None, :] + damping * np.eye(size)
    border = np.where(summed, scale, 0.0)
    border /= max(np.abs(border).max(), 1e-300)
    bordered[:size, size] = bordered[size, :size] = border
    try:
        inverse = np.linalg.inv(bordered)[:size, :size]
    except np.linalg.LinAlgError:
        return None
    return inverse * scale[:, None] * scale[None, :]
