"""Files that hold the state of a run over some of the rows."""

from __future__ import annotations

import json
import math

from cecli.core.scores.score_state import Partial, partial_from
from cecli.errors import InputError
from cecli.readers.sources.source import open_source

_BLOCK = 1 << 20


def read_state(path: str) -> Partial:
    """The state in the file at ``path`` (``-`` is standard input). Raises InputError where it holds none."""
    with open_source(path) as source:
        name, parts = source.name, []
        while block := source.read(_BLOCK):
            parts.append(block)
    return parsed_state(b"".join(parts), name)


def parsed_state(data: bytes, name: str) -> Partial:
    """The state in the bytes of a file that messages call ``name``."""
    if not data.strip():
        raise InputError(f"{name}: the file is empty")
    if not data.lstrip().startswith(b"{"):
        raise InputError(
            f"{name}: this is no state", "states are written by: cecli score … --partial -o FILE.cecli"
        )  # fmt: skip
    try:
        document = json.loads(data, parse_float=_finite, parse_constant=_finite)
    except (ValueError, RecursionError) as error:
        where = f" ({error.msg})" if isinstance(error, json.JSONDecodeError) else ""
        raise InputError(f"{name}: the state is cut short or damaged{where}", "write it again") from error
    return partial_from(document, name)


def _finite(text: str) -> float:
    """A number of JSON, which has none that is not finite: states write infinities as objects."""
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is no number")
    return number
