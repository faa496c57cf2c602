"""What an accumulator has added up as plain values that JSON holds, and an accumulator made from them again.

An accumulator names in ``STATE`` the attributes that hold what it knows of rows, each with the kind of thing it is;
all else it has from its Spec. A kind turns the attribute into plain values, and these into the attribute of a fresh
accumulator. Whole sums are texts: ``1f4p-52`` is 0x1f4 times 2^-52, exactly.

Groups, clusters and rows have numbers that mean nothing elsewhere. A ``Numbering`` says what they are here; positions,
keys and entries are renumbered as they are read. What was read is merged like any other accumulator: the laws hold on
both sides of a file (``tests/core/test_laws.py``).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import numpy as np

from cecli.core.sums.exact import FRACTION_BITS, ExactProducts, ExactSums
from cecli.core.sums.tally import Tally

if TYPE_CHECKING:
    from cecli.core.metrics.candidates import Largest
    from cecli.core.sums.places import Places

Plain = Any
"""None, truth values, whole numbers, finite numbers, texts, and lists and objects of these."""

Made = TypeVar("Made")

_WHOLE = re.compile(r"(-?[0-9a-f]+)p(-?[0-9]{1,6})")
_LARGEST_SHIFT = 1 << 16
"""Beyond what sums of doubles and of their products need."""


@dataclass(frozen=True, eq=False, repr=False)
class Numbering:
    """The numbers here of the groups, clusters and rows of a state: those of its first, second, … group; for rows a
    function. Where None they stay as they are."""

    groups: Sequence[int] | None = None
    clusters: Sequence[int] | None = None
    row: Callable[[int], int] | None = None

    def group(self, number: int) -> int:
        """The number here of a group there."""
        return number if self.groups is None else self.groups[number]

    def cluster(self, number: int) -> int:
        """The number here of a cluster there."""
        return number if self.clusters is None else self.clusters[number]

    def row_of(self, number: int) -> int:
        """The number here of a row there."""
        return number if self.row is None else self.row(number)

    def cell(self, width: int) -> Callable[[int], int]:
        """What gives the position here of one there, where each group has ``width`` of them."""
        return lambda position: self.group(position // width) * width + position % width


class Kind(Protocol):
    """A kind of thing that an accumulator keeps."""

    def encode(self, value: Any, owner: Any) -> Plain:
        """The plain values of an attribute of ``owner``."""

    def decode(self, plain: Plain, fresh: Any, owner: Any, numbering: Numbering) -> Any:
        """The attribute from its plain values; ``fresh`` is what a fresh ``owner`` has there, and may be filled."""


State = Mapping[str, Kind]
"""Attributes, and what kind of thing each is."""


def state_of(accumulator: Any) -> dict[str, Plain]:
    """What ``accumulator`` knows of rows, by the names of its attributes."""
    kinds: State = type(accumulator).STATE
    return {
        name.lstrip("_"): kind.encode(getattr(accumulator, name), accumulator) for name, kind in kinds.items()
    }  # fmt: skip


def restored(fresh: Made, state: Mapping[str, Plain], numbering: Numbering | None = None) -> Made:
    """``fresh``, made for the same Spec, with what ``state_of`` said another one knew.

    Raises KeyError, TypeError, ValueError or IndexError where that cannot be a state.

    >>> tally = Tally()
    >>> tally.add(np.array([0.25, 0.5]), 2)
    >>> cells = CELLS.encode(tally, None)
    >>> cells, CELLS.decode(cells, Tally(), None, Numbering()).mass() == tally.mass()
    ({'0': '3p-2'}, True)
    """
    kinds: State = type(fresh).STATE  # type: ignore[attr-defined]
    if state.keys() != {name.lstrip("_") for name in kinds}:
        raise ValueError(f"{type(fresh).__name__} has other parts")
    for name, kind in kinds.items():
        plain = state[name.lstrip("_")]
        setattr(fresh, name, kind.decode(plain, getattr(fresh, name), fresh, numbering or Numbering()))
    return fresh


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
    if match is None or not 0 <= shift <= _LARGEST_SHIFT:
        raise ValueError(f"{text[:40]!r} is no exact sum")
    return int(match[1], 16) << shift


@dataclass(frozen=True, eq=False, repr=False)
class Cells:
    """Tallies and exact sums by position; each group has ``width`` positions, or as many as the owner's attribute of
    that name says."""

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
        cells = {place(_position(key)): value for key, value in plain.items()}
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
                    counts[position] = _count(one)
        fresh.add_totals(counts, masses)
        return fresh


@dataclass(frozen=True, eq=False, repr=False)
class Part:
    """An accumulator within another; ``ungrouped`` where that one has all rows in group 0, whatever their groups."""

    ungrouped: bool = False

    def encode(self, value: Any, owner: Any) -> Plain:
        """Its state."""
        return state_of(value)

    def decode(self, plain: Plain, fresh: Any, owner: Any, numbering: Numbering) -> Any:
        """The fresh one with that state."""
        return restored(fresh, plain, replace(numbering, groups=None) if self.ungrouped else numbering)


class Parts:
    """Accumulators within another, by name."""

    def encode(self, value: Any, owner: Any) -> Plain:
        """Their states."""
        return {name: state_of(part) for name, part in value.items()}

    def decode(self, plain: Plain, fresh: Any, owner: Any, numbering: Numbering) -> Any:
        """The fresh ones with those states."""
        if plain.keys() != fresh.keys():
            raise ValueError("other metrics")
        return {name: restored(part, plain[name], numbering) for name, part in fresh.items()}


class Each:
    """A list of accumulators within another, one for each thing of the same kind."""

    def encode(self, value: Any, owner: Any) -> Plain:
        """Their states."""
        return [state_of(part) for part in value]

    def decode(self, plain: Plain, fresh: Any, owner: Any, numbering: Numbering) -> Any:
        """The fresh ones with those states."""
        return [restored(part, state, numbering) for part, state in zip(fresh, plain, strict=True)]


class Figures:
    """A figure for each group that has one."""

    def encode(self, value: Any, owner: Any) -> Plain:
        """Group -> figure."""
        return {str(group): figure_of(value[group]) for group in sorted(value)}

    def decode(self, plain: Plain, fresh: Any, owner: Any, numbering: Numbering) -> Any:
        """The same for the groups' numbers here."""
        return {numbering.group(_position(key)): value_of(figure) for key, figure in plain.items()}


@dataclass(frozen=True, eq=False, repr=False)
class Entries:
    """The largest entries of each group (``candidates.Largest``); ``row`` is where an entry holds a number of a row."""

    row: int | None = None

    def encode(self, value: Largest, owner: Any) -> Plain:
        """Group -> entries, the largest first."""
        return {
            str(group): [[figure_of(one) for one in entry] for entry in value.of(group)] for group in value.groups()
        }

    def decode(self, plain: Plain, fresh: Largest, owner: Any, numbering: Numbering) -> Largest:
        """The entries of the groups here, with the numbers that their rows have here."""
        for key, entries in plain.items():
            fresh.add(numbering.group(_position(key)), [self._entry(entry, numbering) for entry in entries])
        return fresh

    def _entry(self, plain: list[Plain], numbering: Numbering) -> tuple[Any, ...]:
        entry = [value_of(one) for one in plain]
        if self.row is not None:
            entry[self.row] = numbering.row_of(_count(entry[self.row]))
        return tuple(entry)


class NamedRows:
    """Pairs of a row and its group."""

    def encode(self, value: Any, owner: Any) -> Plain:
        """The pairs, in the order of the rows."""
        return [list(pair) for pair in value]

    def decode(self, plain: Plain, fresh: Any, owner: Any, numbering: Numbering) -> Any:
        """The numbers that both have here."""
        return [(numbering.row_of(_count(row)), numbering.group(_count(group))) for row, group in plain]


class ClusterSums:
    """For each group and cluster two exact sums."""

    def encode(self, value: Any, owner: Any) -> Plain:
        """Group -> cluster -> both."""
        return {
            str(group): {str(cluster): [whole_text(one) for one in sums] for cluster, sums in sorted(clusters.items())}
            for group, clusters in sorted(value.items())
        }

    def decode(self, plain: Plain, fresh: Any, owner: Any, numbering: Numbering) -> Any:
        """The same for the numbers of groups and clusters here."""
        return {
            numbering.group(_position(group)): {
                numbering.cluster(_position(cluster)): (whole_number(first), whole_number(second))
                for cluster, (first, second) in clusters.items()
            }
            for group, clusters in plain.items()
        }


@dataclass(frozen=True, eq=False, repr=False)
class Keys:
    """Places of keys; each group has as many keys as the function ``width`` says of the owner."""

    width: Callable[[Any], int]

    def encode(self, value: Places, owner: Any) -> Plain:
        """The keys in their order, which is that of the places in the state."""
        return sorted(value.keys)

    def decode(self, plain: Plain, fresh: Places, owner: Any, numbering: Numbering) -> Places:
        """The keys of the groups here, in the same places."""
        cell = numbering.cell(self.width(owner))
        fresh.keys = {cell(_count(key)): place for place, key in enumerate(plain)}
        if len(fresh.keys) < len(plain):
            raise ValueError("a key stands twice")
        return fresh


@dataclass(frozen=True, eq=False, repr=False)
class Placed(Cells):
    """Tallies and exact sums at the places of the keys in ``_places``, ``width`` positions each."""

    def encode(self, value: Any, owner: Any) -> Plain:
        """The same at the places that the keys have in the state."""
        places: Any = owner._places
        keys = {} if places is None else places if isinstance(places, dict) else places.keys
        rank = {keys[key]: k for k, key in enumerate(sorted(keys))}
        width = self.width_of(owner)
        cells = {
            rank[int(key) // width] * width + int(key) % width: cell
            for key, cell in super().encode(value, owner).items()
        }
        return {str(position): cells[position] for position in sorted(cells)}

    def decode(self, plain: Plain, fresh: Any, owner: Any, numbering: Numbering) -> Any:
        """At the same places, which must be those of keys."""
        keys: Any = owner._places
        places = self.width_of(owner) * (0 if keys is None else len(keys if isinstance(keys, dict) else keys.keys))
        if any(_position(position) >= places for position in plain):
            raise ValueError("a place without a key")
        return super().decode(plain, fresh, owner, Numbering())


class Forecasts:
    """Places of forecasts, whose keys are a group and the bytes of the figures; or None."""

    def encode(self, value: Any, owner: Any) -> Plain:
        """The groups and the figures in the order of the keys, as doubles in base64, little end first."""
        if value is None:
            return None
        keys = sorted(value)
        figures = [_base64(np.frombuffer(key, dtype=np.float64), "<f8") for _, key in keys]
        return {"groups": [group for group, _ in keys], "figures": figures}

    def decode(self, plain: Plain, fresh: Any, owner: Any, numbering: Numbering) -> Any:
        """The same for the groups' numbers here."""
        if plain is None:
            return None
        keys = [_array(text, "<f8").astype(np.float64).tobytes() for text in plain["figures"]]
        groups = [numbering.group(_count(group)) for group in plain["groups"]]
        found = {key: place for place, key in enumerate(zip(groups, keys, strict=True))}
        if len(found) < len(keys):
            raise ValueError("a forecast stands twice")
        if np.isnan(np.frombuffer(b"".join(keys))).any():
            raise ValueError("a forecast that is none")
        return found


class Likeness:
    """An empty batch that says how figures are to be read; or None."""

    def encode(self, value: Any, owner: Any) -> Plain:
        """Its axis, its kind, and whether it is binary."""
        return None if value is None else {"axis": value.axis, "kind": value.kind, "binary": value.binary}

    def decode(self, plain: Plain, fresh: Any, owner: Any, numbering: Numbering) -> Any:
        """Such a batch, which the forecasts beside it must fit."""
        forecasts: Any = owner._places or {}
        if plain is None:
            if forecasts:
                raise ValueError("forecasts of no kind")
            return None
        from cecli.core.rows.rows import Batch

        like = Batch(np.empty(0), _count(plain["axis"]), None, plain["kind"], binary=bool(plain["binary"]))
        size = 8 * (1 if like.binary else owner._classes)
        if any(len(figures) != size for _, figures in forecasts):
            raise ValueError("forecasts of another number of classes")
        return like


_ROW = ("<f8", "i1", "<f8", "<i8")
"""How the figures, labels, weights and groups of rows are written: the little end first."""


@dataclass(frozen=True, eq=False, repr=False)
class Rows:
    """All rows, as arrays of these types: figures and the like, and their groups last; all but the first may be
    None."""

    dtypes: Sequence[str] = _ROW

    def encode(self, value: Any, owner: Any) -> Plain:
        """One array of each in base64, little end first, the rows in an order of their own."""
        if not value:
            return []
        columns = [None if some[0] is None else np.concatenate(some) for some in zip(*value, strict=True)]
        order = np.lexsort([column for column in columns if column is not None])
        return [
            None if column is None else _base64(column[order], dtype)
            for column, dtype in zip(columns, self.dtypes, strict=True)
        ]

    def decode(self, plain: Plain, fresh: Any, owner: Any, numbering: Numbering) -> Any:
        """The arrays, with the groups' numbers here."""
        if not plain:
            return []
        *columns, groups = [
            None if text is None else _array(text, dtype) for text, dtype in zip(plain, self.dtypes, strict=True)
        ]
        if groups is not None:
            numbers = groups.astype(np.intp)
            groups = numbers if numbering.groups is None else np.asarray(numbering.groups, dtype=np.intp)[numbers]
        part = (*columns, groups)
        if len({len(array) for array in part if array is not None}) > 1:
            raise ValueError("columns of different lengths")
        return [part]


class Counts:
    """An array of counts by group."""

    def encode(self, value: Any, owner: Any) -> Plain:
        """Group -> count, where there are any."""
        return {str(group): int(value[group]) for group in np.flatnonzero(value).tolist()}

    def decode(self, plain: Plain, fresh: Any, owner: Any, numbering: Numbering) -> Any:
        """The counts of the groups here."""
        counts = {numbering.group(_position(key)): _count(count) for key, count in plain.items()}
        found = np.zeros(max(counts, default=0) + 1, dtype=np.int64)
        for group, count in counts.items():
            found[group] = count
        return found


class Value:
    """A text, a truth value, or None."""

    def encode(self, value: Any, owner: Any) -> Plain:
        """As it is."""
        return value

    def decode(self, plain: Plain, fresh: Any, owner: Any, numbering: Numbering) -> Any:
        """As it is."""
        if not (plain is None or isinstance(plain, (str, bool))):
            raise ValueError("expected a text or a truth value")
        return plain


CELLS, PART, PARTS, EACH, FIGURES, VALUE = Cells(), Part(), Parts(), Each(), Figures(), Value()


def figure_of(value: Any) -> Plain:
    """A value of an entry; an infinite number is an object, since JSON has none."""
    if isinstance(value, float) and math.isinf(value):
        return {"infinite": 1 if value > 0 else -1}
    return value


def value_of(plain: Plain) -> Any:
    """What ``figure_of`` wrote."""
    return plain["infinite"] * math.inf if isinstance(plain, dict) else plain


def bits_of(flags: np.ndarray[Any, np.dtype[np.bool_]]) -> Plain:
    """Flags as their number and their bits, packed."""
    import zlib

    packed = zlib.compress(np.packbits(flags).tobytes())
    return {"rows": len(flags), "bits": _base64(np.frombuffer(packed, dtype=np.uint8), "u1")}


def bits_from(plain: Plain) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """What ``bits_of`` wrote.

    >>> bits_from(bits_of(np.array([True, False, True]))).tolist()
    [True, False, True]
    """
    import zlib

    packed = np.frombuffer(zlib.decompress(_array(plain["bits"], "u1").tobytes()), dtype=np.uint8)
    return np.unpackbits(packed, count=_count(plain["rows"])).astype(bool)


def _bits(sums: ExactSums | ExactProducts) -> int:
    return 2 * FRACTION_BITS if isinstance(sums, ExactProducts) else FRACTION_BITS


def _position(key: str) -> int:
    if not key.isdecimal():
        raise ValueError(f"{key!r} is no position")
    return int(key)


def _count(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError(f"{value!r} is no count")
    return value


def _base64(values: Any, dtype: str) -> str:
    import base64

    return base64.b64encode(np.asarray(values, dtype=dtype).tobytes()).decode("ascii")


def _array(text: str, dtype: str) -> np.ndarray[Any, Any]:
    import base64

    return np.frombuffer(base64.b64decode(text, validate=True), dtype=dtype)  # binascii.Error is a ValueError
