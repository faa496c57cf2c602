"""Tallies and exact sums as plain values: a kind of state. Whole sums are texts: ``1f4p-52`` is 0x1f4 times 2^-52."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from cecli.core.sums.exact import FRACTION_BITS, ExactProducts, ExactSums
from cecli.core.sums.state import Numbering, Plain, count_of, position_of
from cecli.core.sums.tally import Tally

_WHOLE = re.compile(r"(-?[0-9a-f]+)p(-?[0-9]{1,6})")
_MOST_BITS = 4 * FRACTION_BITS
"""More than sums of 2^63 products of doubles need."""


def whole_text(integer: int, fraction_bits: int = FRACTION_BITS) -> str:
    """``integer / 2**fraction_bits`` as an odd hexadecimal number and a power of two.

    >>> whole_text(5 << 1074), whole_text(-3, 1), whole_text(0)
    ('5p0', '-3p-1', '0p0')
    """
    if not integer:
        return "0p0"
    zeros = (integer & -integer).bit_length() - 1
    return f"{integer >> zeros:x}p{zeros - fraction_bits}"


def whole_number(text: str, fraction_bits: int = FRACTION_BITS) -> int:
    """What ``whole_text`` wrote.

    >>> whole_number("-3p-1", 1)
    -3
    """
    match = _WHOLE.fullmatch(text)
    shift = int(match[2]) + fraction_bits if match else -1
    if match is None or not 0 <= shift <= _MOST_BITS - 4 * len(match[1]) + 8:
        raise ValueError(f"{str(text)[:40]!r} is no exact sum")
    return int(match[1], 16) << shift


@dataclass(frozen=True, eq=False, repr=False)
class Cells:
    """Tallies and exact sums by position; each group has ``width`` positions, or as many as the owner's attribute of
    that name says.

    >>> import numpy as np
    >>> tally = Tally()
    >>> tally.add(np.array([0.25, 0.5]), 2)
    >>> cells = CELLS.encode(tally, None)
    >>> cells, CELLS.decode(cells, Tally(), None, Numbering()).mass() == tally.mass()
    ({'0': '3p-2'}, True)
    """

    width: int | str = 1

    def width_of(self, owner: Any) -> int:
        """How many positions there are for each group."""
        width: int = getattr(owner, self.width) if isinstance(self.width, str) else self.width
        return width

    def encode(self, value: Any, owner: Any) -> Plain:
        """Position -> a count of rows, the text of an exact mass or sum, or a list of both."""
        if isinstance(value, Tally):
            counts, masses = value.totals()
            cells: dict[int, Plain] = dict(counts)
            for position, mass in masses.items():
                text = whole_text(mass)
                cells[position] = [cells[position], text] if position in cells else text
        else:
            bits = _bits(value)
            cells = {position: whole_text(total, bits) for position, total in value.totals().items()}
        return {str(position): cells[position] for position in sorted(cells)}

    def decode(self, plain: Plain, fresh: Any, owner: Any, numbering: Numbering) -> Any:
        """The positions of groups become those that the groups have here."""
        place = numbering.cell(self.width_of(owner))
        cells = {place(position_of(key)): value for key, value in plain.items()}
        if not isinstance(fresh, Tally):
            bits = _bits(fresh)
            fresh.add_totals({position: whole_number(text, bits) for position, text in cells.items()})
            return fresh
        counts, masses = {}, {}
        for position, value in cells.items():
            for one in value if isinstance(value, list) else [value]:
                if isinstance(one, str):
                    masses[position] = whole_number(one)
                else:
                    counts[position] = count_of(one)
        fresh.add_totals(counts, masses)
        return fresh


CELLS = Cells()


def _bits(sums: ExactSums | ExactProducts) -> int:
    return 2 * FRACTION_BITS if isinstance(sums, ExactProducts) else FRACTION_BITS
