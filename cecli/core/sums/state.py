"""What an accumulator has added up as plain values that JSON holds, and an accumulator made from them again.

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
    """
    kinds: State = type(fresh).STATE  # type: ignore[attr-defined]
    if state.keys() != {name.lstrip("_") for name in kinds}:
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
        return {numbering.group(position_of(key)): value_of(figure) for key, figure in plain.items()}


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
    """What ``figure_of`` wrote."""
    return plain["infinite"] * math.inf if isinstance(plain, dict) else plain


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
    import zlib

    packed = np.frombuffer(zlib.decompress(array_of(plain["bits"], "u1").tobytes()), dtype=np.uint8)
    return np.unpackbits(packed, count=count_of(plain["rows"])).astype(bool)


def position_of(key: str) -> int:
    """The position that a key of JSON is. Raises ValueError."""
    if not key.isdecimal():
        raise ValueError(f"{key!r} is no position")
    return int(key)


def count_of(value: Any) -> int:
    """A whole number >= 0. Raises ValueError where it is none."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError(f"{value!r} is no count")
    return value


def base64_of(values: Any, dtype: str) -> str:
    """The bytes of an array of this type as text."""
    import base64

    return base64.b64encode(np.asarray(values, dtype=dtype).tobytes()).decode("ascii")


def array_of(text: str, dtype: str) -> np.ndarray[Any, Any]:
    """The array that ``base64_of`` wrote. Raises ValueError."""
    import base64

    return np.frombuffer(base64.b64decode(text, validate=True), dtype=dtype)  # binascii.Error is a ValueError
