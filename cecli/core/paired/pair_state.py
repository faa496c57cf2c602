"""The state of a comparison over some of the rows, as workers send it: one object of JSON (``rows.run_state``), whose
``sums`` hold for each candidate what its accumulators have added up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from cecli.core.paired.comparison import Comparer, GroupedComparer
from cecli.core.paired.spec import PairSpec
from cecli.core.rows.facts import PairFacts
from cecli.core.rows.rows import LossRule
from cecli.core.rows.run_state import NOT_WHOLE, AnyPartial, merged, no_state, pair_facts_from, rule_of, with_tuples
from cecli.core.sums.state import EACH, State, bits_from, state_of


@dataclass(frozen=True, eq=False, repr=False)
class PairOptions:
    """All that changes a figure of a comparison of A with so many ``candidates``. ``classes`` are A's class columns."""

    classes: tuple[str, ...]
    candidates: int
    spec: PairSpec
    clip: float | None = None
    label_smoothing: float = 0.0
    class_weights: tuple[float, ...] | None = None
    by: str | None = None

    def rule(self) -> LossRule:
        """What changes the loss."""
        return rule_of(self.clip, self.label_smoothing, self.class_weights)

    def one(self) -> Comparer | GroupedComparer:
        """What compares one candidate with A."""
        rule = self.rule()
        if self.by is None:
            return Comparer(self.spec, rule)
        return GroupedComparer(Comparer(self.spec, rule), Comparer(replace(self.spec, classes=0, worst=0), rule))

    def fresh(self) -> Comparisons:
        """What compares all of them."""
        return Comparisons([self.one() for _ in range(self.candidates)])


class Comparisons:
    """The accumulators of several candidates, an accumulator itself."""

    STATE: ClassVar[State] = {"each": EACH}

    def __init__(self, each: Sequence[Comparer | GroupedComparer]) -> None:
        self.each = list(each)

    def merge(self, other: Comparisons) -> None:
        """Add the rows that ``other`` has seen."""
        for mine, its in zip(self.each, other.each, strict=True):
            mine.merge(its)  # type: ignore[arg-type]  # both follow the same options

    def comparers(self) -> tuple[list[Comparer], list[Comparer | None]]:
        """For every candidate the comparison of all rows, and of the groups where there are some."""
        split = [(one.total, one.groups) if isinstance(one, GroupedComparer) else (one, None) for one in self.each]
        return [total for total, _ in split], [groups for _, groups in split]


@dataclass(frozen=True, eq=False, repr=False)
class PairPartial(AnyPartial):
    """A state of ``compare``."""

    options: PairOptions
    facts: PairFacts


def pair_partial_of(
    each: Sequence[Comparer | GroupedComparer],
    options: PairOptions,
    facts: PairFacts,
    clusters: Sequence[str],
) -> PairPartial:
    """The state of a run that has ended; groups and clusters in the order of their texts."""
    state = state_of(Comparisons(each))
    return merged([PairPartial(facts.name, options, facts, tuple(clusters), state)])


def pair_partial_from(document: Any, name: str) -> PairPartial:
    """The state in an object of JSON. Raises InputError, which calls it ``name``, where it is none."""
    try:
        read = dict(document["read"])
        clusters = tuple(read.pop("clusters"))
        options = dict(document["options"])
        spec = PairSpec(**options.pop("spec"))
        return PairPartial(
            name,
            PairOptions(spec=spec, **with_tuples(options)),
            pair_facts_from(read, name),
            clusters,
            document["sums"],
            None if "labels_used" not in document else bits_from(document["labels_used"]),
        )
    except NOT_WHOLE as error:
        raise no_state(name, error) from error
