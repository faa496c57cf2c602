"""The state of a run of ``score`` over some of the rows: what it was asked, what it read, what it has added up.

It is one object of JSON (``score --partial`` writes it, ``merge`` reads it), version FORMAT:

- ``cecli_state``: FORMAT; ``version``: that of the program that wrote it.
- ``machines``: what the last bit of a logarithm depends on, for every machine that took part (``core.machine``).
- ``options``: all that changes a figure. Only states that agree in these can be merged.
- ``read``: the shards with their rows, how labels were read, the notes (``core.facts``), and the texts of groups and
  clusters, whose numbers below are their positions here.
- ``total`` and ``groups``: metric -> what it has added up (``core.sums.state``), of all rows and of each group of them;
  ``groups`` is null without --by. Exact sums are texts: 1f4p-52 is 0x1f4 times 2^-52.
- ``labels_used``, only in what workers send: which rows of a file of labels that all shards share have been used.

Merging adds whole numbers: any order, and any tree, of merges gives the same bits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import accumulate
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cecli.core.facts import Facts, Shard
from cecli.core.metrics import METRICS, Spec
from cecli.core.scoring.grouped import GroupedScorer
from cecli.core.scoring.rows import LossRule
from cecli.core.scoring.scorer import Scorer
from cecli.core.sums.state import Numbering, bits_from, bits_of, restored, state_of
from cecli.errors import InputError, quoted

FORMAT = 1
"""The version of the states that are written; others are not read."""

_UNGIVEN: tuple[Any, ...] = (None, False, 0, 0.0, [], ())


@dataclass(frozen=True)
class Options:
    """All that changes a figure of a run. ``classes`` are the class columns, ``metrics`` names of METRICS."""

    classes: tuple[str, ...]
    metrics: tuple[str, ...]
    kind: str = "probabilities"
    observed: bool = False
    labels_read_as: str | None = None
    matched_by: str = "position"
    first_label: int = 0
    ignore: tuple[str, ...] = ()
    normalize: bool = False
    weights: str | None = None
    own_denominator: bool = False
    clip: float | None = None
    label_smoothing: float = 0.0
    class_weights: tuple[float, ...] | None = None
    by: str | None = None
    cluster: str | None = None
    top_k: int = 5
    worst: int = 0
    confusions: int = 0
    like: tuple[str, ...] = ()

    def spec(self) -> Spec:
        """What the accumulators must know."""
        weights: Any = self.weights
        return Spec(max(2, len(self.classes)), self.top_k, weights, self.own_denominator, self.worst, self.like)

    def rule(self) -> LossRule:
        """What changes the loss."""
        weights = None if self.class_weights is None else np.array(self.class_weights, dtype=np.float64)
        return LossRule(self.clip, self.label_smoothing, weights)

    def fresh(self) -> Scorer | GroupedScorer:
        """An accumulator that has seen no row."""
        if self.by is None:
            return self._scorer()
        return GroupedScorer(self._scorer)

    def _scorer(self) -> Scorer:
        return Scorer(self.spec(), self.rule(), self.metrics)


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


@dataclass(frozen=True, eq=False, repr=False)
class Partial:
    """A state. ``name`` is what messages call it, ``state`` what ``core.sums.state`` makes of its accumulator."""

    name: str
    options: Options
    facts: Facts
    clusters: tuple[str, ...]
    machines: tuple[dict[str, Any], ...]
    state: Mapping[str, Any]
    labels_used: NDArray[np.bool_] | None = None

    def scorers(self) -> tuple[Scorer, Scorer | None]:
        """The score of all rows, and of the groups where there are some. Raises InputError where it is none."""
        scorer = self.scorer()
        return (scorer.total, scorer.groups) if isinstance(scorer, GroupedScorer) else (scorer, None)

    def scorer(self, numbering: Numbering | None = None) -> Scorer | GroupedScorer:
        """The accumulator, with its groups, clusters and rows renumbered."""
        try:
            return restored(self.options.fresh(), self.state, numbering)
        except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
            raise InputError(f"{self.name}: not a whole state of cecli score: {_reason(error)}") from error

    def document(self) -> dict[str, Any]:
        """The object of JSON, without the version of the program."""
        facts = {key: value for key, value in asdict(self.facts).items() if key != "name"}
        total, groups = (
            (self.state["total"], self.state["groups"]) if self.options.by is not None else (self.state, None)
        )
        used = {} if self.labels_used is None else {"labels_used": bits_of(self.labels_used)}
        return {
            "cecli_state": FORMAT,
            "machines": list(self.machines),
            "options": asdict(self.options),
            "read": facts | {"clusters": self.clusters},
            "total": total["metrics"],
            "groups": None if groups is None else groups["metrics"],
            **used,
        }


def partial_of(
    scorer: Scorer | GroupedScorer, options: Options, facts: Facts, clusters: Sequence[str], machine: Mapping[str, Any]
) -> Partial:  # fmt: skip
    """The state of a run that has ended; groups and clusters in the order of their texts, so that the same rows give
    the same state."""
    state = state_of(scorer)
    return merged([Partial(facts.name, options, facts, tuple(clusters), (dict(machine),), state)])


def partial_from(document: Any, name: str) -> Partial:
    """The state in an object of JSON. Raises InputError, which calls it ``name``, where it is none."""
    if not isinstance(document, dict) or "cecli_state" not in document:
        what = "a report" if isinstance(document, dict) and "schema_version" in document else "JSON, but no state"
        raise InputError(f"{name}: this is {what}", "states are written by: cecli score … --partial -o FILE.cecli")
    if document["cecli_state"] != FORMAT:
        version = document.get("version")
        raise InputError(
            f"{name}: a state of version {document['cecli_state']!r}, and version {FORMAT} is read here",
            f"cecli {version} wrote it: merge it with that version" if isinstance(version, str) else None,
        )
    try:
        return _parsed(document, name)
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        raise InputError(f"{name}: not a whole state of cecli score: {_reason(error)}") from error


def merged(partials: Sequence[Partial]) -> Partial:
    """The state of all their rows. Raises InputError where options differ, or a shard stands in two of them."""
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
            None if first.options.by is None else [numbers[text] for text in partial.facts.groups],
            [cluster_numbers[text] for text in partial.clusters],
            _Renumbered(own, [starts[k, j] for j in range(len(own))]),
        )
        total.merge(partial.scorer(numbering))
    facts = _facts(partials, tuple(shard for *_, shard in shards), tuple(groups))
    machines = [machine for partial in partials for machine in partial.machines]
    distinct = {(machine["numpy"], tuple(machine["cpu"])): machine for machine in machines}
    return Partial(
        first.name,
        first.options,
        facts,
        tuple(clusters),
        tuple(distinct[key] for key in sorted(distinct)),
        state_of(total),
        _used(partials),
    )


def machine_notes(partial: Partial) -> list[str]:
    """What to know where machines that differ took part."""
    if len(partial.machines) < 2:
        return []
    versions = sorted({machine["numpy"] for machine in partial.machines})
    sets = [set(machine["cpu"]) for machine in partial.machines]
    only = sorted(set.union(*sets) - set.intersection(*sets))
    parts = [f"NumPy {' and '.join(versions)}"] if len(versions) > 1 else []
    parts += [f"processors with and without {', '.join(only)}"] if only else []
    return [f"states from {' and from '.join(parts)}: the logarithm of a row may differ by an ulp between them"]


class _Renumbered:
    """The numbers here of the rows of some shards, whose first rows have the numbers ``starts`` here."""

    def __init__(self, shards: Sequence[Shard], starts: Sequence[int]) -> None:
        self._old = list(accumulate((shard.rows for shard in shards), initial=0))[: len(shards)]
        self._new = starts

    def __call__(self, row: int) -> int:
        from bisect import bisect_right

        k = bisect_right(self._old, row) - 1
        return row - self._old[k] + self._new[k]


def _shards(partials: Sequence[Partial]) -> list[tuple[int, int, Shard]]:
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
                    "leave one of the two out",
                )
            holders[place] = partial.name
            found.append((k, j, shard))
    return sorted(found, key=lambda one: (one[2].order, one[:2]))


def _used(partials: Sequence[Partial]) -> NDArray[np.bool_] | None:
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


def _check_same(first: Partial, other: Partial) -> None:
    ours, theirs = asdict(first.options), asdict(other.options)
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
    return f"{name}: {_shown(theirs)}, there {_shown(ours)}"


def _shown(value: Any) -> str:
    if value in _UNGIVEN:
        return "not given"
    return "given" if value is True else ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _quoted(value: Any) -> str:
    return quoted(value) if isinstance(value, str) else str(value)


def _facts(partials: Sequence[Partial], shards: tuple[Shard, ...], groups: tuple[str, ...]) -> Facts:
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
        all_pmfs=all(partial.facts.all_pmfs for partial in partials if partial.facts.rows_read),
        has_ids=any(partial.facts.has_ids for partial in partials),
        notes=tuple(notes),
    )


def _positions(texts: Sequence[str]) -> dict[str, int]:
    return {text: k for k, text in enumerate(texts)}


def _parsed(document: dict[str, Any], name: str) -> Partial:
    read = dict(document["read"])
    clusters = tuple(read.pop("clusters"))
    shards = tuple(Shard(**shard) for shard in read.pop("shards"))
    options = Options(**_with_tuples(document["options"]))
    unknown = sorted(set(options.metrics) - METRICS.keys())
    if unknown:
        raise ValueError(f"unknown metrics: {', '.join(unknown)}")
    if options.by is None:
        state: dict[str, Any] = {"metrics": document["total"]}
    else:
        state = {"total": {"metrics": document["total"]}, "groups": {"metrics": document["groups"]}}
    return Partial(
        name,
        options,
        Facts(name=name, shards=shards, **_with_tuples(read)),
        clusters,
        tuple({"numpy": str(machine["numpy"]), "cpu": list(machine["cpu"])} for machine in document["machines"]),
        state,
        None if "labels_used" not in document else bits_from(document["labels_used"]),
    )


def _with_tuples(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in values.items()}


def _reason(error: Exception) -> str:
    text = " ".join(str(error).split())
    return f"{text} is missing" if isinstance(error, KeyError) else text or type(error).__name__
