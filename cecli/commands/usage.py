"""What is said where a command is called in a way that makes no sense: Click's errors in our words, with what helps."""

from __future__ import annotations

import ast
import re
from typing import Any

import click

from cecli.core.nearest import nearest
from cecli.errors import quoted

_NOT_ONE_OF = re.compile(r"(.*) is not one of ", re.DOTALL)
_NO_WHOLE = re.compile(r"(.*) is not a valid integer", re.DOTALL)
_NO_NUMBER = re.compile(r"(.*) is not a valid float", re.DOTALL)
_OUTSIDE = re.compile(r"(.*) is not in the range (.*?)\.?$")


def explained(error: click.ClickException, command: str | None) -> tuple[str, str]:
    """The message and the hint; ``command`` is the name of the one that was called."""
    help_of = f"cecli {command} -h" if command else "cecli -h"
    if isinstance(error, click.NoSuchOption):
        meant = error.possibilities[0] if error.possibilities else None  # the nearest stands first
        return f"no option {error.option_name}", f"did you mean {meant}?" if meant else f"{help_of} lists the options"
    if isinstance(error, click.MissingParameter) and error.param is not None:
        return _missing(error.param), f"{help_of} shows how it is called"
    if isinstance(error, click.BadParameter) and error.param is not None and error.message:
        return _value(error.param, error.message, help_of)
    text = error.format_message().rstrip(".")
    return text[:1].lower() + text[1:], f"{help_of} shows how it is called"


def _missing(parameter: click.Parameter) -> str:
    kind = "argument" if isinstance(parameter, click.Argument) else "option"
    choices = f": {', '.join(parameter.type.choices)}" if isinstance(parameter.type, click.Choice) else ""
    return f"missing {kind} {_name(parameter)}{choices}"


def _name(parameter: click.Parameter) -> str:
    if isinstance(parameter, click.Option):
        return max(parameter.opts, key=len)
    return parameter.metavar or str(parameter.name).upper()


def _value(parameter: click.Parameter, message: str, help_of: str) -> tuple[str, str]:
    """Of a value that an option or an argument cannot have."""
    name = _name(parameter)
    choice = _found(_NOT_ONE_OF, message)
    if choice is not None and isinstance(parameter.type, click.Choice):
        choices: list[Any] = [*parameter.type.choices]
        meant = nearest(choice, choices, 0.5)
        text = f"{name}: expected one of {', '.join(choices)}, found {quoted(choice)}"
        return text, f"did you mean {meant}?" if meant else f"{help_of} says what they are"
    called = f"{help_of} shows how it is called"
    number = _found(_NO_WHOLE, message)
    if number is not None:
        whole = _whole(number)
        text = f"{name}: expected a whole number in plain digits, found {quoted(number)}"
        return text, f"write {whole}" if whole is not None else called
    number = _found(_NO_NUMBER, message)
    if number is not None:
        return f"{name}: expected a number, found {quoted(number)}", called
    outside = _OUTSIDE.match(message)
    if outside is not None:
        return f"{name}: expected {outside[2]}, found {outside[1]}", called
    return f"{name}: {message.rstrip('.')}", called


def _found(pattern: re.Pattern[str], message: str) -> str | None:
    """The value that Click's message quotes."""
    match = pattern.match(message)
    return str(ast.literal_eval(match[1])) if match else None


def _whole(text: str) -> int | None:
    """The whole number that ``1e6`` or ``12.0`` stands for."""
    try:
        number = float(text)
    except ValueError:
        return None
    return int(number) if number.is_integer() and abs(number) < 1e15 else None
