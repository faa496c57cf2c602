"""Whether a mean difference may be 0: by Student's t and by Hall's transformation, of which the larger p-value counts.

Student's test of skewed differences rejects too often on the side of the short tail, Hall's of few rows with many zeros
on either. The larger of the two p-values exceeds the level of neither; the interval is the hull of both intervals, so
that it leaves 0 out where the p-value is below the level, and only there.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from cecli.core.functions.choice import AUTO, Choice
from cecli.core.functions.hall import hall_interval, hall_tails, kurtosis_freedom
from cecli.core.functions.student import student_interval, student_t_tail
from cecli.core.sums.clusters import ClusterErrors, ClusterSum, cluster_errors
from cecli.core.sums.mean_intervals import LEAST_FREEDOM, too_few
from cecli.core.sums.moments import Mean
from cecli.core.sums.shape import Shape


@dataclass(frozen=True)
class MeanTest:
    """How a mean difference is tested: its error, Student's degrees of freedom, and those and the tilt of Hall's.

    ``hall_df`` is None where Student's test stands alone: with clusters, with importance weights, where it is asked
    for, and where the skewness cannot be told.
    """

    error: float | None
    df: float
    tilt: float = 0.0
    hall_df: float | None = None
    shape: Shape | None = None
    kind: str = "auto"
    cluster_error: str | None = None

    @classmethod
    def of_pairs(
        cls, mean: Mean, shape: Shape | None, clusters: Sequence[ClusterSum], choice: Choice = AUTO
    ) -> MeanTest:  # fmt: skip
        """The test of a mean over rows, or over clusters where there are any."""
        return cls.of_clusters(cluster_errors(clusters), choice) if clusters else cls.of_rows(mean, shape, choice)

    @classmethod
    def of_rows(cls, mean: Mean, shape: Shape | None, choice: Choice) -> MeanTest:
        """The test of a mean over rows."""
        plain = cls(mean.standard_error, mean.df, shape=shape, kind=choice.kind)
        if shape is None or choice.kind == "t":
            return plain
        hall_df = kurtosis_freedom(shape.n, shape.kurtosis)
        return cls(
            mean.standard_error, mean.df, shape.skewness / math.sqrt(shape.n), hall_df, shape, choice.kind
        )  # fmt: skip

    @classmethod
    def of_clusters(cls, found: ClusterErrors | None, choice: Choice) -> MeanTest:
        """The test of a mean over clusters: Student's, with G - 1 degrees of freedom for cr1, Bell and McCaffrey's
        else."""
        name = choice.of_clusters
        if found is None:
            return cls(None, 0.0, kind=choice.kind, cluster_error=name)
        df = found.count - 1.0 if name == "cr1" else found.bell_mccaffrey
        return cls(found.error(name), df, kind=choice.kind, cluster_error=name)

    def score(self, difference: float) -> float | None:
        """D/SE; infinite where only SE is 0, undefined where both are."""
        if self.error is None or self.df <= 0 or (self.error == 0 and difference == 0):
            return None
        return difference / self.error if self.error > 0 else math.copysign(math.inf, difference)

    def tails(self, difference: float) -> tuple[float, float, float] | None:
        """The p-values of that the difference is 0, is 0 or less, and is 0 or more."""
        t = self.score(difference)
        if t is None:
            return None
        upper, lower = student_t_tail(t, self.df), student_t_tail(-t, self.df)
        both = min(1.0, 2 * student_t_tail(abs(t), self.df))
        if self.hall_df is None:
            return both, upper, lower
        above, below = hall_tails(t, self.tilt, self.hall_df)
        return max(both, min(1.0, 2 * min(above, below))), max(upper, above), max(lower, below)

    def interval(self, difference: float, confidence: float) -> tuple[str, float | None, float | None, str | None]:
        """Its kind, its ends, and the reason where there is none."""
        if self.error is None or self.df <= 0:
            return "none", None, None, None
        if self.kind == "none":
            return "none", None, None, "none was asked for"
        fewest = self.df if self.hall_df is None else min(self.df, self.hall_df)
        if fewest < LEAST_FREEDOM and self.error > 0 and self.kind != "t":
            return "none", None, None, too_few(fewest, "rows" if self.cluster_error is None else "clusters")
        low, high = student_interval(difference, self.error, self.df, confidence)
        if self.hall_df is None or low is None or high is None:
            return "t", low, high, None
        first, last = hall_interval(difference, self.error, self.tilt, self.hall_df, confidence)
        return "hull", min(low, first), max(high, last), None
