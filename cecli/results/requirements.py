"""``--require``: what must hold of a document, against a number or against a stored result."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cecli.core.families import OTHER_NAMES
from cecli.errors import GateError, InputError, literal

COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
}


@dataclass(frozen=True, eq=False, repr=False)
class Stored:
    """A number of a stored result: the file, the key in it, what stands there, and the result."""

    path: str
    key: str
    number: float
    document: Mapping[str, Any]

    def check(self, document: Mapping[str, Any], command: str) -> None:
        """Raise InputError where the number cannot be compared with this result's: another unit, a sum against a mean,
        another confidence level, other weights."""
        from cecli.results.figures import UNIT, described

        figure = described(str(self.document.get("command", command)), self.key)
        if figure is None:
            return
        if figure.kind == UNIT:
            self._check_unit(document.get("unit"))
        for key in figure.alike.split():
            if key in self.document and key in document and self.document[key] != document[key]:
                self._differs(key, self.document[key], document[key])

    def _check_unit(self, unit: Any) -> None:
        theirs = self.document.get("unit")
        if not isinstance(theirs, str):
            raise InputError(f"{literal(self.path)} does not say what unit {self.key} is in")
        if theirs != unit:
            raise InputError(
                f"{literal(self.path)} is in {theirs}, and this result in {unit}",
                f"--base {theirs.removeprefix('base ')}",
            )

    def _differs(self, key: str, theirs: Any, ours: Any) -> None:
        option = f"--{key.replace('_', '-')}"
        raise InputError(
            f"{literal(self.path)}: {self.key} is of {option[2:]} {_shown(theirs)}, and here of {_shown(ours)}",
            "only rows with the same weights can be compared" if key == "weights" else f"{option} {_shown(theirs)}",
        )


def _shown(value: Any) -> str:
    return "none" if value is None else literal(str(value))


@dataclass(frozen=True, eq=False, repr=False)
class Requirement:
    """A key of the document, a comparison and a number, which may be ``stored`` somewhere."""

    text: str
    key: str
    comparison: str
    number: float
    stored: Stored | None = None

    def is_met(self, value: Any) -> bool:
        """Whether a value of the document meets it; an undefined one does not."""
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        return is_number and COMPARISONS[self.comparison](value, self.number)


def checked(requirements: Sequence[Requirement], document: Mapping[str, Any], command: str) -> list[dict[str, Any]]:
    """An entry for every requirement: what was asked, what was found, whether it is met; and the stored number."""
    from cecli.report.lookup import find

    entries = []
    for requirement in requirements:
        paths = paths_of(command, requirement.key, document)
        for path in paths:
            value = find(document, path, "--require")
            entry = {"requirement": requirement.text, "value": value, "met": requirement.is_met(value)}
            if len(paths) > 1:
                entry["requirement"] = requirement.text.replace(requirement.key, path, 1)
            if requirement.stored is not None:
                requirement.stored.check(document, command)
                entry["stored"] = requirement.number
            entries.append(entry)
    return entries


def paths_of(command: str, key: str, document: Mapping[str, Any]) -> list[str]:
    """Where the numbers stand that a key means: of a list of results those of each, or of the one of this name.

    >>> paths_of("kl", "kl_divergence", {"results": [{"p": "a"}, {"p": "b"}]})
    ['results.0.kl_divergence', 'results.1.kl_divergence']
    >>> paths_of("divergences", "psi", {"divergences": []}), paths_of("test", "p_value", {"p_value": 0.5})
    (['divergences.jeffreys.value'], ['p_value'])
    """
    from cecli.results.figures import items_of, results_of, within

    figure = results_of(command)
    if key in document or figure is None or figure.key not in document:
        return [key]
    name = OTHER_NAMES.get(key, key)
    if name in items_of(figure):
        return [f"{figure.key}.{name}.value"]
    if any(inner.key == key for inner in within(figure.inner(command))):
        return [f"{figure.key}.{k}.{key}" for k in range(len(document[figure.key]))]
    return [key]


def raise_unmet(entries: Sequence[Mapping[str, Any]], others: Sequence[str] = ()) -> None:
    """Raise GateError that names the requirements that are not met, and what ``others`` say is not."""
    unmet = [_unmet_text(entry) for entry in entries if not entry["met"]] + list(others)
    if unmet:
        raise GateError(f"not met: {'; '.join(unmet)}")


def _unmet_text(entry: Mapping[str, Any]) -> str:
    from cecli.report.numbers import shortest

    stored = f"{shortest(entry['stored'])} is stored, " if "stored" in entry else ""
    return f"{entry['requirement']} ({stored}found {shortest(entry['value']) or 'undefined'})"
