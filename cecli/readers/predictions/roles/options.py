"""How the person names the columns, and what was found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cecli.readers.predictions.observations import Side
    from cecli.readers.tables.table import Selection


@dataclass(frozen=True, eq=False, repr=False)
class Aside:
    """A column of PREDS that is no class: its role (a key of MEANINGS, or ``text``), and what tells it: ``said``,
    ``file``, ``name`` or ``evidence``. ``compared`` where its labels are held against those of LABELS."""

    column: int
    role: str
    why: str
    compared: bool = False


@dataclass(frozen=True, eq=False, repr=False)
class Decision:
    """What the first rows suggest, to be held against all of them.

    ``asides`` are the columns that are no classes. ``doubtful`` are classes whose name says that they are something
    else: a label must be called as they are. ``halves`` are two sets of classes with the same names.
    """

    classes: tuple[int, ...]
    asides: tuple[Aside, ...] = ()
    doubtful: tuple[int, ...] = ()
    halves: tuple[tuple[int, ...], ...] = ()
    why: str = "evidence"

    @property
    def numbers(self) -> tuple[Aside, ...]:
        """The columns of numbers that are set aside for what they hold."""
        return tuple(
            each for each in self.asides if each.role != "text" and each.why == "evidence" and not each.compared
        )

    @property
    def texts(self) -> tuple[Aside, ...]:
        """The columns of texts that are set aside for what they hold."""
        return tuple(
            each for each in self.asides if each.role == "text" and each.why == "evidence" and not each.compared
        )


@dataclass(frozen=True, eq=False, repr=False)
class ColumnOptions:
    """How the person names the columns: ``--id``, ``--label-column``, ``--classes``, ``--drop`` and the like.

    ``keep_ids`` asks for the ids of PREDS even where rows are matched by position, to name rows by them, ``label_ids``
    for those of LABELS. ``plain`` says that no tool wrote the file. ``decision`` is what has been found in the first
    rows of the first of several parts.
    """

    id: str | None = None
    label: str | None = None
    weight: str | None = None
    by: str | None = None
    cluster: str | None = None
    observed: str | None = None
    classes: tuple[str, ...] | None = None
    drop: tuple[str, ...] = ()
    keep_ids: bool = False
    label_ids: bool = False
    unlabelled: bool = False
    """Whether there need be no labels."""
    plain: bool = False
    decision: Decision | None = None
    key: str | None = None
    """A key that this file and others have, and that rows are not matched on."""


@dataclass(frozen=True, eq=False, repr=False)
class Roles:
    """The class columns of PREDS, the other columns of either file, and whether rows are matched by id."""

    classes: tuple[int, ...]
    preds: Side
    labels: Side
    by_id: bool
    notes: tuple[str, ...]
    decision: Decision | None = None
    in_step: str | None = None
    """A key that both files have and that rows are not matched on: it must be the same in every row."""

    def selection(self, kind: str) -> Selection:
        """What to read of PREDS: the classes and what is beside them, and what is held against a decision."""
        if self.decision is None:
            return self.preds.selection(self.classes, kind)
        beside = tuple(each.column for each in self.decision.numbers)
        return self.preds.selection(self.classes, kind, beside, tuple(each.column for each in self.decision.texts))

    @property
    def figures(self) -> int:
        """How many of the numbers that are read of a row stand before those of soft labels and the weight."""
        return len(self.classes) + (0 if self.decision is None else len(self.decision.numbers))
