"""``--require 'KEY < X'``: gates on any number of a report, against a number or against a stored result."""

from __future__ import annotations

import math
import os
import re

import click

from cecli.commands.options import Function
from cecli.commands.options.headings import option
from cecli.errors import InputError, UsageError, literal, quoted
from cecli.results.requirements import Requirement, Stored, paths_of

_REQUIREMENT = re.compile(r"\s*([^<>=!]+?)\s*(<=|>=|==|!=|<|>)\s*(@.*\S|\S+)\s*")


def require_option(function: Function) -> Function:
    """--require, repeatable; arrives as ``requirements``."""
    return option(
        "Gates", "--require", "requirements", multiple=True, metavar="'KEY<X'", callback=_parsed,
        help="Exit with status 3 unless this holds of the report; <, <=, >, >=, ==, !=; repeatable. X is a number, or "
        "@FILE: what KEY was in a result stored as JSON, or @FILE:OTHER_KEY.",
    )(function)  # fmt: skip


def _parsed(context: click.Context, parameter: click.Parameter, value: tuple[str, ...]) -> list[Requirement]:
    requirements = [_requirement(text) for text in value]
    for requirement in requirements:
        _check_key(str(context.command.name), requirement.key)
    return requirements


def _check_key(command: str, key: str) -> None:
    """Raise UsageError for a key that no report of this command has, before it is made: that may take hours.

    What has a dot may depend on the files, and is found wrong when the report is there.
    """
    from cecli.results.figures import numbers_of, short_names

    known = [*short_names(command), *numbers_of(command)]
    if "." in key or any(key in (name, name.partition(".")[0]) for name in known):
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
            _unquoted(text) or "e.g. 'cross_entropy<0.5'",
        ) from None


def _unquoted(text: str) -> str | None:
    """The hint where the shell has taken the ``>0.9`` of an unquoted requirement for a file called 0.9."""
    try:
        out = os.fstat(1)
        names = [one.name for one in os.scandir() if one.inode() == out.st_ino and os.path.samestat(one.stat(), out)]
    except OSError:
        return None
    number = next((name for name in names if _NUMBER.fullmatch(name)), None)
    return number and f"quote it: --require '{text}>{number}'; the shell wrote to a file called {number} instead"


_NUMBER = re.compile(r"=?[0-9.]+(e-?[0-9]+)?")
"""A file's name that looks like the number of a requirement; ``>=0.9`` unquoted writes to ``=0.9``."""


def _stored(text: str, key: str) -> Stored:
    """The number that ``FILE`` or ``FILE:KEY`` names; the latter only where no file has the whole name."""
    from pathlib import Path

    from cecli.readers.results.result_file import read_stored
    from cecli.report.lookup import find

    path = text
    if ":" in text and not Path(text).exists():
        path, _, key = text.rpartition(":")
    if not path or not key:
        raise UsageError(f"--require: expected @FILE or @FILE:KEY, found {quoted(f'@{text}')}")
    document = read_stored(path)
    try:
        key = paths_of(str(document.get("command")), key, document)[0]
        found = find(document, key, "--require")
    except UsageError as error:
        raise InputError(error.message.replace("the result", literal(path), 1), error.hint) from None
    number = {"Infinity": math.inf, "-Infinity": -math.inf}.get(found, found) if isinstance(found, str) else found
    if isinstance(number, bool) or not isinstance(number, (int, float)):
        what = "undefined" if number is None else quoted(str(number))
        raise InputError(f"{literal(path)}: {key} is {what}, no number to compare with")
    return Stored(path, key, float(number), document)
