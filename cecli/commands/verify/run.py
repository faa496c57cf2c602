"""A signed result's command, checked and run again.

The promise of ``verify``, whatever the result says: only commands that can be signed are run; only options that figures
depend on are passed on, each with its value in one word, so that no value can be taken for an option; files are opened
only if the result names them among its inputs (``readers.sources.ledger`` holds every reader to it); and what the run
would print is taken here, since no option that writes a file is among those.
"""

from __future__ import annotations

import io
import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import click

from cecli.commands.signature import FIGURES, FILES, SignedCommand, long_name
from cecli.errors import GateError, InputError, UsageError, literal, quoted
from cecli.readers.results.signature import SignedResult, check_read
from cecli.readers.sources.urls import is_url, local_path

COMMANDS = ("score", "compare", "fidelity", "calibrate")
"""What can be signed."""

_WILDCARD = re.compile(r"[*?\[]")

Pair = tuple[click.Parameter, str | None]
"""An option and its value, None where it is a flag; an argument and its text."""


@dataclass(frozen=True)
class Call:
    """A command and what it is called with."""

    command: click.Command
    words: tuple[str, ...]


def checked_call(result: SignedResult, places: Mapping[str, str]) -> Call:
    """The command of a result, its inputs at their places. Raises InputError for what no signature holds."""
    if result.command not in COMMANDS:
        raise InputError(f"{result.name}: no result of {quoted(result.command)} can be verified", ", ".join(COMMANDS))
    command: click.Command = import_module(f"cecli.commands.{result.command}").command
    if not isinstance(command, SignedCommand):
        raise InputError(f"{result.name}: results of {result.command} have no signature")
    options, files = [], []
    for parameter, value in _pairs(command, result):
        if parameter.name in FILES and value is not None:
            value = _place(value, result, places, parameter.name == "wanted_prior")
        if isinstance(parameter, click.Argument):
            files.append(str(value))
        else:
            options.append(long_name(parameter) if value is None else f"{long_name(parameter)}={value}")
    return Call(command, (*options, "--", *files))


def _pairs(command: click.Command, result: SignedResult) -> Iterator[Pair]:
    """The arguments of a result as options with their values, and files."""
    known = {long_name(one): one for one in command.params if isinstance(one, click.Option) and one.name in FIGURES}
    positional = next(one for one in command.params if isinstance(one, click.Argument))
    words = iter(result.arguments)
    for word in words:
        if word == "--":
            break
        option = known.get(word)
        if option is None:
            raise InputError(f"{result.name}: the arguments hold {quoted(word)}, which no signature does")
        value = None if option.is_flag else next(words, None)
        if value is None and not option.is_flag:
            raise InputError(f"{result.name}: the arguments end after {quoted(word)}, which takes a value")
        yield option, value
    yield from ((positional, word) for word in words)


def _place(value: str, result: SignedResult, places: Mapping[str, str], is_pmf: bool) -> str:
    """Where a file, a file with its column, a directory or a pattern is now. Raises InputError where it stands for none
    of the inputs: nothing is looked for then, on this machine or elsewhere."""
    value = local_path(value)
    if value in places:
        return places[value]
    file, colon, column = value.rpartition(":")
    if is_pmf and colon and file in places:
        return f"{places[file]}:{column}"
    if is_pmf and not is_url(value):  # which may be in line, and is no directory
        return value
    start = _WILDCARD.split(value)[0] if _WILDCARD.search(value) else value.rstrip("/") + "/"
    inside = next((path for path in places if path.startswith(start)), None)
    if inside is None or is_url(value):
        raise InputError(f"{literal(value)}: it is not among the inputs that the result names, and is not read")
    if places[inside] == inside:
        return value
    if not places[inside].endswith(inside) or os.path.isabs(value) or ".." in value.split("/"):
        raise InputError(
            f"{result.name}: {quoted(value)} stands for several files, and leads out of the folder",
            "run it where their paths hold, without --folder",
        )
    return places[inside].removesuffix(inside) + value


def run_again(call: Call, result: SignedResult, places: Mapping[str, str], threads: int) -> dict[str, Any]:
    """The result of the call, of inputs that are those of ``result``. Raises InputError where they are others."""
    from cecli.readers.sources.ledger import kept

    words = ["--format=json", "--quiet", "--signature", f"--threads={threads}", *call.words]
    printed = io.BytesIO()
    with kept(only=places.values()), redirect_stdout(io.TextIOWrapper(printed, encoding="utf-8")):
        try:
            with call.command.make_context(result.command, words) as context:
                call.command.invoke(context)
        except GateError:  # the result is there all the same, and it is what is asked for
            pass
        except (click.ClickException, UsageError) as error:
            raise InputError(f"{result.name}: the arguments are wrong: {error.message}") from error
        document: dict[str, Any] = json.loads(printed.getvalue())
    check_read(result, places, {one["path"]: one["sha256"] for one in document["inputs"]})
    return document
