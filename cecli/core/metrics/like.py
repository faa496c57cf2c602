"""What other libraries would print as the loss of the same rows; how each scores stands in ``libraries``.

A row's loss is in the precision of the library, and the mean of the rows is exact, where a library that adds up in
single precision is off in the seventh digit, and differently for every size of batch.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from cecli.core.families import LIBRARIES
from cecli.core.metrics.spec import Spec
from cecli.core.rows.rows import Batch, ScoredRows
from cecli.core.sums.cells import CELLS
from cecli.core.sums.exact import ExactSums, ratio
from cecli.core.sums.layout import Floats, pick, row_sum
from cecli.core.sums.state import PARTS, VALUE, State
from cecli.core.sums.tally import Tally


@dataclass(frozen=True)
class LikeResult:
    """The mean loss in nats that the library would print for these rows, or None and the ``reason``; nan where it
    prints nan. ``note`` says what the library does to the rows."""

    library: str
    cross_entropy: float | None
    note: str
    reason: str | None = None


_WHY = {
    "smoothing": "it has no label smoothing",
    "class weights": "it has no class weights",
    "weights": "it has no weights of rows",
    "observed": "only the figure of what was observed is known",
    "soft": "it takes no soft labels",
    "binary smoothing": "its binary loss has no label smoothing",
    "binary class weights": "its binary loss has no class weights",
}

REASONS = frozenset(_WHY.values())
"""Why a library may have no number."""


class Like:
    """The mean loss of one library of LIBRARIES; an accumulator.

    sum w l / sum w, by rows sum w l / n; torch with class weights divides by those of the observed classes.
    """

    STATE: ClassVar[State] = {
        **dict.fromkeys(("_sum", "_below", "_infinite", "_nan"), CELLS),
        "_reason": VALUE,
    }

    def __init__(self, spec: Spec, library: str) -> None:
        self._spec, self._name, self._library = spec, library, LIBRARIES[library]
        self._sum, self._below = ExactSums(), Tally()
        self._infinite, self._nan = Tally(), Tally()
        self._reason = self._misfit()

    def update(self, rows: ScoredRows) -> None:
        """Add some rows."""
        batch = rows.batch
        if self._reason is not None or batch is None:
            return
        if self._library.by_rows and rows.group is None:
            self._below.add(None, batch.weightless)
        if not rows.rows:
            return
        self._reason = self._misfit_of(batch)
        if self._reason is not None:
            return
        with np.errstate(all="ignore"):
            loss, below = self._figures(batch)
        weights = rows.weights
        if weights is not None and self._library.single_weights:
            weights = weights.astype(np.float32).astype(np.float64)
        if weights is not None:
            loss = loss * weights
            below = None if self._library.by_rows else weights
        nan, infinite = np.isnan(loss), np.isinf(loss)
        for tally, found in ((self._nan, nan), (self._infinite, infinite)):
            tally.add(None, int(np.count_nonzero(found)), None if rows.group is None else rows.group[found])
        self._sum.update(np.where(nan | infinite, 0.0, loss), rows.group)
        self._below.add(below, rows.rows, rows.group)

    def merge(self, other: Like) -> None:
        """Add the rows of ``other``."""
        self._reason = self._reason or other._reason
        for name in ("_sum", "_below", "_infinite", "_nan"):
            getattr(self, name).merge(getattr(other, name))

    def result(self, group: int = 0) -> LikeResult:
        """The mean, rounded once."""
        below = self._below.mass(group)
        if self._reason is not None or not below:
            return LikeResult(self._name, None, self._library.note, self._reason or "there are no rows")
        mean = ratio(self._sum.integer(group), below)
        if self._nan.mass(group):
            mean = math.nan
        elif self._infinite.mass(group):
            mean = math.inf
        return LikeResult(self._name, mean, self._library.note)

    def _misfit(self) -> str | None:
        """Why the library has no number for these options."""
        rule, library = self._spec.rule, self._library
        if rule.smoothing and not library.smoothing:
            return _WHY["smoothing"]
        if rule.class_weights is not None and not library.class_weights:
            return _WHY["class weights"]
        if self._spec.weights is not None and not library.weights:
            return _WHY["weights"]
        return None

    def _misfit_of(self, batch: Batch) -> str | None:
        """Why the library has no number for these rows."""
        rule, library = self._spec.rule, self._library
        if batch.observed_only:
            return _WHY["observed"]
        if batch.soft is not None and not library.soft:
            return _WHY["soft"]
        if batch.binary and library.plain_binary and rule.smoothing:
            return _WHY["binary smoothing"]
        if batch.binary and library.plain_binary and rule.class_weights is not None:
            return _WHY["binary class weights"]
        return None

    def _figures(self, batch: Batch) -> tuple[Floats, Floats | None]:
        """The loss of every row and what the mean divides it by (1 where None), in double."""
        rule = self._spec.rule
        table, axis = self._library.losses(batch, rule)
        if rule.class_weights is not None:
            weights = rule.class_weights.astype(table.dtype)
            table = table * (weights[:, None] if axis == 0 else weights)
        classes = table.shape[axis]
        if batch.labels is not None:
            loss = pick(np.asarray(table, dtype=np.float64), batch.labels, axis)
            if rule.smoothing:
                everywhere = row_sum(np.asarray(table, dtype=np.float64), axis).astype(table.dtype, copy=False)
                loss = (1.0 - rule.smoothing) * loss + (rule.smoothing / classes) * everywhere
            below = None if rule.class_weights is None else rule.class_weights[batch.labels]
            return np.asarray(loss, dtype=np.float64), below
        soft = np.asarray(batch.soft, dtype=table.dtype)
        if rule.smoothing:
            soft = (1.0 - rule.smoothing) * soft + rule.smoothing / classes
        sums = row_sum(np.asarray(soft * table, dtype=np.float64), axis).astype(table.dtype, copy=False)
        return np.asarray(sums, dtype=np.float64), None


class Likes:
    """The libraries that ``spec.like`` names; an accumulator."""

    STATE: ClassVar[State] = {"_each": PARTS}

    def __init__(self, spec: Spec) -> None:
        self._each = {name: Like(spec, name) for name in spec.like}

    def update(self, rows: ScoredRows) -> None:
        """Add some rows."""
        for like in self._each.values():
            like.update(rows)

    def merge(self, other: Likes) -> None:
        """Add the rows of ``other``."""
        for name, like in self._each.items():
            like.merge(other._each[name])

    def result(self, group: int = 0) -> tuple[LikeResult, ...]:
        """A result per library, in the order asked for."""
        return tuple(like.result(group) for like in self._each.values())
