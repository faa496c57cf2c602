"""A job run by the workers of a Dask cluster.

Every shard is a task, and so is every merge of some of their states: a tree, whose last state alone comes back. What a
lost worker had is done again by another; Dask sees to that. Nothing of a job stays behind, however it ends.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from queue import Empty, Queue
from typing import Any

from cecli import __version__
from cecli.errors import InputError, UsageError, literal
from cecli.workers.errors import error_of
from cecli.workers.job import BRANCHES, Task
from cecli.workers.kinds import KINDS, Work

_PATIENCE = 20.0
"""Seconds without a result after which it is looked whether there are workers at all."""

_CONNECT = 10.0
"""Seconds in which a scheduler must answer."""

Say = Callable[[str], None]


@contextmanager
def workers_of(address: str) -> Iterator[Any]:
    """A client of the scheduler at ``address``. Raises InputError where none answers or a worker cannot do the work."""
    distributed = _distributed()
    with _silent():
        try:
            client = distributed.Client(address, timeout=_CONNECT, set_as_default=False)
        except ValueError as error:
            raise UsageError(f"--scheduler: {error}", "e.g. tcp://host:8786") from error
        except OSError as error:
            raise InputError(
                f"{literal(address)}: no scheduler answers there", "dask scheduler starts one, dask worker its workers"
            ) from error
        with client:
            _check_versions(client, address)
            yield client


def run(client: Any, kind: str, job: Any, tasks: Sequence[Task], done: Callable[[int], None], say: Say) -> bytes:
    """The result of all shards; ``done`` is told the bytes of each that is done.

    Raises the error that the first bad shard has, and Divided where a text is not to be taken apart.
    """
    futures: list[Any] = []
    try:
        leaves = client.map(
            KINDS[kind].function(False), [job] * len(tasks), list(tasks), pure=False, key=f"cecli-{kind}", priority=0
        )
        futures += leaves
        root = _tree(client, KINDS[kind].function(True), leaves, futures)
        _wait(client, leaves, tasks, done, say)
        result: bytes = root.result()
        return result
    finally:
        client.cancel(futures, force=True)


def _tree(client: Any, merge: Work, leaves: list[Any], futures: list[Any]) -> Any:
    """The future of the state of all, merged some at a time."""
    level = leaves
    while len(level) > 1 or level is leaves:
        groups = [level[start : start + BRANCHES] for start in range(0, len(level), BRANCHES)]
        level = [client.submit(merge, *group, pure=False, priority=1) for group in groups]
        futures += level
    return level[0]


def _wait(client: Any, leaves: list[Any], tasks: Sequence[Task], done: Callable[[int], None], say: Say) -> None:
    """Wait for all shards; where some are bad, for all before the first of them, and raise its error."""
    ended: Queue[int] = Queue()
    for k, leaf in enumerate(leaves):
        leaf.add_done_callback(lambda _, k=k: ended.put(k))
    waiting, bad, told = set(range(len(leaves))), len(leaves), False
    while any(k < bad for k in waiting):
        try:
            k = ended.get(timeout=_PATIENCE)
        except Empty:
            if not told and not client.scheduler_info()["workers"]:
                told = True
                say("the scheduler has no workers: waiting for some")
            continue
        waiting.discard(k)
        if leaves[k].status == "finished":
            done(tasks[k].size)
        elif k < bad:
            bad = k
            client.cancel(leaves[k + 1 :], force=True)
    if bad < len(leaves):
        raise _error(leaves[bad], tasks[bad])


def _error(leaf: Any, task: Task) -> BaseException:
    """The error that a shard deserves."""
    if leaf.status in ("cancelled", "lost"):
        return InputError(f"{literal(task.name)}: the scheduler has lost it", "it may have been started anew")
    error: BaseException = leaf.exception()
    if type(error).__name__ != "KilledWorker":
        return error_of(error)
    return InputError(
        f"{literal(task.name)}: every worker that took it died", "are they short of memory? dask worker --memory-limit"
    )


def _check_versions(client: Any, address: str) -> None:
    """Raise InputError where a worker does not have this version of the program, or of Python."""
    found = client.get_versions(packages=["cecli"])
    python = ".".join(map(str, sys.version_info[:2]))
    for worker, about in found["workers"].items():
        if about is None:
            continue
        has = about["packages"].get("cecli")
        if has is None or has == "MISSING":
            hint = f"pip install 'cecli[cluster]=={__version__}' where it runs"
            raise InputError(f"{literal(address)}: the worker {worker} has no cecli", hint)
        if has != __version__:
            raise InputError(
                f"{literal(address)}: the worker {worker} has cecli {has}, and here is {__version__}: "
                "the two must be the same"
            )
        its = ".".join(str(about["host"].get("python", "")).split(".")[:2])
        if its != python:
            raise InputError(
                f"{literal(address)}: the worker {worker} has Python {its}, and here is {python}: "
                "what is sent cannot be read there"
            )


def _distributed() -> Any:
    try:
        import distributed
    except ImportError as error:
        raise UsageError("--scheduler needs Dask, which is not installed", "pip install 'cecli[cluster]'") from error
    return distributed


@contextmanager
def _silent() -> Iterator[None]:
    """Keep what Dask logs off standard error: what went wrong is said once, by us."""
    import warnings

    import dask

    logger = logging.getLogger("distributed")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        with dask.config.set({"logging.distributed": "critical"}), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)
