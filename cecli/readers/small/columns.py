"""A file of outcomes with counts or probabilities as columns of text: which column is which, no number read yet."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain

from cecli.errors import InputError, literal, quoted
from cecli.readers.sources.source import Source, detect_format, open_source
from cecli.readers.tables.numbers import parse_number
from cecli.readers.tables.problems import Problems
from cecli.readers.tables.records import MARKS, Record, read_records

PROBABILITY_NAMES = ("probability", "prob", "p", "q", "pmf")
COUNT_NAMES = ("count", "counts", "n", "freq", "frequency")

_DELIMITERS = {"csv": ",", "tsv": "\t"}

_LOOKED_AT = 1000
"""Cells that are looked at to see whether a column holds words."""


@dataclass(frozen=True)
class Expected:
    """What a file is read for, as hints say it: how it starts, the headers it may have, and how samples are counted.

    ``samples`` ends in the option that one outcome a line is read with.
    """

    start: str = "a PMF file starts with outcome,probability"
    headers: str = "outcome,probability or outcome,count"
    samples: str = "cecli fit --samples"

    def counted(self, cells: Sequence[str], texts: Sequence[int]) -> str:
        """The hint for a file that holds samples, in one of the columns ``texts``."""
        labels = [k for k in texts if cells[k].strip().lower() == "label"]
        if not texts or len(cells) == 1:
            return f"{self.samples} counts samples, one outcome a line"
        from shlex import quote

        column = quote(cells[(labels or texts)[-1]])
        return f"{self.samples} --column {column} counts the outcomes in that column"


PMF = Expected()
COUNTS = Expected("a file of counts starts with outcome,count", "outcome,count")
TO_FIT = Expected(COUNTS.start, COUNTS.headers, "--samples")


@dataclass
class Column:
    """One column: its position from 0, its header, its cells as written."""

    index: int
    header: str
    cells: list[str] = field(default_factory=list)


@dataclass
class PmfTable:
    """The columns of a PMF file that matter. ``named`` is the one the person asked for; ``lines`` the rows' lines;
    ``samples`` the hint where that holds no numbers."""

    name: str
    lines: Sequence[int]
    outcomes: Column | None
    count: Column | None
    probability: Column | None
    named: Column | None
    samples: str | None = None

    def columns(self) -> list[Column]:
        """The columns that are read."""
        return [column for column in (self.outcomes, self.count, self.probability, self.named) if column]

    def hint(self) -> str | None:
        """What helps where the column that was named, or is the only one, holds words."""
        if self.named is None or any(_may_be_number(cell) for cell in self.named.cells[:_LOOKED_AT]):
            return None
        return self.samples


def read_table(
    path: str, column: str | None, delimiter: str | None, problems: Problems, wanted: Expected = PMF
) -> PmfTable:
    """The columns of the file at ``path`` (``-``: standard input) that hold its outcomes and its numbers.

    ``column`` names the one of the numbers; else it is found by its header. Rows with too few or too many cells and
    repeated outcomes go to ``problems``; ``wanted`` is for the hints.
    """
    with open_source(path) as source:
        records = _records(source, delimiter)
        header = next(records, None)
        if header is None:
            raise InputError(f"{source.name}: there is nothing in it", wanted.start)
        first = next(records, None)
        table = _layout(source.name, header, first, column, path, wanted)
        _fill(table, records if first is None else chain([first], records), len(header.cells), problems)
    if not table.lines:
        problems.check()
        raise InputError(f"{source.name}: a header and no rows")
    if table.outcomes:
        _check_repeats(table.outcomes, table.lines, problems)
    return table


def _records(source: Source, delimiter: str | None) -> Iterator[Record]:
    kind = detect_format(source)
    if kind not in _DELIMITERS:
        whole = kind == "jsonl" and _is_one_document(source)
        what, hint = ("JSON", "fit and simulate write CSV where no -f json is given") if whole else (kind, None)
        raise InputError(f"{source.name}: a PMF is read from CSV or TSV, this is {what}", hint)
    return read_records(source, delimiter or _DELIMITERS[kind])


def _is_one_document(source: Source) -> bool:
    """Whether a brace opens an object that goes on in the next line, which no line of JSON Lines does."""
    first, end, _ = source.peek(512).lstrip(b"\xef\xbb\xbf \t\r\n").partition(b"\n")
    return bool(end) and not first.rstrip().endswith(b"}")


def _layout(
    name: str, header: Record, first: Record | None, asked: str | None, path: str, wanted: Expected
) -> PmfTable:
    cells = header.cells
    names = [cell.strip().lower() for cell in cells]
    counts = [i for i, text in enumerate(names) if text in COUNT_NAMES]
    probabilities = [i for i, text in enumerate(names) if text in PROBABILITY_NAMES]
    named = None
    if asked is not None:
        named = _asked_column(name, cells, asked)
    elif not counts and not probabilities:
        named = _only_column(name, header, first, path, wanted)
    else:
        for group, what in ((counts, "counts"), (probabilities, "probabilities")):
            if len(group) > 1:
                several = " and ".join(f"{i + 1} ({literal(cells[i])})" for i in group[:2])
                raise InputError(
                    f"{name}:{header.line}: columns {several} both hold {what}",
                    f"name the one you mean: {path}:{cells[group[0]]}",
                )
    rest = (i for i in range(len(cells)) if i not in counts and i not in probabilities and i != named)
    outcome = next(rest, None)

    def column(index: int | None) -> Column | None:
        return None if index is None else Column(index, cells[index])

    if named is not None:
        hint = wanted.counted(cells, [named])
        return PmfTable(name, array("q"), column(outcome), None, None, column(named), hint)
    count, probability = next(iter(counts), None), next(iter(probabilities), None)
    return PmfTable(name, array("q"), column(outcome), column(count), column(probability), None)


def _asked_column(name: str, cells: list[str], asked: str) -> int:
    if cells.count(asked) == 1:
        return cells.index(asked)
    if asked in cells:
        raise InputError(f"{name}: {cells.count(asked)} columns are called {quoted(asked)}")
    from cecli.core.nearest import meant

    hint = meant(asked, cells) or f"its columns are {_listed(cells)}"
    raise InputError(f"{name}: no column is called {quoted(asked)}", hint)


def _only_column(name: str, header: Record, first: Record | None, path: str, wanted: Expected) -> int:
    cells = header.cells
    if any(_is_number(cell) for cell in cells):
        hint = f"put a first line such as {wanted.headers}"
        if len(cells) == 1 and cells[0].strip().isdigit():
            hint = f"{wanted.counted(cells, [])}; in front of counts {hint}"
        raise InputError(f"{name}:{header.line}: expected a header, found {quoted(','.join(cells))}", hint)
    if len(cells) > 1:
        raise InputError(
            f"{name}:{header.line}: no column is called probability or count; its columns are {_listed(cells)}",
            _which_column(path, cells, first, wanted),
        )
    for mark, word in MARKS.items():
        if mark in cells[0]:
            raise InputError(f"{name}:{header.line}: one column, {quoted(cells[0])}", f"try --delimiter {word}")
    return 0


def _which_column(path: str, cells: list[str], first: Record | None, wanted: Expected) -> str:
    """The column of numbers, by the first row; where none has any, that of the samples."""
    row = first.cells if first is not None and len(first.cells) == len(cells) else [""] * len(cells)
    labels = [k for k, cell in enumerate(cells) if cell.strip().lower() == "label"]  # even where they are numbers
    texts = [k for k, cell in enumerate(row) if k in labels or (cell and not _may_be_number(cell))]
    numbers = [k for k in range(len(cells)) if k not in texts and cells[k].strip().lower() != "id"]
    if not numbers:
        return wanted.counted(cells, texts)
    return f"name the one that holds the numbers: {path}:{cells[numbers[-1]]}"


def _fill(table: PmfTable, records: Iterator[Record], width: int, problems: Problems) -> None:
    lines = array("q")
    columns = [(column.index, column.cells.append) for column in table.columns()]
    for record in records:
        cells = record.cells
        if len(cells) != width:
            what = f"expected {width} {'cell' if width == 1 else 'cells'} as in the header, found {len(cells)}"
            problems.add(record.line, None, None, what)
            continue
        lines.append(record.line)
        for index, append in columns:
            append(cells[index])
    table.lines = lines


def _check_repeats(outcomes: Column, lines: Sequence[int], problems: Problems) -> None:
    if len(set(outcomes.cells)) == len(outcomes.cells):
        return
    first: dict[str, int] = {}
    for line, outcome in zip(lines, outcomes.cells, strict=True):
        if first.setdefault(outcome, line) != line:
            what = f"{quoted(outcome)} stands already in line {first[outcome]}"
            problems.add(line, outcomes.index, outcomes.header, what)


def _listed(cells: list[str], limit: int = 8) -> str:
    shown = ", ".join(literal(cell) for cell in cells[:limit])
    return shown + (f", … ({len(cells)} in all)" if len(cells) > limit else "")


def _may_be_number(text: str) -> bool:
    """Whether it is a number, or may be meant as one."""
    return text.lstrip(" \t+-.")[:1].isdigit() or _is_number(text)


def _is_number(text: str) -> bool:
    try:
        parse_number(text)
    except ValueError:
        return False
    return True
