"""The program in a process of its own, fed for as long as it reads, and looked at when it has ended."""

import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass

import pytest

ENDED_WITHIN = 20
"""Seconds in which a process that was stopped must have ended, on a machine that has much else to do."""

ROWS = b"0.7,0.2,0.1,a\n0.1,0.8,0.1,b\n0.25,0.25,0.5,c\n" * 5000
"""A piece of an endless table of predictions with their labels; its header is a,b,c,label."""


@dataclass(frozen=True)
class Ended:
    """What a process left behind."""

    status: int
    out: bytes
    err: str

    @property
    def lines(self):
        """The lines on standard error without their hints."""
        return [line for line in self.err.splitlines() if not line.startswith("  hint: ")]


class Running:
    """A process, and a thread that feeds it."""

    def __init__(self, process):
        self.process = process
        self._feeder = None

    def feed(self, head, more):
        """Write ``head``, and ``more`` again and again, until nobody reads."""

        def write():
            try:
                with self.process.stdin as pipe:
                    pipe.write(head)
                    while self.process.poll() is None:
                        pipe.write(more)
            except (BrokenPipeError, ValueError):
                return

        self._feeder = threading.Thread(target=write, daemon=True)
        self._feeder.start()
        return self

    def wait_for(self, condition):
        """Wait until ``condition()`` is true of the running process."""
        for _ in range(1000):
            if condition():
                return
            assert self.process.poll() is None, self.process.stderr.read()
            time.sleep(0.02)
        raise AssertionError("it never came to be")

    def stop(self, number):
        """Send a signal, and see how the process ends."""
        self.process.send_signal(number)
        return self.end()

    def end(self):
        """See how the process ends; one that does not is killed."""
        if self._feeder is not None:
            self.process.stdin = None  # which the feeder closes
        try:
            out, err = self.process.communicate(timeout=ENDED_WITHIN)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGABRT)
            _, err = self.process.communicate()
            raise AssertionError(f"it hangs: {err.decode()}") from None
        if self._feeder is not None:
            self._feeder.join(ENDED_WITHIN)
        return Ended(self.process.returncode, out or b"", err.decode())


@pytest.fixture
def start(environment, root):
    """``start("kl", "1/2,1/2", "uniform", cwd=…)``: the program, running; what hangs is told with its stacks."""
    started = []

    def call(*arguments, **options):
        process = subprocess.Popen(
            [sys.executable, "-X", "faulthandler", "-m", "cecli", *map(str, arguments)],
            env={**environment, **options.pop("env", {})},
            **{
                "stdin": subprocess.DEVNULL,
                "stdout": subprocess.PIPE,
                "stderr": subprocess.PIPE,
                "cwd": root,
                **options,
            },
        )
        started.append(process)
        return Running(process)

    yield call
    for process in started:
        if process.poll() is None:
            process.kill()
            process.wait()


@pytest.fixture
def tiny_disk(tmp_path):
    """A file system of 256 kB in memory, for root alone."""
    folder = tmp_path / "disk"
    folder.mkdir()
    options = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(folder)]
    if not hasattr(os, "geteuid") or os.geteuid() != 0 or subprocess.run(options, capture_output=True).returncode:
        pytest.skip("only root may mount a small file system")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)
