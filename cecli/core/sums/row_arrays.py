"""Rows that are held whole, as arrays: a kind of state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from cecli.core.sums.state import Numbering, Plain, array_of, base64_of

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
            None if column is None else base64_of(column[order], dtype)
            for column, dtype in zip(columns, self.dtypes, strict=True)
        ]

    def decode(self, plain: Plain, fresh: Any, owner: Any, numbering: Numbering) -> Any:
        """The arrays, with the groups' numbers here."""
        if not plain:
            return []
        *columns, groups = [
            None if text is None else array_of(text, dtype) for text, dtype in zip(plain, self.dtypes, strict=True)
        ]
        if groups is not None:
            numbers = groups.astype(np.intp)
            if len(numbers) and not 0 <= numbers.min() <= numbers.max() < len(
                numbering.groups or range(numbers.max() + 1)
            ):
                raise ValueError("rows of a group that does not exist")
            groups = numbers if numbering.groups is None else np.asarray(numbering.groups, dtype=np.intp)[numbers]
        part = (*columns, groups)
        if len({len(array) for array in part if array is not None}) > 1:
            raise ValueError("columns of different lengths")
        return [part]
