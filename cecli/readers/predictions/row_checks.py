"""Whether the rows of a block are what they are said to be: probabilities that sum to 1, logits, log-probabilities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cecli.core.functions.elementary import exp, log
from cecli.core.rows.rows import Kind
from cecli.core.sums.layout import Floats, along, largest, row_sum, shaped
from cecli.errors import several
from cecli.readers.tables.table import Block, Problems

NUMBER_KINDS: dict[Kind, str] = {
    "probabilities": "a probability",
    "logits": "a logit",
    "log-probabilities": "a log-probability",
    "losses": "a loss",
}

_ROUNDING = 2.0**-50
"""A sum of K doubles is off by less than this times K, so a row off by just the tolerance passes."""


_ABOVE_ONE = 1e-6
"""By how much a logarithm may be above 0 that is one of 1, rounded to single precision on the way."""

_FAR = 0.1
"""How far outside of [0, 1] numbers are that may be raw scores."""

_NEAR = 0.05
"""How far from 1 the sums of all rows may be that are those of PMFs."""


@dataclass(frozen=True, eq=False, repr=False)
class CheckOptions:
    """``--sum-tolerance`` and ``--normalize``; ``tolerance_given`` where it was asked for, and must mean something.

    The others are for hints: what says that numbers are of another kind, None where they cannot be meant so.
    """

    sum_tolerance: float = 1e-3
    normalize: bool = False
    tolerance_given: bool = False
    as_probabilities: str | None = "leave --log-probs out"
    as_logits: str | None = "--logits"
    as_log_probabilities: str | None = "--log-probs"
    classes_said: bool = False
    """Whether the person or the file itself says which numbers are of the classes, and of all of them."""


@dataclass(frozen=True, eq=False, repr=False)
class CheckedRows:
    """A table that has passed, as ``layout.shaped`` lays it, and the sums of its rows where it has any."""

    values: Floats
    axis: int
    row_sums: Floats | None
    all_pmfs: bool = False
    clipped: int = 0
    """How many figures were outside of their range by a rounding, and have been set to its bound."""


def check_rows(
    numbers: NDArray[np.floating], kind: Kind, options: CheckOptions, block: Block, columns: Sequence[int]
) -> CheckedRows:
    """The rows (n, K), checked; ``columns`` are their positions in the file. Raises CellErrors."""
    values, axis = shaped(numbers, widen=kind != "logits")
    problems = Problems()
    if kind == "logits":
        _check_logits(values, axis, block, columns, problems)
        problems.raise_any()
        return CheckedRows(values, axis, None, all_pmfs=_are_pmfs(values, axis))
    values, clipped = _check_range(values, axis, kind, options, block, columns, problems)
    problems.raise_any()
    sums = row_sum(values if kind == "probabilities" else exp(values), axis)
    if options.normalize:
        _check_positive(sums, block, problems)
        problems.raise_any()
        values = values / along(sums, axis) if kind == "probabilities" else values - along(log(sums), axis)
        return CheckedRows(values, axis, sums, clipped=clipped)
    _check_sums(values, axis, sums, kind, options, block, problems)
    problems.raise_any()
    return CheckedRows(values, axis, sums, clipped=clipped)


def check_column(
    numbers: NDArray[np.floating], kind: Kind, options: CheckOptions, block: Block, columns: Sequence[int]
) -> tuple[Floats, int]:
    """The figures of one column, shape (n,), checked: of class 1, or of what was observed; and how many were set to a
    bound. Raises CellErrors."""
    values = np.ascontiguousarray(numbers[:, 0], dtype=np.float64)
    problems, clipped = Problems(), 0
    if kind == "logits":
        _add_cells(~np.isfinite(values)[None, :], values[None, :], 0, "a finite logit", block, columns, problems)
    elif kind == "losses":
        wrong = ~(np.isfinite(values) & (values >= 0))[None, :]
        _add_cells(wrong, values[None, :], 0, "a finite loss >= 0, in nats", block, columns, problems)
    else:
        checked, clipped = _check_range(values[None, :], 0, kind, options, block, columns, problems)
        values = checked[0]
    problems.raise_any()
    return values, clipped


def _check_range(
    values: Floats,
    axis: int,
    kind: Kind,
    options: CheckOptions,
    block: Block,
    columns: Sequence[int],
    problems: Problems,
) -> tuple[Floats, int]:
    """The figures, those that are outside of their range by a rounding set to its bound, and how many those are."""
    if not values.size:
        return values, 0
    low, top = (0.0, 1.0) if kind == "probabilities" else (-np.inf, 0.0)
    if kind == "probabilities" and options.normalize:
        top = np.finfo(np.float64).max
    if values.max() <= top and values.min() >= low:
        return values, 0
    slack = options.sum_tolerance if kind == "probabilities" else _ABOVE_ONE
    wrong = ~((values >= low - slack) & (values <= top + slack))  # nan is neither
    if not wrong.any():
        outside = (values < low) | (values > top)
        return np.clip(values, low, top), int(np.count_nonzero(outside))
    wanted = "a probability from 0 to 1" if kind == "probabilities" else "a log-probability, at most 0"
    wanted = "a finite number >= 0" if top > 1 else wanted
    if not np.isnan(values[wrong]).all():
        problems.hint = _kind_hint(values, axis, kind, options)
    _add_cells(wrong, values, axis, wanted, block, columns, problems)
    return values, 0


def _kind_hint(values: Floats, axis: int, kind: Kind, options: CheckOptions) -> str | None:
    """What else the numbers may be, by their range; nothing where they are only a little out of it."""
    low, high = np.nanmin(values), np.nanmax(values)
    if kind == "probabilities" and low >= 0 and not options.normalize and np.isfinite(values).all():
        if _are_percentages(values, axis):
            return "--normalize divides each row by its sum, if these are percentages"
        if (values == np.floor(values)).all():
            return "--normalize divides each row by its sum, if these are votes or counts of all classes"
    raw = None if options.as_logits is None else f"{options.as_logits} if these are raw scores"
    if kind == "probabilities" and high <= 0.0 and options.as_log_probabilities is not None:
        logarithms = f"{options.as_log_probabilities} if these are logarithms of probabilities"
        return logarithms if raw is None else f"{logarithms}, {options.as_logits} if they are raw scores"
    if kind == "log-probabilities" and low >= 0.0 and high <= 1.0:
        return f"{options.as_probabilities} if these are probabilities"
    return raw if low < -_FAR or high > 1 + _FAR or kind != "probabilities" else None


def _check_logits(values: Floats, axis: int, block: Block, columns: Sequence[int], problems: Problems) -> None:
    if np.isfinite(values).all():
        return
    wrong = np.isnan(values) | (values == np.inf)
    _add_cells(wrong, values, axis, "a finite logit or -inf", block, columns, problems)
    if not problems.total:
        empty = np.flatnonzero(largest(values, axis)[0] == -np.inf)
        found = [
            f"{block.place(int(row))}: every logit of the row is -inf, which leaves no class" for row in empty[:10]
        ]
        problems.add(found, len(empty))


def _check_positive(sums: Floats, block: Block, problems: Problems) -> None:
    empty = np.flatnonzero(sums == 0)
    found = [f"{block.place(int(row))}: the row sums to 0 and cannot be normalised" for row in empty[:10]]
    problems.add(found, len(empty))


def _check_sums(
    values: Floats, axis: int, sums: Floats, kind: Kind, options: CheckOptions, block: Block, problems: Problems
) -> None:
    classes = values.shape[axis]
    off = np.flatnonzero(~(np.abs(sums - 1.0) <= options.sum_tolerance + classes * _ROUNDING))
    if not len(off):
        return
    what = "the row" if kind == "probabilities" else "exp of the row"
    found = [f"{block.place(int(row))}: {what} sums to {sums[row]:.10g}, not to 1" for row in off[:10]]
    first = int(off[0])
    row = values[:, first] if axis == 0 else values[first]
    problems.add(found, len(off), _sum_hint(sums, row, float(sums[first]), kind, options.classes_said))


def _sum_hint(sums: Floats, row: Floats, total: float, kind: Kind, classes_said: bool) -> str:
    """What helps where rows do not sum to 1: the tolerance that their decimals call for, dividing them where they are
    near 1 (K numbers rounded to d decimals are off by K 10^-d / 2 at most), else saying which columns are classes."""
    decimals = max(len(np.format_float_positional(number, trim="-").partition(".")[2]) for number in row)
    rounding = len(row) * 0.5 * 10.0**-decimals
    if kind == "probabilities" and abs(total - 1.0) <= rounding * 1.01 and 1 <= decimals <= 6:
        allows = f"--sum-tolerance {rounding:.3g} allows for their rounding"
        return f"its numbers have {several(decimals, 'decimal')}: {allows}"
    if np.abs(sums - 1.0).max() <= _NEAR:
        return "--normalize divides each row by its sum"
    if classes_said and kind == "probabilities":
        return "--normalize divides each row by its sum, if these are votes or scores of all classes"
    return "are all columns of numbers classes, and all classes here? --classes A,B,... and --drop A say which are"


def _add_cells(
    wrong: NDArray[np.bool_],
    values: Floats,
    axis: int,
    wanted: str,
    block: Block,
    columns: Sequence[int],
    problems: Problems,
) -> None:
    by_row = wrong.T if axis == 0 else wrong
    cells = np.argwhere(by_row)
    table = values.T if axis == 0 else values
    found = [
        f"{block.place(int(row), columns[k])}: expected {wanted}, found {_number(float(table[row, k]))}"
        for row, k in cells[:10]
    ]
    problems.add(found, len(cells))


def _number(value: float) -> str:
    return "nan (a missing value is not a number)" if value != value else repr(value)


def _are_percentages(values: Floats, axis: int) -> bool:
    return bool(values.min() >= 0.0 and values.max() > 1.0 and np.abs(row_sum(values, axis) - 100.0).max() <= 1.0)


def _are_pmfs(values: Floats, axis: int) -> bool:
    return bool(
        values.size
        and values.min() >= 0.0
        and values.max() <= 1.0
        and np.abs(row_sum(values, axis) - 1.0).max() <= CheckOptions.sum_tolerance
    )
