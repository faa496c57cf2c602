"""Names of classes, one a line."""

from __future__ import annotations

from cecli.errors import InputError
from cecli.readers.sources.source import open_source
from cecli.readers.tables.records import read_records


def read_class_names(path: str) -> tuple[str, ...]:
    """The names in a text of one a line, in its order, without a first line ``class``, ``classes`` or ``label``."""
    with open_source(path) as source:
        names = []
        for record in read_records(source, ","):
            if len(record.cells) != 1:
                raise InputError(
                    f"{source.name}:{record.line}: expected the name of one class, found {len(record.cells)} cells",
                    "one name a line, in quotes where it holds a comma",
                )
            names.append(record.cells[0])
        if names[:1] in (["class"], ["classes"], ["label"]):
            del names[0]
        if not names:
            raise InputError(f"{source.name}: no names of classes")
        return tuple(names)
