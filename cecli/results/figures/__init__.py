"""The catalogue of every key of every document: what it is called, what it means, its unit, and where it stands."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

from cecli.core.families import DIVERGENCES, OTHER_NAMES

UNIT, NUMBER, COUNT = "unit", "number", "count"
"""Kinds of numbers: in the unit of the result, in none, and whole ones."""

NUMBERS = frozenset({UNIT, NUMBER, COUNT})


class Figure(NamedTuple):
    """A key of a document.

    ``kind`` is one of NUMBERS, or ``text``, ``flag``, ``texts``, ``numbers``, ``any``; or ``object``, ``list`` (of
    objects) or ``results`` (a list of which one mostly wants the first), whose keys stand in the place COMMAND.KEY, or
    in the one that follows the kind. ``where`` names the places that have the key: a command, or such a place.
    ``when`` says when it is there, if not always. ``alike`` names the keys on which two documents must agree before
    their figures can be compared. ``line`` is what stands beside the figure in a table, None where it has no line.
    """

    key: str
    title: str
    kind: str
    meaning: str
    where: str
    when: str = ""
    alike: str = ""
    line: str | None = None

    @property
    def is_number(self) -> bool:
        """Whether its value is a number (or undefined)."""
        return self.kind in NUMBERS

    def inner(self, command: str) -> str:
        """The place of the keys of its value; empty where that has none."""
        kind, _, place = self.kind.partition(" ")
        return (place or f"{command}.{self.key}") if kind in ("object", "list", "results") else ""


ANY = "*"
"""The place of keys that every document may have."""

_SAME = {"merge": "score"}
"""Command -> the one whose document it prints."""


@cache
def catalogue() -> tuple[Figure, ...]:
    """All figures, those of a place in the order of its document."""
    from cecli.results.figures import classifiers, distributions, fidelity

    return (*distributions.FIGURES, *classifiers.FIGURES, *fidelity.FIGURES)


@cache
def within(place: str) -> tuple[Figure, ...]:
    """The figures of a command's document, or of a place within it, in their order."""
    place = _SAME.get(place, place)
    return tuple(figure for figure in catalogue() if place in figure.where.split())


def ordered(command: str, document: dict[str, Any]) -> dict[str, Any]:
    """A document with its keys in the order of the catalogue."""
    places = {_SAME.get(command, command), ANY}
    keys = [figure.key for figure in catalogue() if places & set(figure.where.split()) and figure.key in document]
    return {key: document[key] for key in dict.fromkeys([*keys, *document])}


def figure_of(place: str, key: str) -> Figure:
    """The figure of this key in a place. Raises KeyError where there is none."""
    place = _SAME.get(place, place)
    found = {figure.key: figure for figure in (*within(ANY), *within(place))}
    return found[key]


def numbers_of(command: str) -> list[str]:
    """The paths of the numbers of a document, as ``--get`` and ``--require`` name them; of lists only those of
    results."""
    command = _SAME.get(command, command)
    return list(dict.fromkeys(_numbers(command, command, "")))


def _numbers(command: str, place: str, before: str) -> Iterator[str]:
    for figure in within(place):
        path = f"{before}{figure.key}"
        if figure.is_number:
            yield path
        elif figure.kind.startswith("object"):
            yield from _numbers(command, figure.inner(command), f"{path}.")
        elif figure.kind.startswith("results"):
            for name in items_of(figure):
                yield from _numbers(command, figure.inner(command), f"{path}.{name}.")


def results_of(command: str) -> Figure | None:
    """The list of results that a document has; None where it is a result itself."""
    return next((figure for figure in within(command) if figure.kind.startswith("results")), None)


def short_names(command: str) -> list[str]:
    """What ``--require`` calls the numbers of a list of results without the list."""
    figure = results_of(command)
    if figure is None:
        return []
    if items_of(figure) != ("0",):
        return [*items_of(figure), *OTHER_NAMES]
    return [inner.key for inner in within(figure.inner(command)) if inner.is_number]


def items_of(figure: Figure) -> tuple[str, ...]:
    """The names of the items of a list of results: those that its figures always have, else the first, 0."""
    return tuple(DIVERGENCES) if figure.key == "divergences" else ("0",)


def described(command: str, path: str) -> Figure | None:
    """The figure at a dotted path of a command's document; None where the catalogue has none."""
    command = _SAME.get(command, command)
    place, found = command, None
    for part in path.split("."):
        known = {figure.key: figure for figure in (*within(place), *(within(ANY) if place == command else ()))}
        if part in known:
            found = known[part]
            place = found.inner(command) or place
        elif found is None or not found.kind.startswith(("list", "results", "texts", "numbers")):
            return None
    return found
