"""The bytes of an array: in a file, where they are read at their offsets, or in a stream, where they come in turn."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import IO, Any, Protocol

from cecli.errors import InputError, unreadable
from cecli.readers.sources.source import Source
from cecli.readers.tables.records import LONGEST_RECORD


class Data(Protocol):
    """The bytes of one array, from its first to its last."""

    in_place: bool
    """Whether they may be read at any offset, in any thread."""

    def check_length(self, wanted: int, first: int) -> int:
        """0 where it has so many bytes as far as can be told, below 0 where it has fewer, above 0 where it has more;
        of a stream the ``first`` ones are looked for."""

    def read(self, size: int) -> bytes:
        """The next bytes of a stream; fewer only at its end."""

    def read_into(self, part: memoryview, place: int) -> bool:
        """Fill ``part`` with what stands at ``place`` of the array; whether there was as much."""

    def check_end(self) -> bool:
        """Whether the array has been the last of it. Raises InputError where the file has changed."""

    def position(self, given: int) -> int:
        """How many bytes have been taken from the disk when so many of the array have been handed on."""

    def close(self) -> None:
        """Close what is open beside the source."""


class InFile:
    """Bytes ``offset`` to ``offset + length`` of a file that does not change, ``length`` None to its end.

    Of a plain file ``source`` gives its path; it is opened anew for each read, so that threads share no position.
    ``copy`` is a temporary file with its bytes instead.
    """

    in_place = True

    def __init__(self, source: Source, offset: int, length: int | None = None, copy: IO[bytes] | None = None) -> None:
        self._source, self._offset, self._copy = source, offset, copy
        size = (source.size or 0) if copy is None else os.fstat(copy.fileno()).st_size
        self._length = size - offset if length is None else min(length, size - offset)

    def check_length(self, wanted: int, first: int) -> int:
        """How many bytes more there are than wanted."""
        return self._length - wanted

    def read(self, size: int) -> bytes:
        """A file is read at its offsets."""
        raise AssertionError("no stream")

    def read_into(self, part: memoryview, place: int) -> bool:
        """Fill ``part``."""
        place += self._offset
        try:
            if self._copy is not None:
                return _fill(self._copy, part, place)
            with open(str(self._source.file), "rb", buffering=0) as file:
                return _fill(file, part, place)
        except OSError as error:
            raise InputError(f"{self._source.name}: {unreadable(error)}") from error

    def check_end(self) -> bool:
        """Whether the file is as it was."""
        self._source.check_unchanged()
        return True

    def position(self, given: int) -> int:
        """How far the file has been read; a copy is read when all has been taken."""
        return self._source.position if self._copy is not None else self._offset + given

    def close(self) -> None:
        """Forget the copy."""
        if self._copy is not None:
            self._copy.close()


class InStream:
    """What is left of a source; ``tell`` says how much of the disk has been read where the source does not know."""

    in_place = False

    def __init__(self, source: Source, tell: Callable[[], int] | None = None) -> None:
        self._source, self._tell = source, tell

    def check_length(self, wanted: int, first: int) -> int:
        """Below 0 where the stream ends within the first bytes."""
        first = min(first, wanted)
        return -1 if first > LONGEST_RECORD or len(self._source.peek(first)) < first else 0

    def read(self, size: int) -> bytes:
        """The next bytes."""
        return self._source.read(size)

    def read_into(self, part: memoryview, place: int) -> bool:
        """A stream is read in turn."""
        raise AssertionError("no file")

    def check_end(self) -> bool:
        """Whether nothing follows."""
        return not self._source.read(1)

    def position(self, given: int) -> int:
        """How far the stream has been read."""
        return self._source.position if self._tell is None else self._tell()

    def close(self) -> None:
        """Close the stream."""
        self._source.close()

    def copied(self) -> InFile:
        """The same in a temporary file."""
        from cecli.readers.sources.spool import spooled

        return InFile(self._source, 0, copy=spooled(self._source))


def _fill(file: IO[Any], part: memoryview, place: int) -> bool:
    while part:
        got = _read_at(file, part, place)
        if not got:
            return False
        part, place = part[got:], place + got
    return True


def _read_at(file: Any, part: memoryview, place: int) -> int:
    """How many bytes at ``place`` were read into ``part``; in one call where the system has it."""
    if hasattr(os, "preadv"):
        return os.preadv(file.fileno(), [part], place)
    file.seek(place)
    return file.readinto(part) or 0
