"""``cecli score --workers`` and ``--scheduler``: the state of a run that others do."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import TYPE_CHECKING

from cecli.commands.options.losses import LossOptions
from cecli.commands.options.workers import WorkerOptions
from cecli.commands.score.partial import options_of
from cecli.commands.worker_runs import Run, run_on
from cecli.core.rows.facts import whole_files
from cecli.core.scores.score_state import Partial
from cecli.readers.predictions.predictions import PredictionOptions, Predictions
from cecli.report.messages import note
from cecli.workers.job import Task, check_all_used, job_of, tasks_of
from cecli.workers.work import unpack

if TYPE_CHECKING:
    from cecli.commands.score.wanted import Wanted


def score_on(
    workers: WorkerOptions,
    predictions: PredictionOptions,
    loss: LossOptions,
    plan: Wanted,
    partial: bool,
) -> None:
    """Have the rows scored, and write the report, or with ``partial`` the state."""
    from cecli.commands.score.partial import finish_partial
    from cecli.report.state_file import write_state

    total = _total(workers, predictions, loss, plan, partial)
    if partial:
        write_state(total.document(), plan.output)
        for text in total.facts.said():
            note(text, plan.output.quiet)
        return
    finish_partial(total, plan)


def _total(
    workers: WorkerOptions, predictions: PredictionOptions, loss: LossOptions, plan: Wanted, partial: bool
) -> Partial:
    """The state of all rows, as one process would have it."""
    with Predictions(predictions) as opened:
        options = options_of(opened, loss, plan.metrics)
        if not partial:
            options = replace(options, metrics=plan.measured(opened.observed_only))
        job, tasks = job_of(opened, options), tasks_of(opened)
        name, notes = opened.preds.name, tuple(opened.notes)

    def tasks_without(whole: Collection[str], run: Run) -> list[Task]:
        if not whole:
            return tasks
        with Predictions(predictions) as again:
            return tasks_of(again, whole)

    total = unpack(run_on(workers, "score", job, tasks_without, plan.output.quiet))
    if total.labels_used is not None:
        with Predictions(predictions) as opened:
            check_all_used(opened, total.labels_used)
    facts = replace(total.facts, name=name, notes=notes, shards=whole_files(total.facts.shards))
    return replace(total, name=name, facts=facts, labels_used=None)
