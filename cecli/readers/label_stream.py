"""The labels of a file of their own, handed out in step with the predictions or looked up by id."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from cecli.errors import CellErrors, InputError
from cecli.readers.labels import LabelReading
from cecli.readers.observed import Decoder, Observed, Side, joined
from cecli.readers.table import Block, Cells, Problems, Table


class LabelStream:
    """The rows of LABELS, in its order. Bad cells are collected in ``problems``, so that all can be named."""

    what = "label"

    def __init__(
        self, table: Table, side: Side, decoder: Decoder, decide: Callable[[Cells], LabelReading | None]
    ) -> None:
        self.name = table.name
        self.columns = table.columns
        self.problems = Problems()
        self.rows = 0
        self._side = side
        self._decoder = decoder
        self._decide = decide
        self._parts = self._read(table.blocks(side.selection()))
        self._waiting: list[Observed] = []
        first = next(self._parts, None)
        if first is None:
            raise InputError(f"{self.name}: no labels")
        self._waiting.append(first)

    def take(self, rows: int) -> Observed:
        """The next rows; fewer than ``rows`` only at the end."""
        have = sum(part.rows for part in self._waiting)
        while have < rows:
            part = next(self._parts, None)
            if part is None:
                break
            self._waiting.append(part)
            have += part.rows
        whole = joined(self._waiting)
        cut = min(rows, whole.rows)
        self._waiting = [whole.cut(cut, whole.rows)] if cut < whole.rows else []
        return whole.cut(0, cut)

    def rest(self) -> Iterator[Observed]:
        """All rows that have not been taken."""
        waiting, self._waiting = self._waiting, []
        yield from waiting
        yield from self._parts

    def _read(self, blocks: Iterator[Block]) -> Iterator[Observed]:
        for block in blocks:
            self.rows += block.rows
            try:
                cells = block.parse()
                if self._decoder.reading is None and self._side.label is not None:
                    self._decoder.reading = self._decide(cells)
                yield self._decoder.observed(self._side, cells, block, self.problems)
            except CellErrors as error:
                self.problems.add(error.problems, error.total, error.hint)
                yield Observed(block.rows)  # in step, though nothing will be scored
