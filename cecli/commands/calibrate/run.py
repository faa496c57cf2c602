"""What ``cecli calibrate`` does: read, fit, and measure before and after."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from cecli.commands.calibrate.options import CalibrateOptions
from cecli.core.calibration.cross_validation import cross_fitted
from cecli.core.calibration.figures import CalibrationFigures
from cecli.core.calibration.fit import Intake, Problem, after, calibrate
from cecli.core.calibration.folds import fold_of
from cecli.core.calibration.vector_scaling import MOST_CLASSES, NoBestBiases
from cecli.core.metrics import Spec
from cecli.core.rows.facts import ALL_PMFS
from cecli.core.rows.rows import Batch
from cecli.core.sums.layout import Integers
from cecli.core.units import Unit
from cecli.errors import InputError, UsageError, quoted
from cecli.readers.predictions.facts import facts_of
from cecli.readers.predictions.predictions import PredictionOptions, Predictions
from cecli.readers.predictions.row_keys import RowKeys
from cecli.readers.predictions.row_store import HeldRows
from cecli.report.progress import progress
from cecli.results.calibrate.document import Calibrated, CrossFitted


def calibrated(
    options: PredictionOptions,
    wanted: CalibrateOptions,
    unit: Unit,
    confidence: float,
    threads: int,
    quiet: bool,
    alone: bool,
) -> Calibrated:
    """Read, fit, and measure before and after; with ``alone`` nothing but the temperature is wanted."""
    options = replace(options, columns=replace(options.columns, keep_ids=wanted.folds is not None))
    with Predictions(options) as opened, HeldRows() as held:
        spec, keys = _spec(opened, wanted), RowKeys(opened)
        with progress(opened.size, quiet=quiet) as bar:
            new = partial(Intake, spec, held.add, _fold(keys, wanted), alone)
            before, span = _read(opened, opened.accumulate(new, threads, bar.advance), confidence)
        with progress(quiet=quiet) as bar:
            sweep = partial(held.sweep, threads=threads, progress=bar.advance)
            problem = Problem(sweep, partial(sweep, every=True), span, spec, wanted.bias)
            try:
                fit = calibrate(problem, confidence)
            except NoBestBiases as error:
                raise _no_biases(opened, "", error.classes) from error
            if fit is None:
                raise _no_biases(opened, "")
            crossed = None if wanted.folds is None else _crossed(problem, wanted, keys, opened, confidence)
            figures = None if alone else after(problem, fit).result(confidence)
    clustered = opened.options.columns.cluster is not None
    clusters = len(opened.decoder.clusters.texts) if clustered else None
    return Calibrated(
        facts_of(opened), options.kind, clusters, spec.weights, fit, before, figures, crossed, unit, confidence
    )


def _fold(keys: RowKeys, wanted: CalibrateOptions) -> Callable[[Batch], Integers] | None:
    """What gives the folds of rows, where there are some."""
    folds, seed = wanted.folds, wanted.seed or 0
    return None if folds is None else lambda batch: fold_of(keys.of(batch), folds, seed)


def _read(opened: Predictions, read: Intake, confidence: float) -> tuple[CalibrationFigures, float]:
    """The figures before, and the largest difference of logits in a row."""
    before = read.before.result(confidence)
    _check_rows(opened, before.loss.rows, read.hopeless)
    if not opened.options.said and (read.like_probabilities or ALL_PMFS in opened.notes):
        what = "every logit is from 0 to 1" if read.like_probabilities else "every row of logits is itself a PMF"
        raise InputError(
            f"{opened.preds.name}: {what}: are these probabilities?", "--probs if they are, --logits if they are not"
        )
    return before, read.span


def _crossed(
    problem: Problem, wanted: CalibrateOptions, keys: RowKeys, opened: Predictions, confidence: float
) -> CrossFitted:
    try:
        found = cross_fitted(problem, wanted.folds or 0)
    except NoBestBiases as error:
        raise _no_biases(opened, " without one of the folds", error.classes) from error
    if found is None:
        raise _no_biases(opened, " without one of the folds")
    temperatures, scorer = found
    return CrossFitted(wanted.folds or 0, wanted.seed or 0, keys.made_of, temperatures, scorer.result(confidence))


def _spec(opened: Predictions, wanted: CalibrateOptions) -> Spec:
    classes = max(2, len(opened.classes))
    if wanted.bias and classes > MOST_CLASSES:
        raise UsageError(f"--bias is for up to {MOST_CLASSES:,} classes, and there are {classes:,}", "without --bias")
    weighted = opened.options.columns.weight is not None
    return Spec(classes, weights=None if not weighted else "frequency" if opened.options.frequency else "importance")


def _check_rows(opened: Predictions, rows: int, hopeless: int) -> None:
    if not rows:
        raise InputError(
            f"{opened.preds.name}: no row is left to calibrate by, of {opened.rows_read:,} that were read",
            "all are ignored or have a weight of 0",
        )
    if rows == hopeless:
        raise InputError(
            f"{opened.preds.name}: every row gives the observed class a probability of 0, at every temperature",
            "are the labels those of these rows, and the classes in the right order?",
        )


def _no_biases(opened: Predictions, where: str, runaways: Sequence[int] = ()) -> InputError:
    names = [quoted(opened.class_names[k]) for k in runaways[:3]] + (["…"] if runaways[3:] else [])
    of = f"that of {', '.join(names)} grows" if names else "they grow"
    return InputError(
        f"{opened.preds.name}: no biases are best{where}: the loss falls for ever as {of}, since some classes can be "
        "told apart without error",
        "calibrate without --bias, or by more rows",
    )
