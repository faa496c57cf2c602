"""What must hold of the tables that are made where they are asked for: pairs of classes, forecasts, libraries."""

from __future__ import annotations

import numpy as np

from cecli.core.metrics.like import REASONS
from cecli.core.scores.scorer import Scorer
from cecli.core.scores.state_laws import Known
from cecli.core.scores.state_sums import Held, Sums, at_most, by_group, masses, plus, same
from cecli.core.sums.layout import CLASS_MAJOR


def check_confusions(scorer: Scorer, known: Known) -> None:
    """The rows of each pair of classes: of each class those that were not right, seen from both sides."""
    metric, width = scorer.part("confusions"), known.classes
    held = Held(metric, "confusions")
    keys = {place: key for key, place in metric._places.keys.items()}
    rows, mass = held.counts("rows"), held.sums("mass")
    if any(key % width == key // width % width or place not in rows for place, key in keys.items()):
        raise ValueError("confusions.places: a pair that is none")
    held.positive("cost")
    at_most(held.counts("infinite"), rows, "confusions.infinite and confusions.rows")
    if known.unweighted:
        same(mass, masses(rows), "confusions.mass and confusions.rows")
    if known.soft:
        held.nothing("rows")
        return
    classes = Held(scorer.part("classes"), "classes")
    for name, of_key in (("observed", lambda key: key // width), ("predicted", _predicted(width))):
        found: Sums = {}
        for place, total in mass.items():
            cell = of_key(keys[place])
            found[cell] = found.get(cell, 0) + total
        wrong = plus(classes.sums(name), classes.sums("right"), -1)
        same({cell: total for cell, total in found.items() if total}, wrong, f"confusions.mass and classes.{name}")


def _predicted(width: int):  # type: ignore[no-untyped-def]
    return lambda key: key // width**2 * width + key % width


def check_decomposition(scorer: Scorer, known: Known) -> None:
    """The masses of all forecasts: of each class those of its labels."""
    metric = scorer.part("decomposition")
    held, width = Held(metric, "decomposition"), known.classes
    masses_of = held.sums("masses")
    if metric._places is None:
        held.nothing("masses")
        return
    groups = {place: group for (group, _), place in metric._places.items()}
    found: Sums = {}
    for position, total in masses_of.items():
        cell = groups[position // width] * width + position % width
        found[cell] = found.get(cell, 0) + total
    same(found, Held(scorer.part("labels"), "labels").sums("observed"), "decomposition.masses and labels.observed")
    if len({position // width for position in masses_of}) != len(groups):
        raise ValueError("decomposition.places: a forecast without rows")
    if metric._like is None and groups:
        raise ValueError("decomposition.like is missing")
    like, binary = metric._like, len(known.options.classes) == 1
    axis = 0 if binary or width <= CLASS_MAJOR else 1
    if like is not None and (like.kind, like.binary, like.axis) != (known.options.kind, binary, axis):
        raise ValueError("decomposition.like and options.kind do not agree")


def check_corp(scorer: Scorer, known: Known) -> None:
    """The rows held, and their labels."""
    metric = scorer.part("corp")
    if not metric._parts:
        if known.classes == 2 and not known.soft and known.rows and not known.options.observed:
            raise ValueError("corp.parts is missing")
        return
    found: Sums = {}
    for figures, labels, weights, groups in metric._parts:
        if np.isnan(figures).any() or not np.isin(labels, (0, 1)).all():
            raise ValueError("corp.parts: no row")
        if (weights is None) != known.unweighted or (weights is not None and not (weights > 0).all()):
            raise ValueError("corp.parts: a weight that is none")
        if metric._kind != known.options.kind or metric._soft or known.soft or known.classes != 2:
            raise ValueError("corp and options.kind do not agree")
        if metric._kind == "probabilities" and not ((figures >= 0) & (figures <= 1 + known.excess)).all():
            raise ValueError("corp.parts: no probability")
        where = np.zeros(len(figures), dtype=np.intp) if groups is None else groups
        for group, count in zip(*np.unique(where, return_counts=True), strict=True):
            found[int(group)] = found.get(int(group), 0) + int(count)
    same(found, known.rows, "corp.parts and loss.finite.rows")
    if known.unweighted:
        observed = Held(scorer.part("labels"), "labels").sums("observed")
        ones = by_group({position: mass for position, mass in observed.items() if position % 2}, 2)
        counted: Sums = {}
        for _, labels, _, groups in metric._parts:
            where = np.zeros(len(labels), dtype=np.intp) if groups is None else groups
            for group, count in zip(*np.unique(where[labels == 1], return_counts=True), strict=True):
                counted[int(group)] = counted.get(int(group), 0) + int(count)
        same(masses(counted), ones, "corp.parts and labels.observed")


def check_like(scorer: Scorer, known: Known) -> None:
    """The rows of each library."""
    for name, like in scorer.part("like")._each.items():
        held = Held(like, f"like.{name}")
        if like._reason is not None and like._reason not in REASONS:
            raise ValueError(f"like.{name}.reason is none")
        rows = known.rows
        at_most(held.counts("infinite"), rows, f"like.{name}.infinite and loss.finite.rows")
        at_most(held.counts("nan"), rows, f"like.{name}.nan and loss.finite.rows")
        held.positive("below")
        if not held.sums("sum").keys() <= rows.keys():
            raise ValueError(f"like.{name}.sum and loss.finite.rows do not agree")
