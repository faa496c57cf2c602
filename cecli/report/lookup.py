"""``--get KEY``: one value of a report's document, found by a dotted path."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cecli.errors import UsageError, quoted
from cecli.report.model import Cell

SHOWN_KEYS = 20
"""How many keys a message lists before it only counts the rest."""


def find(document: Mapping[str, Any], key: str, option: str = "--get") -> Cell:
    """The value at ``key``, such as ``rows.scored``, ``results.0.value`` or ``classes.cat.recall``.

    An item of a list is named by the text of its first key, else by its index from 0; a name may hold dots.
    Raises UsageError, which names the ``option`` that asked, for an unknown key, with the nearest one and those at
    that level, and for a key of more than one value.

    >>> find({"rows": {"read": 3}, "classes": [{"class": "cat", "recall": 0.5}]}, "classes.cat.recall")
    0.5
    """
    here: Any = document
    done: list[str] = []
    rest = key.split(".")
    while rest:
        step = _step(here, rest)
        if step is None:
            raise _unknown(document, here, key, done, option)
        name, here, used = step
        done.append(name)
        rest = rest[used:]
    if _is_inner(here):
        raise UsageError(f"{option} {quoted(key)} is more than one value", _listing(here, [*done]))
    return here  # type: ignore[no-any-return]


def _step(here: Any, rest: Sequence[str]) -> tuple[str, Any, int] | None:
    """The name, the value and the number of parts of ``rest`` that lead one level down; the longest name wins."""
    if not _is_inner(here):
        return None
    items = dict(reversed([*_items(here)]))  # of two items with one name the first is meant
    for used in range(len(rest), 0, -1):
        name = ".".join(rest[:used])
        if name in items:
            return name, items[name], used
    index = rest[0]
    if not isinstance(here, Mapping) and index.isascii() and index.isdigit() and int(index) < len(here):
        return index, here[int(index)], 1
    return None


def _items(here: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(here, Mapping):
        yield from here.items()
        return
    for item in here:
        if isinstance(item, Mapping) and item:
            yield str(next(iter(item.values()))), item


def _names(here: Any) -> list[str]:
    names = [name for name, _ in _items(here)]
    if isinstance(here, Mapping) or len(names) == len(here) == len(set(names)):
        return names
    return [str(index) for index in range(len(here))]


def _is_inner(value: Any) -> bool:
    return isinstance(value, Mapping) or (isinstance(value, Sequence) and not isinstance(value, str))


def _unknown(document: Mapping[str, Any], here: Any, key: str, done: list[str], option: str) -> UsageError:
    from difflib import get_close_matches

    wanted = key.rpartition(".")[2]
    paths = list(_paths(document, ()))
    near = get_close_matches(key, paths, 1, 0.75) or [p for p in paths if p.rpartition(".")[2] == wanted][:1]
    guess = f", did you mean {quoted(near[0])}?" if near else ""
    message = f"{option}: the result has no key {quoted(key)}{guess}"
    if not _is_inner(here):
        return UsageError(message, f"{quoted('.'.join(done))} is one value, nothing is below it")
    return UsageError(message, _listing(here, done))


def _listing(here: Any, done: list[str]) -> str:
    names = _names(here)
    more = f", and {len(names) - SHOWN_KEYS:,} more" if len(names) > SHOWN_KEYS else ""
    where = f"the keys below {quoted('.'.join(done))}" if done else "the keys"
    return f"{where}: {', '.join(names[:SHOWN_KEYS])}{more}" if names else f"there is nothing {where[9:]}"


def _paths(here: Any, above: tuple[str, ...]) -> Iterator[str]:
    """The paths of all single values, of a list only its first items."""
    if not _is_inner(here):
        yield ".".join(above)
        return
    names = _names(here)
    for name in names if isinstance(here, Mapping) else names[:SHOWN_KEYS]:
        step = _step(here, [name])
        if step is not None:
            yield from _paths(step[1], (*above, name))
