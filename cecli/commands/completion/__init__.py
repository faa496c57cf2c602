"""``cecli completion``: the script that lets a shell complete commands, options, files, columns and classes."""

from __future__ import annotations

import click

SHELLS = ("bash", "zsh", "fish")

EPILOG = """\b
Examples:
  cecli completion bash > cecli-completion.bash
  eval "$(cecli completion bash)"

\b
Where it goes, for every shell that starts from then on:
  bash   eval "$(cecli completion bash)"   in ~/.bashrc
  zsh    eval "$(cecli completion zsh)"    in ~/.zshrc, below compinit
  fish   cecli completion fish > ~/.config/fish/completions/cecli.fish

The script asks cecli itself, so it stays right when cecli is updated. Columns and classes are those of the files that
stand in the line: of each the head is read, of regular files only, never of standard input or a pipe."""


@click.command("completion", epilog=EPILOG)
@click.argument("shell", type=click.Choice(SHELLS))
def command(shell: str) -> None:
    """Print the script that completes cecli's command lines in a shell.

    The Tab key then completes commands, options and their values, the columns and class names of the files already
    typed, and the keys of --get and --require.
    """
    from cecli.commands.completion.scripts import SCRIPTS
    from cecli.report.sink import send_to_stdout

    send_to_stdout(SCRIPTS[shell].encode())
