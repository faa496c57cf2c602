"""A document that was stored as JSON, as it was before."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from cecli.errors import InputError, literal, quoted
from cecli.results.figures import ANY, NUMBERS, catalogue, within

_INFINITE = {"Infinity": math.inf, "-Infinity": -math.inf}


def restored(stored: Mapping[str, Any], name: str) -> tuple[str, dict[str, Any]]:
    """The command of a stored result and its document, infinities as numbers. Raises InputError where the result is of
    no command, or holds what its command's results do not."""
    command = stored.get("command")
    known = {place for figure in catalogue() for place in figure.where.split()} - {ANY}
    if not isinstance(command, str) or command not in known or "." in command:
        what = quoted(command) if isinstance(command, str) else "none"
        raise InputError(f"{name}: expected a result of a command of cecli, found {what}", "-f json stores one")
    if stored.get("schema_version") != 1:
        raise InputError(f"{name}: a result of the version {literal(str(stored.get('schema_version')))}, and 1 is read")
    return command, _object(stored, command, command, name)


def _object(stored: Any, command: str, place: str, name: str) -> dict[str, Any]:
    if not isinstance(stored, dict):
        raise InputError(f"{name}: expected an object of {literal(place)}, found {literal(type(stored).__name__)}")
    figures = {one.key: one for one in (*(within(ANY) if place == command else ()), *within(place))}
    found = {}
    for key, value in stored.items():
        figure = figures.get(key)
        if figure is None:
            raise InputError(f"{name}: no result of {command} has the key {quoted(key)}", "cecli help keys lists them")
        inner = figure.inner(command)
        if figure.kind in NUMBERS:
            found[key] = _number(value, key, name)
        elif inner and value is not None:
            of_list = figure.kind.startswith(("list", "results"))
            found[key] = _list(value, command, inner, name) if of_list else _object(value, command, inner, name)
        else:
            found[key] = _plain(value, figure.kind, key, name)
    return found


def _list(stored: Any, command: str, place: str, name: str) -> list[dict[str, Any]]:
    if not isinstance(stored, list):
        raise InputError(f"{name}: expected a list of {literal(place)}, found {literal(type(stored).__name__)}")
    return [_object(one, command, place, name) for one in stored]


def _number(value: Any, key: str, name: str) -> Any:
    number = _INFINITE.get(value, value) if isinstance(value, str) else value
    if number is not None and (isinstance(number, bool) or not isinstance(number, (int, float)) or number != number):
        raise InputError(f"{name}: {key}: expected a number, found {quoted(str(value))}")
    return number


def _plain(value: Any, kind: str, key: str, name: str) -> Any:
    """Texts, truth values, and lists of plain values."""
    wanted: dict[str, type | tuple[type, ...]] = {"text": str, "flag": bool, "texts": list, "numbers": list}
    if value is not None and not isinstance(value, wanted.get(kind, object)):
        raise InputError(f"{name}: {key}: expected a {kind}, found {quoted(str(value))}")
    return value
