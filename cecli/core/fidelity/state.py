"""The state of a fidelity report over some of the rows, as workers send it: one object of JSON (``rows.run_state``),
whose ``sums`` hold for each student what its accumulators have added up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from cecli.core.fidelity.fidelity import Fidelity, GroupedFidelity
from cecli.core.fidelity.spec import FidelitySpec
from cecli.core.rows.facts import PairFacts
from cecli.core.rows.rows import PLAIN, LossRule
from cecli.core.rows.run_state import NOT_WHOLE, AnyPartial, merged, no_state, pair_facts_from, with_tuples
from cecli.core.sums.state import EACH, State, bits_from, state_of


@dataclass(frozen=True, eq=False, repr=False)
class FidelityOptions:
    """All that changes a figure of so many students, ``candidates``. ``classes`` are the teacher's class columns."""

    classes: tuple[str, ...]
    candidates: int
    spec: FidelitySpec
    by: str | None = None

    def rule(self) -> LossRule:
        """Losses are taken as they are."""
        return PLAIN

    def one(self) -> Fidelity | GroupedFidelity:
        """What adds up one student."""
        if self.by is None:
            return Fidelity(self.spec)
        of_groups = replace(self.spec, worst=0, by_class=False, quantiles=False, exact=False, held=False)
        return GroupedFidelity(Fidelity(self.spec), Fidelity(of_groups))

    def fresh(self) -> Students:
        """What adds up all of them."""
        return Students([self.one() for _ in range(self.candidates)])


class Students:
    """The accumulators of several students, an accumulator itself."""

    STATE: ClassVar[State] = {"each": EACH}

    def __init__(self, each: Sequence[Fidelity | GroupedFidelity]) -> None:
        self.each = list(each)

    def merge(self, other: Students) -> None:
        """Add the rows that ``other`` has seen."""
        for mine, its in zip(self.each, other.each, strict=True):
            mine.merge(its)  # type: ignore[arg-type]  # both follow the same options

    def split(self) -> tuple[list[Fidelity], list[Fidelity | None]]:
        """For every student all rows, and the groups where there are some."""
        pairs = [(one.total, one.groups) if isinstance(one, GroupedFidelity) else (one, None) for one in self.each]
        return [total for total, _ in pairs], [groups for _, groups in pairs]


@dataclass(frozen=True, eq=False, repr=False)
class FidelityPartial(AnyPartial):
    """A state of ``fidelity``."""

    options: FidelityOptions
    facts: PairFacts


def fidelity_partial_of(
    each: Sequence[Fidelity | GroupedFidelity], options: FidelityOptions, facts: PairFacts, clusters: Sequence[str]
) -> FidelityPartial:
    """The state of a run that has ended; groups and clusters in the order of their texts."""
    state = state_of(Students(each))
    return merged([FidelityPartial(facts.name, options, facts, tuple(clusters), state)])


def fidelity_partial_from(document: Any, name: str) -> FidelityPartial:
    """The state in an object of JSON. Raises InputError, which calls it ``name``, where it is none."""
    try:
        read = dict(document["read"])
        clusters = tuple(read.pop("clusters"))
        options = dict(document["options"])
        spec = FidelitySpec(**options.pop("spec"))
        return FidelityPartial(
            name,
            FidelityOptions(spec=spec, **with_tuples(options)),
            pair_facts_from(read, name),
            clusters,
            document["sums"],
            None if "labels_used" not in document else bits_from(document["labels_used"]),
        )
    except NOT_WHOLE as error:
        raise no_state(name, error) from error
