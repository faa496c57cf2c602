"""The process: ``python -m cecli``, and what the script ``cecli`` calls."""

import signal

if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C during the imports ends the process without a traceback

from cecli.cli import main


def run() -> int:
    """Run the command line and return the exit status; from then on Ctrl-C ends the process without a traceback."""
    return main()


if __name__ == "__main__":
    raise SystemExit(run())
