"""PMF arguments: a file, standard input, a column of a file, or a PMF written out on the command line."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cecli.core.pmfs.pmf import Pmf
from cecli.errors import InputError, UsageError, literal
from cecli.readers.small.inline import INLINE_FORMS, is_inline, parse_inline, parse_uniform
from cecli.readers.tables.columns import split_column

UNIFORM = "uniform"


@dataclass(frozen=True)
class PmfOptions:
    """How PMF arguments are read: probabilities of any sum divided by it, and what separates the cells of a file
    (``shared``: the cells of another file, and perhaps those of this one)."""

    normalize: bool = False
    delimiter: str | None = None
    shared: bool = False


def read_pmf(argument: str, options: PmfOptions | None = None) -> tuple[Pmf, list[str]]:
    """The PMF that one argument stands for, and notes for the person.

    >>> pmf, notes = read_pmf("1/6,1/6,2/3")
    >>> pmf.weights.tolist(), notes
    ([1, 1, 4], [])
    """
    pmfs, notes = read_pmfs([argument], options)
    return pmfs[0], notes


def read_pmfs(arguments: Sequence[str], options: PmfOptions | None = None) -> tuple[list[Pmf], list[str]]:
    """The PMFs that the arguments of one command stand for, and notes for the person.

    A bare ``uniform`` takes the outcomes of the first argument that has some. Raises InputError for what a PMF holds
    and for a missing file, UsageError where standard input is named twice or ``uniform`` stands alone.
    """
    options = options or PmfOptions()
    if sum(split_column(argument)[0] == "-" for argument in arguments) > 1:
        raise UsageError("standard input (-) can be read only once", "write one of the two to a file first")
    notes: list[str] = []
    read: list[Pmf | None] = []
    for argument in arguments:
        pmf, own = (None, []) if argument == UNIFORM else _read(argument, options)
        read.append(pmf)
        notes += own
    model = next((pmf for pmf in read if pmf is not None), None)
    if model is None:
        raise UsageError(
            "uniform: over how many outcomes?", "uniform:6; beside another PMF, uniform takes its outcomes"
        )
    beside = Pmf(np.ones(model.size, dtype=np.int64), model.outcomes, UNIFORM)
    return [beside if pmf is None else pmf for pmf in read], notes


def _read(argument: str, options: PmfOptions) -> tuple[Pmf, list[str]]:
    path, column = split_column(argument)
    if path == "-" or os.path.lexists(path) or "://" in path:
        from cecli.readers.small.file import read_pmf_file  # an inline PMF starts faster without it

        name = "standard input" if argument == "-" else literal(argument)
        return read_pmf_file(path, column, options.delimiter, options.normalize, name, options.shared)
    if argument.startswith(f"{UNIFORM}:"):
        return parse_uniform(argument), []
    if is_inline(argument):
        return parse_inline(argument, options.normalize)
    from cecli.core.nearest import nearest
    from cecli.readers.sources.source import open_source

    try:
        open_source(argument).close()
    except InputError as error:
        if argument != UNIFORM and nearest(argument, [UNIFORM], 0.8):
            raise InputError(error.message, f"did you mean {UNIFORM}?") from error
        hint = f"{error.hint} {INLINE_FORMS[0].upper()}{INLINE_FORMS[1:]}" if error.hint else INLINE_FORMS
        raise InputError(error.message, hint) from error
    raise InputError(f"{literal(argument)}: it appeared while it was looked for")
