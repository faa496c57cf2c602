"""What was decided by the first rows, held against all rows while they are read; from any thread."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cecli.core.rows.evidence import Doubt, Evidence
from cecli.core.sums.layout import Integers
from cecli.errors import InputError
from cecli.readers.predictions.roles import refusals
from cecli.readers.predictions.roles.names import are_family
from cecli.readers.predictions.roles.options import Decision
from cecli.readers.tables.first_rows import is_number_text

if TYPE_CHECKING:
    from collections.abc import Set

    from cecli.readers.predictions.roles.evidence import Claim
    from cecli.readers.tables.table import Block, Coded


_CHANCE = 2
"""Rows of which it says nothing that a class is nowhere below 0."""

_FEWEST = 20
"""Rows without labels from which it is no chance that a class is nowhere below 0."""

_FEW = 64
"""Rows that tell most columns of fractions from those of whole numbers, all columns at a time."""


class Proof:
    """The evidence of all rows for a Decision about a table of these columns."""

    def __init__(
        self,
        decision: Decision,
        name: str,
        columns: Sequence[str],
        kind: str,
        header: bool,
        probs_said: bool = False,
    ) -> None:
        self._decision = decision
        self._name = name
        self._columns = columns
        self._kind = kind
        self._header = header
        self._lock = Lock()
        names = [columns[k] for k in decision.classes]
        by_sums = kind != "logits" and len(names) > 1
        self._claims: list[Claim | None] = [None] * len(decision.numbers)
        if decision.numbers and not by_sums:
            from cecli.readers.predictions.roles.evidence import claim_of  # few files have such columns

            self._claims = [claim_of(each.role, names) for each in decision.numbers]
        self._wrong: tuple[int, InputError] | None = None
        self._whole: NDArray[np.bool_] = np.ones(len(names), dtype=bool)
        self._not_below: NDArray[np.bool_] = np.ones(len(names), dtype=bool)
        self._not_zero: NDArray[np.bool_] = np.zeros(len(names), dtype=bool)
        self._rows = 0
        self._watched = kind == "logits" and len(names) > 1 and decision.why == "evidence"
        self._sure, self._spread, self._soft = kind == "probabilities" and not probs_said, False, False
        self._suspect: tuple[int, str, str] | None = None
        self._all_right = True

    @property
    def idle(self) -> bool:
        """Whether there is nothing to look at in rows."""
        return not (self._claims or self._decision.texts or self._watched)

    def look(
        self,
        block: Block,
        classes: NDArray[np.floating],
        beside: NDArray[np.floating],
        texts: Sequence[Coded],
        labels: Integers | None,
    ) -> None:
        """Some rows: the figures (n, K) of the classes, the columns of numbers and of texts that are set aside, and the
        class numbers of their labels."""
        self._look_at_texts(block, texts)
        if self._watched:
            self._look_at_whole(classes)
            self._look_at_signs(classes)
        if any(claim is not None for claim in self._claims):
            from cecli.readers.predictions.roles.evidence import ClassRows

            rows = ClassRows(np.asarray(classes, dtype=np.float64), self._kind, block.first_row, labels)
            for k, claim in enumerate(self._claims):
                if claim is None:
                    continue
                wrong = claim.look(np.ascontiguousarray(beside[:, k], dtype=np.float64), rows)
                if wrong is not None:
                    self._note(block, wrong, k)

    def compare(self, block: Block, column: int, own: Integers, labels: Integers, other: str) -> None:
        """Labels in the file itself, beside those of the file ``other``."""
        differ = np.flatnonzero((own != labels) & (labels >= 0))
        if len(differ):
            row = int(differ[0])
            error = refusals.disagreeing(self._name, block.place(row, column), other)
            self._keep(block.first_row + row, error)

    def look_at_soft(self, classes: NDArray[np.floating], soft: NDArray[np.floating]) -> None:
        """Predictions and PMFs observed of the same rows: are the files swapped?"""
        self._soft = True
        if self._sure and not _are_one_hot(classes):
            self._sure = False
        elif self._sure and not self._spread and not _are_one_hot(soft):
            self._spread = True

    def look_at_labels(self, classes: NDArray[np.floating], labels: Integers) -> None:
        """Whether labels that are called like predictions are the largest class."""
        if self._suspect is None or not self._all_right:
            return
        from cecli.readers.predictions.roles.evidence import ClassRows

        rows = ClassRows(np.asarray(classes, dtype=np.float64), self._kind)
        if not (rows.is_top(labels) | (labels < 0)).all():
            self._all_right = False

    def suspect(self, column: int, name: str, table: str) -> None:
        """The column of labels is called like a prediction."""
        self._suspect = column, name, table

    def raise_wrong(self) -> None:
        """Raise InputError for a row that has been found to speak against what was decided."""
        if self._wrong is not None:
            raise self._wrong[1]

    def evidence(self, called: Set[int] | None, counted: bool = False) -> Evidence:
        """What the rows leave in doubt. ``called`` are the classes that labels are called as, none where they are
        ``counted``; None where there are no labels. Raises InputError where a row speaks against what was decided,
        whatever others say."""
        self.raise_wrong()
        for claim, aside in zip(self._claims, self._decision.numbers, strict=True):
            if claim is not None and not claim.stands():
                raise self._not_borne_out(aside.column, aside.role)
        met = frozenset[int]() if called is None else frozenset(called)
        doubts = [*self._of_labels(), *self._of_claims(), *self._of_names(met), *self._of_halves(met)]
        if not self._watched:
            return Evidence(tuple(doubts))
        few = counted or (called is None and self._rows < _FEWEST)
        not_below = np.ones_like(self._not_below) if few else self._not_below
        asked = met.intersection(np.flatnonzero(self._whole | not_below).tolist())
        whole, signs, not_zero = map(_numbers, (self._whole, not_below, self._not_zero))
        return Evidence(tuple(doubts), whole, signs, not_zero, tuple(sorted(asked)))

    def _of_labels(self) -> Iterator[Doubt]:
        """Labels that are the prediction in all rows, and PMFs for labels beside certain predictions."""
        if self._suspect is not None and self._all_right:
            column, name, table = self._suspect
            yield _doubt("label", refusals.no_label(table, column, name))
        if self._sure and self._soft:
            yield _doubt("swapped", refusals.swapped(self._name), self._spread)

    def _of_claims(self) -> Iterator[Doubt]:
        """Columns set aside of which the rows so far do not bear out what they are."""
        for claim, aside in zip(self._claims, self._decision.numbers, strict=True):
            for key in () if claim is None else claim.missing():
                yield _doubt(f"column {aside.column}: {key}", self._not_borne_out(aside.column, aside.role))

    def _of_names(self, met: frozenset[int]) -> Iterator[Doubt]:
        """Classes that are called as no class is, and that no label was."""
        from cecli.readers.predictions.roles.names import role_of

        classes = self._decision.classes
        for column in self._decision.doubtful:
            if classes.index(column) not in met:
                role = role_of(self._columns[column], self._columns) or "index"
                error = refusals.not_borne_out(self._name, self._columns, column, role, classes)
                yield _doubt(f"name {column}", error)

    def _of_halves(self, met: frozenset[int]) -> Iterator[Doubt]:
        """Two sets of classes with the same names, of which labels know one alone."""
        classes, halves = self._decision.classes, self._decision.halves
        why = "their names are the same but for that, and labels are called as those of one set alone"
        for k, half in enumerate(halves):
            if not met.intersection(classes.index(column) for column in half):
                error = refusals.two_models(self._name, self._columns, halves, why)
                yield _doubt(f"half {k}", error)

    def _not_borne_out(self, column: int, role: str, place: str | None = None) -> InputError:
        classes = (*self._decision.classes, column)
        return refusals.not_borne_out(self._name, self._columns, column, role, classes, place)

    def _look_at_whole(self, classes: NDArray[np.floating]) -> None:
        few = classes[:_FEW]
        with np.errstate(invalid="ignore"):
            fractions = ((few != np.floor(few)) & np.isfinite(few)).any(axis=0)
            open_columns = np.flatnonzero(self._whole & ~fractions)
            for k in open_columns.tolist():
                column = classes[:, k]
                finite = column[np.isfinite(column)]
                fractions[k] = (finite != np.floor(finite)).any()
                if not fractions[k] and finite.any():
                    self._not_zero[k] = True  # only ever set, from any thread
        with self._lock:
            self._whole &= ~fractions

    def _look_at_signs(self, classes: NDArray[np.floating]) -> None:
        below: NDArray[np.bool_] = np.asarray((classes[:_FEW] < 0).any(axis=0))
        for k in np.flatnonzero(self._not_below & ~below).tolist():
            below[k] = (classes[:, k] < 0).any()
        not_zero = np.flatnonzero(self._not_below & ~below & ~self._not_zero)
        found = not_zero[classes[:, not_zero].any(axis=0)]
        with self._lock:
            self._not_zero[found] = True
            self._not_below &= ~below
            self._rows += len(classes)

    def _look_at_texts(self, block: Block, texts: Sequence[Coded]) -> None:
        for aside, column in zip(self._decision.texts, texts, strict=False):
            numbers = [code for code, text in enumerate(column.values) if is_number_text(text)]
            found = np.flatnonzero(np.isin(column.codes, numbers))
            if len(found):
                place = block.place(int(found[0]), aside.column)
                error = InputError(
                    f"{place}: a number in a column of texts: which of the two is it?",
                    refusals.option("--drop", self._columns[aside.column]),
                )
                self._keep(block.first_row + int(found[0]), error)

    def _note(self, block: Block, row: int, number: int) -> None:
        aside = self._decision.numbers[number]
        error = self._not_borne_out(aside.column, aside.role, block.place(row, aside.column))
        self._keep(block.first_row + row, error)

    def _keep(self, row: int, error: InputError) -> None:
        with self._lock:
            if self._wrong is None or row < self._wrong[0]:
                self._wrong = row, error


def check_evidence(
    evidence: Evidence, table: str, classes: Sequence[str], rows: int, all_pmfs: bool = False
) -> None:  # fmt: skip
    """Raise InputError where all rows together, so many, leave in doubt which columns are classes; ``classes`` are
    called so. ``all_pmfs``: every row of logits is a PMF, to which a column of zeros adds nothing."""
    for doubt in evidence.doubts:
        if doubt.armed:
            raise InputError(doubt.message, doubt.hint)
    for k in evidence.zeros() if all_pmfs else ():
        raise refusals.zeros(table, classes, k)
    for k in evidence.columns():
        if not are_family(classes[k], [name for j, name in enumerate(classes) if j != k]):
            raise refusals.whole_numbers(table, classes, k)
    for k in evidence.signs() if rows > _CHANCE else ():
        if not are_family(classes[k], [name for j, name in enumerate(classes) if j != k]):
            raise refusals.never_below(table, classes, k)


def _numbers(mask: NDArray[np.bool_]) -> tuple[int, ...] | None:
    """The numbers of the classes of a mask; None where it is of all."""
    return None if mask.all() else tuple(np.flatnonzero(mask).tolist())


def _doubt(key: str, error: InputError, armed: bool = True) -> Doubt:
    return Doubt(key, error.message, error.hint, armed)


def _are_one_hot(table: NDArray[np.floating]) -> bool:
    return bool(((table == 0) | (table == 1)).all())
