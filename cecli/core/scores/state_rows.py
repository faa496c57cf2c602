"""What must hold of the losses by size, of clusters, and of the rows that a state names."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from cecli.core.metrics.calibration import BINS as CONFIDENCES
from cecli.core.metrics.calibration import bin_of
from cecli.core.metrics.tail import BINS, NAMED, bin_of_loss, edge
from cecli.core.scores.scorer import Scorer
from cecli.core.scores.state_laws import Known, within
from cecli.core.scores.state_sums import Held, at_most, by_group, masses, near, plus, same
from cecli.core.sums.exact import exact_integer


def check_tail(scorer: Scorer, known: Known) -> None:
    """The bins of the losses, and the largest contributions."""
    held = Held(scorer.part("tail"), "tail")
    mass, sums, infinite = held.sums("mass"), held.sums("sums"), held.sums("infinite")
    options = known.options
    if known.unweighted:
        same(by_group(mass, BINS), masses(known.finite), "tail.mass and loss.finite.rows")
        same(infinite, masses(known.infinite), "tail.infinite and loss.infinite")
        same(by_group(sums, BINS), known.loss, "tail.sums and loss.finite")
    else:
        if not options.own_denominator:
            same(plus(by_group(mass, BINS), infinite), known.mass, "tail.mass and the mass of all rows")
        at_most(dict.fromkeys(infinite, 1), known.infinite, "tail.infinite and loss.infinite")
        if options.kind != "losses":
            near(by_group(sums, BINS), known.loss, "tail.sums and loss.finite")
    for position in sums.keys() | mass.keys():
        k = position % BINS
        low, high = (edge(k) if k else -math.inf), (edge(k + 1) if k < BINS - 1 else math.inf)
        if not within(sums.get(position, 0), mass.get(position, 0), low, high):
            raise ValueError("tail.sums and tail.mass do not agree")
    _check_contributions(held.part("largest"), known, mass)


def _check_contributions(largest: Any, known: Known, mass: dict[int, int]) -> None:
    wrong = ValueError("tail.largest and tail.sums do not agree")
    finite = known.finite
    if set(largest.groups()) != set(finite):
        raise wrong
    for group in largest.groups():
        entries = largest.of(group)
        if len(entries) != min(NAMED, finite[group]) or not all(_is_contribution(entry, known) for entry in entries):
            raise wrong
        taken: dict[int, int] = {}
        for _, loss, weight in entries:
            place = group * BINS + int(bin_of_loss(np.array([loss], dtype=np.float64))[0])
            taken[place] = taken.get(place, 0) + exact_integer(np.array([weight]))
        at_most(taken, mass, "tail.largest and tail.mass")
        if known.unweighted and finite[group] <= NAMED:
            total = exact_integer(np.array([loss for _, loss, _ in entries]))
            if total != known.loss.get(group, 0):
                raise wrong


def _is_contribution(entry: tuple[Any, ...], known: Known) -> bool:
    negative, loss, weight = entry
    if not (type(loss) in (int, float) and type(weight) in (int, float) and math.isfinite(loss) and weight > 0):
        return False
    if known.unweighted:
        return bool(weight == 1 and negative == -loss)
    return bool(negative == -(loss * weight if known.options.weights == "importance" else loss))


def check_cluster(scorer: Scorer, known: Known) -> None:
    """The sums of the clusters against those of all rows."""
    clusters = scorer.part("cluster")._sums.sums
    if known.options.cluster is None:
        if clusters:
            raise ValueError("cluster.sums has no place in this state")
        return
    sums = {group: sum(total for total, _ in each.values()) for group, each in clusters.items()}
    below = {group: sum(mass for _, mass in each.values()) for group, each in clusters.items()}
    if any(mass < 0 for each in clusters.values() for _, mass in each.values()):
        raise ValueError("cluster.sums: a negative mass")
    sums, below = ({group: total for group, total in each.items() if total} for each in (sums, below))
    if known.exact:
        same(sums, known.loss, "cluster.sums and loss.finite")
    elif known.options.kind != "losses":
        near(sums, known.loss, "cluster.sums and loss.finite")
    if not known.options.own_denominator:
        same(below, known.mass, "cluster.sums and the mass of all rows")


def check_largest(scorer: Scorer, known: Known) -> None:
    """The rows that cost most: as many as there can be, the largest of all losses, of classes that there are."""
    largest = scorer.part("worst")._largest
    wrong = ValueError("worst.largest and loss.finite do not agree")
    rows, size = known.rows, known.options.worst
    if set(largest.groups()) != (set(rows) if size else set()):
        raise wrong
    for group in largest.groups():
        entries = largest.of(group)
        infinite = sum(1 for entry in entries if entry[0] == -math.inf)
        full = len(entries) == min(size, rows[group])
        if (
            not full
            or infinite != min(size, known.infinite.get(group, 0))
            or len({entry[1] for entry in entries}) < len(entries)
        ):
            raise wrong
        if not all(_is_row(entry, known) for entry in entries):
            raise ValueError("worst.largest: a row that cannot be")
        finite = [-entry[0] for entry in entries[infinite:]][:NAMED]
        top = [loss for _, loss, _ in scorer.part("tail")._largest.of(group)]
        if known.unweighted and finite != top[: len(finite)]:
            raise ValueError("worst.largest and tail.largest do not agree")


def _is_row(entry: tuple[Any, ...], known: Known) -> bool:
    _, _, label, predicted, probability, text = entry
    classes = all(one is None or (type(one) is int and 0 <= one < known.classes) for one in (label, predicted))
    probable = probability is None or (type(probability) in (int, float) and 0 <= probability <= 1 + known.excess)
    return classes and probable and (text is None or isinstance(text, str))


def check_range(scorer: Scorer, known: Known) -> None:
    """The largest confidence, which the bins of the confidence hold, too."""
    twice = scorer.part("twice")
    limit = 1 + known.excess
    rows = known.rows
    for figures in (twice._largest, twice._least):
        if figures and (
            not figures.keys() <= rows.keys() or any(not -limit <= one <= limit for one in figures.values())
        ):
            raise ValueError("twice.largest: no probability")
    if twice._least or "calibration" not in known.options.metrics:
        return
    bins = Held(scorer.part("calibration"), "calibration").sums("rows")
    highest: dict[int, int] = {}
    for position in bins:
        group, k = divmod(position, CONFIDENCES)
        highest[group] = max(highest.get(group, 0), k)
    for group, figure in twice._largest.items():
        if int(bin_of(np.array([figure]))[0]) != highest.get(group):
            raise ValueError("twice.largest and calibration.rows do not agree")


def check_row_sums(scorer: Scorer, known: Known) -> None:
    """The largest deviation of a row's sum."""
    figures = scorer.part("row_sums")._largest
    if not figures.keys() <= known.rows.keys() or any(not 0 <= one < math.inf for one in figures.values()):
        raise ValueError("row_sums.largest: no deviation of a sum")
