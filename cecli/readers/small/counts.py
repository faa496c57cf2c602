"""Counts that a command is given: a file, standard input, or written out; a PMF written out is none."""

from __future__ import annotations

import os
from collections.abc import Sequence

from cecli.core.pmfs.pmf import Pmf
from cecli.errors import InputError, UsageError, literal
from cecli.readers.small.columns import COUNTS, Expected
from cecli.readers.small.file import read_counts
from cecli.readers.small.inline import is_inline, written_counts
from cecli.readers.small.pmf import UNIFORM
from cecli.readers.tables.columns import split_column

AS_WRITTEN = "COUNTS is a file of outcome,count, - for standard input, or whole numbers: 10,20,30 or heads=3,tails=5"


def read_sample(argument: str, delimiter: str | None, hint: str = AS_WRITTEN, wanted: Expected = COUNTS) -> Pmf:
    """The counts that one argument stands for. ``hint`` is for a PMF written out, ``wanted`` for a file without counts.

    >>> read_sample("10,20,30", None).weights.tolist()
    [10, 20, 30]
    """
    if not is_written_out(argument):
        return read_counts(argument, delimiter, wanted)
    counts = written_counts(argument)
    if counts is None:
        raise InputError(f"{literal(argument)}: a PMF written out is no sample", hint)
    return counts


def read_samples(arguments: Sequence[str], delimiter: str | None, hint: str = AS_WRITTEN) -> list[Pmf]:
    """The counts that each of several arguments stands for."""
    if sum(split_column(argument)[0] == "-" for argument in arguments) > 1:
        raise UsageError("standard input (-) can be read only once", "write one of the two to a file first")
    return [read_sample(argument, delimiter, hint) for argument in arguments]


def is_written_out(argument: str) -> bool:
    """Whether a PMF or counts are written on the command line, and are no file."""
    written = is_inline(argument) or argument == UNIFORM or argument.startswith(f"{UNIFORM}:")
    return written and not os.path.lexists(argument)
