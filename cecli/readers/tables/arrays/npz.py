"""NumPy's .npz: a zip archive of .npy arrays. A stored one is read where it lies, a compressed one as a stream."""

from __future__ import annotations

import zlib
from collections import Counter
from contextlib import nullcontext
from typing import IO, Any

from cecli.errors import InputError, quoted
from cecli.readers.sources.source import Source
from cecli.readers.tables.arrays.data import InFile, InStream
from cecli.readers.tables.arrays.members import chosen_member, labels_beside, with_member
from cecli.readers.tables.arrays.npy_header import HEADER_BYTES, parse_header
from cecli.readers.tables.arrays.spec import ArrayOptions
from cecli.readers.tables.arrays.table import ArrayTable

_SUFFIX = ".npy"
_LOCAL_HEADER = 30
"""Bytes before the name of a member; the lengths of the name and of what follows it are its last four."""

_STORED, _DEFLATED = 0, 8


def open_npz(source: Source, path: str, options: ArrayOptions) -> ArrayTable:
    """The array that is meant of an archive. Raises InputError where it is broken, UsageError where that is unclear."""
    from zipfile import BadZipFile, ZipFile

    copy: IO[bytes] | None = None
    if source.file is None:
        from cecli.readers.sources.spool import spooled

        copy = spooled(source)
    try:
        archive = ZipFile(copy or str(source.file))
    except (BadZipFile, OSError, ValueError, NotImplementedError) as error:
        if copy is not None:
            copy.close()
        raise InputError(f"{source.name}: this archive is broken, or was cut short: {error}") from error
    try:
        return _opened(source, path, options, archive, copy)
    except BaseException:
        archive.close()
        if copy is not None:
            copy.close()
        raise


def _opened(source: Source, path: str, options: ArrayOptions, archive: Any, copy: IO[bytes] | None) -> ArrayTable:
    members = _members(archive, source.name)
    chosen = chosen_member(list(members), options, source.name, path)
    info = members[chosen]
    name = with_member(source.name, chosen)
    _check(info, name)
    stream = Source(_Member(archive, info, name, copy), name)  # type: ignore[arg-type]
    array = parse_header(stream.peek(HEADER_BYTES), name)
    data: InFile | InStream
    if info.compress_type == _STORED:
        begin = _place(source, copy, info, name)
        data = InFile(source, begin + array.offset, info.file_size - array.offset, copy)
        archive.close()
    else:
        stream.read(array.offset)
        data = InStream(stream, archive.fp.tell)
    table = ArrayTable(name, source, array, data, options)
    beside = labels_beside(list(members), chosen)
    table.labels_beside = None if beside is None or source.file is None else with_member(path, beside)
    return table


def _members(archive: Any, name: str) -> dict[str, Any]:
    """The arrays of an archive, by their names without ``.npy``."""
    found = [info for info in archive.infolist() if info.filename.endswith(_SUFFIX)]
    again = [called for called, count in Counter(info.filename for info in found).items() if count > 1]
    if again:
        raise InputError(f"{name}: the array {quoted(again[0].removesuffix(_SUFFIX))} stands in it more than once")
    return {info.filename.removesuffix(_SUFFIX): info for info in found}


def _check(info: Any, name: str) -> None:
    if info.flag_bits & 1:
        raise InputError(f"{name}: it is encrypted", "save it without a password")
    if info.compress_type not in (_STORED, _DEFLATED):
        raise InputError(f"{name}: it is packed in a way that NumPy does not know", "numpy.savez_compressed")
    if info.compress_type == _STORED and info.compress_size != info.file_size:
        raise InputError(f"{name}: this archive is broken: of a stored array two lengths are given")


def _place(source: Source, copy: IO[bytes] | None, info: Any, name: str) -> int:
    """Where the bytes of a stored member begin."""
    with open(str(source.file), "rb") if copy is None else nullcontext(copy) as file:
        file.seek(info.header_offset)
        head = file.read(_LOCAL_HEADER)
    if len(head) < _LOCAL_HEADER or not head.startswith(b"PK\x03\x04"):
        raise InputError(f"{name}: this archive is broken: no array where its directory says")
    lengths = [int.from_bytes(head[k : k + 2], "little") for k in (26, 28)]
    return int(info.header_offset) + _LOCAL_HEADER + sum(lengths)


class _Member:
    """A member of an archive as a file that is read once, from its beginning."""

    def __init__(self, archive: Any, info: Any, name: str, copy: IO[bytes] | None) -> None:
        self._archive, self._copy, self._name = archive, copy, name
        self._file = self._guarded(archive.open, info)

    def read(self, size: int) -> bytes:
        """The next bytes; at the end they are compared with the checksum."""
        data: bytes = self._guarded(self._file.read, size)
        return data

    def fileno(self) -> int:
        """There is no file of these bytes."""
        raise OSError

    def close(self) -> None:
        """Close the archive, and forget a copy of it."""
        self._archive.close()
        if self._copy is not None:
            self._copy.close()

    def _guarded(self, call: Any, argument: Any) -> Any:
        from zipfile import BadZipFile

        try:
            return call(argument)
        except (BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
            raise InputError(f"{self._name}: this archive is broken: {error or 'it was cut short'}") from error
