"""How sure a fitted temperature is: its standard error from the curvature of the loss, and one that trusts no model.

The fit solves sum_i w_i s_i = 0 for the scores s_i = E[x] - x_y, x_c = v . (derivatives of the logit of class c), where
v is the row of the inverse curvature that belongs to b = 1/T (v = 1/sum w Var[z] where b is all there is). Then b's
variance is sum w^2 Var_i[x] if the scaled probabilities are true (without weights that is 1/f''), and
n/(n-1) sum w^2 s_i^2 whether they are or not (Huber, "The behavior of maximum likelihood estimates under nonstandard
conditions", 1967; with clusters, Liang and Zeger, Biometrika 73, 1986). A row that stands for w rows adds w times,
not w^2. Of fewer than FEW rows each score counts as s/(1 - h), h the row's share of the curvature (HC3 of MacKinnon and
White, "Some heteroskedasticity-consistent covariance matrix estimators", Journal of Econometrics 29, 1985).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cecli.core.calibration.logit_rows import LogitRows
from cecli.core.sums.exact import FRACTION_BITS, ExactProducts, ExactSums, root_ratio
from cecli.core.sums.layout import Floats, along
from cecli.core.sums.tally import Tally

FEW = 200
"""Rows from which the plain sandwich and the normal quantile are good enough."""


@dataclass(frozen=True)
class Direction:
    """v: by how much b moves with the derivative by b, and with those by the biases, shape (K,)."""

    of_inverse: float
    of_biases: Floats | None = None


@dataclass(frozen=True)
class InverseErrors:
    """The standard errors of b, by the curvature and robust; None where undefined.

    ``df`` are the degrees of freedom of Student's t that the robust one goes with: one less than clusters, or than rows
    where these are few; None where it is normal.
    """

    standard_error: float | None
    robust: float | None
    df: float | None = None


class ScalingErrors:
    """The sums that both standard errors are made of, at the scaling that was found.

    A fresh one is the identity of ``merge``, which is associative and commutative to the bit.
    """

    def __init__(self, inverse: float, unit: float, biases: Floats | None, v: Direction, frequency: bool) -> None:
        self._inverse, self._unit, self._biases, self._v = inverse, unit, biases, v
        self._frequency = frequency
        self._rows, self._masses, self._in_cluster = Tally(), Tally(), Tally()
        self._variance, self._squares, self._of_cluster = ExactProducts(), ExactProducts(), ExactSums()
        self._lifted = ExactProducts()
        self._clusters = 0

    def update(self, rows: LogitRows) -> None:
        """Add some rows."""
        scores, variances = self._of(rows)
        once = np.ones(rows.rows) if rows.weights is None or self._frequency else rows.weights
        self._rows.add(None, rows.rows)
        self._masses.add(rows.weights, rows.rows)
        self._variance.update(rows.weighted(variances), once)
        weighted = rows.weighted(scores)
        self._squares.update(weighted, scores if self._frequency else weighted)
        if self._v.of_biases is None:
            share = (variances if self._frequency else rows.weighted(variances)) / self._v.of_inverse
            rest = np.maximum(1.0 - share, 2.0**-20)  # a row that is all of the curvature
            lifted = scores / rest
            self._lifted.update(rows.weighted(lifted), lifted if self._frequency else rows.weighted(lifted))
        if rows.cluster is not None and rows.rows:
            self._of_cluster.update(weighted, rows.cluster)
            self._in_cluster.add(None, rows.rows, rows.cluster)
            self._clusters = max(self._clusters, int(rows.cluster.max()) + 1)

    def merge(self, other: ScalingErrors) -> None:
        """Add the rows of ``other``."""
        for name in ("_rows", "_masses", "_in_cluster", "_variance", "_squares", "_lifted", "_of_cluster"):
            getattr(self, name).merge(getattr(other, name))
        self._clusters = max(self._clusters, other._clusters)

    def result(self) -> InverseErrors:
        """The errors of b, in the units of the logits."""
        by_curvature = root_ratio(self._variance.integer(), 1 << (2 * FRACTION_BITS))
        robust, df = self._robust()
        return InverseErrors(by_curvature or None, robust, df)

    def _robust(self) -> tuple[float | None, float | None]:
        if self._clusters:
            used = [cluster for cluster, rows in enumerate(self._in_cluster.masses(0, self._clusters)) if rows]
            count, one = len(used), 1
            squares = sum(self._of_cluster.integer(cluster) ** 2 for cluster in used)
        else:
            count = self._masses.mass() if self._frequency else self._rows.mass()
            one, squares = 1 << FRACTION_BITS, self._squares.integer()
        if count <= one:
            return None, None
        df = count / one - 1.0 if self._clusters or count < FEW * one else None
        if df is not None and not self._clusters and self._v.of_biases is None:
            return root_ratio(self._lifted.integer(), 1 << (2 * FRACTION_BITS)), df
        return root_ratio(count * squares, (count - one) << (2 * FRACTION_BITS)), df

    def _of(self, rows: LogitRows) -> tuple[Floats, Floats]:
        """The score s and the variance of x of every row, shape (n,)."""
        tilted = rows.tilted(self._inverse, self._unit, self._biases)
        x = self._v.of_inverse * tilted.gaps
        if self._v.of_biases is not None:
            x += along(self._v.of_biases, 1 - rows.axis)
        mean = tilted.mean(x)
        return mean - rows.of_observed(x), tilted.variance(x, mean)
