"""The manual page of a command, made from what its help says."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Iterator, Mapping

import click

from cecli.commands.endings import SEE_ALSO, STATUSES, statuses
from cecli.commands.options.headings import options_by_heading
from cecli.guides import TOPICS
from cecli.report.pages.manual import Block, Page

_ENVIRONMENT = {
    "CECLI_THREADS": "Worker threads where --threads is not given; all cores without it.",
    "COLUMNS": "The width of tables and help, in place of the terminal's.",
    "NO_COLOR": "Set to anything, it turns colours off.",
    "FORCE_COLOR": "Set to anything but 0, it turns colours on where no terminal is; NO_COLOR goes first.",
    "PAGER": "What cecli help shows a page in.",
}
_ENDINGS = ("Exit status:", "See also:")


def page_of(group: click.Group, name: str | None, groups: Mapping[str, Mapping[str, str]], version: str = "") -> Page:
    """The page of the command ``name``, or that of the whole; ``groups`` are the commands' names and what they do,
    under their headings."""
    context = click.Context(group, info_name="cecli", **group.context_settings)
    command = group if name is None else group.get_command(context, name)
    if command is None:
        raise click.UsageError(f"no command {name}")
    own = context if name is None else click.Context(command, info_name=name, parent=context)
    title, *description = _paragraphs(inspect.cleandoc(command.help or ""))
    examples, notes = _epilog(command.epilog or "")
    called = "cecli" if name is None else f"cecli-{name}"
    pieces = "[OPTIONS] COMMAND [ARGUMENTS]..." if name is None else " ".join(command.collect_usage_pieces(own))
    sections = {
        "NAME": [Block(f"{called} - {title.text.rstrip('.')}")],
        "SYNOPSIS": [Block(f"{own.command_path} {pieces}", kept=True)],
        "DESCRIPTION": description or [Block(title.text)],
        "COMMANDS": list(_under_headings({heading: commands.items() for heading, commands in groups.items()}))
        if name is None
        else [],
        "GUIDES": list(_guides()) if name is None else [],
        "OPTIONS": list(_under_headings(_records(command, own))),
        "EXAMPLES": examples,
        "NOTES": notes,
        "EXIT STATUS": _statuses(command, name),
        "ENVIRONMENT": _environment(command, name),
        "SEE ALSO": [Block(", ".join(_others(name, groups)))],
    }
    return Page(called, version, {heading: blocks for heading, blocks in sections.items() if blocks})


def _records(command: click.Command, context: click.Context) -> dict[str, list[tuple[str, str]]]:
    """Heading -> the options under it, each with what it does."""
    return {
        heading: [record for one in options if (record := one.get_help_record(context)) is not None]
        for heading, options in options_by_heading(command, context).items()
    }


def _under_headings(groups: Mapping[str, Iterable[tuple[str, str]]]) -> Iterator[Block]:
    """What terms mean, under headings if there are several."""
    for heading, records in groups.items():
        if len(groups) > 1:
            yield Block(heading, heading=True)
        yield from (Block(text, term=term) for term, text in records)


def _paragraphs(text: str) -> list[Block]:
    r"""Paragraphs as Click marks them up: one that begins with ``\b`` keeps its lines."""
    blocks = []
    for part in re.split(r"\n[ \t]*\n", text.strip("\n")):
        if part.startswith("\b"):
            blocks.append(Block(part.lstrip("\b\n"), kept=True))
        elif part.strip():
            blocks.append(Block(" ".join(part.split())))
    return blocks


def _epilog(text: str) -> tuple[list[Block], list[Block]]:
    """The examples, and the notes without the endings, which have sections of their own."""
    examples, notes = [], []
    for block in _paragraphs(text):
        if block.kept and block.text.startswith("Examples:"):
            lines = block.text.splitlines()[1:]
            examples.append(Block("\n".join(line[2:] for line in lines), kept=True))
        elif not block.text.startswith(_ENDINGS):
            notes.append(block)
    return examples, notes


def _statuses(command: click.Command, name: str | None) -> list[Block]:
    known = STATUSES if name is None else statuses(command)
    return [Block(f"{meaning[:1].upper()}{meaning[1:]}.", term=str(status)) for status, meaning in known.items()]


def _guides() -> Iterator[Block]:
    yield Block("cecli help TOPIC shows one:")
    yield from (Block(line, term=topic) for topic, line in TOPICS.items())


def _environment(command: click.Command, name: str | None) -> list[Block]:
    flags = {flag for one in command.params for flag in one.opts}
    left_out = {"CECLI_THREADS": "--threads" not in flags, "PAGER": name != "help"} if name is not None else {}
    return [Block(text, term=variable) for variable, text in _ENVIRONMENT.items() if not left_out.get(variable)]


def _others(name: str | None, groups: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    if name is not None:
        yield "cecli(1)"
    commands = [other for listed in groups.values() for other in listed]
    yield from (f"cecli-{other}(1)" for other in (commands if name is None else SEE_ALSO.get(name, ())))
