"""``cecli compare --workers`` and ``--scheduler``: a run that others do."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from cecli.commands.compare.request import Wanted
from cecli.commands.options.workers import WorkerOptions
from cecli.commands.worker_runs import Run, run_on
from cecli.core.paired.pair_state import Comparisons
from cecli.core.rows.facts import PairFacts, whole_files
from cecli.readers.predictions.lockstep import Compared, ComparedOptions
from cecli.workers.job import Task, check_all_used, check_no_stream
from cecli.workers.pairs import pair_job_of, pair_tasks_of, unpack_pair


def compared_on(
    workers: WorkerOptions, compared: ComparedOptions, wanted: Wanted, quiet: bool
) -> tuple[PairFacts, Comparisons]:
    """What was read, and what has been added up, as in one process."""
    check_no_stream(*compared.files, compared.shared.labels)
    with Compared(compared) as opened:
        job = pair_job_of(opened, wanted.options(opened))
        notes = tuple(opened.notes)

    def tasks_of(whole: Collection[str], run: Run) -> list[Task]:
        with Compared(compared) as again:
            return pair_tasks_of(again, whole, lambda job, tasks: run("lines", job, tasks, lambda size: None))

    total = unpack_pair(run_on(workers, "compare", job, tasks_of, quiet))
    if total.labels_used is not None:
        with Compared(compared) as opened:
            check_all_used(opened.reference, total.labels_used)
    facts = replace(
        total.facts,
        name=job.facts.name,
        candidates=job.facts.candidates,
        notes=tuple(notes),
        shards=whole_files(total.facts.shards),
    )
    return facts, total.accumulator()
