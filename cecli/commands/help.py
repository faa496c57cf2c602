"""``cecli help``: the manual of the whole or of a command, or a guide; on a terminal in a pager."""

from __future__ import annotations

import sys
from typing import Any

import click

from cecli.errors import UsageError, quoted
from cecli.guides import TOPICS, text_of
from cecli.results import reference

EPILOG = """\b
Examples:
  cecli help
  cecli help score
  cecli help calibration
  cecli help kl --roff > cecli-kl.1

On a terminal the page is shown in what PAGER names. With pip install the pages of man are installed beside cecli, and
man cecli-score shows one where man looks there."""


class _Name(click.ParamType):  # type: ignore[type-arg]  # generic only to the type checker
    """The name of a command or of a topic."""

    name = "command"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        from cecli.commands.usage import command_meant

        names = {} if ctx is None else _names(ctx)
        if value not in names:
            raise UsageError(
                f"no command or topic {quoted(value)}", hint=command_meant(value, names, "commands and topics")
            )
        return value

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:
        from click.shell_completion import CompletionItem

        return [CompletionItem(name, help=line) for name, line in _names(ctx).items() if name.startswith(incomplete)]


def _names(context: click.Context) -> dict[str, str]:
    """What help can be asked for, and what it is about."""
    group: Any = context.find_root().command
    commands = {name: line for listed in group.summaries().values() for name, line in listed.items()}
    return {**commands, **TOPICS, **reference.TOPICS}


@click.command("help", epilog=EPILOG)
@click.argument("name", required=False, type=_Name(), metavar="[COMMAND|TOPIC]")
@click.option("--roff", is_flag=True, help="Print the source of a command's page, as man reads it.")
@click.pass_context
def command(context: click.Context, name: str | None, roff: bool) -> None:
    """Show the manual of a command, or a guide; without a name, list them all.

    The page of a command has all of its -h, what its exit statuses mean, and the environment it heeds. A guide
    explains a topic with examples.
    """
    if name in TOPICS or name in reference.TOPICS:
        if roff:
            raise UsageError(f"--roff: {name} is a guide, and guides are Markdown", hint="leave --roff out")
        _show(text_of(name) if name in TOPICS else reference.text_of(name))
        return
    from cecli.commands.manual_page import page_of
    from cecli.report.pages.manual import as_roff, as_text
    from cecli.report.sink import send_to_stdout
    from cecli.report.terminal import width_of

    group: Any = context.find_root().command
    page = page_of(group, name, group.summaries(), group.version)
    if roff:
        send_to_stdout(as_roff(page).encode())
    else:
        _show(as_text(page, min(width_of(sys.stdout), 100)))


def _show(text: str) -> None:
    """Show ``text`` in the pager of a terminal, or print it into a pipe."""
    from cecli.report.sink import send_to_stdout
    from cecli.report.terminal import encoding_of, fitting, is_terminal

    if is_terminal(sys.stdout):
        click.echo_via_pager(text.removesuffix("\n"))  # it adds one
    else:
        encoding = encoding_of(sys.stdout)
        send_to_stdout(fitting(text, encoding).encode(encoding))
