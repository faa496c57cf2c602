"""``cecli score --partial``: the state of a run over some of the rows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cecli.commands.options.losses import LossOptions
from cecli.commands.options.metrics import MetricOptions
from cecli.core.metrics import OF_LOSSES, REPORT
from cecli.core.scores.score_state import Options, Partial, partial_of
from cecli.errors import UsageError
from cecli.readers.predictions.facts import check_facts, facts_of
from cecli.readers.predictions.predictions import PredictionOptions, Predictions
from cecli.report.messages import note
from cecli.report.model import OutputOptions
from cecli.report.progress import progress
from cecli.report.state_file import write_state

if TYPE_CHECKING:
    from cecli.commands.score.wanted import Wanted


def write_partial(
    predictions: PredictionOptions, loss: LossOptions, wanted: MetricOptions, threads: int, output: OutputOptions
) -> None:
    """Score the rows and write what was added up."""
    with Predictions(replace(predictions, in_parts=True)) as opened, progress(opened.size, quiet=output.quiet) as bar:
        options = options_of(opened, loss, wanted)
        scorer = opened.accumulate(options.fresh, threads, bar.advance)
    facts = facts_of(opened)
    partial = partial_of(scorer, options, facts, opened.decoder.clusters.texts)
    write_state(partial.document(), output)
    for text in facts.said():
        note(text, output.quiet)


def finish_partial(total: Partial, plan: Wanted) -> None:
    """Write the report of all rows of a state."""
    check_facts(total.facts, total.options.classes)
    reference = None
    if plan.metrics.prior is not None:
        if total.facts.observed_only:
            raise UsageError("--observed has no classes: --prior has no meaning beside it")
        from cecli.readers.small.prior import read_prior

        reference = read_prior(plan.metrics.prior, total.facts.class_names)
    facts = replace(total.facts, notes=(*total.facts.notes, *total.facts.remarks()))
    plan.finish(facts, *total.scorers(), reference)


def options_of(opened: Predictions, loss: LossOptions, wanted: MetricOptions) -> Options:
    """All that changes a figure."""
    from cecli.commands.score.wanted import check_pairs

    check_pairs(opened.soft, wanted)
    given, columns = opened.options, opened.options.columns
    weights = loss.rule(opened.class_names, opened.learn, opened.options).class_weights
    return Options(
        classes=opened.classes,
        metrics=OF_LOSSES if opened.observed_only else (*REPORT, *wanted.metrics()),
        kind=given.kind,
        observed=opened.observed_only,
        labels_read_as=opened.labels_read_as,
        matched_by=opened.matched_by,
        first_label=given.first_label or 0 if opened.labels_read_as == "position" else 0,
        ignore=given.ignore,
        normalize=given.checks.normalize,
        weights=None if columns.weight is None else "frequency" if given.frequency else "importance",
        own_denominator=(weights is not None and not opened.soft) or opened.divides,
        clip=loss.clip,
        label_smoothing=loss.smoothing,
        class_weights=None if weights is None else tuple(weights.tolist()),
        by=columns.by,
        cluster=columns.cluster,
        top_k=wanted.top_k,
        worst=wanted.worst or 0,
        confusions=wanted.confusions or 0,
        log_base=given.log_base,
        first_token=given.first_token,
        missing_logprob=given.missing_logprob,
        per=given.per,
        text=given.text,
        like=wanted.like,
    )
