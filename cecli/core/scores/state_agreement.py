"""Whether a state agrees with itself: what it says of rows twice is the same, and all groups together are all rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from cecli.core.scores.groups import GroupedScorer
from cecli.core.scores.scorer import Scorer
from cecli.core.scores.state_laws import Known, check_calibration, check_classes, check_labels, check_loss, known_of
from cecli.core.scores.state_rows import check_cluster, check_largest, check_range, check_row_sums, check_tail
from cecli.core.scores.state_sums import Held, same, ungrouped
from cecli.core.scores.state_tables import check_confusions, check_corp, check_decomposition, check_like
from cecli.core.sums.cells import Cells
from cecli.core.sums.places import Placed
from cecli.core.sums.state import Part, Parts

if TYPE_CHECKING:
    from cecli.core.scores.score_state import Partial

_LAWS: dict[str, Callable[[Scorer, Known], None]] = {
    "labels": check_labels,
    "classes": check_classes,
    "calibration": check_calibration,
    "row_sums": check_row_sums,
    "tail": check_tail,
    "cluster": check_cluster,
    "worst": check_largest,
    "twice": check_range,
    "confusions": check_confusions,
    "decomposition": check_decomposition,
    "corp": check_corp,
    "like": check_like,
}
"""Metric -> what must hold of it beside others; the loss is checked before all."""

_OF_GROUPS = {"left_out", "like"}
"""Metrics that count rows that were left out, of groups alone."""


def check_agreement(made: Scorer | GroupedScorer, partial: Partial) -> None:
    """Raise ValueError where the parts of a state do not agree, saying which."""
    read = partial.facts.rows_read
    if isinstance(made, GroupedScorer):
        total = _check(made.total, partial, read)
        groups = _check(made.groups, partial, read)
        for name in partial.options.metrics:
            if name not in _OF_GROUPS:
                _check_total(made.total.part(name), made.groups.part(name), name)
        left_out = sum(Held(made.groups.part("left_out"), "left_out").counts("rows").values())
        if sum(groups.rows.values()) + left_out != read:
            raise ValueError("read.rows_read and the rows of groups.loss and groups.left_out do not agree")
        _check_left_out(made.total)
    else:
        total = _check(made, partial, read)
        _check_left_out(made)
    if not partial.options.ignore and partial.options.weights is None and sum(total.rows.values()) != read:
        raise ValueError("read.rows_read and loss.finite.rows do not agree, and nothing was ignored")


def _check(scorer: Scorer, partial: Partial, read: int) -> Known:
    known = known_of(scorer, partial.options)
    check_loss(scorer, known, read)
    for name in partial.options.metrics:
        if name in _LAWS:
            _LAWS[name](scorer, known)
    return known


def _check_left_out(scorer: Scorer) -> None:
    Held(scorer.part("left_out"), "left_out").nothing("rows")


def _check_total(total: Any, groups: Any, name: str) -> None:
    """Raise ValueError where the groups of a metric do not add up to the total."""
    mine, its = Held(total, name), Held(groups, name)
    for attribute, kind in type(total).STATE.items():
        part = attribute.lstrip("_")
        if isinstance(kind, Part):
            _check_total(mine.part(part), its.part(part), f"{name}.{part}")
        elif isinstance(kind, Parts):
            for key, one in mine.part(part).items():
                _check_total(one, its.part(part)[key], f"{name}.{key}")
        elif isinstance(kind, Cells) and not isinstance(kind, Placed):
            width = kind.width_of(total)
            same(mine.sums(part), ungrouped(its.sums(part), width), f"total.{name}.{part} and groups.{name}.{part}")
