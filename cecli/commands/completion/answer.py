"""What a shell gets when it asks for candidates: a line each, and never a word of complaint on somebody's prompt."""

from __future__ import annotations

from collections.abc import Sequence

import click
from click.shell_completion import CompletionItem, ShellComplete

from cecli.commands.completion.line import Words, ending, split
from cecli.commands.completion.values import Line, completing

_MOST = 2000
"""Candidates that are shown at most: a file may have a hundred thousand columns."""


def answer(group: click.Group, shell: str, arguments: Sequence[str]) -> int:
    """Print the candidates for what a script of ``completion_scripts`` hands over; the exit status.

    Whatever goes wrong, a file that cannot be read or a line that makes no sense, there are no candidates then, and
    nothing is said: the command itself will say it, when it is run.
    """
    from cecli.report.sink import send_to_stdout

    try:
        lines = _bash(group, *arguments) if shell == "bash" else _words(group, *arguments)
        send_to_stdout("".join(f"{line}\n" for line in lines).encode("utf-8", "surrogateescape"))
    except Exception:
        return 1
    return 0


def _bash(group: click.Group, before: str, after: str, replaced: str) -> list[str]:
    found = split(before)
    if found.redirected:
        return ["file\t\t"]
    typed = found.last
    if not found.complete:
        return []  # the name of a command is being typed, after ( or |
    if replaced.startswith("$") and not typed.quote:
        return []  # a variable, whose sign bash would leave standing in front of the candidate
    behind = split(typed.quote + after)
    items = candidates(group, _arguments(found), typed.text, [*behind.complete[1:], behind.last.text])
    return [_line(item, ending(item.value, typed, replaced)) for item in items]


def _words(group: click.Group, count: str, *words: str) -> list[str]:
    """zsh and fish quote what they insert themselves."""
    before, current, after = words[: int(count)], split(words[int(count)]).last, words[int(count) + 1 :]
    return [_line(item, item.value) for item in candidates(group, [*before], current.text, after)]


def candidates(
    group: click.Group, before: Sequence[str], incomplete: str, after: Sequence[str] = ()
) -> list[CompletionItem[str]]:
    """The candidates for the word ``incomplete`` between others, the program's name not among them.

    >>> die = click.Command("die", params=[click.Option(["--colour"], type=click.Choice(["red", "blue"]))])
    >>> [item.value for item in candidates(click.Group(commands=[die]), ["die", "--colour"], "")]
    ['red', 'blue']
    """
    name = next((word for word in before if not word.startswith("-")), None)
    command = group if name is None else group.get_command(click.Context(group), name)
    if command is None:
        return []
    line = Line(tuple(before), tuple(word for word in after if word))
    machine = ShellComplete(group, {"obj": line}, "cecli", "")
    with completing(command):
        found = machine.get_completions(list(before), incomplete)
    flag, equals, _ = incomplete.partition("=")
    stem = f"{flag}=" if equals and flag.startswith("--") else ""
    shown = [item for item in found if item.type != "plain" or item.value.isprintable()][:_MOST]
    return [_with_stem(item, stem) for item in shown]


def _with_stem(item: CompletionItem[str], stem: str) -> CompletionItem[str]:
    return CompletionItem(stem + item.value, type=item.type, help=item.help) if stem else item


def _arguments(found: Words) -> list[str]:
    """The words behind the program's name; variables that are set for it alone stand before it."""
    words = found.complete
    while words and "=" in words[0]:
        words = words[1:]
    return words[1:]


def _line(item: CompletionItem[str], text: str) -> str:
    meaning = (item.help or "").replace("\t", " ").replace("\n", " ")
    return f"{item.type}\t{text}\t{meaning}"
