"""Inspect's log of an evaluation, ``.eval``: a zip archive in which each ``samples/ID_epoch_E.json`` is a sample.

Members are stored, deflated or packed by zstd (method 93, which Python's own reader knows from 3.14 on only).
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from typing import IO, Any

from cecli.errors import InputError
from cecli.readers.sources.compression import BLOCK, BrokenArchive, decompress

_BEGINS = re.compile(rb"PK\x03\x04.{26}(?:_journal/|samples/|header\.json)", re.DOTALL)
_SAMPLE = re.compile(r"samples/[^/]+\.json")
_LOCAL_HEADER = 30
"""Bytes before the name of a member; the lengths of the name and of what follows it are its last four."""

_STORED, _DEFLATED, _ZSTD = 0, 8, 93
_ENCRYPTED = 1


def is_inspect_log(head: bytes) -> bool:
    """Whether a file begins as such an archive does."""
    return _BEGINS.match(head) is not None


def samples_of(path: str, name: str) -> Iterator[bytes]:
    """The samples one behind the other, in the order of the archive, unpacked in blocks. Raises InputError, which names
    the member, where one cannot be unpacked or is not what the directory says."""
    from zipfile import BadZipFile, ZipFile

    try:
        with ZipFile(path) as archive:
            members = [info for info in archive.infolist() if _SAMPLE.fullmatch(info.filename)]
    except (BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise InputError(f"{name}: this archive is broken, or was cut short: {error}") from error
    if not members:
        raise InputError(f"{name}: a log of Inspect without a sample", "was it written with log_samples?")
    with open(path, "rb") as file:
        for info in members:
            try:
                yield from _member(file, info)
            except (BrokenArchive, zlib.error) as error:
                raise InputError(f"{name}: the member {info.filename} is broken: {error}") from error
            yield b"\n"


def _member(file: IO[bytes], info: Any) -> Iterator[bytes]:
    """A member, its length and its checksum compared at its end."""
    size, checksum = 0, 0
    for block in _unpacked(info.compress_type, _packed(file, info)):
        size += len(block)
        if size > info.file_size:
            raise BrokenArchive("it is longer than the directory says")
        checksum = zlib.crc32(block, checksum)
        yield block
    if size != info.file_size or checksum != info.CRC:
        raise BrokenArchive("its length or its checksum is not that of the directory")


def _unpacked(method: int, blocks: Iterator[bytes]) -> Iterator[bytes]:
    if method == _STORED:
        return blocks
    if method == _ZSTD:
        return decompress("zstd", blocks)
    if method == _DEFLATED:
        return decompress("deflate", blocks)
    raise BrokenArchive(f"it is packed by method {method}, which is not read here")


def _packed(file: IO[bytes], info: Any) -> Iterator[bytes]:
    """The bytes of a member as they lie in the archive."""
    if info.flag_bits & _ENCRYPTED:
        raise BrokenArchive("it is encrypted")
    file.seek(info.header_offset)
    head = file.read(_LOCAL_HEADER)
    if len(head) < _LOCAL_HEADER or not head.startswith(b"PK\x03\x04"):
        raise BrokenArchive("it does not stand where the directory says")
    file.seek(sum(int.from_bytes(head[k : k + 2], "little") for k in (26, 28)), 1)
    left = info.compress_size
    while left:
        block = file.read(min(left, BLOCK))
        if not block:
            raise BrokenArchive("it ends too early")
        left -= len(block)
        yield block
