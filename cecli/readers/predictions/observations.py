"""What is known of rows beside their predictions: labels, weights, groups, ids."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cecli.core.sums.layout import Floats, Integers
from cecli.errors import UsageError
from cecli.readers.predictions.labels import IGNORED, UNKNOWN, LabelReading
from cecli.readers.predictions.row_checks import CheckOptions, check_rows
from cecli.readers.tables.table import Block, Cells, Coded, Problems, Selection
from cecli.readers.tokens.units import count


@dataclass(frozen=True, eq=False, repr=False)
class Side:
    """Positions of the columns of one file that are not predictions; None or () where it has none of the kind.

    ``also_label`` are columns that are called like labels beside those of another file.
    """

    label: int | None = None
    soft: tuple[int, ...] = ()
    weight: int | None = None
    group: int | None = None
    cluster: int | None = None
    id: int | None = None
    units: int | None = None
    text: int | None = None
    per: str | None = None
    """The unit that is counted in ``text``."""
    also_label: tuple[int, ...] = ()

    def selection(
        self,
        classes: tuple[int, ...] = (),
        kind: str = "a probability",
        beside: tuple[int, ...] = (),
        texts: tuple[int, ...] = (),
    ) -> Selection:
        """What to read of the file, after the class columns where it holds the predictions: columns of numbers
        ``beside`` them, and of ``texts``, that are no classes."""
        weight = () if self.weight is None else (self.weight,)
        units = () if self.units is None else (self.units,)
        return Selection(
            numbers=(*classes, *beside, *self.soft, *units, *weight),
            coded=(*self.coded, *texts),
            strings=tuple(k for k in (self.id, self.text) if k is not None),
            number_kind=kind,
            other_kinds=(
                *((k, "a number") for k in beside),
                *((k, "a weight") for k in weight),
                *((k, "a number of units") for k in units),
            ),
        )

    @property
    def coded(self) -> tuple[int, ...]:
        """The columns of texts, in the order in which they are read."""
        own = tuple(k for k in (self.label, self.group, self.cluster) if k is not None)
        return (*own, *self.also_label)


@dataclass(frozen=True, eq=False, repr=False)
class Observed:
    """Consecutive rows, each array of shape (rows, …), None where nothing is known. ``soft`` is (rows, K).

    ``loss``, ``predicted``, ``right`` and ``numbers`` are what another model made of the rows that this one is compared
    with, and where they stand in its file; ``table`` its checked figures, (rows, K) or of one column (rows,).
    ``left_out`` marks rows that do not count whatever else is known of them, ``units`` is what losses are divided by.
    """

    rows: int
    labels: Integers | None = None
    soft: Floats | None = None
    weights: Floats | None = None
    group: Integers | None = None
    cluster: Integers | None = None
    ids: Any = None
    loss: Floats | None = None
    predicted: Integers | None = None
    right: NDArray[Any] | None = None
    numbers: Integers | None = None
    table: NDArray[Any] | None = None
    left_out: NDArray[np.bool_] | None = None
    units: Floats | None = None

    def cut(self, start: int, stop: int) -> Observed:
        """Rows from ``start`` to before ``stop``."""
        parts = {name: column[start:stop] for name, column in self._columns() if name != "ids"}
        ids = None if self.ids is None else self.ids.slice(start, stop - start)
        return Observed(rows=stop - start, ids=ids, **parts)

    def take(self, rows: Integers) -> Observed:
        """The rows with these numbers, without their ids."""
        return Observed(rows=len(rows), **{name: column[rows] for name, column in self._columns() if name != "ids"})

    def with_those_of(self, other: Observed) -> Observed:
        """What either of the two knows of the same rows."""
        return replace(self, **{name: column for name, column in other._columns() if getattr(self, name) is None})

    def _columns(self) -> list[tuple[str, Any]]:
        values = ((part.name, getattr(self, part.name)) for part in fields(self) if part.name != "rows")
        return [(name, column) for name, column in values if column is not None]


def joined(parts: Sequence[Observed]) -> Observed:
    """Several stretches of rows as one."""
    if len(parts) == 1:
        return parts[0]
    if not parts:
        return Observed(0)
    columns = {
        name: np.concatenate([getattr(part, name) for part in parts])
        for name, _ in parts[0]._columns()
        if name != "ids" and all(getattr(part, name) is not None for part in parts)
    }
    ids = None
    if all(part.ids is not None for part in parts):
        import pyarrow as pa

        ids = pa.concat_arrays([part.ids for part in parts])
    return Observed(rows=sum(part.rows for part in parts), ids=ids, **columns)


class Names:
    """Numbers for the texts of a column, the same in every block and thread."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._codes: dict[str, int] = {}
        self._lock = Lock()

    def codes(self, column: Coded) -> Integers:
        """The number of each row's text."""
        with self._lock:
            for text in column.values:
                if text not in self._codes:
                    self._codes[text] = len(self.texts)
                    self.texts.append(text)
            of_block = np.array([self._codes[text] for text in column.values], dtype=np.intp)
        return np.asarray(of_block[column.codes])


@dataclass
class Decoder:
    """How the cells of a side become Observed; shared by all blocks of a run."""

    reading: LabelReading | None = None
    checks: CheckOptions = field(default_factory=CheckOptions)
    frequency: bool = False
    groups: Names = field(default_factory=Names)
    clusters: Names = field(default_factory=Names)
    clipped: int = 0
    """How many figures of soft labels were outside of [0, 1] by a rounding."""

    def observed(self, side: Side, cells: Cells, block: Block, problems: Problems, offset: int = 0) -> Observed:
        """The rows of a block; bad ones are added to ``problems``. ``offset`` counts the class columns before them."""
        coded = iter(cells.coded)
        labels = None if side.label is None else self._labels(next(coded), side.label, block, problems)
        group = None if side.group is None else self.groups.codes(next(coded))
        cluster = None if side.cluster is None else self.clusters.codes(next(coded))
        soft = None
        if side.soft:
            table = cells.numbers[:, offset : offset + len(side.soft)]
            rows = check_rows(table, "probabilities", self.checks, block, side.soft)
            self.clipped += rows.clipped  # labels are read by one thread
            soft = np.ascontiguousarray(rows.values.T if rows.axis == 0 else rows.values)
        weights = None if side.weight is None else self._weights(cells.numbers[:, -1], side.weight, block, problems)
        ids = cells.strings[0] if side.id is not None else None
        units = self._units(side, cells, offset + len(side.soft), block, problems)
        return Observed(block.rows, labels, soft, weights, group, cluster, ids, units=units)

    def _units(self, side: Side, cells: Cells, at: int, block: Block, problems: Problems) -> Floats | None:
        """What the loss of each row is divided by: a column, or the units of a text."""
        if side.units is not None:
            return _checked_units(np.array(cells.numbers[:, at], dtype=np.float64), side.units, block, problems)
        if side.text is None or side.per is None:
            return None
        texts = cells.strings[-1].to_pylist()
        return np.array([count(side.per, text or "") for text in texts], dtype=np.float64)

    def _labels(self, column: Coded, position: int, block: Block, problems: Problems) -> Integers:
        if self.reading is None:
            raise UsageError("the labels cannot be read before the first one is known")
        labels = self.reading.read(column)
        unknown = np.flatnonzero(labels == UNKNOWN)
        if len(unknown):
            texts = (column.values[int(column.codes[row])] for row in unknown[:10])
            expected = [self.reading.expected(text) for text in texts]
            found = [f"{block.place(int(r), position)}: {text}" for r, text in zip(unknown[:10], expected, strict=True)]
            problems.add(found, len(unknown), self.reading.hint())
        return labels

    def _weights(self, column: NDArray[np.floating], position: int, block: Block, problems: Problems) -> Floats:
        weights = np.array(column, dtype=np.float64)
        wrong = ~(np.isfinite(weights) & (weights >= 0))
        wanted = "a weight >= 0"
        if self.frequency:
            wrong |= weights != np.floor(weights)
            wanted = "a whole number of repeats"
        rows = np.flatnonzero(wrong)
        found = [f"{block.place(int(r), position)}: expected {wanted}, found {float(weights[r])!r}" for r in rows[:10]]
        problems.add(found, len(rows))
        return weights


def _checked_units(units: Floats, position: int, block: Block, problems: Problems) -> Floats:
    rows = np.flatnonzero(~(np.isfinite(units) & (units >= 0)))
    found = [f"{block.place(int(r), position)}: expected units >= 0, found {float(units[r])!r}" for r in rows[:10]]
    problems.add(found, len(rows))
    return units


def used_rows(observed: Observed) -> NDArray[np.bool_] | None:
    """Which rows count: not those with an ignored label or a weight of 0, or left out. None where all do."""
    keep = np.ones(observed.rows, dtype=bool)
    if observed.labels is not None:
        keep &= observed.labels != IGNORED
    if observed.weights is not None:
        keep &= observed.weights > 0
    if observed.left_out is not None:
        keep &= ~observed.left_out
    return None if keep.all() else keep


def weightless(observed: Observed) -> int:
    """How many rows count for nothing just because their weight is 0."""
    if observed.weights is None:
        return 0
    without = observed.weights == 0
    if observed.labels is not None:
        without &= observed.labels != IGNORED
    return int(np.count_nonzero(without))
