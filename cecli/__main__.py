"""The process: ``python -m cecli``, and what the script ``cecli`` calls."""

import signal

if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C during the imports ends the process without a traceback

import os

from cecli.cli import main


def run() -> int:
    """Run the command line and return the exit status."""
    for number in range(3):
        _keep_open(number)
    return main()


def _keep_open(number: int) -> None:
    """Leave no standard descriptor free: the next file would get its number, and what libraries print to it."""
    try:
        os.fstat(number)
    except OSError:
        os.open(os.devnull, os.O_RDWR)


if __name__ == "__main__":
    raise SystemExit(run())
