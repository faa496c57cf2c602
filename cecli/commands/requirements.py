"""``--require 'KEY < NUMBER'``: gates on any number of a report."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import click

from cecli.commands.options import Function
from cecli.errors import GateError, UsageError, quoted

_COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
}
_REQUIREMENT = re.compile(r"\s*([^<>=!]+?)\s*(<=|>=|==|!=|<|>)\s*(\S+)\s*")


@dataclass(frozen=True)
class Requirement:
    """A key of the report, a comparison and a number."""

    text: str
    key: str
    comparison: str
    number: float

    def is_met(self, value: Any) -> bool:
        """Whether a value of the report meets it; an undefined one does not."""
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        return is_number and _COMPARISONS[self.comparison](value, self.number)


def require_option(function: Function) -> Function:
    """--require, repeatable; arrives as ``requirements``."""
    return click.option(
        "--require", "requirements", multiple=True, metavar="'KEY<X'", callback=_parsed,
        help="Exit with status 3 unless this holds of the report; <, <=, >, >=, ==, !=; repeatable.",
    )(function)  # fmt: skip


def checked(requirements: Sequence[Requirement], document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """An entry for every requirement: what was asked, what was found, whether it is met."""
    from cecli.report.lookup import find

    entries = []
    for requirement in requirements:
        value = find(document, requirement.key, "--require")
        entries.append({"requirement": requirement.text, "value": value, "met": requirement.is_met(value)})
    return entries


def raise_unmet(entries: Sequence[Mapping[str, Any]]) -> None:
    """Raise GateError that names the requirements that are not met."""
    from cecli.report.numbers import shortest

    unmet = [entry for entry in entries if not entry["met"]]
    if unmet:
        found = "; ".join(
            f"{entry['requirement']} (found {shortest(entry['value']) or 'undefined'})" for entry in unmet
        )
        raise GateError(f"not met: {found}")


def _parsed(context: click.Context, parameter: click.Parameter, value: tuple[str, ...]) -> list[Requirement]:
    return [_requirement(text) for text in value]


def _requirement(text: str) -> Requirement:
    match = _REQUIREMENT.fullmatch(text)
    try:
        if match is None:
            raise ValueError
        return Requirement(text, match[1], match[2], float(match[3]))
    except ValueError:
        raise UsageError(
            f"--require: expected KEY, a comparison and a number, found {quoted(text)}", "e.g. 'cross_entropy<0.5'"
        ) from None
