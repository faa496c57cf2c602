"""What a score's document says beside its figures: infinite losses, intervals and inputs that are not to be trusted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cecli.results.few_clusters import few_clusters

if TYPE_CHECKING:
    from cecli.core.rows.facts import Facts
    from cecli.core.scores.scorer import Score


def notes(score: Score, facts: Facts) -> dict[str, list[str]]:
    """The notes of a run by what they are about, the gravest first."""
    few = few_clusters(score.clusters or 0) if facts.clustered else []
    return {
        "input": facts.said(),
        "loss": _infinite(score, facts),
        "interval": [*([score.tail_warning] if score.tail_warning else []), *few],
        "probabilities": _twice(score),
        "parts": _reasons(score),
    }


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
