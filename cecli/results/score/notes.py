"""What a score's document says beside its figures: infinite losses, intervals and inputs that are not to be trusted."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from cecli.errors import several
from cecli.results.few_clusters import few_clusters

if TYPE_CHECKING:
    from cecli.core.rows.facts import Facts
    from cecli.core.scores.scorer import Score

_FEW = 30
"""Rows below which what may be missing is always said."""

_COCHRAN = 25.0
"""n > 25 G^2, G the skewness, is Cochran's working rule for a normal interval (Sampling Techniques, 3rd edition 1977,
section 2.15); Hall's needs fewer rows, but a sample that is this skewed comes from a long tail."""

_RULED = 0.5
"""A share of the loss from which the few costliest rows rule it."""


def notes(score: Score, facts: Facts) -> dict[str, list[str]]:
    """The notes of a run by what they are about, the gravest first."""
    return {
        "input": facts.said(),
        "loss": _infinite(score, facts),
        "interval": _interval(score, facts),
        "probabilities": _twice(score),
        "parts": _reasons(score),
    }


def _interval(score: Score, facts: Facts) -> list[str]:
    """Why there is no interval, and what none can know."""
    few = few_clusters(score.clusters or 0) if facts.clustered else []
    if score.cross_entropy == float("inf") or score.standard_error is None or score.top_share is None:
        return few  # a bare number measures no more
    reason = score.interval_reason
    if reason is not None and not few and score.standard_error and "asked" not in reason:
        few = [f"no interval of the loss: {reason}" if score.low is None else reason]
    return [*few, *_unseen(score)]


def _unseen(score: Score) -> list[str]:
    """What a sample may lack where it is small, or where few of its rows rule the loss.

    A kind of row that has not been seen among n is rarer than 3 in n, with a confidence of 95 % (the rule of three).
    """
    rows = math.floor(score.effective_rows)
    skewed = score.skewness is not None and rows <= _COCHRAN * score.skewness**2
    ruled = score.top_share is not None and score.top_share > _RULED and rows > (score.top_rows or 0)
    if rows < _FEW:
        why = f"{several(rows, 'row')} {'is' if rows == 1 else 'are'} few"
    elif ruled or skewed:
        why = f"the {score.top_rows} costliest rows carry {100 * (score.top_share or 0.0):.2g} % of the loss"
    else:
        return []
    kind = f"rarer than 3 in {rows:,}" if rows > 3 else "not seen yet"
    return [f"{why}: a kind of row that is {kind} may not be among them at all, and the interval knows nothing of it"]


def _infinite(score: Score, facts: Facts) -> list[str]:
    count, named = score.zero_probability_rows, score.first_infinite
    if not count or score.cross_entropy != float("inf"):
        return []
    shown = ", ".join(_row(facts, row) for row in named)
    if count == 1:
        return [f"the loss is infinite: row {shown} gives the observed class a probability of 0"]
    more = f" and {count - len(named):,} more" if count > len(named) else ""
    return [f"the loss is infinite: {count:,} rows give the observed class a probability of 0 (rows {shown}{more})"]


def _row(facts: Facts, row: int) -> str:
    """The number of a row from 1; of several files that in its own."""
    if len(facts.shards) < 2:
        return f"{row + 1:,}"
    file, number = facts.place_of(row)
    return f"{number + 1:,} of {file}"


def _twice(score: Score) -> list[str]:
    if not score.looks_softmaxed_twice:
        return []
    return [
        "the probabilities look as if softmax had been taken of probabilities: none is larger than the softmax of a "
        "certain forecast, e/(e+K-1); if they are, the loss is that of another forecast"
    ]


def _reasons(score: Score) -> list[str]:
    """Why something that was asked for is not there."""
    asked = (("--decompose", score.decomposition), ("--corp", score.corp))
    found = [f"{option}: {part.reason}" for option, part in asked if part is not None and part.reason]
    parts = score.decomposition
    if parts is not None and parts.forecasts is not None and 2 * parts.forecasts > score.rows:
        found.append(
            f"--decompose: {parts.forecasts:,} different forecasts in {score.rows:,} rows: where few repeat, "
            "the parts are chance"
        )
    return found + [f"--like {like.library}: {like.reason}" for like in score.like if like.reason]
