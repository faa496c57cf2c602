"""A table with a token a row: figures that are none, and first tokens that were not scored."""

from __future__ import annotations

import math
from dataclasses import replace
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cecli.core.sums.layout import Integers
from cecli.errors import CellErrors
from cecli.readers.predictions.observations import Observed
from cecli.readers.tables.table import Block, Cells, Problems
from cecli.readers.tokens.options import MISSING_HINT, NOT_KNOWN, first_is_zero

if TYPE_CHECKING:
    from cecli.readers.predictions.observations import Decoder
    from cecli.readers.predictions.predictions import PredictionOptions
    from cecli.readers.predictions.roles.options import Roles

_FAR_BELOW = -1e30
"""No log-probability is so low, not even the sum of a document's."""


class FlatTokens:
    """What is done with the rows of a table, those with the same text in the column of clusters being a record.

    Memory grows with the records only where the first row has a figure of 0, or first rows are left out.
    """

    def __init__(self, options: PredictionOptions, roles: Roles, decoder: Decoder, documents: bool) -> None:
        """``documents``: the rows were made of documents, which has been seen to."""
        self.options, self.active = options, options.columns.observed is not None and not documents
        self.active = self.active and options.kind == "log-probabilities"
        by_record = self.active and roles.preds.cluster is not None
        self._firsts: dict[int, tuple[int, bool]] | None = {} if by_record and options.first_token is None else None
        self.drops = by_record and options.first_token == "drop"
        self.missing = self.left_out = 0
        self._decoder, self._seen, self._lock = decoder, set[int](), Lock()

    def marked(self, block: Block) -> Block:
        """The block with its first rows of records marked; blocks must come in the order of the file."""
        try:
            cells = block.parse()
        except CellErrors:
            return block  # what is wrong is found again, and said in its place
        codes = self._decoder.clusters.codes(cells.coded[-1])
        records, first = np.unique(codes, return_index=True)
        new = [k for k, record in enumerate(records.tolist()) if record not in self._seen]
        self._seen |= {int(records[k]) for k in new}
        left_out = np.zeros(block.rows, dtype=bool)
        left_out[first[new]] = True
        self.left_out += len(new)
        return Marked(block, cells, left_out)

    def settled(self, numbers: NDArray[Any], observed: Observed, block: Block, column: int) -> tuple[Any, Observed]:
        """The figures of a block and its rows, without those that have no figure. Raises CellErrors."""
        if not self.active:
            return numbers, observed
        values = numbers[:, 0]
        left_out = block.left_out if isinstance(block, Marked) else None
        missing = (values == NOT_KNOWN) | ((values < _FAR_BELOW) & np.isfinite(values))
        if left_out is not None:
            missing &= ~left_out
        if missing.any():
            if self.options.missing_logprob is None:
                _refuse(values, missing, block, column)
            with self._lock:
                self.missing += int(np.count_nonzero(missing))
            numbers = numbers.copy()
            numbers[missing, 0] = -math.inf
            if self.options.missing_logprob == "drop":
                left_out = missing if left_out is None else left_out | missing
        self._look_at_first(values, observed.cluster, block.first_row)
        return numbers, observed if left_out is None else replace(observed, left_out=left_out)

    def check_end(self, name: str) -> None:
        """Raise InputError where every record begins with a figure of exactly 0."""
        firsts = self._firsts
        if firsts and all(zero for _, zero in firsts.values()):
            raise first_is_zero(name, len(firsts))

    def _look_at_first(self, values: NDArray[Any], cluster: Integers | None, first_row: int) -> None:
        """Remember how each record begins; the very first row often says that not all begin with 0."""
        if self._firsts is None or cluster is None or not len(values):
            return
        if first_row == 0 and values[0] != 0:
            self._firsts = None
            return
        records, first = np.unique(cluster, return_index=True)
        with self._lock:
            firsts = self._firsts
            for record, at in zip(records.tolist(), first.tolist(), strict=True):
                if firsts is not None and (record not in firsts or first_row + at < firsts[record][0]):
                    firsts[record] = (first_row + at, bool(values[at] == 0))


class Marked:
    """A block that has been read, and which of its rows are left out."""

    def __init__(self, block: Block, cells: Cells, left_out: NDArray[np.bool_]) -> None:
        self.first_row, self.rows, self.left_out = block.first_row, block.rows, left_out
        self._block, self._cells = block, cells

    def parse(self) -> Cells:
        """The selected cells."""
        return self._cells

    def place(self, row: int, column: int | None = None) -> str:
        """Where a row or a cell stands."""
        return self._block.place(row, column)


def _refuse(values: NDArray[Any], missing: NDArray[np.bool_], block: Block, column: int) -> None:
    rows = np.flatnonzero(missing)
    problems = Problems()
    problems.add(
        [
            f"{block.place(int(row), column)}: expected a log-probability, found {float(values[row])!r}, "
            "which APIs write where it is not known"
            for row in rows[:10]
        ],
        len(rows),
        MISSING_HINT,
    )
    problems.raise_any()
