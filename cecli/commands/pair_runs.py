"""Several files of predictions handed out to workers: what is common to the commands that do so."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Any

from cecli.commands.options.workers import WorkerOptions
from cecli.commands.worker_runs import Run, run_on
from cecli.core.rows.facts import PairFacts, whole_files
from cecli.readers.predictions.facts import check_facts
from cecli.readers.predictions.lockstep import Compared, ComparedOptions
from cecli.workers.job import Task, check_all_used, check_no_stream
from cecli.workers.pairs import pair_job_of, pair_tasks_of


def handed_out(
    kind: str,
    opener: type[Compared],
    unpack: Callable[[bytes], Any],
    workers: WorkerOptions,
    compared: ComparedOptions,
    options_of: Callable[[Compared], Any],
    quiet: bool,
) -> tuple[PairFacts, Any]:
    """What was read, and what has been added up, as in one process."""
    check_no_stream(*compared.files, compared.shared.labels)
    with opener(compared) as opened:
        job = pair_job_of(opened, options_of(opened))
        notes = tuple(opened.notes)

    def tasks_of(whole: Collection[str], run: Run) -> list[Task]:
        with opener(compared) as again:
            return pair_tasks_of(again, whole, lambda job, tasks: run("lines", job, tasks, lambda size: None))

    total = unpack(run_on(workers, kind, job, tasks_of, quiet))
    if total.labels_used is not None:
        with opener(compared) as opened:
            check_all_used(opened.reference, total.labels_used)
    facts = replace(
        total.facts,
        name=job.facts.name,
        candidates=job.facts.candidates,
        notes=tuple(notes),
        shards=whole_files(total.facts.shards),
    )
    check_facts(facts, total.options.classes)
    return facts, total.accumulator()
