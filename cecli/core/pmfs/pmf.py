"""A probability mass function over named outcomes, held as the weights it was given as."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Pmf:
    """K outcomes with weights >= 0: p(k) = weights[k] / sum(weights), the sum taken exactly.

    ``weights`` has shape (K,): float64 probabilities as written (they need not sum to exactly 1: the division is part
    of every formula, never rounded one by one), or int64 counts. ``outcomes`` are K different texts, or None where the
    input had no names (then they are 1…K). ``name`` is what messages call it.
    """

    weights: NDArray[np.float64] | NDArray[np.int64]
    outcomes: Sequence[str] | None = None
    name: str = ""

    @property
    def is_counts(self) -> bool:
        """Whether the weights are whole counts, which integer formulas treat without rounding."""
        return self.weights.dtype.kind == "i"

    @property
    def size(self) -> int:
        """K, the number of outcomes."""
        return len(self.weights)

    def labels(self) -> Sequence[str]:
        """The outcomes as text; 1…K where they have no names."""
        return self.outcomes if self.outcomes is not None else [str(k) for k in range(1, self.size + 1)]
