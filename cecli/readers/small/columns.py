"""A small table of outcomes with counts or probabilities: which column is which, no number read yet."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field

from cecli.errors import InputError, literal, quoted
from cecli.readers.small.rows import SmallRows, open_small
from cecli.readers.sources.source import STANDARD_INPUT
from cecli.readers.tables.numbers import parse_number
from cecli.readers.tables.problems import Problems
from cecli.readers.tables.records import MARKS

PROBABILITY_NAMES = ("probability", "prob", "p", "q", "pmf", "proportion")
COUNT_NAMES = ("count", "counts", "n", "freq", "frequency")

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
    """The columns of a PMF file that matter. ``named`` is the one the person asked for; ``lines`` the rows' lines, or
    their numbers; ``problems`` what is wrong with them; ``samples`` the hint where ``named`` holds no numbers."""

    problems: Problems
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
    path: str, column: str | None, delimiter: str | None, wanted: Expected = PMF, shared: bool = False
) -> PmfTable:
    """The columns of the file at ``path`` (``-``: standard input) that hold its outcomes and its numbers.

    ``column`` names the one of the numbers; else it is found by its header. Rows with too few or too many cells and
    repeated outcomes are among its ``problems``; ``wanted`` is for the hints.
    """
    with open_small(path, delimiter, shared) as rows:
        if rows is None:
            raise InputError(f"{source_name(path)}: there is nothing in it", wanted.start)
        table = _layout(rows, column, path, wanted)
        _fill(table, rows)
        if not table.lines:
            table.problems.check()
            raise InputError(
                f"{rows.name}: a header and no rows" if hasattr(rows, "delimiter") else f"{rows.name}: no rows"
            )
        if table.outcomes:
            _check_repeats(table.outcomes, table, rows.word)
        return table


def source_name(path: str) -> str:
    """What messages call the file at ``path``."""
    return STANDARD_INPUT if path == "-" else literal(path)


def _layout(rows: SmallRows, asked: str | None, path: str, wanted: Expected) -> PmfTable:
    name, cells = rows.name, rows.columns
    names = [cell.strip().lower() for cell in cells]
    counts = [i for i, text in enumerate(names) if text in COUNT_NAMES]
    probabilities = [i for i, text in enumerate(names) if text in PROBABILITY_NAMES]
    named = None
    if asked is not None:
        named = _asked_column(name, cells, asked)
    elif not counts and not probabilities:
        named = 0 if rows.numbered and len(cells) == 1 else _only_column(rows, path, wanted)
    else:
        for group, what in ((counts, "counts"), (probabilities, "probabilities")):
            if len(group) > 1:
                several = " and ".join(f"{i + 1} ({literal(cells[i])})" for i in group[:2])
                raise InputError(
                    f"{rows.header}: columns {several} both hold {what}",
                    f"name the one you mean: {path}:{cells[group[0]]}",
                )
    rest = (i for i in range(len(cells)) if i not in counts and i not in probabilities and i != named)
    outcome = next(rest, None)

    def column(index: int | None) -> Column | None:
        return None if index is None else Column(index, cells[index])

    if named is not None:
        hint = wanted.counted(cells, [named])
        return PmfTable(Problems(rows.place), array("q"), column(outcome), None, None, column(named), hint)
    count, probability = next(iter(counts), None), next(iter(probabilities), None)
    return PmfTable(Problems(rows.place), array("q"), column(outcome), column(count), column(probability), None)


def _asked_column(name: str, cells: list[str], asked: str) -> int:
    if cells.count(asked) == 1:
        return cells.index(asked)
    if asked in cells:
        raise InputError(f"{name}: {cells.count(asked)} columns are called {quoted(asked)}")
    from cecli.core.nearest import meant

    hint = meant(asked, cells) or f"its columns are {_listed(cells)}"
    raise InputError(f"{name}: no column is called {quoted(asked)}", hint)


def _only_column(rows: SmallRows, path: str, wanted: Expected) -> int:
    cells, delimiter = rows.columns, getattr(rows, "delimiter", None)
    if delimiter and any(_is_number(cell) for cell in cells):
        hint = f"put a first line such as {wanted.headers}"
        if len(cells) == 1 and cells[0].strip().isdigit():
            hint = f"{wanted.counted(cells, [])}; in front of counts {hint}"
        raise InputError(f"{rows.header}: expected a header, found {quoted(','.join(cells))}", hint)
    if len(cells) > 1:
        raise InputError(
            f"{rows.header}: no column is called probability or count; its columns are {_listed(cells)}",
            _which_column(path, cells, rows.first(), wanted),
        )
    for mark, word in MARKS.items():
        if delimiter and mark in cells[0]:
            raise InputError(f"{rows.header}: one column, {quoted(cells[0])}", f"try --delimiter {word}")
    return 0


def _which_column(path: str, cells: list[str], first: list[str] | None, wanted: Expected) -> str:
    """The column of numbers, by the first row; where none has any, that of the samples."""
    row = first if first is not None and len(first) == len(cells) else [""] * len(cells)
    labels = [k for k, cell in enumerate(cells) if cell.strip().lower() == "label"]  # even where they are numbers
    texts = [k for k, cell in enumerate(row) if k in labels or (cell and not _may_be_number(cell))]
    numbers = [k for k in range(len(cells)) if k not in texts and cells[k].strip().lower() != "id"]
    if not numbers:
        return wanted.counted(cells, texts)
    return f"name the one that holds the numbers: {path}:{cells[numbers[-1]]}"


def _fill(table: PmfTable, rows: SmallRows) -> None:
    lines = array("q")
    columns = table.columns()
    appends = [column.cells.append for column in columns]
    for line, cells in rows.rows([column.index for column in columns], table.problems):
        lines.append(line)
        for append, cell in zip(appends, cells, strict=True):
            append(cell)
    table.lines = lines


def _check_repeats(outcomes: Column, table: PmfTable, word: str) -> None:
    if len(set(outcomes.cells)) == len(outcomes.cells):
        return
    first: dict[str, int] = {}
    for line, outcome in zip(table.lines, outcomes.cells, strict=True):
        if first.setdefault(outcome, line) != line:
            what = f"{quoted(outcome)} stands already in {word} {first[outcome]}"
            table.problems.add(line, outcomes.index, outcomes.header, what)


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
