"""What an array in a file is: its shape, type and order, whatever file it lies in; and its numbers as floats."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cecli.errors import InputError

BFLOAT16 = "bfloat16"
"""The upper half of a float32: NumPy has no such type, and reads it as whole numbers of 16 bits."""


@dataclass(frozen=True)
class Array:
    """An array whose first byte is at ``offset`` of what holds it; ``kind`` is ``bfloat16`` or "", where ``dtype`` says
    it all."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    fortran: bool = False
    offset: int = 0
    kind: str = ""

    @property
    def bytes(self) -> int:
        """How many bytes its elements take."""
        return math.prod(self.shape) * self.dtype.itemsize

    @property
    def called(self) -> str:
        """What messages call its type."""
        return self.kind or str(self.dtype)


@dataclass(frozen=True)
class ArrayOptions:
    """What a person said, or the other file says, of the array that is meant.

    ``member`` is the one that ``FILE:MEMBER`` names, ``of_labels`` whether labels are looked for, ``class_axis`` the
    axis of the classes, None for the last one. ``beside`` is, of labels, the shape of the predictions, () where these
    are no array.
    """

    member: str | None = None
    class_axis: int | None = None
    of_labels: bool = False
    beside: tuple[int, ...] = ()


ANY_ARRAY = ArrayOptions()
"""Nothing is known of it."""


def numbers_of(array: NDArray[Any], spec: Array, name: str) -> NDArray[Any]:
    """The elements as floats of their own precision; whole numbers, truth values and long doubles as doubles."""
    if spec.kind == BFLOAT16:
        wide = array.astype(np.uint32)
        wide <<= np.uint32(16)
        return wide.view(np.float32)
    if array.dtype.kind == "f" and array.dtype.itemsize > 8:
        _check_extended(array, name)
    if array.dtype.kind != "f" or array.dtype.itemsize > 8:
        return array.astype(np.float64)
    return array if array.dtype.isnative else array.astype(array.dtype.newbyteorder("="))


def whole_of(array: NDArray[Any], spec: Array, name: str) -> NDArray[Any]:
    """The elements as what their texts are made of."""
    plain = spec.kind == "" and (array.dtype.kind != "f" or array.dtype.itemsize <= 8)
    return array if plain else numbers_of(array, spec, name)


_SURE = 4
"""Numbers that look like long doubles of 80 bits, of which it is no chance: of others they do once in 32^4."""


def _check_extended(array: NDArray[Any], name: str) -> None:
    """Raise InputError where long doubles may be those of another processor, of 128 bits.

    Those of 80 bits say with a bit of their own that the digits begin with a 1, as all do but 0 and the tiniest, and
    their last six bytes are anything, such as what memory held before; the others have their exponent in the last two.
    Digits of those look like the bit and the exponent of these once in 32 numbers.
    """
    parts = np.ascontiguousarray(array).view(np.uint8).reshape(-1, array.dtype.itemsize)
    parts = parts if array.dtype.isnative else parts[:, ::-1]
    ordinary = (parts[:, 8] != 0) | ((parts[:, 9] & 0x7F) != 0)
    exponent = parts[:, 15] & 0x7F
    other = ((exponent >= 0x3C) & (exponent <= 0x43)) | ~parts.any(axis=1)
    high = parts[:, 9] & 0x7F
    alike = (parts[:, 7] >= 0x80) & (high >= 0x3C) & (high <= 0x43)
    unsure = other.all() and exponent.any() and alike.sum() < _SURE
    if ((parts[:, 7] < 0x80) & ordinary).any() or unsure:
        raise InputError(f"{name}: long doubles of another kind of processor, it seems", "save it as float64")
