"""The rows of a result that ``fit -f json`` or ``simulate -f json`` wrote: the records of its one list."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from cecli.errors import InputError, quoted
from cecli.readers.sources.source import Source, check_text_head
from cecli.readers.tables.jsonl_careful import Object, described, parse_object
from cecli.readers.tables.problems import Problems
from cecli.readers.tables.records import LONGEST_RECORD, decode

OUTCOMES = "outcomes"
"""The key under which a PMF's records stand in our own results."""


class DocumentRows:
    """The records of the list ``outcomes`` of a JSON object; the keys of the first are the columns."""

    word = "record"
    numbered = False

    def __init__(self, source: Source) -> None:
        self.name = source.name
        self._records = _records(source)
        self.columns = [key for key, _ in self._records[0]]
        self.header = f"{self.name}: {OUTCOMES}"

    def first(self) -> list[str] | None:
        """The cells of the first record."""
        return [_text(value) for _, value in self._records[0]]

    def rows(self, columns: Sequence[int], problems: Problems) -> Iterator[tuple[int, list[str]]]:
        """All records that have the keys of the first."""
        for number, record in enumerate(self._records, 1):
            values = dict(record)
            if len(record) != len(self.columns) or not all(key in values for key in self.columns):
                problems.add(number, None, None, "its keys are not those of the first record")
                continue
            bad = [k for k in columns if values[self.columns[k]] is None or isinstance(values[self.columns[k]], list)]
            for k in bad:
                found = described(values[self.columns[k]])
                problems.add(number, k, self.columns[k], f"expected a text or a number, found {found}")
            if not bad:
                yield number, [_text(values[self.columns[k]]) for k in columns]

    def place(self, row: int, column: int | None = None, header: str | None = None) -> str:
        """``fit.json: outcomes, record 2: count``."""
        text = f"{self.header}, record {row}"
        return text if column is None else f"{text}: {quoted(self.columns[column])[1:-1]}"


def _records(source: Source) -> list[Object]:
    check_text_head(source)
    data = source.read(LONGEST_RECORD + 1)
    if len(data) > LONGEST_RECORD:
        raise InputError(f"{source.name}: a JSON object of more than {LONGEST_RECORD >> 20} MiB")
    found: Any = parse_object(decode(data, source.name, 1), f"{source.name}:1").get(OUTCOMES)
    if not isinstance(found, list) or not found or not all(isinstance(one, Object) and one for one in found):
        raise InputError(
            f"{source.name}: a JSON object without a list of records called {OUTCOMES}, as fit -f json writes it",
            "a PMF may also be an array of records, or JSON Lines, one outcome and its number each",
        )
    return found


def _text(value: Any) -> str:
    """A value as its text: numbers as they are written."""
    return str(value).lower() if isinstance(value, bool) else str(value)
