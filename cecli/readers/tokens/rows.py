"""From a piece of documents to the figures of their tokens, with what is no figure left out, counted or refused."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from cecli.core.sums.layout import Floats, Integers
from cecli.errors import quoted
from cecli.readers.tables.jsonl_careful import INFINITIES
from cecli.readers.tables.table import Problems
from cecli.readers.tokens.candidates import AMBIGUOUS
from cecli.readers.tokens.documents import Documents, loads
from cecli.readers.tokens.options import MISSING_HINT, NOT_KNOWN, TokenOptions
from cecli.readers.tokens.paths import ABSENT, Astray, Path, parse_path, walk
from cecli.readers.tokens.per import Units
from cecli.readers.tokens.shapes import Shape, records_of

ROUNDING = 1e-6
"""How far a log-probability in single precision may be above 0 by rounding; it is then 0."""

_NO_IDS = "without prompt_token_ids, and at this rank, nothing tells which candidate is the prompt's token"


class Counts:
    """What was found among the documents: how many there are, how many have no token, and the first of these; how many
    tokens were left out as the first ones, and how many had no figure; how many sequences there are, how many begin
    with a null, and how many with exactly 0."""

    def __init__(self) -> None:
        self.documents = self.without = 0
        self.empty: list[str] = []
        self.first_left_out = self.missing = 0
        self.sequences = self.null_first = self.zero_first = 0

    def add(self, other: Counts) -> None:
        """Add those of other documents, which follow."""
        self.empty = (self.empty + other.empty)[:_SHOWN]
        for name in vars(self):
            if name != "empty":
                setattr(self, name, getattr(self, name) + getattr(other, name))

    def notes(self) -> list[str]:
        """What a person should know of the documents."""
        if not self.without:
            return []
        more = f" and {self.without - len(self.empty):,} more" if self.without > len(self.empty) else ""
        what = "documents has" if self.without == 1 else "documents have"
        return [f"{self.without:,} of {self.documents:,} {what} no token: {', '.join(self.empty)}{more}"]


_SHOWN = 5


@dataclass(frozen=True, eq=False, repr=False)
class Rows:
    """The tokens of a piece: their figures (n,), how many each document has, what a person calls it, the texts of the
    keys beside, a list a key, the place of each row among the values of its document, and the texts of the tokens where
    they are wanted."""

    values: Floats
    lengths: Integers
    names: list[str]
    beside: tuple[list[Any], ...]
    at: list[Integers]
    counts: Counts
    problems: Problems
    texts: list[str] | None = None
    units: list[float] | None = None

    def totals(self) -> Rows:
        """A row a document: the sum of its figures, at the place of the first."""
        ends = np.cumsum(self.lengths).tolist()
        starts = [0, *ends[:-1]]
        sums = [math.fsum(self.values[start:end]) for start, end in zip(starts, ends, strict=True)]
        texts = None if self.texts is None else [""] * len(ends)
        return replace(
            self,
            values=np.array(sums),
            lengths=np.ones(len(ends), dtype=np.intp),
            at=[kept[:1] for kept in self.at],
            texts=texts,
        )


@dataclass(frozen=True, eq=False, repr=False)
class Reading:
    """How the documents of a file are read. ``beside`` are the keys wanted of each, by their paths."""

    name: str
    shape: Shape
    options: TokenOptions
    kind: str = "a number"
    beside: tuple[Path, ...] = ()
    with_texts: bool = False
    per: Units | None = None

    @property
    def path(self) -> Path:
        """The path of the figures in a record."""
        return parse_path(self.shape.path)


class PieceReader:
    """Reads one piece; ``rows`` is what came out."""

    def __init__(self, reading: Reading, documents: Documents) -> None:
        self._reading = reading
        self._path = reading.path
        self._texts_path = parse_path(reading.shape.texts) if reading.with_texts and reading.shape.texts else None
        self._documents = documents
        self._problems, self._counts = Problems(), Counts()
        self._values: list[Floats] = []
        self._lengths: list[int] = []
        self._names: list[str] = []
        self._beside: list[list[Any]] = []
        self._at: list[Integers] = []
        self._texts: list[str] = []
        self._units: list[float] = []

    def rows(self) -> Rows:
        """The tokens of all documents."""
        documents, shape = self._documents, self._reading.shape
        for number, text in enumerate(documents.texts()):
            place = documents.place(self._reading.name, number)
            document = self._parsed(text, place)
            if document is None:
                continue
            for k, record in enumerate(records_of(document, shape.records)):
                inner = f"{shape.records.removesuffix('[]')}[{k}]" if shape.records else ""
                self._record(record, f"{documents.first + number + 1}" + (f".{k + 1}" if inner else ""), place, inner)
        return Rows(
            np.concatenate(self._values) if self._values else np.empty(0),
            np.array(self._lengths, dtype=np.intp),
            self._names,
            tuple([row[k] for row in self._beside] for k in range(len(self._reading.beside))),
            self._at,
            self._counts,
            self._problems,
            self._texts if self._reading.with_texts else None,
            None if self._reading.per is None else self._units,
        )

    def _parsed(self, text: bytes, place: str) -> Any:
        try:
            document = loads(text)
        except UnicodeDecodeError:
            self._problems.add([f"{place}: not UTF-8"])
        except ValueError as error:
            self._problems.add([f"{place}: not JSON: {getattr(error, 'msg', error)}"])
        except RecursionError:
            self._problems.add([f"{place}: nested too deeply"])
        else:
            if isinstance(document, dict):
                return document
            self._problems.add([f"{place}: expected an object, found {described(document)}"])
        return None

    def _record(self, record: Any, name: str, place: str, inner: str) -> None:
        """Add the tokens of a record."""
        where = f"{place}: {inner}." if inner else f"{place}: "
        read, counts = self._reading.shape.read, self._counts
        counts.documents += 1
        try:
            sequences = read(record, self._path) if read is not None else self._path.sequences(record)
        except Astray as error:
            *_, (at, _) = walk(record, self._path.steps)
            self._bad(f"{where}{at}", error.wanted, error.found)
            return
        figures, kept = self._settled([s for s in sequences if s], record, where)
        if not len(figures):
            counts.without += 1
            counts.empty = [*counts.empty, place][:_SHOWN]
            return
        self._values.append(figures)
        self._lengths.append(len(figures))
        self._names.append(name)
        self._at.append(kept)
        self._beside.append([self._cell(path, record, where) for path in self._reading.beside])
        if self._reading.per is not None:
            self._units.append(self._count(self._reading.per, record, kept, where))
        if self._reading.with_texts:
            texts = self._token_texts(record)
            self._texts += [texts[k] if k < len(texts) else "" for k in kept.tolist()]

    def _settled(self, sequences: list[list[Any]], record: Any, where: str) -> tuple[Floats, Integers]:
        """The figures of the tokens that count, and their numbers among all values of the document."""
        flat: list[Any] = [value for sequence in sequences for value in sequence]
        dropped = self._first_ones(sequences)
        if {*map(type, flat)} <= {float, int}:
            figures = self._as_array(flat)
        else:
            figures = self._with_what_is_none(flat, dropped, record, where)
        missing = self._missing(flat, figures)
        missing[dropped] = False
        keep = np.ones(len(flat), dtype=bool)
        keep[dropped] = False
        if missing.any():
            self._counts.missing += int(np.count_nonzero(missing))
            if self._reading.options.missing is None:
                self._refuse_missing(flat, missing, record, where)
            elif self._reading.options.missing == "infinite":
                figures[missing] = -math.inf
            else:
                keep &= ~missing
        if self._reading.options.logarithms:
            figures[(figures > 0) & (figures <= ROUNDING)] = 0.0
        return figures[keep], np.flatnonzero(keep)

    def _first_ones(self, sequences: list[list[Any]]) -> list[int]:
        """The numbers of the tokens that begin a sequence and are left out."""
        counts, first = self._counts, self._reading.options.first
        dropped, at = [], 0
        for sequence in sequences:
            begin = sequence[0]
            counts.sequences += 1
            counts.zero_first += type(begin) in (float, int) and begin == 0
            null = begin is None and self._reading.shape.prompt
            counts.null_first += null
            if null or first == "drop":
                counts.first_left_out += 1
                dropped.append(at)
            at += len(sequence)
        return dropped

    def _as_array(self, flat: list[Any]) -> Floats:
        try:
            return np.array(flat, dtype=np.float64)
        except OverflowError:  # a whole number beyond all doubles
            return np.array([float(str(value)) for value in flat])

    def _with_what_is_none(self, flat: list[Any], dropped: list[int], record: Any, where: str) -> Floats:
        """The figures; nan for a null, and for what is no number, which is a problem."""
        figures = np.full(len(flat), math.nan)
        for k, value in enumerate(flat):
            if type(value) in (float, int):
                figures[k] = float(str(value)) if type(value) is int else value
            elif isinstance(value, str) and value in INFINITIES:
                figures[k] = INFINITIES[value]
            elif value is not None and k not in dropped:
                hint = _NO_IDS if value is AMBIGUOUS else None
                self._bad(f"{where}{self._place(record, k)}", self._reading.kind, value, hint)
                figures[k] = 0.0
        return figures

    def _missing(self, flat: list[Any], figures: Floats) -> Any:
        """Which figures are not known: nulls, and what APIs write instead."""
        missing = np.isnan(figures)
        if missing.any():
            missing &= np.array([value is None for value in flat])
        if self._reading.options.logarithms:
            missing |= (figures <= NOT_KNOWN) & np.isfinite(figures)
        return missing

    def _refuse_missing(self, flat: list[Any], missing: Any, record: Any, where: str) -> None:
        found = np.flatnonzero(missing).tolist()
        messages = [
            f"{where}{self._place(record, k)}: expected {self._reading.kind}, found {described(flat[k])}"
            f"{'' if flat[k] is None else ', which APIs write where it is not known'}"
            for k in found[:10]
        ]
        self._problems.add(messages, len(found), MISSING_HINT)

    def _cell(self, path: Path, record: Any, where: str) -> Any:
        """The text or the number of a key beside the tokens, as a text."""
        try:
            values = [value for sequence in path.sequences(record) for value in sequence]
        except Astray:
            values = []
        value = values[0] if len(values) == 1 else None
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, str | int | float):
            return str(value)
        self._problems.add([f"{where}{path.text}: expected a text or a number, found {described(value)}"])
        return ""

    def _count(self, per: Units, record: Any, kept: Integers, where: str) -> float:
        """What the loss of a document is divided by."""
        try:
            return per.of(record, kept)
        except ValueError as error:
            self._problems.add([f"{where}{error}"])
            return 0.0

    def _token_texts(self, record: Any) -> list[str]:
        if self._texts_path is None:
            return []
        try:
            values = [value for sequence in self._texts_path.sequences(record) for value in sequence]
        except Astray:
            return []
        return [value if isinstance(value, str) else "" for value in values]

    def _place(self, record: Any, number: int) -> str:
        return place_in(record, self._path, number)

    def _bad(self, place: str, wanted: str, found: Any, hint: str | None = None) -> None:
        self._problems.add([f"{place}: expected {wanted}, found {described(found)}"], hint=hint)


def place_in(record: Any, path: Path, number: int) -> str:
    """Where a value of a record stands."""
    for k, place in enumerate(path.places(record)):
        if k == number:
            return place
    return path.text


def described(value: Any) -> str:
    """A value as messages say it."""
    if value is None:
        return "a null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "a list"
    if value is ABSENT or value is AMBIGUOUS:
        return repr(value)
    return quoted(value) if isinstance(value, str) else repr(value)
