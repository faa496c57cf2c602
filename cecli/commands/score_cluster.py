"""``cecli score --workers`` and ``--scheduler``: the state of a run that others do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from cecli.cluster.job import Job, Task, job_of, tasks_of
from cecli.cluster.work import Divided
from cecli.commands.cluster_options import ClusterOptions
from cecli.commands.loss_options import LossOptions
from cecli.commands.score_partial import options_of
from cecli.core.facts import whole_files
from cecli.core.partial import Partial
from cecli.readers.predictions import PredictionOptions, Predictions
from cecli.report.messages import note
from cecli.report.progress import progress

if TYPE_CHECKING:
    from cecli.commands.requirements import Requirement
    from cecli.commands.score_report import Plan


def score_on(
    cluster: ClusterOptions,
    predictions: PredictionOptions,
    loss: LossOptions,
    plan: Plan,
    requirements: Sequence[Requirement],
    partial: bool,
) -> None:
    """Have the rows scored, and write the report, or with ``partial`` the state."""
    from cecli.commands.score_partial import scored_of
    from cecli.commands.score_report import write_report
    from cecli.report.state_file import write_state

    total = _total(cluster, predictions, loss, plan, partial)
    if partial:
        write_state(total.document(), plan.output)
        for text in total.facts.said():
            note(text, plan.output.quiet)
        return
    write_report(scored_of(total, plan), requirements)


def _total(
    cluster: ClusterOptions, predictions: PredictionOptions, loss: LossOptions, plan: Plan, partial: bool
) -> Partial:
    """The state of all rows, as one process would have it."""
    whole: set[str] = set()
    quiet = plan.output.quiet
    with Predictions(predictions) as opened:
        options = options_of(opened, loss, plan.wanted)
        if not partial:
            options = replace(options, metrics=plan.metrics(opened.observed_only))
        job, tasks = job_of(opened, options), tasks_of(opened)
        name, notes = opened.preds.name, tuple(opened.notes)
    with _engine(cluster, quiet) as score:
        while True:
            try:
                with progress(sum(task.size for task in tasks) or None, quiet=quiet) as bar:
                    total = score(job, tasks, lambda size: bar.advance(0, size))
                break
            except Divided as error:
                whole.add(str(error))
                with Predictions(predictions) as opened:
                    tasks = tasks_of(opened, whole)
    facts = replace(total.facts, name=name, notes=notes, shards=whole_files(total.facts.shards))
    return replace(total, name=name, facts=facts)


@contextmanager
def _engine(
    cluster: ClusterOptions, quiet: bool
) -> Iterator[Callable[[Job, list[Task], Callable[[int], None]], Partial]]:
    """What scores the tasks of a job: processes of this machine, or the workers of a scheduler."""
    if cluster.workers is not None:
        from cecli.cluster.processes import processes

        with processes(cluster.workers) as made:
            yield made.run
        return
    from cecli.cluster.run import run, workers_of

    with workers_of(str(cluster.scheduler)) as client:
        yield lambda job, tasks, done: run(client, job, tasks, done, lambda text: note(text, quiet))
