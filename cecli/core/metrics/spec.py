"""What the accumulators must know before the first row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cecli.core.rows.rows import PLAIN, LossRule


@dataclass(frozen=True)
class Spec:
    """The number of classes, the k of top-k accuracy, and what weights there are.

    ``weights`` is None where every row counts once; ``own_denominator`` says that rows bring a denominator of the loss.
    The rest is for single metrics: how many rows of largest loss to keep (``worst``), the libraries of ``like``, and
    the ``rule`` of the loss (``Scorer`` puts its own there).
    """

    classes: int
    top_k: int = 5
    weights: Literal["importance", "frequency"] | None = None
    own_denominator: bool = False
    worst: int = 0
    like: tuple[str, ...] = ()
    rule: LossRule = PLAIN
