"""What ``cecli score`` says beside its report: infinite losses, intervals and inputs that are not to be trusted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cecli.report.write import resolve_format

if TYPE_CHECKING:
    from cecli.commands.score.report import Scored

_ABOUT_THE_ERROR = ("standard_error", "low", "high")


def notes(scored: Scored, document: dict[str, Any]) -> list[str]:
    """The notes of a run, the gravest first."""
    found = [*_infinite(scored, document), *_tail(scored), *_twice(scored), *_reasons(scored)]
    return found + _lists(scored, document)


def _lists(scored: Scored, document: dict[str, Any]) -> list[str]:
    """Lists that were asked for and have no place in a report that is one row, or one number."""
    plan = scored.plan
    if plan.table is not None or plan.page is not None or plan.output.get is not None:
        return []
    if not plan.output.value and resolve_format(plan.output) not in ("plain", "csv", "tsv", "md"):
        return []
    asked = {"worst": plan.wanted.worst, "confusions": plan.wanted.confusions, "like": plan.wanted.like}
    return [f"--{name} is a list: --table {name} prints it, as -f json does" for name in filter(asked.get, asked)]


def _infinite(scored: Scored, document: dict[str, Any]) -> list[str]:
    count = document["zero_probability_rows"]
    if not count or document["cross_entropy"] != float("inf"):
        return []
    named = scored.score.first_infinite
    shown = ", ".join(_row(scored, row) for row in named)
    if count == 1:
        return [f"the loss is infinite: row {shown} gives the observed class a probability of 0"]
    more = f" and {count - len(named):,} more" if count > len(named) else ""
    return [f"the loss is infinite: {count:,} rows give the observed class a probability of 0 (rows {shown}{more})"]


def _row(scored: Scored, row: int) -> str:
    """The number of a row from 1; of several files that in its own."""
    if len(scored.facts.shards) < 2:
        return f"{row + 1:,}"
    file, number = scored.facts.place_of(row)
    return f"{number + 1:,} of {file}"


def _tail(scored: Scored) -> list[str]:
    """Said where the interval is shown, or where its ends are asked for."""
    warning, output = scored.score.tail_warning, scored.plan.output
    if warning is None or output.value or (output.get is not None and output.get not in _ABOUT_THE_ERROR):
        return []
    return [warning]


def _twice(scored: Scored) -> list[str]:
    if not scored.score.looks_softmaxed_twice:
        return []
    return [
        "the probabilities look as if softmax had been taken of probabilities: none is larger than the softmax of a "
        "certain forecast, e/(e+K-1); if they are, the loss is that of another forecast"
    ]


def _reasons(scored: Scored) -> list[str]:
    """Why something that was asked for is not there."""
    score = scored.score
    asked = (("--decompose", score.decomposition), ("--corp", score.corp))
    found = [f"{option}: {part.reason}" for option, part in asked if part is not None and part.reason]
    parts = score.decomposition
    if parts is not None and parts.forecasts is not None and 2 * parts.forecasts > score.rows:
        found.append(
            f"--decompose: {parts.forecasts:,} different forecasts in {score.rows:,} rows: where few repeat, "
            "the parts are chance"
        )
    return found + [f"--like {like.library}: {like.reason}" for like in score.like if like.reason]
