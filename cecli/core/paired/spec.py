"""What the accumulators of a comparison must know before the first row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cecli.core.paired.sign_flip import FLIPS, SIMULATED


@dataclass(frozen=True)
class PairSpec:
    """The number of classes whose differences are told apart (0: none are), and what weights there are.

    ``weights`` is None where every row counts once; ``own_denominator`` says that rows bring a denominator of the loss;
    ``hard``, that every row has one observed class. ``worst`` rows are kept where B loses most, and as many where it
    gains. Signs are flipped ``flips`` times, from ``seed``, where the rows that differ are more than 20 and at most
    ``held`` (None: however many there are); so many differences are held.
    """

    classes: int = 0
    weights: Literal["importance", "frequency"] | None = None
    own_denominator: bool = False
    hard: bool = True
    worst: int = 0
    flips: int = FLIPS
    seed: int = 0
    held: int | None = SIMULATED

    @property
    def is_weighted(self) -> bool:
        """Whether a mean over rows is a ratio of two sums."""
        return self.weights is not None or self.own_denominator

    @property
    def width(self) -> int:
        """The cells that a group of rows takes."""
        return max(self.classes, 1)
