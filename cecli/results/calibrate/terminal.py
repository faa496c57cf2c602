"""How the document of a calibration looks on a terminal, and as a reliability diagram."""

from __future__ import annotations

from typing import Any

from cecli.report.model import Block, Cell, Curve, Facts, Grid, Remark, Series, Table

ENDS = {
    "uniform": "equal probabilities have the least loss",
    "unbounded": "every row is right: the loss falls as long as T does",
}
_STAGES = ("before", "after")


def view(document: dict[str, Any], table: str | None = None) -> list[Block]:
    """Facts, the figures before and after, the biases, and the bins of the confidence with their bars."""
    blocks: list[Block] = [_facts(document), _figures(document)]
    if "biases" in document:
        rows = [[one["class"], one["bias"], one["standard_error"]] for one in document["biases"]]
        blocks.append(Grid(Table(["class", "bias", "standard error"], rows), title="Biases, which sum to 0"))
    for stage in _STAGES:
        blocks.append(_bins(document["bins"], stage, document["confidence"]))
    return blocks


def _facts(document: dict[str, Any]) -> Facts:
    remark = ENDS.get(document["solution"]) or _verdict(document)
    rows: list[tuple[str, Cell, Remark]] = [("Temperature", document["temperature"], remark)]
    if document["low"] is not None:
        rows.append(("Standard error", document["standard_error"], "by the curvature of the loss"))
        robust = f"{document['confidence'] * 100:g} % interval ", document["low"], " to ", document["high"]
        rows.append(("Robust error", document["robust_standard_error"], robust))
    ignored = (
        f", {document['rows_ignored']:,} of {document['rows_read']:,} left out" if document["rows_ignored"] else ""
    )
    read_as = document["labels_read_as"]
    labels = "soft labels" if read_as == "soft" else f"labels read by {read_as}"
    rows.append(("Rows", document["rows"], f"{labels}, rows matched by {document['matched_by']}{ignored}"))
    return Facts(rows)


def _verdict(document: dict[str, Any]) -> str:
    """What a temperature says of the predictions as they were."""
    if document["low"] is not None and document["low"] <= 1 <= document["high"]:
        return "1 is in its interval: the predictions may do as they are"
    return "above 1: they were too sure" if document["temperature"] > 1 else "below 1: they were not sure enough"


def _figures(document: dict[str, Any]) -> Grid:
    """The figures of every stage side by side."""
    crossed = document.get("cross_fitted")
    columns = ["", *_STAGES, *([f"{crossed['folds']} folds"] if crossed else [])]
    stages = [*_STAGES, *(["cross_fitted"] if crossed else [])]

    def line(title: str, key: str) -> list[Cell]:
        return [title, *(document[f"{key}_{stage}"] for stage in _STAGES), *([crossed[key]] if crossed else [])]

    rows = [line(f"loss ({document['unit']})", "cross_entropy"), line("accuracy", "accuracy")]
    for variant in document["variants"]:
        rows.append([f"ECE {variant['variant']}", *(variant[stage]["ece"] for stage in stages)])
        if variant["before"]["band"] is not None:
            rows.append(["  calibrated: up to", *(variant[stage]["band"] for stage in stages)])
    return Grid(Table(columns, rows), title="What calibration does")


def _bins(bins: list[dict[str, Any]], stage: str, confidence: float) -> Grid:
    """The bins that hold rows; their intervals where they are exact."""
    filled = [one for one in bins if one[stage]["rows"]]
    titles = {"rows": "rows", "confidence": "confidence", "accuracy": "accuracy"}
    title = f"Reliability {stage}"
    if all(one[stage]["accuracy_low"] is not None for one in filled):
        titles |= {"accuracy_low": "low", "accuracy_high": "high"}
        title += f", with exact {confidence * 100:g} % intervals of the accuracy"
    rows = [[f"{one['low']:.2f}-{one['high']:.2f}", *(one[stage][key] for key in titles)] for one in filled]
    return Grid(Table(["bin", *titles.values()], rows), title=title, bars="accuracy")


def diagram(document: dict[str, Any]) -> Curve:
    """Accuracy against confidence, before and after, above the histogram of the confidence."""
    diagonal = Series("perfectly calibrated", [0.0, 1.0], [0.0, 1.0], style="dashed")
    points, bars = [], []
    for number, stage in enumerate(_STAGES):
        bins = [one for one in document["bins"] if one[stage]["rows"]]
        inside = [one[stage] for one in bins]
        exact = all(one["accuracy_low"] is not None for one in inside)
        points.append(
            Series(
                f"{stage} calibration",
                [one["confidence"] for one in inside],
                [one["accuracy"] for one in inside],
                style="points",
                low=[one["accuracy_low"] for one in inside] if exact else (),
                high=[one["accuracy_high"] for one in inside] if exact else (),
            )
        )
        width = (document["bins"][0]["high"] - document["bins"][0]["low"]) / 2
        middles = [one["low"] + width * (number + 0.5) for one in bins]
        shares = [one["rows"] / document["rows"] for one in inside]
        bars.append(Series(f"{stage} calibration", middles, shares, style="bars", width=width))
    histogram = Curve(bars, y_label="share of rows", x_range=(0.0, 1.0))
    return Curve(
        [*points, diagonal],
        title=f"Reliability, T = {document['temperature']:.4g}",
        x_label="confidence",
        y_label="accuracy",
        x_range=(0.0, 1.0),
        y_range=(0.0, 1.0),
        square=True,
        below=histogram,
    )
