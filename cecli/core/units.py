"""Units of information: the core speaks nats, and a unit is one division at the end."""

from __future__ import annotations

import math
from dataclasses import dataclass

from cecli.core.nearest import nearest
from cecli.errors import UsageError, quoted


@dataclass(frozen=True)
class Unit:
    """A unit by name; ``divisor`` = ln(base) turns nats into it."""

    name: str
    divisor: float

    def from_nats(self, nats: float) -> float:
        """The same amount of information in this unit, rounded once.

        >>> parse_unit("6").from_nats(math.log(6))
        1.0
        """
        return nats / self.divisor

    def to_nats(self, amount: float) -> float:
        """An amount in this unit, in nats."""
        return amount * self.divisor


NATS = Unit("nats", 1.0)
BITS = Unit("bits", math.log(2))
BANS = Unit("bans", math.log(10))

UNITS = {"nats": NATS, "bits": BITS, "bans": BANS, "e": NATS, "2": BITS, "10": BANS}


def parse_unit(text: str) -> Unit:
    """The unit that ``-b/--base`` names: nats, bits, bans, e, or any finite base > 1.

    Raises UsageError for a base of at most 1 (its logarithms are negative or undefined) and for text that is no number.

    >>> parse_unit("bits").name, parse_unit("6").name, parse_unit("2.0").name
    ('bits', 'base 6', 'bits')
    """
    unit = UNITS.get(text.strip().lower())
    return unit if unit is not None else _from_base(text)


def _from_base(text: str) -> Unit:
    near = nearest(text, ("nats", "bits", "bans"))
    hint = f"did you mean {near}?" if near else "use nats, bits, bans or a number > 1"
    try:
        base = math.nan if "_" in text or not text.isascii() else float(text)
    except ValueError:
        base = math.nan
    if math.isnan(base):
        raise UsageError(f"the base {quoted(text)} is not a number", hint)
    if not 1 < base < math.inf:
        raise UsageError(f"the base must be a finite number greater than 1, not {quoted(text)}", hint)
    name = f"{base:.17g}" if base.is_integer() else repr(base)
    return UNITS.get(name) or Unit(f"base {name}", math.log(base))
