"""The one place that decides which columns of a file of predictions are classes, by what its first rows say.

What it suggests is then held against all rows (``proof``). Raises InputError where the first rows refuse already.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from cecli.readers.predictions.roles import refusals
from cecli.readers.predictions.roles.names import MEANINGS, are_family, role_of
from cecli.readers.predictions.roles.options import Aside, Decision
from cecli.readers.tables.first_rows import FirstRows

_NEAR = 0.05
"""How far from 1 the sum of numbers may be that were rounded to few decimals: the check of every row judges that."""

_MOST_TRIED = 400
"""Columns of which each is left out in turn to see whether the rest sums to 1."""


@dataclass(frozen=True, eq=False, repr=False)
class Question:
    """A file, the columns that options leave over, and what its numbers are said to be.

    ``called`` are the labels that have been seen and the names of columns of soft labels; ``alone`` where there are no
    labels at all; ``at_once`` where rows are written before the last one is read.
    """

    name: str
    columns: Sequence[str]
    header: bool
    first: FirstRows
    left: tuple[int, ...]
    kind: str
    tolerance: float = 1e-3
    normalize: bool = False
    called: frozenset[str] = frozenset()
    alone: bool = False
    at_once: bool = False
    shared: frozenset[str] = field(default_factory=frozenset)

    @cached_property
    def numbers(self) -> dict[int, NDArray[np.float64]]:
        """The numbers of the first rows, by column."""
        known = [k for k in self.left if k in self.first.texts]
        table = self.first.table(known)
        return {k: table[:, at] for at, k in enumerate(known)}

    def values(self, columns: Sequence[int]) -> NDArray[np.float64]:
        """The first rows of some columns (n, K), without rows where a cell is no number."""
        if not columns or any(k not in self.first.texts for k in columns):
            return np.empty((0, len(columns)))
        table = self.first.table(columns)
        return np.asarray(table[~np.isnan(table).any(axis=1)])

    def role(self, column: int) -> str | None:
        """What the name of a column says, unless a label is called so."""
        name = self.columns[column]
        return None if name in self.called or not self.header else role_of(name, self.columns)

    def sums(self, columns: Sequence[int]) -> NDArray[np.float64] | None:
        """The sums of the first rows as probabilities; None where a number can be none."""
        values, slack = self.values(columns), self.tolerance + len(columns) * 2.0**-50
        if not len(values):
            return None
        with np.errstate(over="ignore"):
            values = np.exp(values) if self.kind == "log-probabilities" else values
        if values.min() < -slack or values.max() > 1 + slack:
            return None
        return np.asarray(values.sum(axis=1))

    def are_pmfs(self, columns: Sequence[int], within: float | None = None) -> bool:
        """Whether the first rows of some columns, two at least, sum to 1."""
        sums = self.sums(columns) if len(columns) > 1 else None
        limit = (self.tolerance if within is None else within) + len(columns) * 2.0**-50
        return sums is not None and bool((np.abs(sums - 1.0) <= limit).all())


def decide(question: Question) -> Decision:
    """The classes among the columns that are left, and what the others are."""
    numbers, texts = _split(question)
    if not numbers:
        return Decision(question.left)
    left = tuple(k for k in numbers if k not in question.first.index)
    of_file = tuple(Aside(k, "index", "file") for k in numbers if k in question.first.index)
    if not left:
        left, of_file = tuple(numbers), ()
    found = _logits(question, left) if question.kind == "logits" else _probabilities(question, left)
    return Decision(found.classes, (*of_file, *texts, *found.asides), found.doubtful, found.halves, found.why)


def _split(question: Question) -> tuple[list[int], list[Aside]]:
    """The columns that may be classes, and those of texts alone."""
    if not question.header or question.first.are_numbers(question.left):
        return list(question.left), []
    kinds = {k: question.first.kind(k) for k in question.left}
    texts = [k for k, kind in kinds.items() if kind in ("text", "empty", "other")]
    texts = [k for k in texts if question.columns[k] not in question.called]
    numbers = [k for k in question.left if k not in texts]
    return numbers, [Aside(k, "text", "file" if k in question.first.kinds else "evidence") for k in texts]


def _probabilities(question: Question, left: tuple[int, ...]) -> Decision:
    if question.are_pmfs(left) or not len(question.values(left)):
        return Decision(left)
    named = tuple(k for k in left if question.role(k) is not None)
    rest = tuple(k for k in left if k not in named)
    asides = tuple(Aside(k, str(question.role(k)), "evidence") for k in named)
    if question.are_pmfs(rest):
        return Decision(rest, asides)
    if len(rest) <= 1:
        return _one_column(question, named, rest)
    if question.normalize:
        _check_votes(question, left)
        return Decision(left)
    _check_sets(question, left)
    if named:
        _check_sets(question, rest)
    if named and question.are_pmfs(rest, _NEAR):
        return Decision(rest, asides)
    if named and not question.are_pmfs(left, _NEAR):
        raise refusals.not_borne_out_by_sums(question.name, question.columns, named[0], left)
    return Decision(left)


def _check_sets(question: Question, left: tuple[int, ...]) -> None:
    """Raise InputError where some columns sum to 1 in all rows, and all do not."""
    half = len(left) // 2
    if len(left) % 2 == 0 and half > 1:
        for halves in ((left[:half], left[half:]), (left[::2], left[1::2])):
            if all(map(question.are_pmfs, halves)):
                raise refusals.two_models(question.name, question.columns, halves, "each sums to 1 in every row")
    for size in range(2, half + 1):
        sets = [left[k : k + size] for k in range(0, len(left), size)]
        if len(left) % size == 0 and len(sets) > 2 and all(map(question.are_pmfs, sets)):
            raise refusals.two_models(question.name, question.columns, sets, "each sums to 1 in every row")
    if len(left) > _MOST_TRIED or len(left) < 3:
        return
    solutions: list[tuple[tuple[int, ...], tuple[int, ...]]]
    solutions = [((k,), without) for k in left if question.are_pmfs(without := _without(left, (k,)))]
    if not solutions:
        runs = [left[a:b] for a in range(len(left)) for b in range(a + 2, len(left) + 1) if b - a < len(left) - 1]
        runs = runs if len(left) <= 40 else []
        solutions = [(_without(left, run), run) for run in runs if question.are_pmfs(run)]
    if len(solutions) == 1:
        raise refusals.one_too_many(question.name, question.columns, *solutions[0])


def _without(left: tuple[int, ...], dropped: Sequence[int]) -> tuple[int, ...]:
    return tuple(k for k in left if k not in dropped)


def _check_votes(question: Question, left: tuple[int, ...]) -> None:
    """Raise InputError for what ``--normalize`` must not divide."""
    _check_sets(question, left)
    values = question.values(left)
    total = values.sum(axis=1)
    for at, k in enumerate(left if len(left) > 2 else ()):
        if len(values) and (np.abs(2 * values[:, at] - total) <= question.tolerance * np.abs(total)).all():
            why = "In every row it is the sum of the others"
            raise refusals.not_votes(question.name, question.columns, k, left, why)
    for k in left:
        if (role := question.role(k)) is not None:
            why = f"It is called like {MEANINGS[role]}"
            raise refusals.not_votes(question.name, question.columns, k, left, why)
    for k in _whole(question, left):
        why = "It holds whole numbers alone, and others hold fractions"
        raise refusals.not_votes(question.name, question.columns, k, left, why)


def _logits(question: Question, left: tuple[int, ...]) -> Decision:
    named = tuple(k for k in left if question.role(k) is not None)
    rest = tuple(k for k in left if k not in named)
    if not len(question.values(left)):
        return Decision(left)
    if not rest:
        return _one_column(question, named, rest)
    failed = tuple(k for k in named if not _borne_out(question, k, rest))
    classes = tuple(k for k in left if k in rest or k in failed)
    asides = tuple(Aside(k, str(question.role(k)), "evidence") for k in named if k not in failed)
    if question.alone and failed:
        raise refusals.not_borne_out(question.name, question.columns, failed[0], str(question.role(failed[0])), classes)
    whole = _whole(question, classes) if question.alone else ()
    halves = _halves(question, classes)
    if whole:
        names = [question.columns[k] for k in classes]
        raise refusals.whole_numbers(question.name, names, classes.index(whole[0]))
    if question.alone and halves:
        raise refusals.two_models(question.name, question.columns, halves, "their names are the same but for that")
    return Decision(classes, asides, failed, halves)


def _one_column(question: Question, named: tuple[int, ...], rest: tuple[int, ...]) -> Decision:
    """One class column: the one without a name of something else, or the only one that is not what it is called."""
    if not rest:
        fractions = [k for k in named if not _is_whole(question.numbers[k])]
        rest = named if len(named) == 1 else tuple(fractions)
        if len(rest) != 1:
            raise refusals.which_one(question.name, question.columns, rest or named)
    if question.role(rest[0]) == "confidence":
        raise refusals.of_the_predicted(question.name, question.columns, rest[0])
    beside = [k for k in named if k not in rest]
    for k in beside:
        if not _borne_out(question, k, rest):
            raise refusals.not_borne_out(question.name, question.columns, k, str(question.role(k)), (*rest, k))
    return Decision(rest, tuple(Aside(k, str(question.role(k)), "evidence") for k in beside))


def _borne_out(question: Question, column: int, rest: tuple[int, ...]) -> bool:
    """Whether the first rows of a column are what its name says, beside classes."""
    from cecli.readers.predictions.roles.evidence import ClassRows, claim_of

    values = question.values((column, *rest))
    claim = claim_of(str(question.role(column)), [question.columns[k] for k in rest])
    rows = ClassRows(values[:, 1:], question.kind)
    return claim.look(np.ascontiguousarray(values[:, 0]), rows) is None and claim.stands() and not claim.missing()


def _whole(question: Question, classes: tuple[int, ...]) -> tuple[int, ...]:
    """The columns of whole numbers, not all 0, among columns with fractions; not those of a family, nor called so."""
    if len(classes) < 2:
        return ()
    whole = [k for k in classes if k in question.numbers and _is_whole(question.numbers[k])]
    if not any(_has_fractions(question.numbers[k]) for k in classes if k in question.numbers):
        return ()
    names = {k: question.columns[k] for k in classes}
    return tuple(
        k
        for k in whole
        if question.numbers[k].any()
        and names[k] not in question.called
        and not (question.header and are_family(names[k], [name for j, name in names.items() if j != k]))
    )


def _is_whole(x: NDArray[np.float64]) -> bool:
    finite = x[np.isfinite(x)]
    return bool(len(finite) and (finite == np.floor(finite)).all())


def _has_fractions(x: NDArray[np.float64]) -> bool:
    finite = x[np.isfinite(x)]
    return bool((finite != np.floor(finite)).any())


def _halves(question: Question, classes: tuple[int, ...]) -> tuple[tuple[int, ...], ...]:
    """Two sets of columns, where one set's names are the other's with something shared before or behind."""
    if len(classes) < 4 or len(classes) % 2:
        return ()
    names = {question.columns[k]: k for k in classes}
    ordered = sorted(names, key=len)
    for name in ordered:
        for other in ordered:
            for extra, joined in ((other.removesuffix(name), "{}{}"), (other.removeprefix(name), "{1}{0}")):
                if extra == other or not extra or (extra[-1] if joined == "{}{}" else extra[0]) not in "_.- ":
                    continue
                longer = {joined.format(extra, short): short for short in names}
                found = {long: short for long, short in longer.items() if long in names}
                if 2 * len(found) == len(names) and not {*found} & {*found.values()}:
                    return tuple(names[n] for n in found.values()), tuple(names[n] for n in found)
    return ()
