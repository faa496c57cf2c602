"""A job run by processes of this machine, which end with it. What a process that dies had in hand is done again."""

from __future__ import annotations

import itertools
import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, PriorityQueue, Queue
from threading import Thread
from typing import Any

from cecli.errors import InputError, literal
from cecli.workers.errors import error_of
from cecli.workers.job import BRANCHES, Task

MOST_DEATHS = 3
"""Processes that may die over one shard."""


@dataclass
class _Order:
    """A shard, or results to merge (``number`` None), where its answer goes, and how many processes have died of it."""

    kind: str
    arguments: tuple[Any, ...]
    answers: Queue[_Answer]
    number: int | None = None
    deaths: int = 0


@dataclass
class _Answer:
    """What became of an order; ``error`` is None where it went well."""

    order: _Order
    state: bytes = b""
    error: BaseException | None = None


class Processes:
    """So many workers, each with a thread here that hands it one order after the other."""

    def __init__(self, count: int) -> None:
        self._orders: PriorityQueue[tuple[int, int, _Order | None]] = PriorityQueue()
        self._count = itertools.count()
        self._processes: dict[int, subprocess.Popen[bytes]] = {}
        self._ended = False
        self._threads = [Thread(target=self._serve, args=(k,), name=f"cecli-worker-{k}") for k in range(count)]
        for thread in self._threads:
            thread.daemon = True
            thread.start()

    def close(self) -> None:
        """End the processes, whatever they have in hand."""
        self._ended = True
        for _ in self._threads:
            self._put(None)
        for process in list(self._processes.values()):
            process.kill()
        for thread in self._threads:
            thread.join()

    def run(self, kind: str, job: Any, tasks: Sequence[Task], done: Callable[[int], None]) -> bytes:
        """The result of all shards; ``done`` is told the bytes of each that is done. Raises the error of the first bad
        shard, once all before it are known to be good."""
        answers: Queue[_Answer] = Queue()
        try:
            return self._run(kind, job, tasks, done, answers)
        finally:
            self._forget_orders()

    def _run(
        self, kind: str, job: Any, tasks: Sequence[Task], done: Callable[[int], None], answers: Queue[_Answer]
    ) -> bytes:
        for place, task in enumerate(tasks):
            self._put(_Order(kind, (job, task), answers, place))
        waiting, merging, bad = set(range(len(tasks))), 0, _Bad(len(tasks))
        states: list[bytes] = []
        while waiting or merging or len(states) > 1:
            if len(states) >= (BRANCHES if waiting or merging else 2):
                self._put(_Order(kind, tuple(states[:BRANCHES]), answers))
                states, merging = states[BRANCHES:], merging + 1
                continue
            answer = answers.get()
            number = answer.order.number
            if number is None:
                merging -= 1
            else:
                waiting.discard(number)
            if answer.error is None:
                states.append(answer.state)
                done(0 if number is None else tasks[number].size)
            elif number is None:
                raise answer.error
            else:
                bad.see(number, answer.error)
            if bad.error is not None and not any(each < bad.number for each in waiting):
                raise error_of(bad.error)
        return states[0]

    def _forget_orders(self) -> None:
        """Leave nothing to do of a run that has ended; what is in hand is answered where nobody listens."""
        try:
            while True:
                self._orders.get_nowait()
        except Empty:
            return

    def _put(self, order: _Order | None) -> None:
        """Queue an order: to end before all others, then merges, so that few states wait, then shards as they come."""
        urgency = 0 if order is None else 1 if order.number is None else 2
        self._orders.put((urgency, next(self._count), order))

    def _serve(self, k: int) -> None:
        """Hand a process its orders, and start another where it dies."""
        while (order := self._orders.get()[2]) is not None and not self._ended:
            try:
                order.answers.put(self._asked(k, order))
            except (EOFError, OSError, pickle.UnpicklingError):
                self._forget(k)
                if self._ended:
                    return
                order.deaths += 1
                if order.deaths < MOST_DEATHS:
                    self._put(order)
                else:
                    order.answers.put(_Answer(order, error=_dead(order)))
        self._forget(k)

    def _asked(self, k: int, order: _Order) -> _Answer:
        if k not in self._processes:
            self._processes[k] = _started()
        process = self._processes[k]
        pickle.dump((order.kind, order.number is None, order.arguments), process.stdin)  # type: ignore[arg-type]
        process.stdin.flush()  # type: ignore[union-attr]
        well, result = pickle.load(process.stdout)  # type: ignore[arg-type]
        return _Answer(order, state=result) if well else _Answer(order, error=result)

    def _forget(self, k: int) -> None:
        process = self._processes.pop(k, None)
        if process is None:
            return
        process.kill()
        for pipe in (process.stdin, process.stdout):
            try:
                if pipe is not None:
                    pipe.close()
            except OSError:  # what was not yet sent has nobody to go to
                continue
        process.wait()


@dataclass
class _Bad:
    """The first bad shard so far."""

    number: int
    error: BaseException | None = field(default=None)

    def see(self, number: int, error: BaseException) -> None:
        if number < self.number:
            self.number, self.error = number, error


@contextmanager
def processes(count: int) -> Iterator[Processes]:
    """So many processes, which end with the block."""
    made = Processes(count)
    try:
        yield made
    finally:
        made.close()


def _started() -> subprocess.Popen[bytes]:
    """A process in a session of its own, so that Ctrl-C reaches the one that started it alone."""
    home = str(Path(__file__).resolve().parents[2])
    paths = [home, *filter(None, [os.environ.get("PYTHONPATH")])]
    return subprocess.Popen(
        [sys.executable, "-m", "cecli.workers.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths), "OMP_NUM_THREADS": "1"},
        start_new_session=True,
    )


def _dead(order: _Order) -> InputError:
    if order.number is None:
        return InputError("three processes in a row died while states were merged", "are they short of memory?")
    name = literal(order.arguments[1].name)
    return InputError(f"{name}: {MOST_DEATHS} processes died of it", "are they short of memory?")
