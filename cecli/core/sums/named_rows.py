"""The first few rows of some kind, so that a note can name them."""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from typing import Any

from cecli.core.sums.state import Numbering, Plain, count_of

NAMED_ROWS = 5
"""How many are remembered."""

Named = tuple[int, int]
"""A row and its group."""


def first_rows(held: Iterable[Named], more: Iterable[Named]) -> list[Named]:
    """The first rows of both.

    >>> first_rows([(3, 0), (9, 1)], [(4, 0)])
    [(3, 0), (4, 0), (9, 1)]
    """
    return heapq.nsmallest(NAMED_ROWS, [*held, *more])


class NamedRows:
    """Pairs of a row and its group."""

    def encode(self, value: Any, owner: Any) -> Plain:
        """The pairs, in the order of the rows."""
        return [list(pair) for pair in value]

    def decode(self, plain: Plain, fresh: Any, owner: Any, numbering: Numbering) -> Any:
        """The numbers that both have here."""
        return [(numbering.row_of(count_of(row)), numbering.group(count_of(group))) for row, group in plain]
