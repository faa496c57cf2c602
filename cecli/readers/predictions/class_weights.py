"""A weight for every class, from a file of ``class,weight``."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from cecli.core.sums.layout import Floats
from cecli.errors import InputError, quoted
from cecli.readers.sources.source import detect_format, open_source
from cecli.readers.tables.numbers import parse_number
from cecli.readers.tables.records import place, read_records


def read_class_weights(path: str, classes: Sequence[str], learn: Callable[[str], bool] | None = None) -> Floats:
    """The weights in the order of ``classes``, shape (K,). Every class stands once; weights are finite and >= 0.

    ``learn`` says of a name that is none of the classes whether it is that of the first (``Predictions.learn``).
    """
    with open_source(path) as source:
        delimiter = "\t" if detect_format(source) == "tsv" else ","
        records = read_records(source, delimiter)
        header = next(records, None)
        if header is None:
            raise InputError(f"{source.name}: the file is empty")
        if header.cells != ["class", "weight"]:
            found = quoted(delimiter.join(header.cells))
            raise InputError(f"{source.name}:{header.line}: expected the header class{delimiter}weight, found {found}")
        found_weights: dict[str, float] = {}
        for record in records:
            if len(record.cells) != 2:
                raise InputError(f"{source.name}:{record.line}: expected 2 cells, found {len(record.cells)}")
            name, text = record.cells
            known = name in classes or classes[0] in found_weights
            if not known and learn is not None and learn(name):
                classes = (name, *classes[1:])
            if name not in classes:
                raise InputError(
                    f"{place(source.name, record.line, 0, 'class')}: {quoted(name)} is none of the classes"
                )
            if name in found_weights:
                raise InputError(f"{place(source.name, record.line, 0, 'class')}: {quoted(name)} stands twice")
            found_weights[name] = _weight(text, place(source.name, record.line, 1, "weight"))
        missing = [name for name in classes if name not in found_weights]
        if missing:
            raise InputError(f"{source.name}: no weight for the class {quoted(missing[0])}", "every class stands once")
        if not any(found_weights.values()):
            raise InputError(f"{source.name}: all weights are 0")
        return np.array([found_weights[name] for name in classes])


def _weight(text: str, where: str) -> float:
    try:
        weight = parse_number(text, "a weight >= 0")
    except ValueError as error:
        raise InputError(f"{where}: {error}") from error
    if not 0 <= weight < float("inf"):
        raise InputError(f"{where}: expected a finite weight >= 0, found {quoted(text)}")
    return weight
