"""A table in many files: a directory, or a pattern such as ``preds/*.parquet``, in the order of the names."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any

from cecli.core.rows.natural import natural_key
from cecli.errors import InputError, literal, quoted, several
from cecli.readers.sources.urls import is_url, local_path
from cecli.readers.tables.arrays.members import with_member
from cecli.readers.tables.fields import NoRows
from cecli.readers.tables.first_rows import FirstRows, first_rows
from cecli.readers.tables.folders import check_folder, files_of_dataset
from cecli.readers.tables.table import Block, Cells, Selection, Table

_WILDCARD = re.compile(r"[*?\[]")


def find_shards(path: str) -> list[str] | None:
    """The files that ``path`` stands for where it is a directory or a pattern; None where it is a file.

    They come in natural order (shard-2 before shard-10). Names that begin with ``.`` or ``_`` (``_SUCCESS``) are left
    out. Raises InputError where there are none. A file that is called like the pattern wins over it.
    """
    if is_url(path):
        found = _find_remote(path)
        if found is None:
            return None
        names = found
    elif os.path.isdir(path):
        check_folder(path)
        dataset = files_of_dataset(path)
        if dataset is not None:
            return dataset
        names = [entry.path for entry in os.scandir(path) if not _is_hidden(entry.name)]
        inside = [name for name in names if os.path.isdir(name)]
        if inside:
            raise InputError(
                f"{literal(path)}: it holds directories, {quoted(min(inside))} for one",
                f"name the files by a pattern, in quotes: '{literal(os.path.join(path, '**', '*.parquet'))}'",
            )
        if not names:
            raise InputError(f"{literal(path)}: no files in this directory")
    elif path != "-" and _WILDCARD.search(path) and not os.path.lexists(path):
        hidden = _is_hidden(os.path.basename(path))
        names = [
            name
            for name in glob.glob(path, recursive=True)
            if (hidden or not _is_hidden(os.path.basename(name))) and not os.path.isdir(name)
        ]
        if not names:
            raise InputError(f"{literal(path)}: no file matches this pattern")
    else:
        return None
    return sorted(names, key=natural_key)


def files_of(path: str) -> list[str]:
    """The files that a path stands for: those of a directory or a pattern, or the one file."""
    path = local_path(path)
    found = find_shards(path) if os.path.isdir(path) or _WILDCARD.search(path) or is_url(path) else None
    return [path] if found is None else found


def _find_remote(url: str) -> list[str] | None:
    from cecli.readers.sources.remote import find_remote, is_pattern

    names = find_remote(url)
    if names is None:
        return None
    shown = [name for name in names if not _is_hidden(name.rpartition("/")[2])]
    if not shown:
        what = "no file matches this pattern" if is_pattern(url) else "no files in this directory"
        raise InputError(f"{literal(url)}: {what}")
    return shown


class ShardTable:
    """The tables of all files one after the other; each is opened when its turn comes, and closed after."""

    def __init__(
        self, path: str, files: Sequence[str], open_one: Callable[[str], Table], member: str | None = None
    ) -> None:
        """``member`` is the array that is meant in each, where they are files of several."""
        self.name = literal(with_member(path, member))
        self._paths = tuple(files)
        self.files = tuple(with_member(file, member) for file in files)
        self.rows: list[int] = []
        self._open_one = open_one
        self._done = 0
        first, self._skipped = self._first()
        self._current: Table | None = first
        self._first_name = first.name
        self.columns = first.columns
        self.header = first.header
        self.fields = getattr(first, "fields", None)
        self.cluster: str | None = getattr(first, "cluster", None)
        self.counts: Any = None
        self.units: Any = getattr(first, "units", None)
        self.threads = 1
        self.shape: tuple[int, ...] = getattr(first, "shape", ())
        self.vector_width: int = getattr(first, "vector_width", 0)
        self.size = _total_size(self._paths)

    @property
    def position(self) -> int:
        """Bytes taken from the disk so far."""
        return self._done + (0 if self._current is None else self._current.position)

    def blocks(self, selection: Selection) -> Iterator[Block]:
        """The rows of all files, in the order of the files."""
        first = 0
        for k in range(len(self.files)):
            start = first
            for block in self._blocks_of(k, selection):
                yield ShardBlock(block, first)
                first += block.rows
            self.rows.append(first - start)

    def first_rows(self, texts: Collection[int] = ()) -> FirstRows:
        """The first rows of the first file."""
        return first_rows(self._current, texts)

    def close(self) -> None:
        """Close the file that is open."""
        if self._current is not None:
            self._current.close()
            self._current = None

    def _blocks_of(self, k: int, selection: Selection) -> Iterator[Block]:
        if k < self._skipped:
            return
        if k > self._skipped:
            try:
                self._current = self._open_one(self._paths[k])
            except NoRows:
                return
            self._check(self._current)
        table = self._current
        if table is None:
            raise InputError(f"{self.name}: it is closed")
        self._lend_threads(table)
        yield from table.blocks(selection)
        self._add_counts(table)
        self._done += table.size or 0
        self.close()

    def _lend_threads(self, table: Any) -> None:
        """Let documents be read by as many threads as are there for all."""
        if self.cluster is not None:
            table.threads = self.threads

    def _add_counts(self, table: Any) -> None:
        """Add what was found among the documents of a file, where it holds some."""
        if self.cluster is not None and self.counts is None:
            self.counts = table.counts
        elif self.cluster is not None:
            self.counts.add(table.counts)

    def _first(self) -> tuple[Table, int]:
        """The first file that has rows where those are needed to know its columns, and how many there are before it."""
        for k, file in enumerate(self._paths):
            try:
                return self._open_one(file), k
            except NoRows:
                continue
        raise NoRows(f"{self.name}: no rows")

    def _check(self, table: Table) -> None:
        found = difference(table.columns, self.columns)
        if found is None and getattr(table, "shape", ())[1:] != self.shape[1:]:
            found = f"an array of shape {getattr(table, 'shape', ())} beside one of {self.shape}"
        if found is None and getattr(table, "vector_width", 0) != self.vector_width:
            found = "only one of the two holds lists"
        if found:
            raise InputError(
                f"{table.name}: its columns are not those of {self._first_name}: {found}",
                f"{self.name} is read as one file, all that it stands for put together; a pattern, in quotes, chooses",
            )


class ShardBlock:
    """A block of one file, with its place among the rows of all."""

    def __init__(self, block: Block, first_row: int) -> None:
        self.first_row = first_row
        self.rows = block.rows
        self._block = block

    def parse(self) -> Cells:
        """The selected cells."""
        return self._block.parse()

    def place(self, row: int, column: int | None = None) -> str:
        """Where a row or a cell stands in its own file."""
        return self._block.place(row, column)


def check_paired(preds: Table, labels: Table) -> None:
    """Raise InputError where two sets of shards do not pair, the first with the first: their number differs, or the
    number of rows of two that have both been read to their end. Tables that are not both in shards pass.

    Call it when both are open, and again when both have been read.
    """
    if not isinstance(preds, ShardTable) or not isinstance(labels, ShardTable):
        return
    if len(preds.files) != len(labels.files):
        raise InputError(
            f"{preds.name} has {several(len(preds.files), 'file')} "
            f"and {labels.name} has {several(len(labels.files), 'file')}"
        )
    for k, (ours, theirs) in enumerate(zip(preds.rows, labels.rows, strict=False)):
        if ours != theirs:
            raise InputError(
                f"{literal(preds.files[k])} has {ours:,} rows and {literal(labels.files[k])}, its pair, has {theirs:,}"
            )


def difference(columns: Sequence[str], wanted: Sequence[str]) -> str | None:
    """What two lists of columns differ in; None where they are the same."""
    if tuple(columns) == tuple(wanted):
        return None
    missing = next((name for name in wanted if name not in set(columns)), None)
    extra = next((name for name in columns if name not in set(wanted)), None)
    if missing is not None:
        return f"{quoted(missing)} is missing" + (f", {quoted(extra)} is there" if extra is not None else "")
    if extra is not None:
        return f"{quoted(extra)} is not among those"
    if len(columns) != len(wanted):
        return f"{len(columns):,} columns, not {len(wanted):,}"
    k = next(k for k, (ours, theirs) in enumerate(zip(columns, wanted, strict=True)) if ours != theirs)
    return f"column {k + 1} is {quoted(columns[k])}, not {quoted(wanted[k])}"


def _total_size(files: Sequence[str]) -> int | None:
    if files and is_url(files[0]):
        from cecli.readers.sources.remote import sizes_of

        return sizes_of(files)
    sizes = [os.stat(file).st_size if os.path.isfile(file) else 0 for file in files]
    return sum(sizes) if all(os.path.isfile(file) for file in files) else None


def _is_hidden(name: str) -> bool:
    return name.startswith((".", "_"))
