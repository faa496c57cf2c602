"""Exact sums of doubles: every finite double is a whole multiple of 2^-1074, so a sum of them is one whole number.

The sum of a block is taken in windows of ``WIDTH`` bits: adding and subtracting a large power of two cuts the leading
bits off every value without error, and so few bits are left in each part that NumPy's sum of the parts cannot round
(Rump, Ogita and Oishi, "Accurate floating-point summation", SIAM J. Sci. Comput. 31, 2008: ``ExtractVector``). The
windows lie on a fixed grid, so nothing depends on the block a value stands in. Merging two sums is adding two integers,
which is why any split of the rows, in any order, gives the same bits.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from cecli.core.functions.error_free import two_product

FRACTION_BITS = 1074
"""Every finite double times 2**FRACTION_BITS is a whole number."""

WIDTH = 36
"""Bits in a window. WIDTH plus the 16 bits of CHUNK must stay below 53, so that the sum of a chunk's parts is exact."""

CHUNK = 1 << 16
"""Values cut at once."""

_TOP = 1023 - 52 - WIDTH
"""Values up to 2**_TOP can be cut: the power of two that does it is still finite."""

_FLUSH = 512
"""Block sums of less than 2**53 that an int64 holds before they must be carried into Python integers."""

_SAFE_LOW, _SAFE_HIGH = 2.0**-480, 2.0**480
"""Between these the product of two doubles is split without error; others are multiplied as Python integers."""

Floats = NDArray[np.float64]


def exact_integer(values: Floats) -> int:
    """The exact sum of finite doubles in units of 2^-1074.

    >>> exact_integer(np.array([1e100, 1.0, -1e100])) == 1 << FRACTION_BITS
    True
    """
    sums = ExactSums()
    sums.update(np.asarray(values, dtype=np.float64).ravel())
    return sums.integer()


def exact_sum(values: Floats) -> float:
    """The correctly rounded sum of finite doubles, whatever their order.

    >>> exact_sum(np.array([0.1] * 10))
    1.0
    """
    return to_float(exact_integer(values))


def to_float(integer: int, fraction_bits: int = FRACTION_BITS) -> float:
    """The double nearest to ``integer / 2**fraction_bits``; infinite past the largest double."""
    return ratio(integer, 1 << fraction_bits)


def ratio(numerator: int, denominator: int) -> float:
    """The double nearest to the quotient of two whole numbers; infinite past the largest double."""
    try:
        return numerator / denominator
    except OverflowError:
        return math.inf if numerator > 0 else -math.inf


def root_ratio(numerator: int, denominator: int) -> float:
    """The square root of a quotient of whole numbers >= 0, within an ulp: taken of an integer of 128 bits or more.

    >>> root_ratio(2, 1 << 4000) == 0.0, root_ratio(9, 4)
    (True, 1.5)
    """
    shift = max(0, 130 - numerator.bit_length() + denominator.bit_length())
    shift += shift & 1
    root = math.isqrt((numerator << shift) // denominator)
    return ratio(root, 1 << (shift // 2))


class ExactSums:
    """Exact sums by position, each an integer multiple of 2^-1074; positions that were never named are 0.

    A fresh one is the identity of ``merge``; ``merge`` is associative and commutative to the bit.

    >>> sums = ExactSums()
    >>> sums.update(np.array([0.1, 0.2, 0.3]), np.array([0, 1, 0]))
    >>> to_float(sums.integer(0)), to_float(sums.integer(1))
    (0.4, 0.2)
    """

    def __init__(self) -> None:
        self._totals: dict[int, int] = {}
        self._pending: dict[int, NDArray[np.int64]] = {}
        self._updates = 0

    def update(self, values: Floats, index: NDArray[np.intp] | None = None) -> None:
        """Add finite doubles, shape (n,), to the sums that ``index`` (n,) names; without it to the first."""
        if len(values) and max(values.max(), -values.min()) >= 2.0**_TOP:
            values = self._take_huge(values, index)
        for start in range(0, len(values), CHUNK):
            rows = slice(start, start + CHUNK)
            self._add_chunk(values[rows], None if index is None else index[rows])

    def update_columns(self, table: Floats, axis: int) -> None:
        """Add the sums of finite doubles over one axis of a table; position k gets that of the k-th entry of the other,
        which is ``axis``.

        >>> sums = ExactSums()
        >>> sums.update_columns(np.array([[1.0, 2.0], [3.0, 4.0]]), axis=1)
        >>> to_float(sums.integer(0)), to_float(sums.integer(1))
        (4.0, 6.0)
        """
        size = table.shape[axis]
        if not table.size:
            return
        if max(table.max(), -table.min()) >= 2.0**_TOP:
            by_column = table if axis == 0 else table.T
            self.update(by_column.ravel(), np.repeat(np.arange(size), table.shape[1 - axis]))
            return
        for start in range(0, table.shape[1 - axis], CHUNK):
            rows = slice(start, start + CHUNK)
            for part, window in _windows(table[:, rows] if axis == 0 else table[rows]):
                sums = part.sum(axis=1 - axis)
                self._hold(np.ldexp(sums, FRACTION_BITS - window * WIDTH).astype(np.int64), window, size, None)

    def merge(self, other: ExactSums, places: Sequence[int] | None = None) -> None:
        """Add the sums of ``other``, which stays as it is; ``places`` are the positions here of its positions there."""
        for position, total in other._flushed().items():
            self._add(position if places is None else places[position], total)

    def totals(self) -> dict[int, int]:
        """All sums that are not 0, by position, in units of 2^-1074."""
        return {position: total for position, total in self._flushed().items() if total}

    def add_totals(self, totals: Mapping[int, int]) -> None:
        """Add what ``totals`` of others gave."""
        for position, total in totals.items():
            self._add(position, total)

    @property
    def is_empty(self) -> bool:
        """Whether every sum is 0 and nothing but zeros was ever added."""
        return not self._flushed()

    def integer(self, position: int = 0) -> int:
        """One sum in units of 2^-1074."""
        return self._flushed().get(position, 0)

    def integers(self, start: int, stop: int) -> list[int]:
        """The sums at positions from ``start`` to before ``stop``, in units of 2^-1074."""
        totals = self._flushed()
        return [totals.get(position, 0) for position in range(start, stop)]

    def _add(self, position: int, total: int) -> None:
        self._totals[position] = self._totals.get(position, 0) + total

    def _add_chunk(self, values: Floats, index: NDArray[np.intp] | None) -> None:
        if index is None:
            for part, window in _windows(values):
                self._add(0, _whole(float(part.sum()), window) << (window * WIDTH))
            return
        size, places = int(index.max()) + 1, None
        if size > 4 * len(values):  # far more positions than values: sum over those that occur
            places, index = np.unique(index, return_inverse=True)
        for part, window in _windows(values):
            sums = np.bincount(index, weights=part)
            self._hold(np.ldexp(sums, FRACTION_BITS - window * WIDTH).astype(np.int64), window, size, places)

    def _hold(self, sums: NDArray[np.int64], window: int, size: int, places: NDArray[np.intp] | None) -> None:
        held = self._pending.get(window)
        if held is None or len(held) < size:
            grown = np.zeros(size, dtype=np.int64)
            if held is not None:
                grown[: len(held)] = held
            held = self._pending[window] = grown
        held[slice(len(sums)) if places is None else places] += sums
        self._updates += 1
        if self._updates >= _FLUSH:
            self._flushed()

    def _take_huge(self, values: Floats, index: NDArray[np.intp] | None) -> Floats:
        huge = np.abs(values) >= 2.0**_TOP
        for row in np.flatnonzero(huge):
            whole, _ = float(values[row]).as_integer_ratio()
            self._add(0 if index is None else int(index[row]), whole << FRACTION_BITS)
        return np.where(huge, 0.0, values)

    def _flushed(self) -> dict[int, int]:
        for window, sums in self._pending.items():
            for position in np.flatnonzero(sums):
                self._add(int(position), int(sums[position]) << (window * WIDTH))
        self._pending.clear()
        self._updates = 0
        return self._totals


class ExactProducts:
    """Exact sums of products a b by position, in units of 2^-2148: each product is split without error, then added.

    A fresh one is the identity of ``merge``; ``merge`` is associative and commutative to the bit.
    """

    def __init__(self) -> None:
        self._sums = ExactSums()
        self._extreme: dict[int, int] = {}

    def update(self, a: Floats, b: Floats, index: NDArray[np.intp] | None = None) -> None:
        """Add the products of finite doubles, shapes (n,), to the sums that ``index`` names, else to the first."""
        safe = _is_safe(a) if b is a else _is_safe(a) & _is_safe(b)
        if not safe.all():
            for row in np.flatnonzero(~safe):
                position = 0 if index is None else int(index[row])
                product = _in_units(float(a[row])) * _in_units(float(b[row]))
                self._extreme[position] = self._extreme.get(position, 0) + product
            same = b is a
            a = a[safe]
            b, index = a if same else b[safe], None if index is None else index[safe]
        for part in two_product(a, b):
            self._sums.update(part, index)

    def merge(self, other: ExactProducts) -> None:
        """Add the sums of ``other``, which stays as it is."""
        self._sums.merge(other._sums)
        for position, total in other._extreme.items():
            self._extreme[position] = self._extreme.get(position, 0) + total

    def totals(self) -> dict[int, int]:
        """All sums that are not 0, by position, in units of 2^-2148."""
        totals = {position: total << FRACTION_BITS for position, total in self._sums.totals().items()}
        for position, total in self._extreme.items():
            totals[position] = totals.get(position, 0) + total
        return {position: total for position, total in totals.items() if total}

    def add_totals(self, totals: Mapping[int, int]) -> None:
        """Add what ``totals`` of others gave."""
        for position, total in totals.items():
            self._extreme[position] = self._extreme.get(position, 0) + total

    def integer(self, position: int = 0, cells: int = 1) -> int:
        """One sum, or that of so many sums from it on, in units of 2^-2148."""
        places = range(position, position + cells)
        extreme = sum(self._extreme.get(place, 0) for place in places) if self._extreme else 0
        return (sum(self._sums.integers(position, position + cells)) << FRACTION_BITS) + extreme


def _is_safe(values: Floats) -> NDArray[np.bool_]:
    """Where two_product is exact."""
    size = np.abs(values)
    safe: NDArray[np.bool_] = ((size > _SAFE_LOW) & (size < _SAFE_HIGH)) | (size == 0)
    return safe


def _in_units(value: float) -> int:
    numerator, denominator = value.as_integer_ratio()
    return numerator * ((1 << FRACTION_BITS) // denominator)


def _whole(part_sum: float, window: int) -> int:
    return int(math.ldexp(part_sum, FRACTION_BITS - window * WIDTH))


def _windows(values: Floats) -> Iterator[tuple[Floats, int]]:
    """Cut values below 2**_TOP into parts, multiples of 2^(WIDTH window - 1074), that sum without rounding."""
    largest = float(max(values.max(), -values.min()))
    if not largest:
        return
    rest = values.copy()
    part = np.empty_like(rest)
    for window in range((math.frexp(largest)[1] + FRACTION_BITS - 1) // WIDTH, -1, -1):
        cutter = math.ldexp(1.5, 52 + window * WIDTH - FRACTION_BITS)
        np.add(rest, cutter, out=part)
        part -= cutter
        rest -= part
        yield part, window
        if not rest.any():
            return
