"""``--require 'KEY < X'``: gates on any number of a report, against a number or against a stored result."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import click

from cecli.commands.options import Function
from cecli.errors import GateError, InputError, UsageError, literal, quoted

_COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
}
_REQUIREMENT = re.compile(r"\s*([^<>=!]+?)\s*(<=|>=|==|!=|<|>)\s*(@.*\S|\S+)\s*")

IN_UNIT = {
    "cross_entropy",
    "difference",
    "finite_cross_entropy",
    "high",
    "label_entropy",
    "loss",
    "low",
    "prior_cross_entropy",
    "standard_error",
}
"""Keys whose numbers are in the unit of their result: two of them are compared only in the same unit."""


@dataclass(frozen=True, eq=False, repr=False)
class Stored:
    """A number of a stored result: the file, the key in it, what stands there, and the unit of that result."""

    path: str
    key: str
    number: float
    unit: str | None

    def check_unit(self, unit: str | None) -> None:
        """Raise InputError where the number is in another unit than this result's."""
        if self.key.rpartition(".")[2] not in IN_UNIT or self.unit == unit:
            return
        if self.unit is None:
            raise InputError(f"{literal(self.path)} does not say what unit {self.key} is in")
        raise InputError(
            f"{literal(self.path)} is in {self.unit}, and this result in {unit}",
            f"--base {self.unit.removeprefix('base ')}",
        )


@dataclass(frozen=True, eq=False, repr=False)
class Requirement:
    """A key of the report, a comparison and a number, which may be ``stored`` somewhere."""

    text: str
    key: str
    comparison: str
    number: float
    stored: Stored | None = None

    def is_met(self, value: Any) -> bool:
        """Whether a value of the report meets it; an undefined one does not."""
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        return is_number and _COMPARISONS[self.comparison](value, self.number)


def require_option(function: Function) -> Function:
    """--require, repeatable; arrives as ``requirements``."""
    return click.option(
        "--require", "requirements", multiple=True, metavar="'KEY<X'", callback=_parsed,
        help="Exit with status 3 unless this holds of the report; <, <=, >, >=, ==, !=; repeatable. X is a number, or "
        "@FILE: what KEY was in a result stored as JSON, or @FILE:OTHER_KEY.",
    )(function)  # fmt: skip


def checked(requirements: Sequence[Requirement], document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """An entry for every requirement: what was asked, what was found, whether it is met; and the stored number."""
    from cecli.report.lookup import find

    entries = []
    for requirement in requirements:
        value = find(document, requirement.key, "--require")
        entry = {"requirement": requirement.text, "value": value, "met": requirement.is_met(value)}
        if requirement.stored is not None:
            requirement.stored.check_unit(document.get("unit"))
            entry["stored"] = requirement.number
        entries.append(entry)
    return entries


def raise_unmet(entries: Sequence[Mapping[str, Any]], others: Sequence[str] = ()) -> None:
    """Raise GateError that names the requirements that are not met, and what ``others`` say is not."""
    unmet = [_unmet_text(entry) for entry in entries if not entry["met"]] + list(others)
    if unmet:
        raise GateError(f"not met: {'; '.join(unmet)}")


def _unmet_text(entry: Mapping[str, Any]) -> str:
    from cecli.report.numbers import shortest

    stored = f"{shortest(entry['stored'])} is stored, " if "stored" in entry else ""
    return f"{entry['requirement']} ({stored}found {shortest(entry['value']) or 'undefined'})"


def _parsed(context: click.Context, parameter: click.Parameter, value: tuple[str, ...]) -> list[Requirement]:
    requirements = [_requirement(text) for text in value]
    for requirement in requirements:
        _check_key(str(context.command.name), requirement.key)
    return requirements


def _check_key(command: str, key: str) -> None:
    """Raise UsageError for a key that no report of this command has, before it is made: that may take hours.

    What has a dot may depend on the files, and is found wrong when the report is there.
    """
    from cecli.commands.report_keys import KEYS

    known = KEYS.get(command, "").split()
    if not known or "." in key or any(key in (name, name.partition(".")[0]) for name in known):
        return
    from cecli.core.nearest import meant

    begun = next((f"did you mean {quoted(name)}?" for name in known if name.startswith(key)), None)
    guess = begun or meant(key, known)
    raise UsageError(
        f"--require: no number of the report is called {quoted(key)}" + (f", {guess}" if guess else ""),
        f"they are {', '.join(dict.fromkeys(name.partition('.')[0] for name in known))}",
    )


def _requirement(text: str) -> Requirement:
    match = _REQUIREMENT.fullmatch(text)
    if match is not None and match[3].startswith("@"):
        stored = _stored(match[3][1:], match[1])
        return Requirement(text, match[1], match[2], stored.number, stored)
    try:
        if match is None:
            raise ValueError
        number = float(match[3])
        if math.isnan(number) or "_" in match[3]:
            raise ValueError
        return Requirement(text, match[1], match[2], number)
    except ValueError:
        raise UsageError(
            f"--require: expected KEY, a comparison and a number or @FILE, found {quoted(text)}",
            "e.g. 'cross_entropy<0.5'",
        ) from None


def _stored(text: str, key: str) -> Stored:
    """The number that ``FILE`` or ``FILE:KEY`` names; the latter only where no file has the whole name."""
    from pathlib import Path

    from cecli.readers.results.stored import read_stored
    from cecli.report.lookup import find

    path = text
    if ":" in text and not Path(text).exists():
        path, _, key = text.rpartition(":")
    if not path or not key:
        raise UsageError(f"--require: expected @FILE or @FILE:KEY, found {quoted(f'@{text}')}")
    document = read_stored(path)
    try:
        found = find(document, key, "--require")
    except UsageError as error:
        raise InputError(error.message.replace("the result", literal(path), 1), error.hint) from None
    number = {"Infinity": math.inf, "-Infinity": -math.inf}.get(found, found) if isinstance(found, str) else found
    if isinstance(number, bool) or not isinstance(number, (int, float)):
        what = "undefined" if number is None else quoted(str(number))
        raise InputError(f"{literal(path)}: {key} is {what}, no number to compare with")
    unit = document.get("unit")
    return Stored(path, key, float(number), unit if isinstance(unit, str) else None)
