"""What stands at the end of every command's help: its exit statuses, and where to read on."""

from __future__ import annotations

import click

SEE_ALSO = {
    "simulate": ("fit", "converge", "power"),
    "fit": ("simulate", "entropy", "test"),
    "entropy": ("cross-entropy", "kl", "fit"),
    "cross-entropy": ("entropy", "kl", "score"),
    "kl": ("entropy", "cross-entropy", "divergences"),
    "divergences": ("kl", "test"),
    "test": ("fit", "power", "kl"),
    "power": ("test", "simulate"),
    "converge": ("simulate", "fit", "test"),
    "score": ("compare", "calibrate", "softmax", "merge"),
    "merge": ("score",),
    "compare": ("score", "calibrate", "fidelity"),
    "fidelity": ("compare", "score", "kl"),
    "calibrate": ("softmax", "score"),
    "softmax": ("calibrate", "score", "convert"),
    "convert": ("score", "softmax"),
    "show": ("verify", "score", "compare"),
    "verify": ("score", "compare", "fidelity", "calibrate"),
    "completion": ("help",),
    "help": ("completion",),
}
"""Command -> those that whoever reads about it may look for. A test wants every command in it."""

STATUSES = {
    0: "done; an infinite result is a result",
    1: "the data, or reading or writing",
    2: "usage: options and arguments",
    3: "a requirement was not met; the report is printed all the same",
    130: "stopped by Ctrl-C",
    141: "the reader of the pipe went away",
    143: "stopped by SIGTERM",
}
"""Exit status -> what it means."""


def statuses(command: click.Command) -> dict[int, str]:
    """The exit statuses of a command; 3 is left out where nothing sets a gate."""
    gated = any("status 3" in (getattr(one, "help", None) or "") for one in [command, *command.params])
    return {status: meaning for status, meaning in STATUSES.items() if gated or status != 3}


def with_ending(name: str, command: click.Command) -> click.Command:
    """The command with the ending of its help, which it must not have yet."""
    few = {0: "done", 1: "the data or the I/O", 2: "usage", 3: "a requirement was not met"}
    known = ", ".join(f"{status} {few[status]}" for status in statuses(command) if status in few)
    others = ", ".join(f"cecli {other}" for other in SEE_ALSO.get(name, ()))
    see_also = f"See also: {others}. cecli help {name} shows all of this as a page."
    command.epilog = f"{command.epilog or ''}\n\nExit status: {known}.\n\n{see_also}"
    return command
