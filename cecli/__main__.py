"""The process: ``python -m cecli``, and what the script ``cecli`` calls."""

import signal

if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C during the imports ends the process without a traceback

import atexit
import os
import sys
from contextlib import suppress
from typing import NoReturn

from cecli.cli import main

os.environ.setdefault("OPENBLAS_THREAD_TIMEOUT", "4")
"""Idle threads of NumPy's linear algebra sleep at once; else each spins for a tenth of a second after its start."""


def run() -> int:
    """Run the command line and return the exit status."""
    for number in range(3):
        _keep_open(number)
    return main()


def script() -> NoReturn:
    """Run the command line and end the process, as the installed ``cecli`` does."""
    _end(run())


def _end(status: int) -> NoReturn:
    """End the process with what must be done at its end, but without freeing every object, which takes 25 ms."""
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):  # what can be told of them, ``main`` has told
            stream.flush()
    os._exit(status)


def _keep_open(number: int) -> None:
    """Leave no standard descriptor free: the next file would get its number, and what libraries print to it."""
    try:
        os.fstat(number)
    except OSError:
        os.open(os.devnull, os.O_RDWR)


if __name__ == "__main__":
    script()
