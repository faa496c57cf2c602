"""JSON Lines cut into blocks of whole lines, each with its first row and line, before anything is parsed."""

from __future__ import annotations

from collections.abc import Iterator

from cecli.errors import InputError
from cecli.readers.tables.text_split import Piece, TextSplitter

_BLANK = b" \t\r\n"


BEFORE, AFTER = b'{"row":', b"}"
"""Around a list that is a record: what it holds is then a column, ``row``."""


class LineSplitter(TextSplitter):
    """Takes a text of an object a line apart, or of a list: first ``first_line()``, then ``pieces()``."""

    wrapped = False
    """Whether each object is put under the key ``row``, too."""

    _of_lists = False

    def first_line(self) -> bytes:
        """The first line, b"" where there is none; it is a row, and comes again with the pieces."""
        end = 0
        while not self._final and not end:
            self._fill()
            end = self._rest.find(b"\n") + 1
        line = self._rest[:end] if end else self._rest
        self._of_lists = self.wrapped or line.lstrip(_BLANK).startswith(b"[")
        return self._as_objects(line)

    def _as_objects(self, data: bytes) -> bytes:
        """Lists as objects that hold them; a line that is none becomes no JSON, and is told from the lists by that."""
        if not self._of_lists:
            return data
        lines = data.removesuffix(b"\n").replace(b"\r\n", b"\n").replace(b"\n", AFTER + b"\n" + BEFORE)
        return BEFORE + lines + AFTER + b"\n"

    def pieces(self) -> Iterator[Piece]:
        """The lines, in pieces of about the block size; blank lines at the end of the file are left out."""
        while not self._final or self._rest:
            if not self._final and len(self._rest) < self._block:
                self._fill()
            end = len(self._rest) if self._final else self._rest.rfind(b"\n") + 1
            if end == 0 and not self._final:
                self._fill()
                continue
            data, self._rest = self._rest[:end], self._rest[end:]
            lines = data.count(b"\n")
            whole = self._without_blank_end(data, lines)
            if whole:
                kept = lines if len(whole) == len(data) else whole.count(b"\n")
                rows = kept + (not whole.endswith(b"\n"))
                yield Piece(self._as_objects(whole), rows, kept, self._row, self._line, quoted=False)
                self._row += rows
            self._line += lines

    def _without_blank_end(self, data: bytes, lines: int) -> bytes:
        """``data`` without blank lines at its end: the end of the file, or an error when something follows them."""
        body = len(data.rstrip(_BLANK)) if data[-2:-1] in _BLANK or not data.endswith(b"\n") else len(data) - 1
        if body and self._blank:
            raise InputError(f"{self._source.name}:{self._blank}: a blank line inside the file")
        end = data.find(b"\n", body) + 1 if body else 0
        if body and (end == 0 or end == len(data)):
            return data
        self._blank = self._blank or self._line + lines - data.count(b"\n", end)
        return data[:end]
