"""``FILE:COLUMN``, a file and the column of it that is meant."""

from __future__ import annotations

import os


def split_column(argument: str) -> tuple[str, str | None]:
    """Path and column of ``FILE:COLUMN``; the whole argument and None where a file has that name, or none has.

    >>> split_column("-:count")
    ('-', 'count')
    """
    if not os.path.lexists(argument):
        for index in (i for i in range(len(argument) - 1, 0, -1) if argument[i] == ":"):
            path = argument[:index]
            if path == "-" or os.path.lexists(path):
                return path, argument[index + 1 :]
    return argument, None
