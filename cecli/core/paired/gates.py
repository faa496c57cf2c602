"""Whether B may take A's place: decisions from a comparison, each with the p-value behind it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cecli.core.functions.holm import holm
from cecli.core.paired.comparison import Comparison


@dataclass(frozen=True)
class Verdict:
    """One gate for one candidate: its one-sided p-value (adjusted where there are several candidates; None where it is
    undefined), and whether it is met."""

    p_value: float | None
    met: bool


@dataclass(frozen=True)
class Gate:
    """How a gate gets its p-value from a comparison, and what it means.

    ``fails`` where a small p-value is bad news: then the gate is met unless it is small.
    """

    p_value: Callable[[Comparison], float | None]
    fails: bool
    margin: float = 0.0


def not_worse(by_signs: bool = False) -> Gate:
    """Not met where B's loss is higher, significantly."""
    return Gate(lambda comparison: _tail(comparison, "upper", by_signs), fails=True)


def better(by_signs: bool = False) -> Gate:
    """Met only where B's loss is lower, significantly."""
    return Gate(lambda comparison: _tail(comparison, "lower", by_signs), fails=False)


def not_worse_by(margin: float) -> Gate:
    """Met only where B's loss is significantly below A's plus ``margin`` nats: B is not inferior."""
    return Gate(
        lambda comparison: comparison.test.beyond(margin) if comparison.test and comparison.is_finite else None,
        fails=False,
        margin=margin,
    )


def judged(gate: Gate, comparisons: Sequence[Comparison], alpha: float) -> list[Verdict]:
    """What a gate says of each candidate; of several the p-values are Holm's.

    An infinite difference decides by its sign. An undefined one (both losses are infinite) meets no gate.
    """
    p_values = holm([gate.p_value(each) for each in comparisons])
    return [
        Verdict(p_value, _is_met(gate, each.loss.difference, p_value, alpha))
        for each, p_value in zip(comparisons, p_values, strict=True)
    ]


def _is_met(gate: Gate, difference: float | None, p_value: float | None, alpha: float) -> bool:
    if difference is None:
        return False
    if math.isinf(difference):
        return difference < 0
    small = p_value is not None and p_value < alpha
    if gate.fails:
        return not (difference > 0 and small)
    return difference < gate.margin and small


def _tail(comparison: Comparison, side: str, by_signs: bool) -> float | None:
    test = comparison.test
    if test is None or not comparison.is_finite:
        return None
    p_value: float | None = getattr(test.sign_flip if by_signs else test, side)
    return p_value
