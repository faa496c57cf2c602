"""Work handed out to processes of this machine, or to the workers of a scheduler, as ``--workers`` and ``--scheduler``
say."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import Any

from cecli.commands.options.workers import WorkerOptions
from cecli.report.messages import note
from cecli.report.progress import progress
from cecli.workers.job import Task
from cecli.workers.work import Divided

Run = Callable[[str, Any, list[Task], Callable[[int], None]], bytes]
"""The result of a kind of work, for a job, on tasks; told how many bytes are done."""


def run_on(
    workers: WorkerOptions, kind: str, job: Any, tasks_of: Callable[[Collection[str], Run], list[Task]], quiet: bool
) -> bytes:
    """The result of a kind of work on the tasks that ``tasks_of`` gives; it is told the files not to be taken apart,
    and who can do some work before."""
    whole: set[str] = set()
    with _engine(workers, quiet) as run:
        while True:
            tasks = tasks_of(whole, run)
            try:
                with progress(sum(task.size for task in tasks) or None, quiet=quiet) as bar:
                    return run(kind, job, tasks, lambda size: bar.advance(0, size))
            except Divided as error:
                if whole:  # where two files cannot be taken apart, the others are likely to be like them
                    whole |= {task.name for task in tasks}
                whole.add(str(error))


@contextmanager
def _engine(workers: WorkerOptions, quiet: bool) -> Iterator[Run]:
    if workers.processes is not None:
        from cecli.workers.processes import processes

        with processes(workers.processes) as made:
            yield made.run
        return
    from cecli.workers.run import run, workers_of

    with workers_of(str(workers.scheduler)) as client:
        yield lambda kind, job, tasks, done: run(client, kind, job, tasks, done, lambda text: note(text, quiet))
