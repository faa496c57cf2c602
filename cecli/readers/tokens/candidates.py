"""vLLM's ``prompt_logprobs``: at each position of the prompt an object of candidates, by the ids of their tokens."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cecli.readers.tokens.paths import ABSENT, Path, Sequences

_SAID = "candidates of which none is known to be the prompt's"
AMBIGUOUS: Any = type("Ambiguous", (), {"__repr__": lambda self: _SAID})()
"""Stands where nothing tells which candidate is the prompt's own token."""


def prompt_logprobs(record: Any, path: Path) -> Sequences:
    """The log-probability of the prompt's own token at every position.

    It is told by ``prompt_token_ids`` beside the positions; else by the one candidate whose rank is beyond the number
    that was asked for, which is the least number of candidates at any position; else it is AMBIGUOUS.
    """
    holders = record.get("choices") if path.steps[0] == "choices" and isinstance(record, dict) else [record]
    found: Sequences = []
    for holder in holders or []:
        positions = holder.get("prompt_logprobs") if isinstance(holder, dict) else None
        if isinstance(positions, list):
            found.append(_of_positions(positions, holder.get("prompt_token_ids") or record.get("prompt_token_ids")))
    return found


def _of_positions(positions: Sequence[Any], ids: Any) -> list[Any]:
    known = ids if isinstance(ids, list) and len(ids) == len(positions) else [None] * len(positions)
    asked = min((len(each) for each in positions if isinstance(each, dict)), default=0)
    return [_chosen(each, own, asked) for each, own in zip(positions, known, strict=True)]


def _chosen(position: Any, own: Any, asked: int) -> Any:
    if not isinstance(position, dict):
        return position
    if own is not None:
        return _figure(position.get(str(own), ABSENT))
    if len(position) == 1:
        return _figure(next(iter(position.values())))
    beyond = [each for each in position.values() if isinstance(each, dict) and (each.get("rank") or 0) > asked]
    return _figure(beyond[0]) if len(beyond) == 1 else AMBIGUOUS


def _figure(candidate: Any) -> Any:
    return candidate.get("logprob", ABSENT) if isinstance(candidate, dict) else candidate
