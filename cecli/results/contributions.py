"""What ``--explain`` has in common: a ledger of terms that add up to a total, and which of them carry it."""

from __future__ import annotations

import math
from collections.abc import Sequence

from cecli.report.cells import shorten
from cecli.report.model import Cell

_SHOWN = 3
_LONGEST_NAME = 16

Fact = tuple[str, Cell, str]


def share(part: float, total: float) -> float | None:
    """``part`` of a ``total``; undefined where that is 0 or infinite."""
    return part / total if 0 < abs(total) < math.inf else None


def largest_terms(outcomes: Sequence[str], parts: Sequence[float], total: float) -> list[Fact]:
    """The outcomes with the largest terms by size and their shares of the total, as a line of facts.

    Of an infinite total they are those that make it so; of a total of 0 there is nothing to tell.

    >>> largest_terms(["a", "b", "c", "d"], [0.1, -0.2, 1.0, 0.1], 1.0)
    [('Largest terms', 'c, b, a', '100 %, -20 %, 10 % of it')]
    """
    from heapq import nsmallest

    if total == 0:
        return []
    order = nsmallest(_SHOWN, range(len(parts)), key=lambda k: -abs(parts[k]))
    if math.isinf(total):
        order = [k for k in order if math.isinf(parts[k])]
    names = ", ".join(shorten(outcomes[k], _LONGEST_NAME) for k in order)
    shares = [share(parts[k], total) for k in order]
    told = ", ".join(f"{100 * part:.3g} %" for part in shares if part is not None)
    return [("Largest terms", names, f"{told} of it" if told else "infinite")]
