"""Predictions without labels: rows that are read, checked, turned into something else, and handed on in their order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Any, TypeVar

from cecli.core.rows.facts import clipped_note
from cecli.core.rows.rows import Kind
from cecli.core.sums.layout import Floats
from cecli.errors import CellErrors, InputError, UsageError, several
from cecli.readers.predictions.opening import kind_of
from cecli.readers.predictions.roles.find import Numbers, find_classes
from cecli.readers.predictions.roles.options import ColumnOptions
from cecli.readers.predictions.roles.proof import Proof, check_evidence
from cecli.readers.predictions.row_checks import NUMBER_KINDS, CheckOptions, check_column, check_rows
from cecli.readers.sources.parallel import ordered
from cecli.readers.tables.arrays.shapes import check_axis_is_known
from cecli.readers.tables.arrays.spec import ArrayOptions
from cecli.readers.tables.table import BLOCK_BYTES, Block, Cells, Problems, Rest, Selection
from cecli.readers.tables.tables import has_numbers_for_names, open_table, vector_columns

Made = TypeVar("Made")

_NO_CLASS = "a column that is no class? --drop COLUMN leaves it out, --keep COLUMN carries it along"


@dataclass(frozen=True)
class RowOptions:
    """Everything that says how a file of predictions alone is read.

    ``kept`` are columns of text to carry along; with ``lenient``, columns that are named and not there are passed over.
    """

    path: str
    kind: Kind = "logits"
    columns: ColumnOptions = field(default_factory=ColumnOptions)
    kept: tuple[str, ...] = ()
    checks: CheckOptions = field(default_factory=CheckOptions)
    header: bool = True
    delimiter: str | None = None
    decimal: str | None = None
    vector: str | None = None
    class_axis: int | None = None
    class_names: tuple[str, ...] | None = None
    rest: Rest | None = None
    lenient: bool = False
    block_bytes: int = BLOCK_BYTES


@dataclass(frozen=True)
class Rows:
    """Some consecutive rows: predictions as ``layout.shaped`` lays them (with ``binary`` the figures of class 1 alone,
    shape (n,)), and the PyArrow string arrays of the columns that are carried along."""

    values: Floats
    axis: int
    binary: bool
    beside: tuple[Any, ...]


class Unlabelled:
    """An opened file of predictions; use it in a ``with`` statement, and ``each`` once.

    ``classes`` and ``beside`` are the names of its columns; ``list_name`` is that of the one column that holds all
    classes as a list, None where each is a column. ``total_rows`` is None where only reading tells.
    """

    def __init__(self, options: RowOptions) -> None:
        self.options = options
        self._table = open_table(
            options.path,
            delimiter=options.delimiter,
            decimal=options.decimal,
            header=options.header,
            block_bytes=options.block_bytes,
            vector=options.vector,
            array=ArrayOptions(class_axis=options.class_axis),
            rest=options.rest,
        )
        self.options = options = replace(options, kind=kind_of(self._table, options.kind))
        try:
            if options.kind == "logits":
                check_axis_is_known(getattr(self._table, "shape", ()), options.class_axis, self._table.name)
            columns, kept = options.columns, options.kept
            if options.lenient:
                there = set(self._table.columns)
                columns = replace(columns, drop=tuple(name for name in columns.drop if name in there))
                kept = tuple(name for name in kept if name in there)
            checks = options.checks
            numbers = Numbers(options.kind, checks.sum_tolerance, checks.normalize)
            decision, self._beside = find_classes(self._table, columns, kept, numbers)
            self._classes = decision.classes
            self._numbers = tuple(each.column for each in decision.numbers)
            self._texts = tuple(each.column for each in decision.texts)
            table = self._table
            self._proof = Proof(decision, table.name, table.columns, options.kind, table.header)
        except BaseException:
            self._table.close()
            raise
        self.name = self._table.name
        self.named = self._table.header
        self.classes = self._class_names()
        self.beside = tuple(self._table.columns[k] for k in self._beside)
        self.binary = len(self.classes) == 1
        self.total_rows: int | None = getattr(self._table, "total_rows", None)
        self.rows_read = 0
        self._all_pmfs = options.kind == "logits"
        self._clipped, self._lock = 0, Lock()

    def _class_names(self) -> tuple[str, ...]:
        """What the classes are called: as options say, where the file does not."""
        own, names = tuple(self._table.columns[k] for k in self._classes), self.options.class_names
        if names is None:
            return own
        try:
            if not has_numbers_for_names(self._table):
                raise UsageError(
                    f"--class-names: the classes of {self._table.name} have names", "--classes chooses them"
                )
            if len(names) != len(own) or len(set(names)) < len(names):
                raise UsageError(f"--class-names: expected {several(len(own), 'different name')}, found {len(names):,}")
        except BaseException:
            self._table.close()
            raise
        return names

    @property
    def list_name(self) -> str | None:
        """The name of the column of lists, where all its elements and no others are the classes."""
        elements = vector_columns(self._table)
        fields = getattr(self._table, "fields", None)
        if not len(elements) or fields is None or fields.shape is not None or self._classes != tuple(elements):
            return None
        return str(fields.names[fields.vector])

    @property
    def size(self) -> int | None:
        """Bytes on disk, where that is known."""
        return self._table.size

    @property
    def notes(self) -> list[str]:
        """What a person should know of the rows, once they have been read."""
        found = [clipped_note(self._clipped)] if self._clipped else []
        if not (self._all_pmfs and self.rows_read):
            return found
        what = "every logit is from 0 to 1" if self.binary else "every row of logits is itself a PMF"
        return [
            *found,
            f"{what}: if these are probabilities, softmax has been taken twice now, and what came out means nothing",
        ]

    def each(
        self,
        make: Callable[[Rows], Made],
        threads: int = 1,
        progress: Callable[[int, int], None] = lambda rows, size: None,
    ) -> Iterator[Made]:
        """What ``make`` makes of every block of rows, in threads, in the order of the file.

        After the first bad row nothing more is handed on, but all that follows is checked. Raises CellErrors that name
        the first bad cells in file order, once the end is reached.
        """
        problems = Problems()
        seen = 0
        selection = Selection(
            (*self._classes, *self._numbers),
            self._texts,
            strings=self._beside,
            number_kind=NUMBER_KINDS[self.options.kind],
            other_kinds=tuple((k, "a number") for k in self._numbers),
        )
        for block, made, wrong in ordered(self._table.blocks(selection), self._work(make), threads):
            self.rows_read += block.rows
            if wrong is not None:
                no_class = self.named and wrong.total >= block.rows
                hint = None if "--label-column" in (wrong.hint or "") else wrong.hint  # there are no labels here
                problems.add(wrong.problems, wrong.total, hint or (_NO_CLASS if no_class else None))
            elif made is not None and not problems.total:
                yield made
            position = self._table.position
            progress(block.rows, position - seen)
            seen = position
        problems.raise_any()
        if not self.rows_read:
            raise InputError(f"{self.name}: no rows")
        check_evidence(self._proof.evidence(None), self.name, self.classes, self.rows_read)

    def _count_clipped(self, clipped: int) -> None:
        if clipped:
            with self._lock:
                self._clipped += clipped

    def close(self) -> None:
        """Close the file."""
        self._table.close()

    def __enter__(self) -> Unlabelled:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _work(self, make: Callable[[Rows], Made]) -> Callable[[Block], tuple[Block, Made | None, CellErrors | None]]:
        def work(block: Block) -> tuple[Block, Made | None, CellErrors | None]:
            try:
                return block, make(self._rows(block)), None
            except CellErrors as error:
                return block, None, error.with_traceback(None)  # its frames would hold the block for long

        return work

    def _rows(self, block: Block) -> Rows:
        """Parse and check a block; runs in any thread."""
        cells, kind = _kept(block.parse()), self.options.kind
        numbers, count = cells.numbers[:, : len(self._classes)], len(self._classes)
        if not self._proof.idle:
            self._proof.look(block, numbers, cells.numbers[:, count:], cells.coded, None)
            self._proof.raise_wrong()
        if self.binary:
            column, clipped = check_column(numbers, kind, self.options.checks, block, self._classes)
            self._count_clipped(clipped)
            if column.min(initial=0.0) < 0 or column.max(initial=0.0) > 1:
                self._all_pmfs = False
            return Rows(column, 0, True, cells.strings)
        checked = check_rows(numbers, kind, self.options.checks, block, self._classes)
        self._count_clipped(checked.clipped)
        if not checked.all_pmfs:
            self._all_pmfs = False
        return Rows(checked.values, checked.axis, False, cells.strings)


def _kept(cells: Cells) -> Cells:
    """The cells of the rows that count."""
    if cells.left_out is None:
        return cells
    import pyarrow as pa

    keep = ~cells.left_out
    strings = tuple(column.filter(pa.array(keep.tolist())) for column in cells.strings)
    return replace(cells, numbers=cells.numbers[keep], strings=strings, left_out=None)
