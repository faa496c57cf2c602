"""Predictions and what was observed, opened together: the columns that count, how labels are read and rows matched."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain

from cecli.core.rows.evidence import Evidence
from cecli.core.rows.rows import Kind
from cecli.errors import InputError, UsageError, quoted
from cecli.readers.predictions.label_stream import LabelStream
from cecli.readers.predictions.labels import LabelReading
from cecli.readers.predictions.observations import Decoder
from cecli.readers.predictions.opening import as_stored, open_labels, open_preds, with_labels_beside
from cecli.readers.predictions.roles.find import Numbers, find_roles
from cecli.readers.predictions.roles.names import role_of
from cecli.readers.predictions.roles.options import ColumnOptions, Decision, Roles
from cecli.readers.predictions.roles.proof import Proof
from cecli.readers.predictions.row_checks import NUMBER_KINDS, CheckOptions
from cecli.readers.predictions.run import Accumulator, Pool, Run, Sink
from cecli.readers.predictions.token_roles import (
    set_threads,
    token_counts,
    token_notes,
    with_token_ids,
    with_tokens,
    with_units,
)
from cecli.readers.tables.table import BLOCK_BYTES, Block, Cells, Rest, Table
from cecli.readers.tables.tables import has_numbers_for_names, vector_columns
from cecli.readers.tokens.options import FirstToken, MissingLogprob


@dataclass(frozen=True, eq=False, repr=False)
class PredictionOptions:
    """Everything that says how PREDS and LABELS are to be read."""

    preds: str
    labels: str | None = None
    kind: Kind = "probabilities"
    columns: ColumnOptions = field(default_factory=ColumnOptions)
    checks: CheckOptions = field(default_factory=CheckOptions)
    header: str = "both"
    delimiter: str | None = None
    labels_delimiter: str | None = None
    decimal: str | None = None
    vector: str | None = None
    class_axis: int | None = None
    rest: Rest | None = None
    first_label: int | None = None
    positive: str | None = None
    class_names: tuple[str, ...] | None = None
    said: bool = False
    """Whether it was said what PREDS holds."""
    ignore: tuple[str, ...] = ()
    frequency: bool = False
    log_base: float | None = None
    """Of the logarithms that PREDS holds; None: natural ones."""
    first_token: FirstToken | None = None
    missing_logprob: MissingLogprob | None = None
    per: str | None = None
    text: str | None = None
    """What the losses are divided by, and where the text is in which it is counted."""
    block_bytes: int = BLOCK_BYTES
    first_texts: tuple[str, ...] = ()
    """The label that decides how labels are read, and what else they are called, where that is known before."""
    totals: bool = False
    """Whether a document of tokens is a row."""
    at_once: bool = False
    """Whether rows are written before the last one is read, so that nothing may stay in doubt."""
    in_parts: bool = False
    """Whether these are some of the rows: what they leave in doubt is for all of them to settle, and documents are
    named with the file of theirs."""
    may_be_empty: bool = False
    """Whether PREDS may have no rows, as a shard may."""
    shared_labels: bool = False
    """Whether LABELS has the rows of other shards, too; those of this one are found by id."""


_FIRST_LABELS = 4096
"""Rows whose labels decide how all are read; what they suggest is held against the others."""

_LABELS_SHARE = 4
"""How many times smaller blocks of LABELS are: their rows are short, and each becomes a number of eight bytes."""


class Predictions:
    """An opened pair of PREDS and LABELS; use it in a ``with`` statement, and ``accumulate`` once."""

    def __init__(self, options: PredictionOptions, preds: Table | None = None, names: Sequence[str] = ()) -> None:
        """``preds`` is the table where it is open already, ``names`` are what its classes are called if it has none."""
        if options.preds == "-" and options.labels == "-":
            raise UsageError("PREDS and LABELS cannot both be standard input")
        self.options = options
        self._open: list[Table] = []
        try:
            if preds is None:
                preds = self._opened(open_preds(options.preds, options))
            self.preds = preds
            options = as_stored(with_labels_beside(options, preds), preds)
            self.options = options = with_tokens(options, preds)
            few = options.block_bytes // _LABELS_SHARE
            labels = None if options.labels is None else self._opened(open_labels(options.labels, options, preds, few))
            roles = find_roles(self.preds, labels, options.columns, self._numbers())
            self.roles = _token_roles(roles, preds, options)
            self._labels_table = labels
            self.check_shards()
            self._check_options()
            names = names or options.class_names or ()
            self._check_class_names(names)
            if len(names) == 2 and len(self.roles.classes) == 1:  # of one class column the second is the one it is of
                self.options = options = replace(options, positive=names[1])
                names = names[1:]
            self.classes = tuple(names) or self._class_names()
            self._named = bool(names) or not self._is_numbered(self.roles.classes[0])
            self.observed_only = options.columns.observed is not None
            self.unlabelled = not self.observed_only and labels is None and self.roles.preds.label is None
            self.binary = len(self.classes) == 1 and not self.observed_only
            of_soft = replace(options.checks, as_logits=None, as_log_probabilities=None)
            self.decoder = Decoder(None, of_soft, options.frequency)
            self.notes = list(self.roles.notes)
            self.token_counts: dict[str, int | None] = {}
            if labels is not None and options.labels == getattr(preds, "labels_beside", None):
                self.notes.append(f"the labels are those of {labels.name}")
            if self.soft and self._named and options.first_label is not None:
                self.notes.append("--first-label has no effect: LABELS holds a PMF for every row")
            if options.first_texts:
                self.decoder.reading = self._reading(options.first_texts)
                if self.binary:
                    for text in options.first_texts:
                        self.decoder.reading.class_of(text)
            decision = self.roles.decision or Decision(self.roles.classes)
            self.proof = Proof(decision, self.preds.name, self.preds.columns, options.kind, self._named, options.said)
            if decision.why in ("said", "file"):
                self.options = replace(self.options, checks=replace(self.options.checks, classes_said=True))
            self._suspect_labels(labels)
            self._blocks = self.preds.blocks(self.roles.selection(NUMBER_KINDS[options.kind]))
            self._first_block: list[Block] = []
            self.labels = None if labels is None else self._label_stream(labels)
            if self.roles.preds.label is not None and self.decoder.reading is None:
                self._read_first_label()
        except BaseException:
            self.close()
            raise
        self.rows_read, self.clipped, self.evidence = 0, 0, Evidence()

    @property
    def soft(self) -> bool:
        """Whether the labels are PMFs."""
        return bool(self.roles.labels.soft)

    @property
    def divides(self) -> bool:
        """Whether the sum of losses is divided by units, and not by rows."""
        return self.roles.preds.units is not None or self.roles.preds.text is not None

    @property
    def labels_read_as(self) -> str | None:
        """``name``, ``suffix``, ``wrap``, ``value``, ``position`` or ``soft``; None where there are no labels."""
        if self.decoder.reading is not None:
            return self.decoder.reading.read_as
        return "soft" if self.soft else None

    @property
    def matched_by(self) -> str:
        """``id`` or ``position``."""
        return "id" if self.roles.by_id else "position"

    @property
    def class_names(self) -> tuple[str, ...]:
        """The names of all classes, those of a binary prediction included."""
        reading = self.decoder.reading
        return reading.binary_names() if self.binary and reading is not None else self.classes

    def learn(self, name: str) -> bool:
        """Whether a name is that of the class which a binary prediction is not named after, as far as is known; other
        names of it are then errors."""
        return self.decoder.reading is not None and self.decoder.reading.learn(name)

    @property
    def labels_table(self) -> Table | None:
        """LABELS, where it is a file of its own."""
        return self._labels_table

    @property
    def size(self) -> int | None:
        """Bytes of PREDS on disk, where that is known."""
        return self.preds.size

    def close(self) -> None:
        """Close the files."""
        for table in self._open:
            table.close()

    def __enter__(self) -> Predictions:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def check_shards(self) -> None:
        """Raise InputError where shards of PREDS and LABELS do not pair; complete once both have been read."""
        if self._labels_table is not None and not self.roles.by_id and hasattr(self.preds, "files"):
            from cecli.readers.tables.shards import check_paired

            check_paired(self.preds, self._labels_table)

    def blocks(self) -> Iterator[Block]:
        """The blocks of PREDS that have not been taken."""
        first, self._first_block = self._first_block, []
        return chain(first, self._blocks)  # unlike a generator's, its end leaves the blocks open for those who go on

    def accumulate(
        self,
        new: Callable[[], Accumulator],
        threads: int = 1,
        progress: Callable[[int, int], None] = lambda rows, size: None,
        sink: Sink | None = None,
    ) -> Accumulator:
        """All rows added to accumulators that ``new`` makes, one a thread, merged into one.

        ``sink`` gets what it makes of every block, in the order of the file. Raises CellErrors that name the first bad
        cells in file order, or InputError where rows and labels do not match.
        """
        pool: Pool[Accumulator] = Pool(new)
        set_threads(self.preds, threads)
        run = Run(self, pool, threads, progress, sink)
        for _ in run.steps():
            pass
        run.finish()
        self.notes += [*run.notes(), *token_notes(self.preds)]
        self.token_counts = token_counts(self.preds, run.flat)
        self.used_labels = run.used_labels()
        return pool.merged()

    def _opened(self, table: Table) -> Table:
        self._open.append(table)
        return table

    def _is_numbered(self, column: int) -> bool:
        """Whether a column of PREDS has no name but its number: in ``.npy``, headerless text and vectors."""
        return not self.preds.header or (has_numbers_for_names(self.preds) and column in vector_columns(self.preds))

    def _class_names(self) -> tuple[str, ...]:
        """The names of the class columns; numbers that stand for names begin with ``--first-label``, as labels do."""
        first, names = self.options.first_label or 0, self.preds.columns
        return tuple(f"{int(names[k]) + first}" if self._is_numbered(k) else names[k] for k in self.roles.classes)

    def _check_options(self) -> None:
        if self.options.labels_delimiter is not None and self._labels_table is None:
            raise UsageError("--labels-delimiter is that of LABELS, which is not given")
        if len(self.roles.classes) == 1 and self.options.columns.observed is None and self.options.checks.normalize:
            raise UsageError("--normalize divides a row by its sum, and one class column has none")
        hard = not self.soft and self.options.columns.observed is None
        if self.options.checks.tolerance_given and hard and self.options.kind == "logits":
            raise UsageError("--sum-tolerance is for probabilities: the logits of a row may sum to anything")
        if self.soft and self.options.ignore:
            raise UsageError("--ignore names a label, and LABELS holds a PMF for every row")

    def _suspect_labels(self, labels: Table | None) -> None:
        """Labels that are called like predictions, and that nobody says are none, must be wrong somewhere."""
        table, column = (self.preds, self.roles.preds.label) if labels is None else (labels, self.roles.labels.label)
        if column is None or self.options.columns.plain or self.observed_only_asked or not table.header:
            return
        name = table.columns[column]
        if role_of(name, table.columns) == "predicted" and name not in self.classes:
            self.proof.suspect(column, name, table.name)

    def _numbers(self) -> Numbers:
        options = self.options
        return Numbers(options.kind, options.checks.sum_tolerance, options.checks.normalize, options.at_once)

    def _check_class_names(self, names: Sequence[str]) -> None:
        if not names:
            return
        if self.observed_only_asked:
            raise UsageError("--observed has no classes: --class-names has no meaning")
        if len(set(names)) < len(names):
            raise UsageError("--class-names names a class twice")
        own = [self.preds.columns[k] for k in self.roles.classes] if self.preds.header else []
        moved = next((k for k, name in enumerate(own) if name in names and tuple(names).index(name) != k), None)
        if moved is not None and not has_numbers_for_names(self.preds):
            raise UsageError(
                f"--class-names: {self.preds.name} itself calls column {self.roles.classes[moved] + 1} "
                f"{quoted(own[moved])}, and the name would go to another",
                "--classes chooses columns by their names, in the order that it gives",
            )
        if len(names) != len(self.roles.classes) and not (len(self.roles.classes) == 1 and len(names) == 2):
            raise UsageError(
                f"--class-names has {len(names):,} names, and {self.preds.name} has {len(self.roles.classes):,} classes"
            )

    @property
    def observed_only_asked(self) -> bool:
        """Whether PREDS holds just the figure of what was observed."""
        return self.options.columns.observed is not None

    def _label_stream(self, labels: Table) -> LabelStream:
        return LabelStream(labels, self.roles.labels, self.decoder, self._decide, self.options.may_be_empty)

    def _reading(self, first: Sequence[str]) -> LabelReading:
        options = self.options
        return LabelReading(
            self.classes,
            first,
            first_label=options.first_label,
            binary=self.binary,
            named=self._named,
            ignore=options.ignore,
            positive=options.positive,
        )

    def _decide(self, cells: Cells) -> LabelReading | None:
        """How labels are read: by the first ones that are not ignored."""
        column, ignore = cells.coded[0], self.options.ignore
        if not len(column.codes):
            return None
        first = list(dict.fromkeys(column.values[int(code)] for code in column.codes[:_FIRST_LABELS]))
        counted = [text for text in first if text not in ignore]
        reading = self._reading(counted or first)
        if self.options.first_label is not None and reading.read_as != "position" and self._named:
            self.notes.append(f"--first-label has no effect: labels are read by {reading.read_as}")
        reading.read(column)  # before the threads do, so that of three labels it is always the same that is the third
        return reading

    def _read_first_label(self) -> None:
        """Labels in PREDS: the first one is looked at before the blocks go to the threads."""
        block = next(self._blocks, None)
        if block is None:
            raise InputError(f"{self.preds.name}: no rows")
        self._first_block.append(block)
        self.decoder.reading = self._decide(block.parse())


def _token_roles(roles: Roles, preds: Table, options: PredictionOptions) -> Roles:
    """The roles of the columns, with the names of tokens or documents and what losses are divided by."""
    columns = options.columns
    return with_units(with_token_ids(roles, preds, columns.keep_ids, columns.id), preds, options)
