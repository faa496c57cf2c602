"""What ``cecli calibrate`` reports: the document with SPEC's keys, which is also the file of parameters."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from cecli.core.calibration.figures import CalibrationFigures
from cecli.core.calibration.fit import CalibrationFit
from cecli.core.calibration.reliability import VARIANTS
from cecli.core.metrics.reliability_cells import CalibrationError, ConfidenceBin
from cecli.core.units import Unit
from cecli.readers.predictions.predictions import Predictions
from cecli.report.flat import listed, scalars
from cecli.report.model import Report


@dataclass(frozen=True, eq=False)
class CrossFitted:
    """What was found on rows outside the folds, and the figures of the rows inside."""

    folds: int
    seed: int
    made_of: str
    temperatures: list[float | None]
    figures: CalibrationFigures


@dataclass(frozen=True, eq=False)
class Calibrated:
    """A finished calibration, and how its figures are wanted; ``after`` is None where only the temperature is."""

    opened: Predictions
    fit: CalibrationFit
    before: CalibrationFigures
    after: CalibrationFigures | None
    crossed: CrossFitted | None
    unit: Unit
    confidence: float
    table: str | None

    def document(self) -> dict[str, Any]:
        """The report's keys in SPEC's order."""
        fit, before, after = self.fit, self.before, self.after
        if after is None:
            return {"temperature": fit.temperature}
        rows = before.loss.rows
        document: dict[str, Any] = {
            "unit": self.unit.name,
            "temperature": fit.temperature,
            "standard_error": fit.standard_error,
            "robust_standard_error": fit.robust_error,
            "low": fit.low,
            "high": fit.high,
            "solution": fit.solution,
        }
        if fit.biases is not None:
            document["biases"] = self._biases()
        stages = {"before": before, "after": after}
        document |= {f"cross_entropy_{stage}": self._loss(figures) for stage, figures in stages.items()}
        document |= {f"ece_{stage}": figures.errors["equal-width"].ece for stage, figures in stages.items()}
        document |= {f"accuracy_{stage}": figures.accuracy for stage, figures in stages.items()}
        if before.loss.zero_probability_rows:
            document["zero_probability_rows"] = before.loss.zero_probability_rows
            for stage, figures in stages.items():
                document[f"finite_cross_entropy_{stage}"] = self._in_unit(figures.loss.finite_cross_entropy)
        if self.crossed is not None:
            document["cross_fitted"] = self._cross_fitted(self.crossed)
            stages["cross_fitted"] = self.crossed.figures
        document["variants"] = [
            {"variant": name} | {stage: _error(figures.errors[name]) for stage, figures in stages.items()}
            for name in VARIANTS
        ]
        document["kind"] = self.opened.options.kind
        document["class_count"] = len(self.opened.class_names)
        document["rows"] = rows
        document["rows_read"] = self.opened.rows_read
        document["rows_ignored"] = self.opened.rows_read - rows
        document["labels_read_as"] = self.opened.labels_read_as
        document["matched_by"] = self.opened.matched_by
        document["bins"] = [
            {"low": one.low, "high": one.high, "before": _bin(one), "after": _bin(other)}
            for one, other in zip(before.bins, after.bins, strict=True)
        ]
        return document

    def _in_unit(self, nats: float | None) -> float | None:
        return None if nats is None else self.unit.from_nats(nats)

    def _loss(self, figures: CalibrationFigures) -> float | None:
        return self._in_unit(figures.loss.cross_entropy)

    def _biases(self) -> list[dict[str, Any]]:
        fit = self.fit
        if fit.biases is None:
            return []
        errors = [None] * len(fit.biases) if fit.bias_errors is None else fit.bias_errors.tolist()
        return [
            {"class": name, "bias": bias, "standard_error": None if error is None or math.isnan(error) else error}
            for name, bias, error in zip(self.opened.class_names, fit.biases.tolist(), errors, strict=True)
        ]

    def _cross_fitted(self, crossed: CrossFitted) -> dict[str, Any]:
        figures = crossed.figures
        return {
            "folds": crossed.folds,
            "seed": crossed.seed,
            "folds_by": crossed.made_of,
            "cross_entropy": self._loss(figures),
            "standard_error": self._in_unit(figures.standard_error),
            "ece": figures.errors["equal-width"].ece,
            "accuracy": figures.accuracy,
            "temperatures": crossed.temperatures,
        }


def _error(error: CalibrationError) -> dict[str, Any]:
    return {"ece": error.ece, "expected": error.expected, "band": error.band}


def _bin(one: ConfidenceBin) -> dict[str, Any]:
    return {
        "rows": one.rows,
        "confidence": one.confidence,
        "accuracy": one.accuracy,
        "accuracy_low": one.accuracy_low,
        "accuracy_high": one.accuracy_high,
    }


def report(done: Calibrated, document: dict[str, Any]) -> Report:
    """The report; with ``--table`` CSV, TSV and Markdown print a list instead."""
    from cecli.commands.calibrate.view import notes, view

    entries = document[done.table] if done.table else [document]
    return Report(
        command="calibrate",
        document=document,
        table=listed([scalars(entry) for entry in entries]),
        headline=[document["temperature"]],
        view=[] if done.after is None else view(done, document),
        plain="headline" if done.table is None else "table",
        turned=done.table is None,
        notes=notes(done, document),
    )
