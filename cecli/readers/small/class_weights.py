"""A weight for every class, from a small table of ``class,weight``."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from cecli.core.sums.layout import Floats
from cecli.errors import InputError, quoted
from cecli.readers.predictions.labels import LabelReading
from cecli.readers.small.rows import SmallRows, open_small
from cecli.readers.tables.numbers import parse_number
from cecli.readers.tables.problems import Problems

COLUMNS = ["class", "weight"]


def read_class_weights(
    path: str,
    classes: Sequence[str],
    learn: Callable[[str], bool] | None = None,
    delimiter: str | None = None,
    first_label: int = 0,
) -> Floats:
    """The weights in the order of ``classes``, shape (K,). Every class stands once; weights are finite and >= 0.

    Classes are called as labels may call them: by name, by the whole number that a name ends in, or by position from
    ``first_label``. ``learn`` says of a name that is none of the classes whether it is that of the first
    (``Predictions.learn``). ``delimiter`` is that of the predictions, and holds here if it is in the header.
    """
    with open_small(path, delimiter, shared=True) as rows:
        if rows is None:
            raise InputError(f"{path}: the file is empty")
        places = _columns(rows)
        problems = Problems(rows.place)
        found = list(rows.rows(places, problems))
        problems.check()
        return _weights(rows, places, found, _Names(classes, learn, found, first_label))


def _columns(rows: SmallRows) -> list[int]:
    """The positions of the two columns."""
    if sorted(rows.columns) == COLUMNS:
        return [rows.columns.index(name) for name in COLUMNS]
    delimiter = getattr(rows, "delimiter", ",")
    found = quoted(delimiter.join(rows.columns))
    raise InputError(f"{rows.header}: expected the header {delimiter.join(COLUMNS)}, found {found}")


def _weights(rows: SmallRows, places: list[int], found: list[tuple[int, list[str]]], names: _Names) -> Floats:
    weights: dict[int, float] = {}
    for row, (name, text) in found:
        k = names.class_of(name, weights)
        where = rows.place(row, places[0], COLUMNS[0])
        if k is None:
            raise InputError(f"{where}: {quoted(name)} is none of the classes")
        if k in weights:
            raise InputError(f"{where}: {quoted(name)} stands twice")
        weights[k] = _weight(text, rows.place(row, places[1], COLUMNS[1]))
    missing = next((name for k, name in enumerate(names.classes) if k not in weights), None)
    if missing is not None:
        raise InputError(f"{rows.name}: no weight for the class {quoted(missing)}", "every class stands once")
    if not any(weights.values()):
        raise InputError(f"{rows.name}: all weights are 0")
    return np.array([weights[k] for k in range(len(names.classes))])


class _Names:
    """What the classes are called in a file."""

    def __init__(
        self,
        classes: Sequence[str],
        learn: Callable[[str], bool] | None,
        found: list[tuple[int, list[str]]],
        first_label: int,
    ) -> None:
        self.classes = classes
        self._learn = learn
        self._reading: LabelReading | None = None
        if not any(name in classes for _, (name, _) in found) and found:
            self._reading = LabelReading(classes, found[0][1][0], first_label=first_label)

    def class_of(self, name: str, known: dict[int, float]) -> int | None:
        """The class that is called so; None where none is."""
        if name in self.classes:
            return self.classes.index(name)
        if 0 not in known and self._learn is not None and self._learn(name):
            self.classes = (name, *self.classes[1:])
            return 0
        number = -1 if self._reading is None else self._reading.class_of(name)
        return number if number >= 0 else None


def _weight(text: str, where: str) -> float:
    try:
        weight = parse_number(text, "a weight >= 0")
    except ValueError as error:
        raise InputError(f"{where}: {error}") from error
    if not 0 <= weight < float("inf"):
        raise InputError(f"{where}: expected a finite weight >= 0, found {quoted(text)}")
    return weight
