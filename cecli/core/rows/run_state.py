"""The state of a run over some of the rows, of whatever kind the run is: what it was asked, what it read, what it has
added up; and the merging of such states.

Merging adds whole numbers: any order, and any tree, of merges gives the same bits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import accumulate
from typing import Any, ClassVar, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from cecli.core.rows.evidence import Evidence
from cecli.core.rows.facts import Facts, PairFacts, Shard
from cecli.core.rows.rows import LossRule
from cecli.core.sums.state import Numbering, bits_of, restored, state_of
from cecli.errors import InputError, quoted

FORMAT = 2
"""The version of the states that are written; others are not read."""

NOT_WHOLE = (KeyError, IndexError, TypeError, ValueError, AttributeError, OverflowError)
"""What reading a document raises that is no state."""

_UNGIVEN: tuple[Any, ...] = (None, False, 0, 0.0, [], ())


class RunOptions(Protocol):
    """All that changes a figure of a run, of whatever kind: a frozen dataclass of plain values, with these among
    them."""

    @property
    def classes(self) -> tuple[str, ...]:
        """The class columns."""

    @property
    def by(self) -> str | None:
        """The column of groups."""

    def fresh(self) -> Any:
        """An accumulator that has seen no row."""


_SAID = {
    "classes": "the classes",
    "metrics": "what is measured",
    "kind": "what PREDS holds",
    "observed": "--observed",
    "labels_read_as": "how labels are read",
    "matched_by": "how rows are matched",
    "weights": "what the weights are",
    "own_denominator": "--class-weights",
}
"""What messages call an option; others are their names with two dashes."""


Made = TypeVar("Made", bound="AnyPartial")


@dataclass(frozen=True, eq=False, repr=False)
class AnyPartial:
    """A state. ``name`` is what messages call it, ``state`` what ``core.sums.state`` makes of its accumulator, TOTAL
    the groups of what has all rows in one, if they are that."""

    TOTAL: ClassVar[Sequence[int] | None] = None

    name: str
    options: RunOptions
    facts: Facts
    clusters: tuple[str, ...]
    state: Mapping[str, Any]
    labels_used: NDArray[np.bool_] | None = None

    def accumulator(self, numbering: Numbering | None = None) -> Any:
        """The accumulator, with its groups, clusters and rows renumbered. Raises InputError where it is none."""
        try:
            made = restored(self.options.fresh(), self.state, numbering)
            if numbering is not None:
                self.check(made, numbering)
            return made
        except NOT_WHOLE as error:
            raise no_state(self.name, error) from error

    def check(self, made: Any, numbering: Numbering) -> None:
        """Raise ValueError where the parts of the accumulator do not agree, if they came from outside."""

    def read_alike(self: Made, partials: Sequence[Made]) -> Sequence[Made]:
        """The same states; where they read labels in ways that come to the same, in one way."""
        return partials

    def document(self) -> dict[str, Any]:
        """The object of JSON, without the version of the program."""
        facts = {key: value for key, value in asdict(self.facts).items() if key != "name"}
        if not facts["labels_at_cut"]:
            del facts["labels_at_cut"]  # states of what has no cut say nothing of it
        used = {} if self.labels_used is None else {"labels_used": bits_of(self.labels_used)}
        options: Any = self.options
        return {
            "cecli_state": FORMAT,
            "options": asdict(options),
            "read": facts | {"clusters": self.clusters},
            **self.sums(),
            **used,
        }

    def sums(self) -> dict[str, Any]:
        """What has been added up, as it stands in the object of JSON."""
        return {"sums": self.state}


def no_state(name: str, error: Exception) -> InputError:
    """What to say of a document that turned out to be no state."""
    text = " ".join(str(error).split())
    reason = f"{text[:200]} is missing" if isinstance(error, KeyError) else text or type(error).__name__
    return InputError(f"{name}: not a whole state of cecli score: {reason}")


def rule_of(clip: float | None, label_smoothing: float, class_weights: Sequence[float] | None) -> LossRule:
    """What changes the loss of a row, from plain values."""
    weights = None if class_weights is None else np.array(class_weights, dtype=np.float64)
    return LossRule(clip, label_smoothing, weights)


def merged(partials: Sequence[Made]) -> Made:
    """The state of all their rows. Raises InputError where options differ, or a shard stands in two of them."""
    partials = partials[0].read_alike(partials)
    first = partials[0]
    for partial in partials[1:]:
        _check_same(first, partial)
    shards = _shards(partials)
    groups = sorted({text for partial in partials for text in partial.facts.groups})
    clusters = sorted({text for partial in partials for text in partial.clusters})
    numbers, cluster_numbers = _positions(groups), _positions(clusters)
    total: Any = first.options.fresh()
    starts = dict(
        zip(((k, j) for k, j, _ in shards), accumulate((one.rows for *_, one in shards), initial=0), strict=False)
    )
    for k, partial in enumerate(partials):
        own = partial.facts.shards
        numbering = Numbering(
            first.TOTAL if first.options.by is None else [numbers[text] for text in partial.facts.groups],
            [cluster_numbers[text] for text in partial.clusters],
            _Renumbered(own, [starts[k, j] for j in range(len(own))]),
            first.TOTAL,
        )
        total.merge(partial.accumulator(numbering))
    facts = _facts(partials, tuple(shard for *_, shard in shards), tuple(groups))
    return replace(
        first,
        facts=facts,
        clusters=tuple(clusters),
        state=state_of(total),
        labels_used=_used(partials),
    )


class _Renumbered:
    """The numbers here of the rows of some shards, whose first rows have the numbers ``starts`` here."""

    def __init__(self, shards: Sequence[Shard], starts: Sequence[int]) -> None:
        self._old = list(accumulate((shard.rows for shard in shards), initial=0))[: len(shards)]
        self._new = starts
        self._rows = sum(shard.rows for shard in shards)

    def __call__(self, row: int) -> int:
        from bisect import bisect_right

        if not row < self._rows:
            raise ValueError(f"row {row} of {self._rows}")
        k = bisect_right(self._old, row) - 1
        return row - self._old[k] + self._new[k]


def _shards(partials: Sequence[AnyPartial]) -> list[tuple[int, int, Shard]]:
    """All shards in their order, with the number of their state and their number there. Raises InputError where one
    would count twice."""
    holders: dict[tuple[str, int], str] = {}
    found = []
    for k, partial in enumerate(partials):
        for j, shard in enumerate(partial.facts.shards):
            place = (shard.place, shard.part)
            if shard.place and place in holders:
                raise InputError(
                    f"{partial.name}: the rows of {shard.file} are in {holders[place]}, too, and would count twice",
                    "leave one of the two out; files of other rows need paths of their own when they are scored",
                )
            holders[place] = partial.name
            found.append((k, j, shard))
    return sorted(found, key=lambda one: (one[2].order, one[:2]))


def _used(partials: Sequence[AnyPartial]) -> NDArray[np.bool_] | None:
    """The rows of shared labels that any of them used. Raises InputError where two used the same."""
    total: NDArray[np.bool_] | None = None
    for partial in partials:
        used = partial.labels_used
        if used is None:
            continue
        total = np.zeros(len(used), dtype=bool) if total is None else total
        again = np.flatnonzero(total & used)
        if len(again):
            first = next(one for one in partials if one.labels_used is not None and one.labels_used[again[0]])
            raise InputError(
                f"{partial.facts.shards[0].file}: it has an id that {first.facts.shards[0].file} has, too: "
                f"that of row {int(again[0]) + 1:,} of LABELS"
            )
        total |= used
    return total


def _check_same(first: AnyPartial, other: AnyPartial) -> None:
    mine: Any = first.options
    its: Any = other.options
    if mine == its:
        return
    ours, theirs = asdict(mine), asdict(its)
    differing = [key for key in ours if ours[key] != theirs[key]]
    if differing:
        found = "; ".join(_difference(key, theirs[key], ours[key]) for key in differing)
        raise InputError(f"{other.name} cannot be merged with {first.name}: {found}")


def _difference(key: str, theirs: Any, ours: Any) -> str:
    """What differs: of long lists the first item, of others both values."""
    name = _SAID.get(key, f"--{key.replace('_', '-')}")
    if isinstance(theirs, tuple) and isinstance(ours, tuple) and key not in ("ignore", "like"):
        missing = next((one for one in ours if one not in set(theirs)), None)
        extra = next((one for one in theirs if one not in set(ours)), None)
        if missing is None and extra is None:
            return f"{name} are not the same or not in the same order"
        parts = [f"{_quoted(missing)} is missing"] if missing is not None else []
        parts += [f"{_quoted(extra)} is there alone"] if extra is not None else []
        return f"{name} differ: {', '.join(parts)}"
    return f"{name}: {_shown(theirs)} in the first, {_shown(ours)} in the second"


def _shown(value: Any) -> str:
    if value in _UNGIVEN:
        return "not given"
    return "given" if value is True else ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _quoted(value: Any) -> str:
    return quoted(value) if isinstance(value, str) else str(value)


def _facts(partials: Sequence[AnyPartial], shards: tuple[Shard, ...], groups: tuple[str, ...]) -> Facts:
    """What all of them read."""
    first = partials[0]
    others = {partial.facts.other: partial.name for partial in partials if partial.facts.other is not None}
    if len(others) > 1:
        (one, where), (two, there) = list(others.items())[:2]
        raise InputError(
            f"{there}: the labels are {quoted(first.options.classes[0])} and {quoted(two)}, "
            f"and in {where} there is a third, {quoted(one)}"
        )
    named = next((partial for partial in partials if partial.facts.other is not None), first)
    notes = dict.fromkeys(note for partial in partials for note in partial.facts.notes)
    return replace(
        named.facts,
        name=first.facts.name,
        rows_read=sum(partial.facts.rows_read for partial in partials),
        shards=shards,
        groups=groups,
        has_ids=any(partial.facts.has_ids for partial in partials),
        notes=tuple(notes),
        **first.facts.of_all([partial.facts for partial in partials]),
    )


def _positions(texts: Sequence[str]) -> dict[str, int]:
    return {text: k for k, text in enumerate(texts)}


def with_tuples(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as they were before JSON made lists of tuples."""
    return {key: tuple(value) if isinstance(value, list) else value for key, value in values.items()}


def pair_facts_from(read: dict[str, Any], name: str) -> PairFacts:
    """The facts of several files in what a state says was read; it is used up."""
    shards = tuple(Shard(**shard) for shard in read.pop("shards"))
    evidence = Evidence.of_document(read.pop("evidence", None))
    of_candidates = tuple(map(Evidence.of_document, read.pop("candidates_evidence", ())))
    return PairFacts(
        name=name, shards=shards, evidence=evidence, candidates_evidence=of_candidates, **with_tuples(read)
    )  # fmt: skip
