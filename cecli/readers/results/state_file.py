"""Files that hold the state of a run over some of the rows."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable
from typing import Any

from cecli.core.rows.run_state import FORMAT
from cecli.core.rows.seal import holds
from cecli.core.scores.score_state import SEAL, Partial, partial_from
from cecli.errors import InputError
from cecli.readers.sources.source import open_source

_BLOCK = 1 << 20


def read_states(paths: Iterable[str], warn: Callable[[str], None]) -> list[Partial]:
    """The states in some files, with a warning of those that have no checksum."""
    found = [read_state(path) for path in paths]
    old = [partial.name for partial in found if not partial.sealed]
    if old:
        others = f" and {len(old) - 1:,} more" if old[1:] else ""
        warn(f"{old[0]}{others}: written by cecli 0.1.0, without a checksum: a changed digit may not be noticed")
    return found


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
        document = json.loads(data, parse_float=_finite, parse_constant=_finite, object_pairs_hook=_members)
    except (ValueError, RecursionError) as error:
        where = f" ({error.msg})" if isinstance(error, json.JSONDecodeError) else ""
        raise _damaged(name, where) from error
    if document.get("cecli_state") == FORMAT and not holds(data):
        missing = SEAL not in document
        raise _damaged(name, f": its checksum {'is missing' if missing else 'is not that of what it holds'}")
    return partial_from(document, name, outside=True)


def _damaged(name: str, where: str) -> InputError:
    return InputError(f"{name}: the state is cut short or damaged{where}", "write it again")


def _finite(text: str) -> float:
    """A number of JSON, which has none that is not finite: states write infinities as objects."""
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is no number")
    return number


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The members of an object, none of which stands twice."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name stands twice")
    return found
