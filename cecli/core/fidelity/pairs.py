"""The divergences of all rows of a student, held so that several students can be compared row by row."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from cecli.core.fidelity.rows import FidelityRows
from cecli.core.fidelity.spec import FidelitySpec
from cecli.core.paired.comparison import Comparer, Comparison
from cecli.core.paired.rows import Figures, PairedRows
from cecli.core.paired.spec import PairSpec
from cecli.core.sums.layout import Floats, Integers
from cecli.core.sums.state import Numbering, Plain, State, array_of, base64_of


class _Parts:
    """The rows that are held, as arrays."""

    DTYPES = ("<i8", "<f8", "<f8", "<i8", "i1")

    def encode(self, value: Any, owner: Any) -> Plain:
        """One array of each in base64, in the order of the rows."""
        if not value:
            return []
        return [
            None if column is None else base64_of(column, dtype)
            for column, dtype in zip(owner.in_order(), self.DTYPES, strict=True)
        ]

    def decode(self, plain: Plain, fresh: Any, owner: Any, numbering: Numbering) -> Any:
        """The arrays, with the numbers that rows and clusters have here."""
        if not plain:
            return []
        first, second, third, fourth, fifth = plain
        numbers, kl, same = (array_of(text, dtype) for text, dtype in ((first, "<i8"), (second, "<f8"), (fifth, "i1")))
        weights = None if third is None else array_of(third, "<f8")
        clusters = None if fourth is None else array_of(fourth, "<i8")
        here = np.array([numbering.row_of(row) for row in numbers.tolist()], dtype=np.intp)
        if clusters is not None:
            clusters = np.array([numbering.cluster(one) for one in clusters.tolist()], dtype=np.intp)
        return [(here, kl, weights, clusters, same.astype(bool))]


class HeldRows:
    """The number of every row in the teacher's file, its divergence, weight and cluster, and whether the top class is
    the same: 17 to 33 bytes a row."""

    STATE: ClassVar[State] = {"_parts": _Parts()}

    def __init__(self) -> None:
        self._parts: list[tuple[Integers, Floats, Floats | None, Integers | None, Any]] = []

    def update(self, rows: FidelityRows) -> None:
        """Hold some rows."""
        self._parts.append((rows.numbers, rows.divergences.kl, rows.weights, rows.cluster, rows.same))

    def merge(self, other: HeldRows) -> None:
        """Hold the rows that ``other`` does."""
        self._parts += other._parts

    def in_order(self) -> tuple[Any, ...]:
        """Numbers, divergences, weights, clusters (None where rows have none) and whether the top class is the same, by
        the numbers of the rows."""
        columns: list[Any] = [
            None if some[0] is None else np.concatenate(some) for some in zip(*self._parts, strict=True)
        ]
        if not columns:
            return np.zeros(0, dtype=np.intp), np.zeros(0), None, None, np.zeros(0, dtype=bool)
        order = np.argsort(columns[0], kind="stable")
        return tuple(None if column is None else column[order] for column in columns)


def compared(first: HeldRows, second: HeldRows, spec: FidelitySpec, confidence: float) -> Comparison:
    """The divergences of one student less those of another, on the same rows of the same teacher, with tests: that of
    ``compare``, where a loss is now a divergence, and a
    row is right where the top class is the teacher's."""
    numbers, a, weights, cluster, same = first.in_order()
    _, b, _, _, its_same = second.in_order()
    comparer = Comparer(PairSpec(weights=spec.weights))
    none = np.zeros(len(numbers), dtype=np.intp)
    with np.errstate(invalid="ignore"):
        difference = b - a
    comparer.add(
        PairedRows(
            first=Figures(a, none, same),
            second=Figures(b, none, its_same),
            difference=difference,
            numbers=numbers,
            weights=weights,
            cluster=cluster,
        )
    )
    return comparer.result(confidence)
