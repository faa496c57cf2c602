"""Which column of a prediction file is what: classes, label, weight, group, cluster, id."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from cecli.errors import InputError, UsageError, quoted
from cecli.readers.predictions.observations import Side
from cecli.readers.predictions.roles.decide import Question, decide
from cecli.readers.predictions.roles.names import role_of
from cecli.readers.predictions.roles.options import ColumnOptions, Decision, Roles
from cecli.readers.tables.first_rows import FirstRows, first_rows
from cecli.readers.tables.records import MARKS
from cecli.readers.tables.table import Table
from cecli.readers.tables.tables import vector_columns


@dataclass(frozen=True, eq=False, repr=False)
class Numbers:
    """What the numbers of PREDS are said to be, and how far sums may be off; ``at_once`` where rows are written before
    the last one is read."""

    kind: str = "probabilities"
    tolerance: float = 1e-3
    normalize: bool = False
    at_once: bool = False


_PROBABILITIES = Numbers()


def find_roles(preds: Table, labels: Table | None, options: ColumnOptions, numbers: Numbers = _PROBABILITIES) -> Roles:
    """The role of every column (SPEC, section 5). Raises InputError where a file does not say, UsageError where the
    options do not."""
    _check_header(preds)
    if labels is not None:
        _check_header(labels)
    elif options.label is None and options.observed is None and not options.unlabelled:
        likely = next((name for name in ("label", "labels", "target", "class", "y") if name in preds.columns), None)
        hint = "name a second file, or the column of PREDS with --label-column COLUMN"
        raise UsageError(
            "no labels: LABELS is missing", hint if likely is None else f"does --label-column {likely} hold them?"
        )
    by_id, notes = _matched_by_id(preds, labels, options)
    in_preds, in_labels = _extras(preds, labels, options)
    own_id = _id_position(preds, options)
    key = options.key or (None if labels is None or by_id else shared_key([preds, labels], options))
    in_preds = replace(in_preds, id=own_id if by_id or options.keep_ids else None)
    if options.key is not None:
        in_preds = replace(in_preds, id=preds.columns.index(options.key))
    if options.observed is not None:
        return Roles((_position(preds, options.observed),), in_preds, Side(), False, notes)
    if labels is None and options.label is not None:
        in_preds = replace(in_preds, label=_position(preds, options.label))
    first = first_rows(preds, () if in_preds.label is None else (in_preds.label,))
    called = _called(preds, labels, options, in_preds, in_labels, first)
    apart = {None if own_id is not None and preds.columns[own_id] in called else own_id, *_said(in_preds)}
    apart |= {_position(preds, name) for name in options.drop}
    if labels is None and options.label is None:  # nothing is called as the classes are
        numbers = replace(numbers, at_once=True)
    decision = _decision(preds, apart, options, numbers, first, called)
    classes = decision.classes
    if labels is not None:
        in_labels = replace(in_labels, id=_id_position(labels, options) if by_id or options.label_ids else None)
        in_labels = _with_labels(in_labels, labels, [preds.columns[k] for k in classes], options)
        if options.label is None and options.classes is None:
            _check_rows_for_headers(preds, labels, classes, in_labels)
        if options.classes is None and preds.header and labels.header and not in_labels.soft:
            _check_shared(preds, labels, decision, in_labels)
        if key is None and not by_id:
            key = _shared_text(preds, labels, decision, options)
        if key is not None and _is_beside(key, preds, labels, classes, in_labels, called):
            in_preds = replace(in_preds, id=preds.columns.index(key))
            in_labels = replace(in_labels, id=labels.columns.index(key))
        else:
            key = None
        if in_labels.label is not None:
            decision = _compared(decision, preds)
            also = tuple(aside.column for aside in decision.asides if aside.compared)
            in_preds = replace(in_preds, also_label=also)
    return Roles(classes, in_preds, in_labels, by_id, notes, decision, None if labels is None else key)


def shared_key(tables: Sequence[Table], options: ColumnOptions) -> str | None:
    """The first column called like a key or the numbers of rows that all files have, where rows are not said to be
    matched in another way."""
    if options.id is not None or not all(table.header for table in tables):
        return None
    if any("id" in table.columns for table in tables):
        return None
    shared = set(tables[0].columns).intersection(*(table.columns for table in tables[1:])) - {*options.drop}
    taken = (options.label, options.weight, options.by, options.cluster, options.observed, *(options.classes or ()))
    keys = (name for name in tables[0].columns if name in shared and name not in taken)
    return next((name for name in keys if role_of(name) in ("index", "key")), None)


def _shared_text(preds: Table, labels: Table, decision: Decision, options: ColumnOptions) -> str | None:
    """The first column of texts, set aside, that LABELS has, too: of names of files, say, as rows are known by."""
    if options.id is not None or not labels.header:
        return None
    taken = (options.label, options.weight, options.by, options.cluster)
    names = (preds.columns[aside.column] for aside in decision.texts)
    return next((name for name in names if name in labels.columns and name not in taken), None)


def _is_beside(
    key: str, preds: Table, labels: Table, classes: Sequence[int], side: Side, called: frozenset[str]
) -> bool:
    """Whether a column of both files is neither a class nor what is observed."""
    mine, its = preds.columns.index(key), labels.columns.index(key)
    return mine not in classes and its not in (side.label, *side.soft) and key not in called


def find_classes(
    table: Table,
    options: ColumnOptions,
    kept: Sequence[str] = (),
    numbers: Numbers = _PROBABILITIES,
    called: frozenset[str] | None = None,
) -> tuple[Decision, tuple[int, ...]]:
    """What the columns of a file of predictions alone are, and those to carry along: the id, if there is one and it is
    not ``none``, and the columns called ``kept``. Raises InputError where the file does not say. ``called`` are labels
    of its rows, where some are known."""
    _check_header(table)
    own_id = _id_position(table, options)
    if own_id is None and options.id not in (None, "none"):
        _position(table, str(options.id))
        raise UsageError(f"--id {options.id}: {table.name} has no names of columns")
    beside = [_position(table, name) for name in kept]
    if own_id is not None and options.id != "none":
        beside.insert(0, own_id)
    beside = list(dict.fromkeys(beside))
    apart = {own_id, *beside, *(_position(table, name) for name in options.drop)}
    numbers = replace(numbers, at_once=numbers.at_once or called is None)
    decision = _decision(table, apart, options, numbers, first_rows(table), called or frozenset())
    for k in beside:
        if k in decision.classes:
            raise UsageError(f"the column {quoted(table.columns[k])} cannot be a class and be kept as text, too")
    return decision, tuple(beside)


def _decision(
    preds: Table,
    apart: set[int | None],
    options: ColumnOptions,
    numbers: Numbers,
    first: FirstRows,
    called: frozenset[str],
) -> Decision:
    """The class columns, and what the others are."""
    if options.decision is not None:
        return options.decision
    vector = vector_columns(preds)
    if options.classes is not None:
        decision = Decision(tuple(_position(preds, name) for name in options.classes), why="said")
    elif vector:  # beside a vector no other column is a class
        decision = Decision(tuple(k for k in vector if k not in apart), why="file")
    else:
        left = tuple(k for k in range(len(preds.columns)) if k not in apart)
        _check_lists(preds, first, left)
        decision = decide(
            Question(
                preds.name,
                preds.columns,
                preds.header,
                first,
                left,
                numbers.kind,
                numbers.tolerance,
                numbers.normalize,
                called,
                alone=numbers.at_once,
            )
        )
        if not decision.classes:
            raise InputError(f"{preds.name}: no class column is left", _listed(preds.columns))
        _check_named(preds, decision.classes)
        if getattr(preds, "names_classes", False):
            decision = replace(decision, why="file")
    if not decision.classes:
        raise InputError(f"{preds.name}: no class column is left", _listed(preds.columns))
    if len(set(decision.classes)) < len(decision.classes):
        raise UsageError("--classes names a class twice")
    return decision


def _check_lists(preds: Table, first: FirstRows, left: Sequence[int]) -> None:
    """Raise InputError where no column can be a class, and some hold lists or objects: which one is it?"""
    inside = [preds.columns[k] for k in left if first.kinds.get(k) in ("numbers", "other")]
    if not inside:
        return
    plain = [k for k in left if first.kind(k) == "number" and role_of(preds.columns[k], preds.columns) is None]
    if not plain and preds.header:
        shown = ", ".join(map(quoted, inside[:6]))
        raise InputError(
            f"{preds.name}: which column holds the figures of all classes? {shown} "
            f"{'hold' if len(inside) > 1 else 'holds'} lists or objects",
            " or ".join(f"--vector {quoted(name)[1:-1]}" for name in inside[:3]),
        )


def _said(side: Side) -> set[int | None]:
    return {side.label, side.weight, side.group, side.cluster}


def _called(
    preds: Table, labels: Table | None, options: ColumnOptions, in_preds: Side, in_labels: Side, first: FirstRows
) -> frozenset[str]:
    """What the first labels are called, or the columns of soft labels."""
    if labels is None:
        return frozenset(first.texts.get(in_preds.label if in_preds.label is not None else -1, ()))
    if not labels.header:
        return frozenset(text for texts in first_rows(labels).texts.values() for text in texts)
    apart = {_id_position(labels, options), *_said(in_labels)}
    left = [k for k in range(len(labels.columns)) if k not in apart and labels.columns[k].strip()]
    if options.label is not None:
        left = [_position(labels, options.label)]
    elif "label" in labels.columns:
        left = [labels.columns.index("label")]
    its = first_rows(labels, left)
    if len(left) == 1:
        return frozenset(its.texts.get(left[0], ()))
    return frozenset(labels.columns[k] for k in left if its.kind(k) not in ("text", "other"))


def _compared(decision: Decision, preds: Table) -> Decision:
    """The decision, its columns called like labels marked: they are held against LABELS."""
    asides = tuple(
        replace(aside, compared=True) if role_of(preds.columns[aside.column], preds.columns) == "label" else aside
        for aside in decision.asides
    )
    return replace(decision, asides=asides)


def _check_rows_for_headers(preds: Table, labels: Table, classes: Sequence[int], in_labels: Side) -> None:
    """Raise InputError where the header of PREDS could be a row of it, and that of LABELS is a class."""
    if not (preds.header and labels.header) or in_labels.label is None or vector_columns(preds):
        return
    names = [preds.columns[k] for k in classes]
    name = labels.columns[in_labels.label]
    if len(preds.columns) == len(classes) and name in names and all(_number(text) is not None for text in names):
        raise InputError(
            f"{preds.name}:1: the header, {quoted(', '.join(names[:6]))}, could be a row, and that of {labels.name}, "
            f"{quoted(name)}, is one of its classes: is either a header?",
            f"--label-column {quoted(name)[1:-1]} if both are, --header none if neither is, --header preds if that of "
            "PREDS is one",
        )


def _check_named(table: Table, classes: Sequence[int]) -> None:
    """Raise InputError for a class column without a name."""
    for k in classes if table.header else ():
        if not table.columns[k].strip():
            raise InputError(
                f"{table.name}:1: column {k + 1} has no name",
                f"the index of a data frame? leave it out with --drop {quoted(table.columns[k])}",
            )


def _extras(preds: Table, labels: Table | None, options: ColumnOptions) -> tuple[Side, Side]:
    """The columns of ``--weight-column``, ``--by`` and ``--cluster``, in LABELS if it has them, else in PREDS."""
    found: tuple[dict[str, Any], dict[str, Any]] = ({}, {})
    for role, name in (("weight", options.weight), ("group", options.by), ("cluster", options.cluster)):
        if name is None:
            continue
        if labels is not None and name in labels.columns:
            found[1][role] = labels.columns.index(name)
        elif name in preds.columns:
            found[0][role] = preds.columns.index(name)
        else:
            files = preds.name if labels is None else f"{preds.name} and {labels.name}"
            columns = (*preds.columns, *(labels.columns if labels is not None else ()))
            raise InputError(f"{files}: no column {quoted(name)}", _nearest(name, columns))
    return Side(**found[0]), Side(**found[1])


def _matched_by_id(preds: Table, labels: Table | None, options: ColumnOptions) -> tuple[bool, tuple[str, ...]]:
    in_preds = _id_position(preds, options)
    if labels is None:
        return False, ()
    in_labels = _id_position(labels, options)
    if options.id == "none":
        return False, ()
    if in_preds is not None and in_labels is not None:
        return True, ()
    if options.id is not None:
        missing = preds if in_preds is None else labels
        raise InputError(
            f"{missing.name}: no column {quoted(options.id)} to match rows on", _nearest(options.id, missing.columns)
        )
    if in_preds is None and in_labels is None:
        return False, ()
    has, lacks = (preds, labels) if in_preds is not None else (labels, preds)
    like = next((name for name in lacks.columns if lacks.header and name.strip().casefold() == "id"), None)
    if like is not None:
        raise InputError(
            f"{has.name} has an id, and the one of {lacks.name} is called {quoted(like)}",
            "call both id; or --id none, which matches rows by position",
        )
    note = f"{has.name} has an id and {lacks.name} has none: the id is set aside and rows are matched by position"
    return False, (note,)


def _id_position(table: Table, options: ColumnOptions) -> int | None:
    """Where the id stands. With ``--id none`` a column called id is still no class: it is set aside."""
    name = "id" if options.id in (None, "none") else str(options.id)
    return table.columns.index(name) if table.header and name in table.columns else None


def _with_labels(side: Side, labels: Table, classes: Sequence[str], options: ColumnOptions) -> Side:
    """The label column of LABELS, or its columns of soft labels: those of all class names."""
    if options.label is not None:
        return replace(side, label=_position(labels, options.label))
    apart = {_id_position(labels, options), side.weight, side.group, side.cluster}
    called = labels.columns.index("label") if labels.header and "label" in labels.columns else None
    if called is not None and called in (side.group, side.cluster):
        return replace(side, label=called)  # --by label: a column that is both
    left = [k for k in range(len(labels.columns)) if k not in apart]
    named = [k for k in left if labels.columns[k].strip()]  # without a name: the index of a data frame
    left = named or left
    if len(classes) > 1 and set(classes) <= {labels.columns[k] for k in left}:
        return replace(side, soft=tuple(labels.columns.index(name) for name in classes))
    vector = vector_columns(labels)
    if len(classes) > 1 and len(classes) in (len(vector), 0 if labels.header else len(left)):
        return replace(side, soft=tuple(vector) if len(vector) == len(classes) else tuple(left))
    left = [k for k in left if k not in vector]  # a vector of another length is no label: an embedding, say
    if len(left) == 1:
        return replace(side, label=left[0])
    if not left:
        raise InputError(f"{labels.name}: no column of labels is left")
    if called is not None:
        return replace(side, label=called)
    names = [labels.columns[k] for k in left]
    other = [name for name in names if name not in classes]
    lacking = [name for name in classes if name not in names]
    few = len(other) < len(names) and other and lacking
    why = f" ({quoted(other[0])} is none, {quoted(lacking[0])} is missing)" if few else ""
    raise InputError(
        f"{labels.name}: {len(left)} columns, none is called label, and they are not the classes{why}",
        f"--label-column COLUMN (PREDS comes first, then LABELS); {_listed(labels.columns)}",
    )


def _check_shared(preds: Table, labels: Table, decision: Decision, in_labels: Side) -> None:
    """Raise InputError for a class column that LABELS has, too: a name of rows or a weight, and no class."""
    classes = decision.classes
    if {preds.columns[k] for k in classes} <= {*labels.columns}:
        return  # soft labels, beside the column that was chosen
    for k in classes:
        name = preds.columns[k]
        if len(classes) > 1 and name in labels.columns and labels.columns.index(name) != in_labels.label:
            shown = quoted(name)
            raise InputError(
                f"{preds.name}:1: column {k + 1}, {shown}, would be a class, and {labels.name} has it, too",
                f"--id {shown} matches rows on it, --drop {shown} leaves it out, --classes says which count",
            )


def _check_header(table: Table) -> None:
    """Raise InputError for a header that is none."""
    if not table.header:
        return
    other = {} if getattr(table, "delimiter", ",") == "," else {",": "','"}
    for mark, word in (MARKS | other).items():
        if len(table.columns) == 1 and table.columns[0].count(mark) > 1:
            raise InputError(f"{table.name}:1: one column, {quoted(table.columns[0])}", f"try --delimiter {word}")
    seen: dict[str, int] = {}
    for k, name in enumerate(table.columns):
        if name in seen:
            message = f"{table.name}:1: columns {seen[name] + 1} and {k + 1} are both called {quoted(name)}"
            raise InputError(message, None if _number(name) is None else "--header none if the file has no header")
        seen[name] = k
    if not all(_number(name) is not None for name in table.columns):  # mostly the first says it
        return
    if any(number != int(number) for number in map(float, table.columns)):
        raise InputError(
            f"{table.name}:1: the header is a row of numbers, {quoted(', '.join(table.columns))}",
            "--header none if the file has no header",
        )


def _number(text: str) -> float | None:
    from cecli.readers.tables.numbers import read_number

    value = read_number(text)
    return value if value is not None and abs(value) < float("inf") else None


def _position(table: Table, name: str) -> int:
    if name in table.columns:
        return table.columns.index(name)
    raise InputError(f"{table.name}: no column {quoted(name)}", _nearest(name, table.columns))


def _nearest(name: str, columns: Sequence[str]) -> str:
    from cecli.core.nearest import meant

    return meant(name, columns) or _listed(columns)


def _listed(columns: Sequence[str]) -> str:
    shown = ", ".join(quoted(name)[1:-1] for name in columns[:12])
    return f"its columns are {shown}{f' and {len(columns) - 12:,} more' if len(columns) > 12 else ''}"
