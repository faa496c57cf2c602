"""Tables and columns that name their columns and rows: those of pandas, polars, xarray, and mappings of columns.

Their names decide which column is which class, and their indices whether two of them are of the same rows; a mask, a
gradient or a device of an array is seen, too. All by what such objects have, without importing their libraries.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

_NUMBERED = re.compile(r"column_\d+")
"""What polars calls the columns of an array."""

_SHOWN = 8


@dataclass(frozen=True)
class Labelled:
    """What was given under a name: the values as an array or what makes one, and the names of its columns and the
    index of its rows, None where it has none of its own."""

    name: str
    values: Any
    columns: tuple[Any, ...] | None = None
    index: Any = None

    def ordered(self, names: Sequence[Any] | None) -> Any:
        """The values with the columns in the order of ``names``; as they are where either has none. Raises ValueError
        where the two do not name the same."""
        if names is None or self.columns is None or tuple(names) == self.columns:
            return self.values
        places = _places(self.columns, names)
        if places is None:
            raise ValueError(f"{self.name}: its columns are {_listed(self.columns)}, and the classes {_listed(names)}")
        return np.asarray(self.values)[:, places]


def labelled(name: str, given: Any) -> Labelled:
    """What is known of an argument. Raises ValueError for masked values."""
    if isinstance(given, Mapping):
        arrays = [np.asarray(labelled(f"{name}[{key!r}]", column).values) for key, column in given.items()]
        if not arrays or any(each.ndim != 1 or len(each) != len(arrays[0]) for each in arrays):
            raise ValueError(f"{name}: expected a column of numbers for each class, all of one length")
        return Labelled(name, np.stack(arrays, axis=1), tuple(given))
    if isinstance(given, np.ma.MaskedArray):
        masked = int(np.count_nonzero(np.ma.getmaskarray(given)))
        if masked:
            raise ValueError(f"{name}: {masked:,} values are masked: leave their rows out of all arguments")
        return Labelled(name, given.data)
    if hasattr(given, "detach") and hasattr(given, "cpu"):
        return Labelled(name, _of_tensor(given))
    if hasattr(given, "dims") and hasattr(given, "coords"):
        return _of_xarray(name, given)
    index: Any = getattr(given, "index", None)
    if hasattr(index, "equals"):
        columns: Any = getattr(given, "columns", None)
        return Labelled(name, given, None if columns is None or _counts(columns) else tuple(columns.tolist()), index)
    if isinstance(getattr(given, "columns", None), list):
        names = tuple(given.columns)
        numbered = all(_NUMBERED.fullmatch(str(column)) for column in names)
        return Labelled(name, given, None if numbered else names)
    return Labelled(name, _of_array(given))


def check_same_rows(first: Labelled, *others: Labelled | None) -> None:
    """Raise ValueError where two have indices of their own, and these differ."""
    for other in others:
        if other is None or first.index is None or other.index is None or len(first.index) != len(other.index):
            continue  # another number of rows is told elsewhere
        if not _same(first.index, other.index):
            at = next(k for k, (a, b) in enumerate(zip(first.index, other.index, strict=True)) if a != b)
            raise ValueError(
                f"{other.name}: row {at} of its index is {_shown(other.index[at])}, and that of {first.name} "
                f"{_shown(first.index[at])}; give both in the same order, or .to_numpy() of both where rows correspond"
            )


def as_mapping(given: Any) -> Any:
    """A column with an index as a mapping of outcomes, as a mapping is; everything else as it is."""
    index: Any = getattr(given, "index", None)
    values = given
    if hasattr(given, "dims") and hasattr(given, "coords"):
        found = _of_xarray("", given)
        index, values = found.index, found.values
        if index is None:
            return values
    elif not hasattr(index, "equals") or hasattr(given, "columns"):
        return given
    keys = [_plain(key) for key in np.asarray(index).tolist()]
    if len(set(keys)) < len(keys):
        raise ValueError("an outcome stands in the index twice")
    return dict(zip(keys, np.asarray(values).tolist(), strict=True))


def _of_xarray(name: str, given: Any) -> Labelled:
    coords = [np.asarray(given.coords[dim].values) if dim in given.coords else None for dim in given.dims]
    columns = None if len(coords) < 2 or coords[-1] is None else tuple(coords[-1].tolist())
    return Labelled(name, np.asarray(given.values), columns, coords[0] if coords else None)


def _of_tensor(given: Any) -> Any:
    """A tensor of PyTorch's, off its device and its gradient; bfloat16, which NumPy has not, as float32."""
    tensor = given.detach().cpu()
    return tensor.float().numpy() if str(getattr(given, "dtype", "")) == "torch.bfloat16" else tensor.numpy()


def _of_array(given: Any) -> Any:
    """An array of any library; ml_dtypes' bfloat16 as float32."""
    if getattr(getattr(given, "dtype", None), "name", "") == "bfloat16":
        return np.asarray(given).astype(np.float32)
    return given


def _counts(columns: Any) -> bool:
    """Whether the names of columns are the numbers that pandas gives what has none."""
    return type(columns).__name__ == "RangeIndex"


def _places(columns: Sequence[Any], names: Sequence[Any]) -> list[int] | None:
    """Where each name stands among the columns, by the value or the text; None where the two are not the same."""
    for key in (_plain, str):
        held = {key(column): k for k, column in enumerate(columns)}
        wanted = [key(name) for name in names]
        if len(held) == len(columns) == len(wanted) and held.keys() == set(wanted):
            return [held[name] for name in wanted]
    return None


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def _same(one: Any, other: Any) -> bool:
    if hasattr(one, "equals"):
        return bool(one.equals(other))
    return bool(np.array_equal(np.asarray(one), np.asarray(other)))


def _listed(names: Sequence[Any]) -> str:
    more = f" and {len(names) - _SHOWN:,} more" if len(names) > _SHOWN else ""
    return ", ".join(map(_shown, names[:_SHOWN])) + more


def _shown(value: Any) -> str:
    return repr(_plain(value))
