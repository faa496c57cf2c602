"""Another model's predictions of the rows of a reference: rows matched by id or by position, classes by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from cecli.core.paired.rows import PairedBatch, Reference
from cecli.core.rows.evidence import Evidence
from cecli.core.rows.rows import Batch
from cecli.core.sums.layout import Integers
from cecli.errors import InputError, quoted
from cecli.readers.predictions.observations import Observed, Side, used_rows
from cecli.readers.predictions.predictions import PredictionOptions, Predictions
from cecli.readers.predictions.roles.find import Numbers, find_classes
from cecli.readers.predictions.roles.options import Decision, Roles
from cecli.readers.predictions.roles.proof import Proof
from cecli.readers.predictions.row_checks import NUMBER_KINDS
from cecli.readers.predictions.row_stream import RowStream
from cecli.readers.predictions.run import Pool, Run
from cecli.readers.predictions.token_roles import is_of_documents, with_tokens, with_units
from cecli.readers.tables.parts import NotInParts
from cecli.readers.tables.table import Block, Cells, Problems, Table
from cecli.readers.tables.tables import has_numbers_for_names


class Candidate:
    """The file of B, opened beside the reference A. What LABELS and A know of a row holds for B's as well."""

    def __init__(self, table: Table, options: PredictionOptions, reference: Predictions, in_step: bool = False) -> None:
        """``in_step``: ids must stand in the order of the reference's, since only parts of the files are there."""
        self.in_step = in_step
        self.preds = table
        self.options = options = with_tokens(options, table)
        self.reference = reference
        self.decoder = reference.decoder
        self.observed_only = reference.observed_only
        self.unlabelled = reference.unlabelled
        self.rows_read, self.clipped, self.evidence = 0, 0, Evidence()
        self.notes: list[str] = []
        self.labels: RowStream | None = None
        decision = own_decision(table, options, frozenset(reference.class_names))
        classes = decision.classes
        matched = match_classes(self, classes)
        self.notes += matched.notes
        self.binary = len(classes) == 1 and not self.observed_only
        self.flipped = matched.flipped
        by_id = self._is_by_id()
        side = replace(_beside(table, options), id=self._id_position() if by_id else None)
        decision = replace(decision, classes=matched.columns)
        key = None if by_id else options.columns.key
        if key is not None:
            side = replace(side, id=table.columns.index(key))
        self.roles = with_units(Roles(matched.columns, side, Side(), by_id, (), decision, key), table, options)
        self.proof = Proof(decision, table.name, table.columns, options.kind, table.header, options.said)
        self._blocks = table.blocks(self.roles.selection(NUMBER_KINDS[options.kind]))

    @property
    def order_is_fixed(self) -> bool:
        """Whether ids must stand in the order of the reference's: LABELS, which has none, has one order alone."""
        return self.roles.by_id and self.reference.labels is not None and self.reference.roles.labels.id is None

    @property
    def classes(self) -> tuple[str, ...]:
        """What its class columns are called."""
        return tuple(self.preds.columns[k] for k in self.roles.classes)

    def blocks(self) -> Iterator[Block]:
        """The blocks of the file."""
        return self._blocks

    def check_shards(self) -> None:
        """Raise InputError where shards do not pair with the reference's."""
        if not self.roles.by_id and hasattr(self.preds, "files"):
            from cecli.readers.tables.shards import check_paired

            check_paired(self.preds, self.reference.preds)

    def _id_position(self) -> int | None:
        if self.options.columns.id is None and is_of_documents(self.preds):
            return None  # an answer's own id is that of no other model's answer
        name = self.options.columns.id or "id"
        return self.preds.columns.index(name) if self.preds.header and name in self.preds.columns else None

    def _is_by_id(self) -> bool:
        if self.options.columns.id == "none" or (self.options.columns.id is None and is_of_documents(self.preds)):
            return False
        known = self.reference.roles.preds.id is not None or self.reference.roles.labels.id is not None
        has = self._id_position() is not None
        if has != known:
            one, other = (self.preds, self.reference.preds) if has else (self.reference.preds, self.preds)
            self.notes.append(
                f"{one.name} has an id and {other.name} has none: their rows are compared with each other by position"
            )
        return has and known


def own_classes(table: Table, options: PredictionOptions) -> tuple[int, ...]:
    """The class columns of a file, in its order; the column of ``--observed`` where that is given."""
    return own_decision(table, options).classes


def own_decision(table: Table, options: PredictionOptions, called: frozenset[str] = frozenset()) -> Decision:
    """What the columns of a file are; ``called`` are the classes of another one."""
    columns, beside = options.columns, _beside(table, options)
    positions = (beside.label, beside.weight, beside.group, beside.cluster)
    drop = tuple(name for name in columns.drop if name in table.columns)
    classes = columns.classes if columns.observed is None else (columns.observed,)
    kept = [table.columns[k] for k in positions if k is not None]
    checks = options.checks
    numbers = Numbers(options.kind, checks.sum_tolerance, checks.normalize)
    columns = replace(columns, drop=drop, classes=classes, decision=None)
    return find_classes(table, columns, kept, numbers, called)[0]


def _beside(table: Table, options: PredictionOptions) -> Side:
    """The columns that are beside the classes, so far as the file has them."""
    columns = options.columns
    at = {name: k for k, name in enumerate(table.columns)}
    return Side(
        label=at.get(columns.label or "") if options.labels is None else None,
        weight=at.get(columns.weight or ""),
        group=at.get(columns.by or ""),
        cluster=at.get(columns.cluster or ""),
    )


@dataclass(frozen=True)
class Matched:
    """The class columns of B in the order of A's classes; ``flipped`` where B's only one is A's class 0."""

    columns: tuple[int, ...]
    flipped: bool = False
    notes: tuple[str, ...] = ()


def match_classes(of: Candidate, own: tuple[int, ...]) -> Matched:
    """B's columns for A's classes: by name; by position where one of the files names none. Raises InputError where they
    are not the same classes."""
    if of.observed_only:
        return Matched(own)
    wanted, names = of.reference.classes, tuple(of.preds.columns[k] for k in own)
    if 1 in (len(own), len(wanted)) and max(len(own), len(wanted)) <= 2:
        return _match_binary(of, own, names)
    if set(names) == set(wanted):
        place = dict(zip(names, own, strict=True))
        return Matched(tuple(place[name] for name in wanted))
    if is_named(of.preds) and is_named(of.reference.preds):
        raise _other_classes(of, names)
    if len(names) != len(wanted):
        raise InputError(
            f"{of.preds.name} has {len(names):,} classes and {of.reference.preds.name} has {len(wanted):,}"
        )
    return Matched(own, notes=(_by_position(of),))


def is_named(table: Table) -> bool:
    """Whether the class columns of a file have names that were given to them."""
    return not has_numbers_for_names(table)


def _match_binary(of: Candidate, own: tuple[int, ...], names: tuple[str, ...]) -> Matched:
    """One column or two for two classes, and one of the files has the second alone."""
    wanted = of.reference.classes
    if of.reference.soft:
        raise InputError(f"{of.preds.name} has one class column, which soft labels cannot be compared on")
    if len(own) == 1 and names[0] in wanted:
        return Matched(own, flipped=len(wanted) == 2 and names[0] == wanted[0])
    if len(own) == 2 and wanted[0] in names:
        at = names.index(wanted[0])
        return Matched((own[1 - at], own[at]))
    if not (is_named(of.preds) and is_named(of.reference.preds)):
        return Matched(own, notes=(_by_position(of),))
    if of.reference.labels_read_as != "position":
        raise _other_classes(of, names)
    note = f"{quoted(names[-1])} of {of.preds.name} is taken for {quoted(wanted[-1])} of {of.reference.preds.name}"
    return Matched(own, notes=(f"{note}: class 1",))


def _by_position(of: Candidate) -> str:
    nameless, other = (of.reference.preds, of.preds) if is_named(of.preds) else (of.preds, of.reference.preds)
    return f"{nameless.name} has no names of classes: its columns are taken in the order of {other.name}"


def _other_classes(of: Candidate, names: tuple[str, ...]) -> InputError:
    wanted = of.reference.classes
    missing = [name for name in wanted if name not in set(names)]
    extra = [name for name in names if name not in set(wanted)]
    parts = [f"lacks {_listed(missing)}"] if missing else []
    parts += [f"has {_listed(extra)}, which {of.reference.preds.name} has not"] if extra else []
    return InputError(
        f"{of.preds.name}: not the classes of {of.reference.preds.name}: it {' and '.join(parts)}",
        "--drop COLUMN leaves a column out that is no class, --classes A,B,... says which are",
    )


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - 5:,} more" if len(names) > 5 else ""
    return ", ".join(quoted(name) for name in names[:5]) + more


class CandidateRun(Run):
    """A run over B's rows, each beside the reference's; batches are PairedBatch."""

    def __init__(self, of: Candidate, pool: Pool[Any], threads: int, progress: Callable[[int, int], None]) -> None:
        super().__init__(of, pool, threads, progress)
        self._candidate = of

    def _known(self, own: Observed, observed: Observed, block: Block, problems: Problems) -> Observed:
        """What the reference knows of the rows; what B says of them, too, must not differ."""
        if observed.rows != block.rows:
            return Observed(block.rows)  # the reference is too short, which is said at the end
        _check_same(self._candidate, own, observed, block, problems)
        return observed.with_those_of(own)

    def _batch(self, block: Block, cells: Cells, observed: Observed) -> tuple[Any, bool, int]:
        """The checked batch, and what the reference made of its rows."""
        labels = observed.labels
        if self._candidate.flipped and labels is not None:
            observed = replace(observed, labels=np.where(labels >= 0, 1 - labels, labels))
        batch: Batch | None
        batch, all_pmfs, clipped = super()._batch(block, cells, observed)
        if batch is None or observed.loss is None:
            return None, all_pmfs, clipped
        right = observed.predicted == labels if observed.right is None else observed.right
        reference = Reference(observed.loss, observed.predicted, right, labels, observed.numbers)  # type: ignore[arg-type]
        keep = used_rows(observed)
        if keep is not None:
            reference = reference.take(np.flatnonzero(keep))
        return PairedBatch(batch, reference, self._candidate.flipped), all_pmfs, clipped

    def _by_id(self) -> Iterator[None]:
        of = self._candidate
        if of.in_step:
            raise NotInParts
        if of.order_is_fixed and of.reference.labels is not None:
            raise InputError(
                f"{of.preds.name} does not have the ids of {of.reference.preds.name} in the same order, and "
                f"{of.reference.labels.name} has no id that could tell whose order it is in",
                "add the column id to LABELS; --id none compares rows by position",
            )
        yield from super()._by_id()

    def finish(self) -> None:
        """Raise what can only be known at the end: the class that a single column of A leaves without a name, too."""
        super().finish()
        of = self._candidate
        if of.reference.binary and not of.binary and is_named(of.preds) and of.reference.labels_read_as == "name":
            other, its = of.reference.class_names[0], of.preds.columns[of.roles.classes[0]]
            if other not in (its, f"not {of.reference.classes[0]}"):  # the latter where no label has told it
                raise InputError(f"the labels hold {quoted(other)}, and {of.preds.name} calls that class {quoted(its)}")

    def _hold(self, ids: Any) -> None:
        of = self._candidate
        if of.roles.by_id and not of.reference.roles.by_id:  # else the reference's run looks for repeated ids
            super()._hold(ids)

    def _unequal(self) -> InputError:
        of = self._candidate
        rows = 0 if of.labels is None else of.labels.rows
        return InputError(
            f"{of.preds.name} has {of.rows_read:,} rows and {of.reference.preds.name} has {rows:,}",
            _OTHER_TOKENS if is_of_documents(of.preds) and not of.options.totals else None,
        )


def _check_same(of: Candidate, own: Observed, observed: Observed, block: Block, problems: Problems) -> None:
    """Note where B's file says something else of a row than A's or LABELS do."""
    side, reference = of.roles.preds, of.reference
    used = np.ones(observed.rows, dtype=bool)
    if observed.labels is not None:
        used &= observed.labels >= 0
        names = [*reference.class_names, "one that is ignored", "unknown"]  # numbers below 0 count from the end
        _note(own.labels, observed.labels, used, "the label", names, (block, side.label, of), problems)
    if observed.weights is not None:
        used &= observed.weights > 0
    for name, known in (("group", of.decoder.groups), ("cluster", of.decoder.clusters)):
        columns = getattr(own, name), getattr(observed, name)
        _note(*columns, used, f"the {name}", known.texts, (block, getattr(side, name), of), problems)
    _note(own.weights, observed.weights, used, "the weight", None, (block, side.weight, of), problems)
    _note(own.units, observed.units, used, "the number of units", None, (block, side.units, of), problems)


def _note(
    own: Any,
    known: Any,
    used: Any,
    what: str,
    names: Sequence[str] | None,
    where: tuple[Block, int | None, Candidate],
    problems: Problems,
) -> None:
    """Note the rows where two columns differ, of numbers or, with ``names``, of positions among these."""
    if own is None or known is None:
        return
    block, column, of = where
    differ: Integers = np.flatnonzero(used & (own != known))
    shown = differ[:10]
    told = [
        [repr(each) if names is None else quoted(names[each]) for each in figures[shown].tolist()]
        for figures in (own, known)
    ]
    other = of.reference.preds.name if of.reference.labels is None else of.reference.labels.name
    problems.add(
        [
            f"{block.place(k, column)}: {what} is {a}, and {other} has {b}"
            for k, a, b in zip(shown.tolist(), *told, strict=True)
        ],
        len(differ),
        _hint(of),
    )


_OTHER_TOKENS = "are the tokens those of another tokenizer? --per bytes compares what their documents cost"


def _hint(of: Candidate) -> str:
    """What helps where a row is said to be another in B's file."""
    if not is_of_documents(of.preds):
        return "are the rows of both files in the same order? a column id in both matches them in any"
    return "are the documents in the same order? --id KEY matches them in any" if of.options.totals else _OTHER_TOKENS
