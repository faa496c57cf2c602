"""The document of ``cecli calibrate``, which is also the file of parameters."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from cecli.core.calibration.figures import CalibrationFigures
from cecli.core.calibration.fit import CalibrationFit
from cecli.core.calibration.reliability import VARIANTS
from cecli.core.metrics.reliability_cells import CalibrationError, ConfidenceBin
from cecli.core.rows.facts import ALL_PMFS, Facts
from cecli.core.units import Unit
from cecli.results.calibrate.terminal import ENDS
from cecli.results.few_clusters import few_clusters
from cecli.results.finish import noted

_PROBABILITIES = (
    "every row of logits is itself a PMF: if these are probabilities, give --probs (softmax would be taken twice)"
)


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
    """A finished calibration of rows of a ``kind``, in so many ``clusters`` if in any, and how its figures are wanted;
    ``after`` is None where only the temperature is."""

    facts: Facts
    kind: str
    clusters: int | None
    weights: str | None
    fit: CalibrationFit
    before: CalibrationFigures
    after: CalibrationFigures | None
    crossed: CrossFitted | None
    unit: Unit
    confidence: float

    def document(self) -> dict[str, Any]:
        """The report's keys in SPEC's order."""
        fit, before, after = self.fit, self.before, self.after
        if after is None:
            return {"temperature": fit.temperature} | self._notes({})
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
        document["kind"] = self.kind
        document["class_count"] = len(self.facts.class_names)
        document["rows"] = rows
        document["rows_read"] = self.facts.rows_read
        document["rows_ignored"] = self.facts.rows_read - rows
        document["labels_read_as"] = self.facts.labels_read_as
        document["matched_by"] = self.facts.matched_by
        document["confidence"] = self.confidence
        document["weights"] = self.weights or "none"
        if self.clusters is not None:
            document["clusters"] = self.clusters
        document["bins"] = [
            {"low": one.low, "high": one.high, "before": _bin(one), "after": _bin(other)}
            for one, other in zip(before.bins, after.bins, strict=True)
        ]
        return document | self._notes(document)

    def _notes(self, document: dict[str, Any]) -> dict[str, Any]:
        few = [] if document.get("low") is None else few_clusters(self.clusters)
        return noted(
            input=[_PROBABILITIES if text == ALL_PMFS else text for text in self.facts.said()],
            solution=[*self._end(), *self._infinite(), *self._unfitted()],
            interval=few,
            cross_fitted=_worse(document),
        )

    def _end(self) -> list[str]:
        """Where no temperature is best."""
        solution = self.fit.solution
        end = "infinite" if solution == "uniform" else "0"
        return [f"the temperature is {end}: {ENDS[solution]}"] if solution in ENDS else []

    def _infinite(self) -> list[str]:
        loss = self.before.loss
        count = loss.zero_probability_rows
        if not count:
            return []
        rows = ", ".join(f"{row + 1:,}" for row in loss.first_infinite)
        return [
            f"the loss is infinite at every temperature: {count:,} of the rows give the observed class a probability "
            f"of 0 (row {rows}{', …' if count > len(loss.first_infinite) else ''}); "
            "the temperature is that of the others"
        ]

    def _unfitted(self) -> list[str]:
        """Classes whose bias is left as it is."""
        fitted = self.fit.fitted
        if fitted is None or fitted.all():
            return []
        names = [name for name, one in zip(self.facts.class_names, fitted, strict=True) if not one]
        shown = ", ".join(names[:5]) + (f" and {len(names) - 5:,} more" if len(names) > 5 else "")
        return [f"the bias of a class that never occurs, or of which no row is in doubt, is 0: {shown}"]

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
            for name, bias, error in zip(self.facts.class_names, fit.biases.tolist(), errors, strict=True)
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


def _worse(document: dict[str, Any]) -> list[str]:
    """Where calibration is worth less than nothing on other rows."""
    crossed, before = document.get("cross_fitted"), document.get("cross_entropy_before")
    if crossed is None or crossed["cross_entropy"] is None or before is None or crossed["cross_entropy"] <= before:
        return []
    return ["on rows that it was not fitted to, calibration makes the loss larger: there are too few rows"]
