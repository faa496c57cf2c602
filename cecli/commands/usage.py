"""What is said where a command is called in a way that makes no sense: Click's errors in our words, with what helps."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
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
        return f"no option {error.option_name}", _no_option(error.option_name, error.ctx, help_of)
    if isinstance(error, click.MissingParameter) and error.param is not None:
        hint = f"{help_of} shows how it is called"
        return _missing(error.param), f"- reads standard input; {hint}" if _is_file(error.param) else hint
    if isinstance(error, click.BadParameter) and error.param is not None and error.message:
        return _value(error.param, error.message, help_of)
    text = error.format_message().rstrip(".")
    hint = f"{help_of} shows how it is called"
    if command in _OF_ONE_MODEL and "unexpected extra argument" in text:
        hint = f"two models are compared by: cecli compare A B LABELS; {hint}"
    return text[:1].lower() + text[1:], hint


_OF_ONE_MODEL = ("score", "calibrate")
_PMFS = ("pmf", "p", "q")
_NEGATIVE = re.compile(r"-[0-9.]")

_LIKE_AN_OPTION = 0.7
"""How much alike two options must be, without the dashes, which all have."""

_BEGUN = 5
"""Characters, the dashes among them, by which the beginning of an option may be told."""

_NAMED = 3
"""Other commands that are named."""


_IN_PLACE = {"version": "--version"}
"""What other programs have as a command, and this one as an option."""

_FIGURES = {
    "log-loss": "score PREDS LABELS",
    "logloss": "score PREDS LABELS",
    "perplexity": "score PREDS LABELS --get perplexity",
    "ece": "score PREDS LABELS --get ece",
    "auc": "score PREDS LABELS --corp --get corp.auc",
    "psi": "divergences P Q --only psi",
    "js": "divergences P Q --only js",
    "kl-divergence": "kl P Q",
}
"""What is looked for under the name of a figure -> how it is had."""

_LIKE_A_COMMAND = 0.65
"""How much alike two commands must be for one to be a slip of the other."""


def command_meant(name: str, commands: Iterable[str], called: str = "commands") -> str:
    """The hint for a command that there is not; ``called`` says what ``commands`` are."""
    figure = name.lower().replace("_", "-")
    if figure in _FIGURES:
        return f"try cecli {_FIGURES[figure]}"
    near = nearest(name, [*commands, *_IN_PLACE], _LIKE_A_COMMAND)
    return f"did you mean {_IN_PLACE.get(near, near)}?" if near else f"the {called} are {', '.join(commands)}"


def _no_option(name: str, context: click.Context | None, help_of: str) -> str:
    """What may be meant: a negative number, an option of another command, or one of this that is like it."""
    if context is None:
        return f"{help_of} lists the options"
    if _NEGATIVE.match(name):
        of_pmfs = any(isinstance(one, click.Argument) and one.name in _PMFS for one in context.command.params)
        dash = "-- ends the options, so that what follows may begin with a dash"
        return f"a probability is not negative; {dash}" if of_pmfs else dash
    options = [text for text in _options(context.command) if text.startswith("--")]
    begun = next((text for text in options if text.startswith(name) and len(name) >= _BEGUN), None)
    holders = [] if begun else _holders(name, context)
    if holders:
        *most, last = [*holders[:_NAMED], *(["others"] if len(holders) > _NAMED else [])]
        have = f"{', '.join(most)} and {last} have it" if most else f"{last} has it"
        return f"{have}; {help_of} lists the options of this command"
    bare = {text.lstrip("-"): text for text in options}
    meant = begun or bare.get(nearest(name.lstrip("-"), bare, _LIKE_AN_OPTION) or "")
    return f"did you mean {meant}?" if meant else f"{help_of} lists the options"


def _holders(name: str, context: click.Context) -> list[str]:
    """The other commands that have an option of this name."""
    program = context.find_root()
    group = program.command
    if context is program or not isinstance(group, click.Group):
        return []
    commands = {other: group.get_command(program, other) for other in group.list_commands(program)}
    return [other for other, command in commands.items() if command is not None and name in _options(command)]


def _options(command: click.Command) -> list[str]:
    """The options of a command that its help shows, by all their names."""
    shown = [one for one in command.params if isinstance(one, click.Option) and not one.hidden]
    return [name for one in shown for name in (*one.opts, *one.secondary_opts)] + ["--help", "-h"]


def _is_file(parameter: click.Parameter) -> bool:
    return isinstance(parameter, click.Argument) and not isinstance(parameter.type, click.Choice)


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
        how = " in plain digits" if whole is not None else ""
        text = f"{name}: expected a whole number{how}, found {quoted(number)}"
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
