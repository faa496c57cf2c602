"""A file of JSON documents cut into pieces of whole ones, a line each: they stand one a line, one behind the other over
many lines, or in an array."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from cecli.errors import InputError
from cecli.readers.sources.source import Source
from cecli.readers.tables.json_array import STEPS, ArraySplitter, quotes
from cecli.readers.tables.jsonl_split import LineSplitter
from cecli.readers.tables.text_split import TextSplitter

_BLANK = b" \t\r\n"
_HEAD = 1 << 16
_LONGEST_HEAD = 1 << 26
"""Bytes in which a first document ends that is looked at before; others are read by the path that is given."""
_LOOKED_AT = 20


@dataclass(frozen=True, eq=False, repr=False)
class Documents:
    """Whole documents, a line each; ``first`` is the number of the first, from 0, and ``lines`` are those of the file
    on which they begin, None where they count as records of an array."""

    data: bytes
    first: int
    lines: range | list[int] | None

    def texts(self) -> list[bytes]:
        """Each document."""
        texts = self.data.split(b"\n")
        return texts if texts[-1] else texts[:-1]

    def place(self, name: str, number: int) -> str:
        """Where a document of these stands."""
        return f"{name}: record {self.first + number + 1}" if self.lines is None else f"{name}:{self.lines[number]}"


def loads(text: bytes) -> Any:
    """The document; infinities and nan as Python writes them are floats."""
    return json.loads(text)


def first_documents(source: Source, of_array: bool) -> list[Any]:
    """The first few documents of a source, of which nothing is read; none where the first does not end in its head, or
    is no JSON."""
    size = _HEAD
    while True:
        head = source.peek(size)
        found = _documents_in(head, of_array, whole=len(head) < size)
        if found or len(head) < size or size >= _LONGEST_HEAD:
            return found
        size *= 4


def _documents_in(head: bytes, of_array: bool, whole: bool) -> list[Any]:
    text = head.decode("utf-8", "ignore").removeprefix("\ufeff").lstrip()
    decoder, found = json.JSONDecoder(), list[Any]()
    text = text[1:] if of_array else text
    at = 0
    while len(found) < _LOOKED_AT:
        while at < len(text) and text[at] in " \t\r\n,":
            at += 1
        try:
            document, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            break
        if at == len(text) and not whole:
            break  # a number may go on
        found.append(document)
    return found


def documents_of(source: Source, block_bytes: int, of_array: bool) -> Iterator[Documents]:
    """All documents of a source in pieces of about this size."""
    if of_array:
        for piece in ArraySplitter(source, block_bytes).pieces():
            yield Documents(piece.data, piece.first_row, None)
        return
    head = source.peek(_HEAD).removeprefix(b"\xef\xbb\xbf").lstrip(_BLANK)
    if _is_document(head.partition(b"\n")[0]) or (b"\n" not in head and len(head) >= _HEAD // 2):
        for piece in LineSplitter(source, block_bytes).pieces():
            yield Documents(piece.data, piece.first_row, range(piece.first_line, piece.first_line + piece.rows))
        return
    yield from ValueSplitter(source, block_bytes).documents()


def _is_document(line: bytes) -> bool:
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True


class ValueSplitter(TextSplitter):
    """Takes objects apart that stand one behind the other, over as many lines as they like."""

    def documents(self) -> Iterator[Documents]:
        """The objects in pieces, each as a line: a line end inside of one is never inside of a text."""
        number = 0
        while True:
            if not self._final:
                self._fill()
            ends, starts = self._cut(self._rest)
            if len(ends):
                yield self._piece(ends, starts[: len(ends)], number)
                number += len(ends)
            if self._final:
                if self._rest.strip(_BLANK):
                    raise InputError(
                        f"{self._source.name}:{self._line}: a document without an end", "was the file cut short?"
                    )
                return

    def _cut(self, data: bytes) -> tuple[Any, Any]:
        """Where objects end and where they start."""
        view = np.frombuffer(data, dtype=np.uint8)
        steps = STEPS[view]
        places = np.flatnonzero(steps)
        found = quotes(view)
        if len(found):
            places = places[np.searchsorted(found, places) % 2 == 0]
        depth = np.cumsum(steps[places], dtype=np.intp)
        return places[depth == 0], places[(depth == 1) & (steps[places] == 1)]

    def _piece(self, ends: Any, starts: Any, number: int) -> Documents:
        data, lines, texts, at = self._rest, [], [], 0
        for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
            between = data[at:start]
            self._line += between.count(b"\n")
            if between.strip(_BLANK):
                raise InputError(f"{self._source.name}:{self._line}: expected an object behind an object")
            text = data[start : end + 1]
            lines.append(self._line)
            self._line += text.count(b"\n")
            texts.append(text.replace(b"\n", b" "))
            at = end + 1
        self._rest = data[at:]
        return Documents(b"\n".join(texts) + b"\n", number, lines)

    def _has_end(self, block: bytes) -> bool:
        return bool(len(self._cut(self._rest + block)[0]))

    def _without_end(self, block: bytes) -> str:
        return "a document without an end"
