"""The command line: the commands, loaded when asked for, and where an error becomes a message and a status."""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Sequence
from functools import cache
from importlib import import_module
from typing import Any

import click

from cecli import __version__, errors, input_guard

GROUPS = {
    "Distributions": {
        "simulate": "Roll a K-sided die, or draw from any PMF.",
        "fit": "Fit the categorical maximum-likelihood estimate to counts or samples.",
        "entropy": "Measure the entropy H(p) of PMFs.",
        "cross-entropy": "Measure the cross-entropy H(p, q) of one PMF against others.",
        "kl": "Measure the KL divergence D(p||q) of one PMF from others.",
        "divergences": "Measure how far two PMFs are apart, in every usual way.",
        "test": "Test whether counts fit a PMF, or whether two samples differ.",
        "power": "Find how many rolls a test needs to tell P from Q.",
        "converge": "Watch an empirical PMF converge to the true one.",
    },
    "Classifiers": {
        "score": "Score a classifier's predictions by their cross-entropy loss.",
        "compare": "Compare the losses of two models on the same rows, with tests.",
        "fidelity": "Measure how far the predictions of one model are from another's.",
        "calibrate": "Find the temperature that makes a classifier's probabilities mean what they say.",
        "softmax": "Turn logits into probabilities, row by row.",
    },
    "Files and results": {
        "convert": "Write predictions of any format as a plain file that every tool reads.",
        "merge": "Merge states of score --partial into the report of all their rows.",
        "show": "Show a stored result as a table, Markdown, CSV or a page.",
        "verify": "Verify a signed result: compute it again from the same inputs, and compare every digit.",
        "help": "Show the manual of a command, or a guide; without a name, list them all.",
        "completion": "Print the script that completes cecli's command lines in a shell.",
    },
}
"""Heading -> the commands under it: name -> one-line help, the first line of its docstring, as a test wants."""

COMMANDS = {name: line for commands in GROUPS.values() for name, line in commands.items()}
"""Name -> one-line help."""


@cache
def _loaded(name: str) -> click.Command:
    """The command with the ending that all helps have."""
    from cecli.commands.endings import with_ending

    command: click.Command = import_module(f"cecli.commands.{name.replace('-', '_')}").command
    command.params.append(_debug_option())
    return with_ending(name, command)


def _debug_option() -> click.Option:
    """``--debug``, which every command has, and the program itself: an error then shows where it was raised."""
    text = "Show the traceback of an error."
    return click.Option(["--debug"], is_flag=True, is_eager=True, expose_value=False, callback=_debug, help=text)


def _debug(context: click.Context, parameter: click.Parameter, value: bool) -> None:
    if value:
        context.ensure_object(dict)["debug"] = True


class LazyGroup(click.Group):
    """Commands that are imported when they are called, so that help and version cost Click alone."""

    version = __version__

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        return _loaded(cmd_name) if cmd_name in COMMANDS else None

    def summaries(self) -> dict[str, dict[str, str]]:
        """Heading -> the commands under it, and what they do."""
        return GROUPS

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from cecli.commands.usage import command_meant

            raise errors.UsageError(f"no command {errors.quoted(args[0])}", hint=command_meant(args[0], list(COMMANDS)))
        return super().resolve_command(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[Any]:
        from click.shell_completion import CompletionItem

        names = [CompletionItem(name, help=line) for name, line in COMMANDS.items() if name.startswith(incomplete)]
        return names + click.Command.shell_complete(self, ctx, incomplete)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        width = max(map(len, COMMANDS))
        for heading, commands in GROUPS.items():
            with formatter.section(heading):
                formatter.write_dl([(name.ljust(width), line) for name, line in commands.items()])


EPILOG = """\b
Examples:
  cecli simulate -k 6 -n 10000 --seed 1 | cecli fit | cecli kl - uniform:6
  cecli score preds.csv labels.csv

Exit status: 0 done, 1 the data or the I/O, 2 usage, 3 a requirement was not met."""


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog=EPILOG,
)
@click.version_option(__version__, "-V", "--version", prog_name="cecli", message="%(prog)s %(version)s")
def group() -> None:
    """Entropy, cross-entropy, KL divergence and the cross-entropy loss of a classifier, from files."""


group.params.append(_debug_option())


_GARBAGE = 100_000
"""Objects after which Python looks for garbage: as often as usual it takes a twentieth of the time of a small run."""


_COMPLETING = "_CECLI_COMPLETE"
"""Set by a shell that asks for candidates: see ``commands.completion.scripts``."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status; every error becomes a message here and nowhere else."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    if _COMPLETING in os.environ:
        from cecli.commands.completion.answer import answer

        return answer(group, os.environ[_COMPLETING], arguments)
    gc.set_threshold(_GARBAGE)
    input_guard.begin()
    _received.clear()
    _spare_memory()
    kept = {number: handler for number in _STOPS if (handler := _handled(number)) is not None}
    hook, sys.unraisablehook = sys.unraisablehook, _unraisable
    try:
        return _closed(_told(arguments))
    except KeyboardInterrupt:
        return _stopped(signal.SIGINT)
    except _Stopped as stop:
        return _stopped(stop.number)
    finally:
        sys.unraisablehook = hook
        for number, handler in kept.items():
            signal.signal(number, handler)


def _told(arguments: list[str]) -> int:
    asked: dict[str, bool] = {}  # what options of every command ask for: Click hands it down
    try:
        return _run(list(arguments), asked)  # a copy: Click takes the list apart
    except Exception as error:
        if _received:  # which came in the midst of a library that made an error of it
            return _stopped(_received[0])
        if asked.get("debug"):
            raise
        return _explain(error, next((word for word in arguments if word in COMMANDS), None))


def _run(arguments: list[str], asked: dict[str, bool]) -> int:
    if not arguments:
        with group.make_context("cecli", [], resilient_parsing=True) as context:
            click.echo(group.get_help(context), err=True)
        return errors.EXIT_USAGE
    for_help = bool(_HELP.intersection(arguments))
    try:
        with group.make_context("cecli", arguments, obj=asked) as context:
            group.invoke(context)
    except click.exceptions.Exit as stop:  # a help text or the version has been printed
        if sys.stdout is None and not stop.exit_code:
            from cecli.report.sink import send_to_stdout

            send_to_stdout(b"")  # which says that there is none
        return stop.exit_code
    except OSError as error:
        if isinstance(error, BrokenPipeError) or not for_help:
            raise
        raise errors.OutputError(f"cannot write standard output: {error.strerror or error}") from error  # a full disk
    return 0


_HELP = {"-h", "--help", "-V", "--version"}
"""What Click prints itself; all other output is of ``report``, which says where it fails."""


def _explain(error: Exception, command: str | None) -> int:
    """Write the message an error deserves, and return its exit status."""
    if isinstance(error, BrokenPipeError):
        return errors.EXIT_BROKEN_PIPE
    from cecli.report import messages

    lines, hint, status = _message(error, command)
    messages.error(lines, hint)
    return status


_NO_ROOM = (
    "failed to map segment from shared object",
    "Failed to launch worker thread",
    "can't start new thread",
    "Cannot allocate memory",
    "bad_alloc",
)
"""What is said by loaders and threads that get no memory, and raise something else than MemoryError."""


def _message(error: Exception, command: str | None) -> tuple[list[str], str | None, int]:
    if isinstance(error, errors.CecliError):
        return error.lines(), error.hint, error.exit_code
    if isinstance(error, click.ClickException):
        from cecli.commands.usage import explained

        text, hint = explained(error, command)
        return [text], hint, error.exit_code
    if isinstance(error, MemoryError) or any(words in str(error) for words in _NO_ROOM):
        what = "out of memory" + ("" if isinstance(error, MemoryError) else f": {error}")
        return [what], "--threads 1 takes less, and cecli COMMAND -h says what holds rows in memory", errors.EXIT_DATA
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        return [f"{where}{error.strerror or error}"], None, errors.EXIT_DATA
    return (
        [f"this is a bug in cecli {__version__}: {type(error).__name__}: {error}"],
        "run it again with --debug and report what it prints",
        errors.EXIT_DATA,
    )


_STOPS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]


class _Stopped(BaseException):
    """A signal asks the program to end. It unwinds the stack like Ctrl-C, so that temporary files go."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def _handled(number: int) -> Any:
    """Let a signal unwind the stack, unless it is ignored, as by nohup; the answer is what it did before, or None."""
    before = signal.getsignal(number)
    if before not in (signal.SIG_DFL, signal.default_int_handler):
        return None
    signal.signal(number, _stop)
    return before


_received: list[int] = []
"""The signals that have come since the run began."""

_PATIENCE = 2
"""Signals until nobody wants to wait any more for temporary files to go and threads to end."""


def _stop(number: int, frame: object) -> None:
    """The first signal unwinds the stack; a second one must not interrupt that, and a third ends the process."""
    _received.append(number)
    if len(_received) > _PATIENCE:
        os._exit(errors.EXIT_SIGNALLED + number)
    if len(_received) > 1:
        return
    if number == signal.SIGINT:
        raise KeyboardInterrupt
    raise _Stopped(number)


def _unraisable(lost: Any) -> None:
    """Send a signal once more that came where Python lets no exception out: in a destructor, or while importing."""
    if not isinstance(lost.exc_value, (KeyboardInterrupt, _Stopped)):
        sys.__unraisablehook__(lost)
        return
    from threading import Timer

    _received.clear()
    number = lost.exc_value.number if isinstance(lost.exc_value, _Stopped) else signal.SIGINT
    again = Timer(0.02, os.kill, (os.getpid(), number))
    again.daemon = True
    again.start()


def _stopped(number: int) -> int:
    """Say what ended the program; the exit status is that of a process that the signal has killed."""
    for other in _STOPS:
        if signal.getsignal(other) is _stop:
            signal.signal(other, signal.SIG_IGN)  # the rest is quick
    from cecli.report import messages

    messages.error(["stopped by Ctrl-C" if number == signal.SIGINT else f"stopped by {signal.Signals(number).name}"])
    return errors.EXIT_SIGNALLED + number


def _spare_memory() -> None:
    """Get along with little address space where that is limited; finding out costs next to nothing where it is not."""
    try:
        import resource
    except ImportError:
        return  # Windows
    if resource.getrlimit(resource.RLIMIT_AS)[0] != resource.RLIM_INFINITY:
        from cecli import limits

        limits.spare_address_space()


def _closed(status: int) -> int:
    """Flush standard output while its errors can still be reported; the interpreter would only grumble at exit."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except BrokenPipeError:
        _abandon_stdout()
        return status or errors.EXIT_BROKEN_PIPE
    except OSError as error:
        _abandon_stdout()
        if status != errors.EXIT_DATA:  # else a write has failed already, and was told
            from cecli.report import messages

            messages.error([f"cannot write standard output: {error.strerror}"], None)
        return status or errors.EXIT_DATA
    if status == errors.EXIT_BROKEN_PIPE:
        _abandon_stdout()
    return status


def _abandon_stdout() -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
