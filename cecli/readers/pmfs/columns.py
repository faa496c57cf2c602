"""A file of outcomes with counts or probabilities as columns of text: which column is which, no number read yet."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from cecli.errors import InputError, literal, quoted
from cecli.readers.sources.source import Source, detect_format, open_source
from cecli.readers.tables.numbers import parse_number
from cecli.readers.tables.problems import Problems
from cecli.readers.tables.records import MARKS, Record, read_records

PROBABILITY_NAMES = ("probability", "prob", "p", "q", "pmf")
COUNT_NAMES = ("count", "counts", "n", "freq", "frequency")

_DELIMITERS = {"csv": ",", "tsv": "\t"}


@dataclass
class Column:
    """One column: its position from 0, its header, its cells as written."""

    index: int
    header: str
    cells: list[str] = field(default_factory=list)


@dataclass
class PmfTable:
    """The columns of a PMF file that matter. ``named`` is the one the person asked for; ``lines`` the rows' lines."""

    name: str
    lines: Sequence[int]
    outcomes: Column | None
    count: Column | None
    probability: Column | None
    named: Column | None

    def columns(self) -> list[Column]:
        """The columns that are read."""
        return [column for column in (self.outcomes, self.count, self.probability, self.named) if column]


def read_table(path: str, column: str | None, delimiter: str | None, problems: Problems) -> PmfTable:
    """The columns of the file at ``path`` (``-``: standard input) that hold its outcomes and its numbers.

    ``column`` names the one of the numbers; else it is found by its header. Rows with too few or too many cells and
    repeated outcomes go to ``problems``.
    """
    with open_source(path) as source:
        records = _records(source, delimiter)
        header = next(records, None)
        if header is None:
            raise InputError(f"{source.name}: there is nothing in it", "a PMF file starts with outcome,probability")
        table = _layout(source.name, header, column, path)
        _fill(table, records, len(header.cells), problems)
    if not table.lines:
        problems.check()
        raise InputError(f"{source.name}: a header and no rows")
    if table.outcomes:
        _check_repeats(table.outcomes, table.lines, problems)
    return table


def _records(source: Source, delimiter: str | None) -> Iterator[Record]:
    kind = detect_format(source)
    if kind not in _DELIMITERS:
        raise InputError(f"{source.name}: a PMF is read from CSV or TSV, this is {kind}")
    return read_records(source, delimiter or _DELIMITERS[kind])


def _layout(name: str, header: Record, asked: str | None, path: str) -> PmfTable:
    cells = header.cells
    names = [cell.strip().lower() for cell in cells]
    counts = [i for i, text in enumerate(names) if text in COUNT_NAMES]
    probabilities = [i for i, text in enumerate(names) if text in PROBABILITY_NAMES]
    named = None
    if asked is not None:
        named = _asked_column(name, cells, asked)
    elif not counts and not probabilities:
        named = _only_column(name, header, path)
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
        return PmfTable(name, array("q"), column(outcome), None, None, column(named))
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


def _only_column(name: str, header: Record, path: str) -> int:
    cells = header.cells
    if any(_is_number(cell) for cell in cells):
        raise InputError(
            f"{name}:{header.line}: expected a header, found {quoted(','.join(cells))}",
            "put a first line such as outcome,probability or outcome,count",
        )
    if len(cells) > 1:
        raise InputError(
            f"{name}:{header.line}: no column is called probability or count; its columns are {_listed(cells)}",
            f"name the one that holds the numbers: {path}:{cells[-1]}",
        )
    for mark, word in MARKS.items():
        if mark in cells[0]:
            raise InputError(f"{name}:{header.line}: one column, {quoted(cells[0])}", f"try --delimiter {word}")
    return 0


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


def _is_number(text: str) -> bool:
    try:
        parse_number(text)
    except ValueError:
        return False
    return True
