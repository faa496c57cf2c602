"""What an accumulator has added up as plain values that JSON holds, and an accumulator made from them again.

Where 0.1.0 wrote other parts, the accumulator's ``of_older`` makes those of today of them, and invents none.

An accumulator names in ``STATE`` the attributes that hold what it knows of rows, each with the kind of thing it is;
all else it has from its Spec. A kind turns the attribute into plain values, and these into the attribute of a fresh
accumulator. The kinds of single things stand beside them (``cells``, ``largest``, ``places``, …); here are those of
parts and of plain values.

Groups, clusters and rows have numbers that mean nothing elsewhere. A ``Numbering`` says what they are here; positions,
keys and entries are renumbered as they are read. What was read is merged like any other accumulator: the laws hold on
both sides of a file (``tests/core/test_laws.py``).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol, TypeVar

import numpy as np

Plain = Any
"""None, truth values, whole numbers, finite numbers, texts, and lists and objects of these."""

Made = TypeVar("Made")

MOST = 1 << 63
"""No count comes to this."""

_DIGITS = 20
"""No position has so many."""


@dataclass(frozen=True, eq=False, repr=False)
class Numbering:
    """The numbers here of the groups, clusters and rows of a state: those of its first, second, … group; for rows a
    function. Where None they stay as they are. ``total`` are the groups of what has all rows in one."""

    groups: Sequence[int] | None = None
    clusters: Sequence[int] | None = None
    row: Callable[[int], int] | None = None
    total: Sequence[int] | None = None

    def group(self, number: int) -> int:
        """The number here of a group there."""
        return number if self.groups is None else _at(self.groups, number, "group")

    def cluster(self, number: int) -> int:
        """The number here of a cluster there."""
        return number if self.clusters is None else _at(self.clusters, number, "cluster")

    def row_of(self, number: int) -> int:
        """The number here of a row there."""
        return number if self.row is None else self.row(number)

    def cell(self, width: int) -> Callable[[int], int]:
        """What gives the position here of one there, where each group has ``width`` of them."""
        if self.groups is not None and list(self.groups) == [0]:
            return lambda position: position if position < width else self.group(position // width)
        return lambda position: self.group(position // width) * width + position % width


def _at(numbers: Sequence[int], number: int, what: str) -> int:
    if not number < len(numbers):
        raise ValueError(f"{what} {number} of {len(numbers)}")
    return numbers[number]


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
    """
    kinds: State = type(fresh).STATE  # type: ignore[attr-defined]
    names = {name.lstrip("_") for name in kinds}
    older = getattr(type(fresh), "of_older", None)
    if older is not None and state.keys() != names:
        state = older(state)
    if state.keys() != names:
        raise ValueError(f"{type(fresh).__name__} has other parts")
    for name, kind in kinds.items():
        plain = state[name.lstrip("_")]
        setattr(fresh, name, kind.decode(plain, getattr(fresh, name), fresh, numbering or Numbering()))
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
        return restored(
            fresh,
            plain,
            replace(numbering, groups=numbering.total) if self.ungrouped else numbering,
        )


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
        return {numbering.group(position_of(key)): number_of(figure) for key, figure in plain.items()}


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


PART, PARTS, EACH, FIGURES, VALUE = Part(), Parts(), Each(), Figures(), Value()


def figure_of(value: Any) -> Plain:
    """A value of an entry; an infinite number is an object, since JSON has none."""
    if isinstance(value, float) and math.isinf(value):
        return {"infinite": 1 if value > 0 else -1}
    return value


def value_of(plain: Plain) -> Any:
    """What ``figure_of`` wrote. Raises ValueError."""
    if isinstance(plain, dict):
        if plain not in ({"infinite": 1}, {"infinite": -1}):
            raise ValueError("expected an infinite figure")
        return plain["infinite"] * math.inf
    if type(plain) is int and abs(plain) >= MOST:
        raise ValueError("a number without end")
    if not (plain is None or type(plain) in (int, float, str)):
        raise ValueError("expected a figure or a text")
    return plain


def number_of(plain: Plain) -> float:
    """The same where it must be a number."""
    value = value_of(plain)
    if type(value) not in (int, float):
        raise ValueError("expected a number")
    return float(value)


def bits_of(flags: np.ndarray[Any, np.dtype[np.bool_]]) -> Plain:
    """Flags as their number and their bits, packed."""
    import zlib

    packed = zlib.compress(np.packbits(flags).tobytes())
    return {"rows": len(flags), "bits": base64_of(np.frombuffer(packed, dtype=np.uint8), "u1")}


def bits_from(plain: Plain) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """What ``bits_of`` wrote.

    >>> bits_from(bits_of(np.array([True, False, True]))).tolist()
    [True, False, True]
    """
    rows = count_of(plain["rows"])
    packed = np.frombuffer(_unpacked(array_of(plain["bits"], "u1").tobytes(), (rows + 7) // 8), dtype=np.uint8)
    return np.unpackbits(packed, count=rows).astype(bool)


def _unpacked(data: bytes, size: int) -> bytes:
    """So many bytes, and not one more, however many they would come to."""
    import zlib

    unpacker = zlib.decompressobj()
    try:
        found = unpacker.decompress(data, size + 1)
        ended = unpacker.eof or unpacker.decompress(unpacker.unconsumed_tail, 1) == b""
    except zlib.error as error:
        raise ValueError(f"bits that cannot be unpacked: {error}") from error
    if len(found) != size or not ended or not unpacker.eof or unpacker.unused_data:
        raise ValueError("bits of another number of rows")
    return found


def position_of(key: str) -> int:
    """The position that a key of JSON is. Raises ValueError."""
    if not (key.isascii() and key.isdecimal() and len(key) < _DIGITS and (key[0] != "0" or key == "0")):
        raise ValueError(f"{key[:40]!r} is no position")
    return int(key)


def count_of(value: Any) -> int:
    """A whole number from 0 to below 2^63. Raises ValueError where it is none."""
    if type(value) is not int or not 0 <= value < MOST:
        raise ValueError(f"{str(value)[:40]} is no count")
    return value


def base64_of(values: Any, dtype: str) -> str:
    """The bytes of an array of this type as text."""
    import base64

    return base64.b64encode(np.asarray(values, dtype=dtype).tobytes()).decode("ascii")


def array_of(text: str, dtype: str) -> np.ndarray[Any, Any]:
    """The array that ``base64_of`` wrote. Raises ValueError."""
    import base64

    return np.frombuffer(base64.b64decode(text, validate=True), dtype=dtype)  # binascii.Error is a ValueError
