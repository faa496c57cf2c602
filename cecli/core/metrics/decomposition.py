"""The loss split into calibration, resolution and uncertainty, where the same forecasts are made again and again."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from cecli.core.functions.elementary import exp, log
from cecli.core.functions.elementary_scalars import log_of
from cecli.core.metrics.spec import Spec
from cecli.core.rows.predictions import predicted_of
from cecli.core.rows.rows import Batch, ScoredRows
from cecli.core.sums.exact import exact_sum, to_float
from cecli.core.sums.layout import Floats, Integers
from cecli.core.sums.places import Placed
from cecli.core.sums.state import Numbering, Plain, State, array_of, base64_of, count_of
from cecli.core.sums.tally import Tally

MOST_FORECASTS = 100_000
"""Distinct forecasts (of all groups) that are kept, and no more."""

MOST_CELLS = 4_000_000
"""Figures that they may have together: with K classes no more than MOST_CELLS / K forecasts are kept."""


@dataclass(frozen=True)
class DecompositionResult:
    """The loss in nats as reliability - resolution + uncertainty, or None and the ``reason``.

    ``reliability`` sum_g n_g/N sum_k o_g(k) log(o_g(k)/q_g(k)) is what miscalibration costs, ``resolution`` sum_g n_g/N
    KL(o_g||o) what the forecasts tell apart, ``uncertainty`` H(o) what there is to tell; ``cross_entropy`` is the
    plain loss, without clipping, smoothing and class weights, and ``forecasts`` the number of distinct forecasts g.
    """

    forecasts: int | None = None
    cross_entropy: float | None = None
    reliability: float | None = None
    resolution: float | None = None
    uncertainty: float | None = None
    reason: str | None = None


class Forecasts:
    """Places of forecasts, whose keys are a group and the bytes of the figures; or None."""

    def encode(self, value: Any, owner: Any) -> Plain:
        """The groups and the figures in the order of the keys, as doubles in base64, little end first."""
        if value is None:
            return None
        keys = sorted(value)
        figures = [base64_of(np.frombuffer(key, dtype=np.float64), "<f8") for _, key in keys]
        return {"groups": [group for group, _ in keys], "figures": figures}

    def decode(self, plain: Plain, fresh: Any, owner: Any, numbering: Numbering) -> Any:
        """The same for the groups' numbers here."""
        if plain is None:
            return None
        keys = [array_of(text, "<f8").astype(np.float64).tobytes() for text in plain["figures"]]
        groups = [numbering.group(count_of(group)) for group in plain["groups"]]
        found = {key: place for place, key in enumerate(zip(groups, keys, strict=True))}
        if len(found) < len(keys):
            raise ValueError("a forecast stands twice")
        if np.isnan(np.frombuffer(b"".join(keys))).any():
            raise ValueError("a forecast that is none")
        return found


class Likeness:
    """An empty batch that says how figures are to be read; or None."""

    def encode(self, value: Any, owner: Any) -> Plain:
        """Its axis, its kind, and whether it is binary."""
        return None if value is None else {"axis": value.axis, "kind": value.kind, "binary": value.binary}

    def decode(self, plain: Plain, fresh: Any, owner: Any, numbering: Numbering) -> Any:
        """Such a batch, which the forecasts beside it must fit."""
        forecasts: Any = owner._places or {}
        if plain is None:
            if forecasts:
                raise ValueError("forecasts of no kind")
            return None
        like = Batch(np.empty(0), count_of(plain["axis"]), None, plain["kind"], binary=bool(plain["binary"]))
        size = 8 * (1 if like.binary else owner._classes)
        if any(len(figures) != size for _, figures in forecasts):
            raise ValueError("forecasts of another number of classes")
        return like


class Decomposition:
    """The observed mass of every class for every distinct forecast: rows of figures that are equal to the last bit.

    The identity is exact (Broecker, "Reliability, sufficiency, and the decomposition of proper scores", Q. J. R.
    Meteorol. Soc. 135, 2009; for the log score Weijs, van Nooijen and van de Giesen, Mon. Weather Rev. 138, 2010). As
    the forecasts get fewer rows each, both terms grow by chance. Memory: about 24 K + 200 bytes for each distinct
    forecast; past MOST_FORECASTS (MOST_CELLS / K) it is given up, and what was kept is let go.
    """

    STATE: ClassVar[State] = {"_places": Forecasts(), "_masses": Placed("_classes"), "_like": Likeness()}

    def __init__(self, spec: Spec) -> None:
        self._classes = spec.classes
        self._most = max(1, min(MOST_FORECASTS, MOST_CELLS // max(1, spec.classes)))
        self._places: dict[tuple[int, bytes], int] | None = {}
        self._masses = Tally()
        self._like: Batch | None = None

    def update(self, rows: ScoredRows) -> None:
        """Add some rows."""
        batch = rows.batch
        if self._places is None or batch is None or batch.observed_only or not rows.rows:
            return
        if self._like is None:
            self._like = Batch(np.empty(0), batch.axis, None, batch.kind, binary=batch.binary)
        first, inverse = _distinct(batch, rows.group)
        if len(first) > self._most:
            self._give_up()
            return
        keys = _keys(batch, rows.group, first)
        places = np.array([self._places.setdefault(key, len(self._places)) for key in keys], dtype=np.intp)
        if len(self._places) > self._most:
            self._give_up()
            return
        start = places[inverse] * self._classes
        if rows.labels is not None:
            self._masses.add(rows.weights, rows.rows, start + rows.labels)
        elif rows.soft is not None:
            for k in range(self._classes):
                masses = rows.weighted(rows.soft[k] if rows.axis == 0 else rows.soft[:, k])
                self._masses.add(masses, rows.rows, start + k)

    def merge(self, other: Decomposition) -> None:
        """Add the forecasts of ``other``."""
        if self._places is None or other._places is None:
            self._give_up()
            return
        self._like = self._like or other._like
        here = [self._places.setdefault(key, len(self._places)) for key in other._places]
        if len(self._places) > self._most:
            self._give_up()
            return
        cells = (np.array(here, dtype=np.intp)[:, None] * self._classes + np.arange(self._classes)).ravel()
        self._masses.merge(other._masses, cells.tolist())

    def result(self, group: int = 0) -> DecompositionResult:
        """The terms, each a few ulps from exact."""
        if self._places is None:
            return DecompositionResult(reason=f"there are more than {self._most:,} distinct forecasts")
        chosen = sorted((key, place) for (number, key), place in self._places.items() if number == group)
        if not chosen or self._like is None:
            return DecompositionResult(reason="there are no rows")
        masses = np.array([self._row(place) for _, place in chosen])
        losses = _losses(self._like, [key for key, _ in chosen])
        by_forecast, by_class = masses.sum(axis=1), np.array([exact_sum(column) for column in masses.T])
        total = exact_sum(by_forecast)
        shares = by_class / total
        with np.errstate(divide="ignore", invalid="ignore"):
            own, overall = log(masses / by_forecast[:, None]), log(shares)
            cost = np.where(masses > 0, masses * losses, 0.0)
            calibration = np.where(masses > 0, masses * (own + losses), 0.0)
            resolution = np.where(masses > 0, masses * (own - overall), 0.0)
        return DecompositionResult(
            forecasts=len(chosen),
            cross_entropy=_sum(cost) / total,
            reliability=max(0.0, _sum(calibration) / total) if _are_pmfs(losses) else _sum(calibration) / total,
            resolution=max(0.0, _sum(resolution) / total),
            uncertainty=max(0.0, -math.fsum(share * log_of(share) for share in shares.tolist() if share)),
        )

    def _row(self, place: int) -> list[float]:
        start = place * self._classes
        return [to_float(mass) if mass else 0.0 for mass in self._masses.masses(start, start + self._classes)]

    def _give_up(self) -> None:
        self._places, self._masses, self._like = None, Tally(), None


def _words(batch: Batch) -> np.ndarray[Any, np.dtype[np.uint64]]:
    """The bits of every row's figures, shape (figures, n); a zero has one sign."""
    values = batch.values[None, :] if batch.binary else batch.values if batch.axis == 0 else batch.values.T
    return (np.asarray(values, dtype=np.float64) + 0.0).view(np.uint64)


def _distinct(batch: Batch, group: Integers | None) -> tuple[Integers, Integers]:
    """A row of each distinct forecast, and which of them every row makes; by a hash, and where two collide by the
    figures."""
    words = _words(batch)
    mixed = np.zeros(words.shape[1], dtype=np.uint64) if group is None else group.astype(np.uint64)
    for word in words:
        mixed = (mixed ^ word) * np.uint64(0x9E3779B97F4A7C15)
        mixed ^= mixed >> np.uint64(29)
    _, first, inverse = np.unique(mixed, return_index=True, return_inverse=True)
    same = all(np.array_equal(word, word[first][inverse]) for word in words)
    if same and (group is None or np.array_equal(group, group[first][inverse])):
        return first, inverse
    table = words.T if group is None else np.column_stack([group.astype(np.uint64), words.T])
    _, first, inverse = np.unique(table, axis=0, return_index=True, return_inverse=True)
    return first, inverse.ravel()


def _keys(batch: Batch, group: Integers | None, rows: Integers) -> list[tuple[int, bytes]]:
    forecasts = np.ascontiguousarray(_words(batch)[:, rows].T)
    groups = [0] * len(rows) if group is None else group[rows].tolist()
    return [(number, forecast.tobytes()) for number, forecast in zip(groups, forecasts, strict=True)]


def _losses(like: Batch, keys: list[bytes]) -> Floats:
    """-log q of every forecast and class, shape (forecasts, K)."""
    table = np.frombuffer(b"".join(keys), dtype=np.float64).reshape(len(keys), -1)
    values = table[:, 0] if like.binary else table.T if like.axis == 0 else table
    predicted = predicted_of(np.ascontiguousarray(values), like.axis, like.kind, like.binary)
    losses = predicted.losses()
    return losses.T if predicted.axis == 0 else losses


def _are_pmfs(losses: Floats) -> bool:
    """Only where no row sums to more than 1 can a negative reliability be nothing but rounding."""
    return bool((exp(-losses).sum(axis=1) <= 1 + 1e-15).all())


def _sum(terms: Floats) -> float:
    return exact_sum(terms) if np.isfinite(terms).all() else math.inf
