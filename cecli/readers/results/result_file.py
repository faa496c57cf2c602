"""A result that was stored as JSON, read again."""

from __future__ import annotations

import sys
from typing import Any

from cecli.errors import InputError, literal, unreadable

_STORED = "-o last.json stores a result"


def read_stored(path: str, hint: str = _STORED) -> dict[str, Any]:
    """The object in a file of JSON (``-`` is standard input) as ``-f json`` writes it. Raises InputError where there is
    none; ``hint`` says how one comes to be."""
    import json

    name = "standard input" if path == "-" else literal(path)
    try:
        data = _standard_input() if path == "-" else _file(path)
    except OSError as error:
        raise InputError(f"{name}: {unreadable(error)}", hint) from error
    except ValueError as error:  # a NUL in the path
        raise InputError(f"{name}: {error}") from error
    try:
        document = json.loads(data.decode("utf-8-sig"))
    except json.JSONDecodeError as error:
        raise InputError(f"{name}:{error.lineno}: not JSON: {error.msg}", hint) from error
    except UnicodeDecodeError as error:
        raise InputError(f"{name}: not JSON: not in UTF-8") from error
    except (RecursionError, ValueError) as error:  # brackets within brackets; a whole number of thousands of digits
        raise InputError(f"{name}: not a result: {str(error).partition(';')[0]}") from error
    if not isinstance(document, dict):
        raise InputError(f"{name}: expected a result, one JSON object", hint)
    return document


def _standard_input() -> bytes:
    if sys.stdin is None:
        raise InputError("standard input: it is closed")
    return sys.stdin.buffer.read()


def _file(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()
