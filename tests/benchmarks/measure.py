"""Whole processes timed in turns, with the system's own account of their memory."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from multiprocessing import get_context
from statistics import median
from typing import Any

CECLI = [sys.executable, "-m", "cecli"]


@dataclass
class Runs:
    """The rounds of one command."""

    seconds: list[float] = field(default_factory=list)
    peak: list[float] = field(default_factory=list)
    output: str = ""


def once(command: Sequence[str] | str) -> tuple[float, float, str]:
    """Seconds, peak resident megabytes and standard output of one run; a text is run by the shell."""
    start = time.perf_counter()
    process = subprocess.Popen(command, shell=isinstance(command, str), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    output, errors = process.stdout.read(), process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    if status:
        raise RuntimeError(f"{command}: status {status}\n{errors.decode()[-2000:]}")
    return seconds, usage.ru_maxrss / 1024, output.decode().strip()


def compare(commands: Mapping[str, Sequence[str] | str], rounds: int, reference: str = "cecli") -> dict[str, Runs]:
    """Run all in turns, print a row each, and the ratio of the first to the fastest other."""
    runs = {name: Runs() for name in commands}
    for turn in range(rounds + 1):
        for name, command in commands.items():
            seconds, peak, output = once(command)
            if turn:  # the first round warms the caches
                runs[name].seconds.append(seconds)
                runs[name].peak.append(peak)
                runs[name].output = output
    print(f"{'':24}{'median s':>10}{'min':>8}{'max':>8}{'peak MB':>10}  output")
    for name, run in runs.items():
        first = run.output.splitlines()[0][:40] if run.output else ""
        print(
            f"{name:24}{median(run.seconds):10.3f}{min(run.seconds):8.3f}{max(run.seconds):8.3f}"
            f"{max(run.peak):10.0f}  {first}"
        )
    others = {name: run for name, run in runs.items() if name != reference}
    if others:
        fastest = min(others, key=lambda name: median(others[name].seconds))
        ratios = [a / b for a, b in zip(runs[reference].seconds, others[fastest].seconds, strict=True)]
        print(
            f"{reference} / {fastest}: median ratio {median(ratios):.2f} "
            f"(rounds {min(ratios):.2f} to {max(ratios):.2f})"
        )
    return runs


def apart(work: Callable[..., None], *arguments: Any) -> None:
    """Do some work in a process of its own: the peak memory of a child counts what its parent held when it forked."""
    process = get_context("spawn").Process(target=work, args=arguments)
    process.start()
    process.join()
    if process.exitcode:
        raise RuntimeError(f"{work.__name__} ended with status {process.exitcode}")


def has(python: str, module: str) -> bool:
    """Whether that interpreter has a module; says so where it has not."""
    found = subprocess.run([python, "-c", f"import {module}"], capture_output=True, check=False).returncode == 0
    if not found:
        print(f"(without {module}: {python} does not have it)")
    return found
