"""What is checked where arrays come in from outside, and how it is said: as a ValueError that names the place."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cecli.core.nearest import meant
from cecli.errors import CecliError

Function = TypeVar("Function", bound=Callable[..., Any])


def with_value_errors(function: Function) -> Function:
    """``function``, what it says of wrong input raised as ValueError, which is what a caller expects."""

    @wraps(function)
    def checked(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except CecliError as error:
            raise ValueError(error.message) from error

    return checked  # type: ignore[return-value]


def one_of(name: str, value: str, choices: Iterable[str]) -> str:
    """``value``, if it is one of the choices."""
    known = list(choices)
    if value in known:
        return value
    near = meant(str(value), known)
    raise ValueError(f"{name}: expected one of {', '.join(known)}, found {value!r}" + (f"; {near}" if near else ""))


def between(name: str, value: float, low: float, high: float) -> float:
    """``value``, if it lies between the two and is neither."""
    if not low < value < high:
        raise ValueError(f"{name}: expected a number between {low:g} and {high:g}, found {value!r}")
    return float(value)


def array_of(name: str, values: ArrayLike, dimensions: tuple[int, ...]) -> NDArray[Any]:
    """An array of numbers with one of these numbers of dimensions, and something in it."""
    found = np.asarray(values)
    if found.dtype.kind not in "buif":
        raise ValueError(f"{name}: expected numbers, found {_kind(found)}")
    if found.ndim not in dimensions:
        wanted = " or ".join(f"{n}-dimensional" for n in dimensions)
        raise ValueError(f"{name}: expected a {wanted} array, found the shape {found.shape}")
    if not found.size:
        raise ValueError(f"{name}: nothing in it, the shape is {found.shape}")
    return found


def refuse(name: str, wrong: NDArray[np.bool_], values: NDArray[Any], wanted: str) -> None:
    """Raise ValueError for the first of ``values`` that is ``wrong``, and say how many are."""
    if not wrong.any():
        return
    places = np.argwhere(wrong)
    first = tuple(int(k) for k in places[0])
    more = f", and {len(places) - 1:,} more" if len(places) > 1 else ""
    where = ", ".join(map(str, first))
    value = values[first]
    found = value.item() if isinstance(value, np.generic) else value
    raise ValueError(f"{name}[{where}]: expected {wanted}, found {found!r}{more}")


def _kind(found: NDArray[Any]) -> str:
    kinds = {"O": "objects (rows of different lengths?)", "U": "text", "S": "bytes", "c": "complex numbers"}
    return kinds.get(found.dtype.kind, f"the type {found.dtype}")
