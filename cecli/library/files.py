"""Predictions in files, read into arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from os import PathLike, fspath
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from cecli.core.rows.rows import Kind
from cecli.library.door import one_of, with_value_errors
from cecli.readers.predictions.roles.options import ColumnOptions
from cecli.readers.predictions.row_checks import CheckOptions
from cecli.readers.predictions.row_reader import RowOptions, Rows, Unlabelled

_KINDS: tuple[Kind, ...] = ("probabilities", "logits", "log-probabilities")


@dataclass(frozen=True, eq=False, repr=False)
class ReadPredictions:
    """Predictions out of a file: ``values`` (n, K), the names of the ``classes``, and the columns of text ``beside``
    them, the id first, by their names. A binary prediction has one column, of class 1."""

    values: NDArray[np.float64]
    classes: tuple[str, ...]
    beside: dict[str, list[str]]

    def __repr__(self) -> str:
        rows, columns = self.values.shape
        return f"<predictions of {rows:,} rows and {columns:,} classes: {', '.join(self.classes[:5])}>"


@with_value_errors
def read_predictions(
    path: str | PathLike[str],
    *,
    kind: Kind = "probabilities",
    classes: Sequence[str] | None = None,
    class_names: Sequence[str] | None = None,
    drop: Sequence[str] = (),
    keep: Sequence[str] = (),
    id: str | None = None,
    vector: str | None = None,
    class_axis: int | None = None,
    rest: Literal["zero", "uniform", "drop"] | None = None,
    sum_tolerance: float = 1e-3,
    normalize: bool = False,
    header: bool = True,
    delimiter: str | None = None,
) -> ReadPredictions:
    """The predictions in a file of any format that ``cecli score`` reads, all of them in memory.

    ``path`` may be ``preds.npz:logits``, a directory or a pattern. The rows are checked as ``score`` checks them. Every
    column is a class, save ``id`` and those of ``drop`` and ``keep``; ``classes`` chooses, ``class_names`` names those
    that have no names in the file. What cannot be read, or is not clear, is a ValueError.

    >>> read_predictions("sample_data/breast_cancer.csv")
    <predictions of 171 rows and 1 classes: malignant>
    """
    one_of("kind", kind, _KINDS)
    options = RowOptions(
        fspath(path),
        kind=kind,
        columns=ColumnOptions(id=id, classes=None if classes is None else tuple(classes), drop=tuple(drop)),
        kept=tuple(keep),
        checks=CheckOptions(sum_tolerance, normalize),
        header=header,
        delimiter=delimiter,
        vector=vector,
        class_axis=class_axis,
        class_names=None if class_names is None else tuple(class_names),
        rest=rest,
    )
    with Unlabelled(options) as opened:
        parts = list(opened.each(lambda rows: rows))
        beside = {name: _texts(parts, k) for k, name in enumerate(opened.beside)}
        return ReadPredictions(np.concatenate([_table(part) for part in parts]), opened.classes, beside)


def _table(rows: Rows) -> NDArray[np.float64]:
    """Rows by classes, in an array of its own."""
    table = rows.values[:, None] if rows.binary else rows.values.T if rows.axis == 0 else rows.values
    return np.array(table, dtype=np.float64, order="C")


def _texts(parts: Sequence[Rows], column: int) -> list[str]:
    return [text for part in parts for text in part.beside[column].to_pylist()]
