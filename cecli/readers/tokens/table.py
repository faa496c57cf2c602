"""Documents as a table: a row a token, with the number of its document and the keys of it beside."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

import numpy as np

from cecli.errors import InputError, quoted
from cecli.readers.sources.parallel import ordered
from cecli.readers.sources.source import Source
from cecli.readers.tables.numbers import parse_number
from cecli.readers.tables.table import Cells, Coded, Problems, Selection, SourceTable, TableOptions
from cecli.readers.tokens.documents import Documents, documents_of, first_documents, loads
from cecli.readers.tokens.options import DOCUMENT, UNITS_COLUMN, TokenOptions, first_is_zero
from cecli.readers.tokens.paths import Astray, key_path, leads_nowhere, parse_path
from cecli.readers.tokens.per import Units, units_of
from cecli.readers.tokens.rows import Counts, PieceReader, Reading, Rows, place_in
from cecli.readers.tokens.shapes import Shape, recognised, records_of, shape_of_path
from cecli.readers.tokens.units import UNITS

_FIGURE, _DOCUMENT, _TOKEN, _UNITS = 0, 1, 2, 3


def token_table(source: Source, options: TableOptions, of_array: bool) -> TokenTable | None:
    """The table of a source whose documents hold tokens; None where they are rows themselves. Nothing is read."""
    wanted = options.tokens
    if wanted is None or (wanted.path is None and not wanted.recognised):
        return None
    documents = first_documents(source, of_array)
    if wanted.path is None:
        shape = recognised(documents)
        return None if shape is None else TokenTable(source, options, of_array, shape, documents)
    if not _is_of_tokens(wanted.path, documents):
        return None
    return TokenTable(source, options, of_array, shape_of_path(wanted.path, documents), documents)


def _is_of_tokens(text: str, documents: Sequence[Any]) -> bool:
    """Whether a path goes further than to a key of a row of figures."""
    rows = [document for document in documents if isinstance(document, dict)]
    if not rows or any(text in row and not isinstance(row[text], list | dict) for row in rows):
        return False
    return "[" in text or "." in text or any(isinstance(row.get(text), list) for row in rows)


class TokenTable(SourceTable):
    """A row a token. ``written_as`` says where the figures are; ``counts`` are those of the documents read so far."""

    header = True
    row_word = "document"

    def __init__(
        self, source: Source, options: TableOptions, of_array: bool, shape: Shape, documents: Sequence[Any]
    ) -> None:
        super().__init__(source)
        self.options = options.tokens or TokenOptions()
        self.written_as = shape
        self.counts = Counts()
        self.threads = 1
        self._of_array, self._block_bytes = of_array, options.block_bytes
        records = [record for document in documents for record in records_of(document, shape.records)]
        self._first_record = records[0] if records else None
        self.units = self._units()
        keys = self._keys(records)
        self.document = DOCUMENT if DOCUMENT not in keys else f"{DOCUMENT} number"
        self.columns = (self.options.path or shape.path, self.document, "token", UNITS_COLUMN, *keys)

    @property
    def cluster(self) -> str:
        """The column of those rows that belong together where nobody says otherwise."""
        return self.written_as.cluster or self.document

    def blocks(self, selection: Selection) -> Iterator[TokenBlock]:
        """The tokens in pieces of the file."""
        reading = self._reading(selection)
        pieces = documents_of(self._source, self._block_bytes, self._of_array)
        row = 0
        for piece, rows in ordered(pieces, lambda piece: (piece, PieceReader(reading, piece).rows()), self.threads):
            self.counts.add(rows.counts)
            rows = rows.totals() if self.options.totals else rows
            if len(rows.values) or rows.problems.total:
                yield TokenBlock(reading, selection, piece, rows, row)
            row += len(rows.values)
        self._check_end(row)

    def _reading(self, selection: Selection) -> Reading:
        texts = (*selection.coded, *selection.strings, *selection.numbers[1:])
        beside = tuple(dict.fromkeys(self.columns[k] for k in texts if k > _UNITS))
        return Reading(
            self.name,
            self.written_as,
            self.options,
            selection.number_kind,
            tuple(map(key_path, beside)),
            with_texts=_TOKEN in selection.strings,
            per=self.units,
        )

    def _units(self) -> Units | None:
        """What losses are divided by."""
        wanted = self.options
        if wanted.per is None:
            return None
        try:
            own = self.written_as.text if wanted.per in UNITS else ""
            return units_of(wanted.per, wanted.text or own or None, self.written_as.texts, self._first_record)
        except ValueError as error:
            raise InputError(f"{self.name}: {error}", "--text PATH says where the text of a document is") from error

    def _keys(self, records: Sequence[Any]) -> tuple[str, ...]:
        """The keys of the first record that hold a text or a number, where no other file need have them, and the paths
        that are wanted and lead to one."""
        keys: dict[str, None] = {}
        for record in records[:1] if not self.options.prefix else ():
            if isinstance(record, dict):
                keys |= {key: None for key, value in record.items() if isinstance(value, str | int | float)}
        for name in self.options.beside:
            if name not in keys and any(_is_cell(name, record) for record in records):
                keys[name] = None
        return tuple(
            key for key in keys if key not in (self.options.path or self.written_as.path, "token", UNITS_COLUMN)
        )

    def _check_end(self, rows: int) -> None:
        """Raise InputError for what only all documents tell."""
        counts = self.counts
        if counts.null_first and counts.null_first < counts.sequences:
            raise InputError(
                f"{self.name}: {counts.null_first:,} of {counts.sequences:,} records begin with a null, and the others "
                "do not, so it is no first token without a figure",
                "--first-token drop leaves the first token of every record out",
            )
        if self.options.first is None and counts.sequences and counts.zero_first == counts.sequences:
            raise first_is_zero(self.name, counts.sequences)
        if counts.without and self.units is not None:
            raise InputError(f"{self.name}: {counts.notes()[0]}, so --per has nothing to divide there")
        if not rows and not counts.sequences and self._first_record is not None:
            raise leads_nowhere(self.name, self._first_record, parse_path(self.written_as.path))


class TokenBlock:
    """The tokens of some documents, which have been read."""

    def __init__(self, reading: Reading, selection: Selection, piece: Documents, rows: Rows, first_row: int) -> None:
        self.first_row = first_row
        self.rows = len(rows.values)
        self._reading, self._selection, self._piece, self._rows = reading, selection, piece, rows

    def parse(self) -> Cells:
        """The selected cells."""
        rows, chosen = self._rows, self._selection
        rows.problems.raise_any()
        problems = Problems()
        numbers = np.empty((self.rows, len(chosen.numbers)))
        for k, column in enumerate(chosen.numbers):
            numbers[:, k] = self._numbers(column, problems)
        problems.raise_any()
        return Cells(
            numbers,
            tuple(self._coded(column) for column in chosen.coded),
            tuple(self._strings(column) for column in chosen.strings),
        )

    def place(self, row: int, column: int | None = None) -> str:
        """``chat.jsonl:17: choices[0].logprobs.content[3].logprob``."""
        ends = np.cumsum(self._rows.lengths)
        document = int(np.searchsorted(ends, row, side="right"))
        inner = int(self._rows.at[document][row - (int(ends[document - 1]) if document else 0)])
        number, _, record = self._rows.names[document].partition(".")
        line = int(number) - self._piece.first - 1
        place = self._piece.place(self._reading.name, line)
        if column != _FIGURE:
            return place
        shape = self._reading.shape
        found = records_of(loads(self._piece.texts()[line]), shape.records)[int(record or 1) - 1]
        before = f"{shape.records.removesuffix('[]')}[{int(record) - 1}]." if record else ""
        return f"{place}: {before}{place_in(found, self._reading.path, inner)}"

    def _numbers(self, column: int, problems: Problems) -> Any:
        """The figures, or the units of every document at its first token, or a key that is a number."""
        rows = self._rows
        if column == _FIGURE:
            return rows.values
        if column != _UNITS:
            return self._number_column(column, problems)
        units = np.zeros(len(rows.values))
        units[np.cumsum(rows.lengths) - rows.lengths] = rows.units or []
        return units

    def _number_column(self, column: int, problems: Problems) -> Any:
        """A key of the documents as a number for each of their tokens."""
        texts = self._of_documents(column)
        values = np.zeros(len(texts))
        kind = self._selection.kind(column)
        for k, text in enumerate(texts):
            try:
                values[k] = parse_number(text, kind)
            except ValueError as error:
                place = self.place(int(self._rows.lengths[:k].sum()))
                problems.add([f"{place}: {self._reading.beside[self._key(column)].text}: {error}"])
        return np.repeat(values, self._rows.lengths)

    def _coded(self, column: int) -> Coded:
        of_documents = Coded.of(self._of_documents(column))
        return Coded(np.repeat(of_documents.codes, self._rows.lengths), of_documents.values)

    def _strings(self, column: int) -> Any:
        import pyarrow as pa

        if column != _TOKEN:
            return pa.array(np.repeat(np.array(self._of_documents(column), dtype=object), self._rows.lengths))
        return pa.array(self._token_names(), pa.string())

    def _token_names(self) -> list[str]:
        """What a person calls each token: ``3:17 "the"`` is the seventeenth of the third document."""
        texts, names = self._rows.texts or [], []
        for name, kept in zip(self._rows.names, self._rows.at, strict=True):
            names += [f"{self._reading.options.prefix}{name}:{k + 1}" for k in kept.tolist()]
        if not self._reading.shape.texts:
            return names
        return [f"{name} {quoted(text)}" if text else name for name, text in zip(names, texts, strict=True)]

    def _of_documents(self, column: int) -> list[str]:
        prefix = self._reading.options.prefix
        return (
            [f"{prefix}{name}" for name in self._rows.names]
            if column == _DOCUMENT
            else list(self._rows.beside[self._key(column)])
        )

    def _key(self, column: int) -> int:
        columns = [
            k
            for k in (*self._selection.coded, *self._selection.strings, *self._selection.numbers[1:])
            if k > _UNITS
        ]  # fmt: skip
        return list(dict.fromkeys(columns)).index(column)


def _is_cell(name: str, record: Any) -> bool:
    try:
        values = [value for sequence in key_path(name).sequences(record) for value in islice(sequence, 2)]
    except Astray:
        return False
    return len(values) == 1 and isinstance(values[0], str | int | float)
