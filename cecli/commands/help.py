"""``cecli help``: the manual of the whole or of a command, on a terminal in a pager."""

from __future__ import annotations

import sys
from typing import Any

import click

EPILOG = """\b
Examples:
  cecli help score
  cecli help kl --roff > cecli-kl.1

On a terminal the page is shown in what PAGER names. With pip install the pages of man are installed beside cecli, and
man cecli-score shows one where man looks there."""


class _Name(click.ParamType):  # type: ignore[type-arg]  # generic only to the type checker
    """The name of a command."""

    name = "command"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        group: Any = ctx.find_root().command if ctx is not None else None
        if group is not None and value not in group.list_commands(ctx):
            group.resolve_command(ctx, [value])  # which says what was meant
        return value

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[Any]:
        from click.shell_completion import CompletionItem

        names: list[str] = ctx.find_root().command.list_commands(ctx)  # type: ignore[attr-defined]
        return [CompletionItem(name) for name in names if name.startswith(incomplete)]


@click.command("help", epilog=EPILOG)
@click.argument("name", required=False, type=_Name(), metavar="[COMMAND]")
@click.option("--roff", is_flag=True, help="Print the source of the page, as man reads it.")
@click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of an error.")
@click.pass_context
def command(context: click.Context, name: str | None, roff: bool) -> None:
    """Show the manual of cecli or of one of its commands.

    The page has all of the command's -h, what its exit statuses mean, and the environment it heeds.
    """
    from cecli.commands.manual_page import page_of
    from cecli.report.pages.manual import as_roff, as_text
    from cecli.report.sink import send_to_stdout
    from cecli.report.terminal import encoding_of, fitting, is_terminal, width_of

    group: Any = context.find_root().command
    page = page_of(group, name, group.summaries(), group.version)
    if roff:
        send_to_stdout(as_roff(page).encode())
        return
    text = as_text(page, min(width_of(sys.stdout), 100))
    if is_terminal(sys.stdout):
        click.echo_via_pager(text)
    else:
        encoding = encoding_of(sys.stdout)
        send_to_stdout(fitting(text, encoding).encode(encoding))
