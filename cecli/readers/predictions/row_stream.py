"""Stretches of rows that are handed out again in stretches of another length."""

from __future__ import annotations

from collections.abc import Iterator

from cecli.readers.predictions.observations import Observed, joined
from cecli.readers.tables.table import Problems


class RowStream:
    """Consecutive rows that come in parts of any length. ``rows`` counts those that have come.

    ``what`` and ``name`` say in messages what a row is and where it stands; bad cells may be collected in ``problems``.
    """

    def __init__(self, name: str, what: str, parts: Iterator[Observed]) -> None:
        self.name = name
        self.what = what
        self.problems = Problems()
        self.rows = 0
        self._parts = parts
        self._waiting: list[Observed] = []

    def take(self, rows: int) -> Observed:
        """The next rows; fewer than ``rows`` only at the end."""
        have = sum(part.rows for part in self._waiting)
        while have < rows:
            part = self._next()
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
        while (part := self._next()) is not None:
            yield part

    def _next(self) -> Observed | None:
        part = next(self._parts, None)
        if part is not None:
            self.rows += part.rows
        return part
