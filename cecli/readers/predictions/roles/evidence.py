"""What a column beside the classes claims of every row, added up over blocks in any order and from any thread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cecli.core.sums.layout import Floats, Integers

_CLOSE = 1e-3
"""How far a figure of a row may be from what its classes give."""

_LATER = 1e8
"""Times in whole numbers are larger: seconds since 1970 were so in 1973."""

_HELD = 1 << 22
"""Values that are kept to see that none comes twice."""


@dataclass(frozen=True, eq=False, repr=False)
class ClassRows:
    """The figures of the classes, (n, K) or with one class column (n, 1); ``labels`` are class numbers, below 0 where a
    row has none, and None where nothing is known of them."""

    values: Floats
    kind: str
    first_row: int = 0
    labels: Integers | None = None

    @property
    def rows(self) -> int:
        """n."""
        return len(self.values)

    @cached_property
    def table(self) -> Floats:
        """(n, K) with K > 1: logits or logarithms of probabilities."""
        with np.errstate(divide="ignore", invalid="ignore"):
            values = np.asarray(self.values, dtype=np.float64)
            logs = np.log(values) if self.kind == "probabilities" else values
            if values.shape[1] > 1:
                return logs
            if self.kind == "logits":
                return np.hstack([np.zeros_like(logs), logs])
            other = np.log1p(-values) if self.kind == "probabilities" else np.log1p(-np.exp(logs))
            return np.hstack([other, logs])

    @cached_property
    def log_probabilities(self) -> Floats:
        """(n, K), in double precision: close enough to tell what a figure is."""
        top = self.table.max(axis=1, keepdims=True)
        with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
            shifted = self.table - top
            found: Floats = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        return found

    @cached_property
    def probabilities(self) -> Floats:
        """(n, K)."""
        found: Floats = np.exp(self.log_probabilities)
        return found

    def is_top(self, classes: Integers) -> NDArray[np.bool_]:
        """Whether a class of each row has its largest figure."""
        top = self.table.max(axis=1)
        inside = (classes >= 0) & (classes < self.table.shape[1])
        found = self.table[np.arange(self.rows), np.where(inside, classes, 0)] == top
        return np.asarray(inside & found)


class Claim:
    """What is claimed of a column; ``look`` gives the first row of a block that speaks against it, or None."""

    def __init__(self) -> None:
        self._lock = Lock()

    def look(self, x: Floats, rows: ClassRows) -> int | None:
        """Add some rows."""
        return _first(~self.holds(x, rows))

    def holds(self, x: Floats, rows: ClassRows) -> NDArray[np.bool_]:
        """Where it is so, for claims of single rows."""
        raise NotImplementedError

    def stands(self) -> bool:
        """Whether the rows so far bear it out together, whatever others say."""
        return True

    def missing(self) -> list[str]:
        """What the rows so far lack of what bears it out; of parts of the rows, one that is missing in all."""
        return []


class CountsUp(Claim):
    """Whole numbers that count up by 1, or of which none comes twice."""

    def __init__(self) -> None:
        super().__init__()
        self._start: float | None = None
        self._counts = True
        self._spans: list[tuple[float, float]] = []
        self._ordered = True
        self._held: list[Floats] | None = []
        self._size = 0

    def look(self, x: Floats, rows: ClassRows) -> int | None:
        wrong = _first(~(np.isfinite(x) & (x == np.floor(x))))
        if wrong is not None or not len(x):
            return wrong
        starts = x - np.arange(rows.first_row, rows.first_row + len(x))
        steps = np.diff(x)
        with self._lock:
            self._start = float(starts[0]) if self._start is None else self._start
            self._counts = self._counts and bool((starts == self._start).all())
            self._ordered = self._ordered and bool((steps > 0).all() or (steps < 0).all())
            self._spans.append((float(x.min()), float(x.max())))
            self._size += len(x)
            if self._held is not None:
                self._held.append(np.array(x, dtype=np.float64))
                if self._size > _HELD:
                    self._held = None
        return None

    def stands(self) -> bool:
        if self._counts:
            return True
        spans = sorted(self._spans)
        if self._ordered and all(a[1] < b[0] for a, b in pairwise(spans)):
            return True
        return bool(self._held) and len(np.unique(np.concatenate(self._held or []))) == self._size


class Weights(Claim):
    """Never below 0, while every class column somewhere is."""

    def __init__(self) -> None:
        super().__init__()
        self._least: Floats | None = None

    def look(self, x: Floats, rows: ClassRows) -> int | None:
        if rows.rows:
            least = rows.values.min(axis=0)
            with self._lock:
                self._least = least if self._least is None else np.minimum(self._least, least)
        return _first(~(np.isfinite(x) & (x >= 0)))

    def missing(self) -> list[str]:
        if self._least is None:
            return []
        return [f"class {k} is never below 0" for k in np.flatnonzero(self._least >= 0).tolist()]


class Whole(Claim):
    """Whole numbers, at least ``least``."""

    def __init__(self, least: float = -np.inf) -> None:
        super().__init__()
        self._least = least

    def holds(self, x: Floats, rows: ClassRows) -> NDArray[np.bool_]:
        return np.asarray(np.isfinite(x) & (x == np.floor(x)) & (x >= self._least))


class Classes(Claim):
    """The number of a class, in one of the ways in which classes may be numbered; with ``top`` of the largest."""

    def __init__(self, names: list[str], numbered: list[dict[float, int]], top: bool) -> None:
        super().__init__()
        self._readings = numbered
        self._names = names
        self._top = top

    def look(self, x: Floats, rows: ClassRows) -> int | None:
        with self._lock:
            readings = self._readings
        left, furthest = [], 0
        for reading in readings:
            values, places = np.unique(x, return_inverse=True)
            classes = np.array([reading.get(value, -1) for value in values.tolist()], dtype=np.intp)[places]
            good = rows.is_top(classes) if self._top else classes >= 0
            if not self._top and rows.labels is not None:
                good &= (classes == rows.labels) | (rows.labels < 0)
            wrong = _first(~good)
            if wrong is None:
                left.append(reading)
            else:
                furthest = max(furthest, wrong)
        with self._lock:
            self._readings = [reading for reading in self._readings if reading in left]
            return None if self._readings else furthest


class Flags(Claim):
    """1 where the label is the predicted class (with ``wrong``: is not), 0 elsewhere."""

    def __init__(self, wrong: bool) -> None:
        super().__init__()
        self._wrong = wrong

    def holds(self, x: Floats, rows: ClassRows) -> NDArray[np.bool_]:
        flags = (x == 0) | (x == 1)
        if rows.labels is None:
            return np.asarray(flags)
        right = rows.is_top(rows.labels)
        return np.asarray(flags & (((x == 1) == (right != self._wrong)) | (rows.labels < 0)))


class Figures(Claim):
    """A figure that the classes of the row give: one of several formulas throughout."""

    def __init__(self, formulas: list[Callable[[ClassRows], Floats | None]]) -> None:
        super().__init__()
        self._formulas = formulas

    def look(self, x: Floats, rows: ClassRows) -> int | None:
        left, furthest = [], 0
        with self._lock:
            formulas = self._formulas
        for formula in formulas:
            figures = formula(rows)
            if figures is None:  # of labels, which are not known here
                left.append(formula)
                continue
            with np.errstate(invalid="ignore"):
                close = ~(np.abs(x - figures) > _CLOSE * np.maximum(1.0, np.abs(figures))) | (x == figures)
            wrong = _first(~close)
            if wrong is None:
                left.append(formula)
            else:
                furthest = max(furthest, wrong)
        with self._lock:
            self._formulas = [formula for formula in self._formulas if formula in left]
            return None if self._formulas else furthest


def _confidence(rows: ClassRows) -> Floats:
    return np.asarray(rows.probabilities.max(axis=1))


def _entropy(rows: ClassRows) -> Floats:
    with np.errstate(invalid="ignore"):
        terms = np.where(rows.probabilities > 0, -rows.probabilities * rows.log_probabilities, 0.0)
    return np.asarray(terms.sum(axis=1))


def _in(base: float, formula: Callable[[ClassRows], Any]) -> Callable[[ClassRows], Any]:
    def divided(rows: ClassRows) -> Any:
        found = formula(rows)
        return None if found is None else found / np.log(base)

    return divided


def _relative_entropy(rows: ClassRows) -> Floats:
    return np.asarray(_entropy(rows) / np.log(rows.table.shape[1]))


def _margin(rows: ClassRows) -> Floats:
    first = np.sort(rows.probabilities, axis=1)
    return np.asarray(first[:, -1] - first[:, -2])


def _logit_margin(rows: ClassRows) -> Floats:
    first = np.sort(rows.table, axis=1)
    return np.asarray(first[:, -1] - first[:, -2])


def _loss(rows: ClassRows) -> Floats | None:
    if rows.labels is None:
        return None
    own = -rows.log_probabilities[np.arange(rows.rows), np.maximum(rows.labels, 0)]
    return np.where(rows.labels < 0, np.nan, own)


def claim_of(role: str, names: list[str]) -> Claim:
    """What a column of a role claims beside classes of these names."""
    if role in ("index", "key"):
        return CountsUp()
    if role in ("predicted", "label"):
        return Classes(names, _numberings(names), role == "predicted")
    if role in ("right", "wrong"):
        return Flags(role == "wrong")
    simple: dict[str, Callable[[], Claim]] = {"weight": Weights, "fold": Whole, "time": lambda: Whole(_LATER)}
    if role in simple:
        return simple[role]()
    figures: dict[str, list[Callable[[ClassRows], Any]]] = {
        "confidence": [_confidence],
        "entropy": [_entropy, _in(2, _entropy), _in(10, _entropy), _relative_entropy],
        "margin": [_margin, _logit_margin],
        "loss": [_loss, _in(2, _loss)],
    }
    return Figures(figures[role])


def _numberings(names: list[str]) -> list[dict[float, int]]:
    """In which ways a number may say a class: by value, by the number a name ends in, by position from 0 or 1."""
    from cecli.readers.predictions.readings import readings_of

    found: list[dict[float, int]] = []
    classes = names if len(names) > 1 else ["0", "1"]
    for numbers in readings_of(classes).values():
        table = {value: k for text, k in numbers.items() if (value := _value(text)) is not None}
        if len(table) == len(classes) and table not in found:
            found.append(table)
    for first in (0, 1):
        table = {float(k + first): k for k in range(len(classes))}
        if table not in found:
            found.append(table)
    if len(classes) == 2:
        found.append({-1.0: 0, 1.0: 1})
    return found


def _value(text: str) -> float | None:
    from cecli.readers.tables.numbers import read_number

    return read_number(text)


def _first(wrong: NDArray[np.bool_]) -> int | None:
    return int(np.argmax(wrong)) if wrong.any() else None
