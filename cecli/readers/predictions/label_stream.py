"""The labels of a file of their own, handed out in step with the predictions or looked up by id."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from cecli.errors import CellErrors, InputError
from cecli.readers.predictions.labels import LabelReading
from cecli.readers.predictions.observations import Decoder, Observed, Side
from cecli.readers.predictions.row_stream import RowStream
from cecli.readers.tables.table import Block, Cells, Table


class LabelStream(RowStream):
    """The rows of LABELS, in its order. Bad cells are collected in ``problems``, so that all can be named."""

    def __init__(
        self,
        table: Table,
        side: Side,
        decoder: Decoder,
        decide: Callable[[Cells], LabelReading | None],
        may_be_empty: bool = False,
    ) -> None:
        super().__init__(table.name, "label", self._read(table.blocks(side.selection())))
        self.columns = table.columns
        self._side = side
        self._decoder = decoder
        self._decide = decide
        first = self._next()
        if first is not None:
            self._waiting.append(first)
        elif not may_be_empty:
            raise InputError(f"{self.name}: no labels")

    def _read(self, blocks: Iterator[Block]) -> Iterator[Observed]:
        for block in blocks:
            try:
                cells = block.parse()
                if self._decoder.reading is None and self._side.label is not None:
                    self._decoder.reading = self._decide(cells)
                yield self._decoder.observed(self._side, cells, block, self.problems)
            except CellErrors as error:
                self.problems.add(error.problems, error.total, error.hint)
                yield Observed(block.rows)  # in step, though nothing will be scored
