"""The formats of tables: how each is known, and what opens it. To read another one, add its file here and a line."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from cecli.errors import UsageError
from cecli.readers.sources.source import HEAD, Source, suffix_of
from cecli.readers.tables.arrays.magic import is_safetensors
from cecli.readers.tables.llama_magic import MAGIC
from cecli.readers.tables.table import Table, TableOptions
from cecli.readers.tables.texts.look import Said, open_text, plain_delimiter, shape_of

Known = Callable[[bytes, str], bool]
"""Whether a file is of a format, by its first bytes and its suffix (without that of a compression, in lower case)."""

Opener = Callable[[Source, TableOptions], Table]


@dataclass(frozen=True)
class Format:
    """A format: its ``name`` in messages, how it is known, and what opens it.

    ``delimiter`` is what separates the cells of a text where nobody says otherwise (None: no text of cells), ``lists``
    whether a column may hold lists,
    ``parts`` how a file is taken apart for several readers, "text" or "parquet", and
    ``arrays`` how many arrays a file holds, "one" or "several".
    """

    name: str
    known: Known
    opener: Opener
    delimiter: str | None = None
    lists: bool = False
    parts: str | None = None
    arrays: str | None = None

    @property
    def of_text(self) -> bool:
        """Whether it is a text of cells."""
        return self.delimiter is not None


def format_of(source: Source) -> Format:
    """The format of a source, of which nothing is read; by its first bytes, then by its suffix."""
    head = source.peek(HEAD)
    if _text(head).startswith(b"["):
        head = source.peek(_LONG_HEAD)
    return format_of_head(head, f"x{source.suffix}")


def format_of_head(head: bytes, path: str) -> Format:
    """The format of a file that begins with ``head`` and is called ``path``."""
    suffix = suffix_of(path)
    return next(form for form in FORMATS if form.known(head, suffix))


def table_of(source: Source, options: TableOptions) -> Table:
    """The table that ``source`` holds. Raises UsageError where an option has no meaning for its format."""
    form = format_of(source)
    if options.vector is not None and not form.lists:
        what = "text" if form.of_text else form.name
        raise UsageError(f"--vector is for Parquet, Arrow and JSON Lines, and {source.name} is {what}")
    if options.decimal is not None and not options.shared and not form.of_text:
        raise UsageError(f"--decimal is for text, and {source.name} is {form.name}")
    if options.delimiter is not None and not options.shared and not form.of_text:
        raise UsageError(f"--delimiter is for text, and {source.name} is {form.name}")
    wanted = options.array
    if wanted.member is not None and form.arrays != "several":
        raise UsageError(f"FILE:MEMBER is for .npz and .safetensors, and {source.name} is {form.name}")
    if wanted.class_axis is not None and not wanted.of_labels and form.arrays is None:
        raise UsageError(f"--class-axis is for arrays, and {source.name} is {form.name}")
    if not form.lists and not form.of_text:
        _check_rest(options, source.name, form.name)
    return form.opener(source, options)


def _check_rest(options: TableOptions, name: str, form: str) -> None:
    """Raise UsageError where it is said what classes get that a row does not name, and rows name none."""
    if options.rest is not None:
        raise UsageError(f"--rest is for rows that name their classes, and those of {name} ({form}) do not")


def _begins(magic: bytes) -> Known:
    return lambda head, suffix: head.startswith(magic)


def _is_json_lines(head: bytes, suffix: str) -> bool:
    # A header of CSV may start with a brace as well; an object goes on with a key, in quotes, or ends.
    text = _text(head)
    return (
        suffix in (".jsonl", ".ndjson")
        or _is_lines_of_lists(text, suffix)
        or re.match(rb'\{\s*(["}]|$)', text) is not None
    )


def _is_lines_of_lists(text: bytes, suffix: str) -> bool:
    """A list a line, and no comma between them."""
    return suffix not in (".csv", ".tsv", ".tab") and _LISTS.match(text) is not None


_LISTS = re.compile(rb"\[\s*[-0-9{][^\r\n]*\][ \t]*\r?\n[ \t]*\[")
_LONG_HEAD = 1 << 16
"""Bytes of the first line of what begins with a bracket."""


def _is_json_array(head: bytes, suffix: str) -> bool:
    # Names of columns may stand in brackets; what looks like an array of objects is one.
    text = _text(head)
    if suffix in (".jsonl", ".ndjson") or _is_lines_of_lists(text, suffix):
        return False
    return text.startswith(b"[") if suffix == ".json" else re.match(rb'\[\s*\{\s*["}]', text) is not None


def _text(head: bytes) -> bytes:
    return head.removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n")


def _open_parquet(source: Source, options: TableOptions) -> Table:
    from cecli.readers.tables.arrow_table import ArrowTable

    source.read_elsewhere()
    return ArrowTable(source, "parquet", options.vector, options.part, options.rest)


def _open_arrow(source: Source, options: TableOptions) -> Table:
    from cecli.readers.tables.arrow_table import ArrowTable

    source.read_elsewhere()
    return ArrowTable(source, "arrow", options.vector, rest=options.rest)


def _open_arrow_stream(source: Source, options: TableOptions) -> Table:
    from cecli.readers.tables.arrow_table import ArrowTable

    source.read_elsewhere()
    return ArrowTable(source, "stream", options.vector, rest=options.rest)


def _open_npy(source: Source, options: TableOptions) -> Table:
    from cecli.readers.tables.arrays.npy import open_npy

    source.read_elsewhere()
    return open_npy(source, options.array)


def _open_npz(source: Source, options: TableOptions) -> Table:
    from cecli.readers.tables.arrays.npz import open_npz

    source.read_elsewhere()
    return open_npz(source, options.path, options.array)


def _open_safetensors(source: Source, options: TableOptions) -> Table:
    from cecli.readers.tables.arrays.safetensors import open_safetensors

    source.read_elsewhere()
    return open_safetensors(source, options.path, options.array)


def _open_llama(source: Source, options: TableOptions) -> Table:
    from cecli.readers.tables.llama import LlamaTable

    source.read_elsewhere()
    return LlamaTable(source)


def _open_json_lines(source: Source, options: TableOptions) -> Table:
    tokens = _tokens(source, options, of_array=False)
    if tokens is not None:
        return tokens
    from cecli.readers.tables.jsonl_split import LineSplitter
    from cecli.readers.tables.nested.rest import open_json

    return open_json(source, options, LineSplitter)


def _open_json_array(source: Source, options: TableOptions) -> Table:
    tokens = _tokens(source, options, of_array=True)
    if tokens is not None:
        return tokens
    from cecli.readers.tables.json_array import ArraySplitter
    from cecli.readers.tables.nested.rest import open_json

    return open_json(source, options, ArraySplitter, of_array=True)


def _tokens(source: Source, options: TableOptions, of_array: bool) -> Table | None:
    """The table of the tokens in documents; None where a document is a row."""
    if options.tokens is None:
        return None
    from cecli.readers.tokens.table import token_table

    return token_table(source, options, of_array)


def _open_text(source: Source, options: TableOptions) -> Table:
    from cecli.readers.tables.csv_table import CsvTable

    own = format_of(source).delimiter or ","
    said = Said(own, options.delimiter, options.decimal, options.header, options.shared, pairs=True)
    if options.part is not None:
        return CsvTable(source, plain_delimiter(source, said), options.header, options.block_bytes)
    shape = shape_of(source, said)
    if shape is not None and shape.pairs:
        from cecli.readers.tables.nested.rest import open_json
        from cecli.readers.tables.texts.pairs import splitter_of

        table = open_json(source, options, splitter_of(shape))
        table.names_classes = True
        return table
    _check_rest(options, source.name, "text")
    delimiter, header = open_text(source, said, shape)
    return CsvTable(source, delimiter, header, options.block_bytes)


FORMATS = (
    Format("parquet", _begins(b"PAR1"), _open_parquet, lists=True, parts="parquet"),
    Format("arrow", _begins(b"ARROW1"), _open_arrow, lists=True),
    Format("arrow", _begins(b"\xff\xff\xff\xff"), _open_arrow_stream, lists=True),
    Format("npy", _begins(b"\x93NUMPY"), _open_npy, arrays="one"),
    Format("npz", _begins(b"PK\x03\x04"), _open_npz, arrays="several"),  # no other archive is opened as a source
    Format("safetensors", is_safetensors, _open_safetensors, arrays="several"),
    Format("llama.cpp's file of logits", _begins(MAGIC), _open_llama),
    Format("json", _is_json_array, _open_json_array, lists=True),
    Format("jsonl", _is_json_lines, _open_json_lines, lists=True),
    Format("tsv", lambda head, suffix: suffix in (".tsv", ".tab"), _open_text, "\t", parts="text"),
    Format("csv", lambda head, suffix: True, _open_text, ",", parts="text"),
)
"""In the order in which they are tried: what the bytes say before what the name says, and text last."""
