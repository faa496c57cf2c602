"""Which column of a prediction file is what: classes, label, weight, group, cluster, id."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from cecli.errors import InputError, UsageError, quoted
from cecli.readers.predictions.observations import Side
from cecli.readers.tables.records import MARKS
from cecli.readers.tables.table import Table
from cecli.readers.tables.tables import vector_columns


@dataclass(frozen=True, eq=False, repr=False)
class ColumnOptions:
    """How the person names the columns: ``--id``, ``--label-column``, ``--classes``, ``--drop`` and the like.

    ``keep_ids`` asks for the ids of PREDS even where rows are matched by position, to name rows by them, ``label_ids``
    for those of LABELS; ``unlabelled`` is true where there need be no labels.
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


@dataclass(frozen=True, eq=False, repr=False)
class Roles:
    """The class columns of PREDS, the other columns of either file, and whether rows are matched by id."""

    classes: tuple[int, ...]
    preds: Side
    labels: Side
    by_id: bool
    notes: tuple[str, ...]


def find_roles(preds: Table, labels: Table | None, options: ColumnOptions) -> Roles:
    """The role of every column (SPEC, ``score``). Raises InputError where a file does not say, UsageError where the
    options do not."""
    chosen = options.classes is not None or options.observed is not None
    _check_header(preds, None if chosen else options.drop)
    if labels is not None:
        _check_header(labels, None)
    elif options.label is None and options.observed is None and not options.unlabelled:
        likely = next((name for name in ("label", "labels", "target", "class", "y") if name in preds.columns), None)
        hint = "name a second file, or the column of PREDS with --label-column COLUMN"
        raise UsageError(
            "no labels: LABELS is missing", hint if likely is None else f"does --label-column {likely} hold them?"
        )
    by_id, notes = _matched_by_id(preds, labels, options)
    in_preds, in_labels = _extras(preds, labels, options)
    own_id = _id_position(preds, options)
    in_preds = replace(in_preds, id=own_id if by_id or options.keep_ids else None)
    if options.observed is not None:
        return Roles((_position(preds, options.observed),), in_preds, Side(), False, notes)
    if labels is None and options.label is not None:
        in_preds = replace(in_preds, label=_position(preds, options.label))
    apart = {own_id, in_preds.label, in_preds.weight, in_preds.group, in_preds.cluster}
    apart |= {_position(preds, name) for name in options.drop}
    classes = _classes(preds, apart, options)
    if labels is not None:
        in_labels = replace(in_labels, id=_id_position(labels, options) if by_id or options.label_ids else None)
        in_labels = _with_labels(in_labels, labels, [preds.columns[k] for k in classes], options)
        if options.classes is None and preds.header and labels.header and not in_labels.soft:
            _check_shared(preds, labels, classes, in_labels)
    return Roles(classes, in_preds, in_labels, by_id, notes)


def find_classes(
    table: Table, options: ColumnOptions, kept: Sequence[str] = ()
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The class columns of a file of predictions alone, and those beside them: the id, if there is one and it is not
    ``none``, and the columns called ``kept``. Raises InputError where the file does not say."""
    _check_header(table, options.drop if options.classes is None else None)
    own_id = _id_position(table, options)
    if own_id is None and options.id not in (None, "none"):
        _position(table, str(options.id))
        raise UsageError(f"--id {options.id}: {table.name} has no names of columns")
    beside = [_position(table, name) for name in kept]
    if own_id is not None and options.id != "none":
        beside.insert(0, own_id)
    beside = list(dict.fromkeys(beside))
    apart = {own_id, *beside, *(_position(table, name) for name in options.drop)}
    classes = _classes(table, apart, options)
    for k in beside:
        if k in classes:
            raise UsageError(f"the column {quoted(table.columns[k])} cannot be a class and be kept as text, too")
    return classes, tuple(beside)


def _classes(preds: Table, apart: set[int | None], options: ColumnOptions) -> tuple[int, ...]:
    if options.classes is None:
        figures = vector_columns(preds) or range(len(preds.columns))  # beside a vector no other column is a class
        classes = tuple(k for k in figures if k not in apart)
    else:
        classes = tuple(_position(preds, name) for name in options.classes)
    if not classes:
        raise InputError(f"{preds.name}: no class column is left", _listed(preds.columns))
    if len(set(classes)) < len(classes):
        raise UsageError("--classes names a class twice")
    return classes


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


def _check_shared(preds: Table, labels: Table, classes: Sequence[int], in_labels: Side) -> None:
    """Raise InputError for a class column that LABELS has, too: a name of rows or a weight, and no class."""
    if {preds.columns[k] for k in classes} <= {*labels.columns}:
        return  # soft labels, beside the column that was chosen
    for k in classes:
        name, shown = preds.columns[k], quoted(preds.columns[k])
        if len(classes) > 1 and name in labels.columns and labels.columns.index(name) != in_labels.label:
            raise InputError(
                f"{preds.name}:1: column {k + 1}, {shown}, would be a class, and {labels.name} has it, too",
                f"--id {shown} matches rows on it, --drop {shown} leaves it out, --classes says which count",
            )


def _check_header(table: Table, drop: Sequence[str] | None) -> None:
    """Raise InputError for a header that is none. Where every column counts that is not dropped, each needs a name;
    ``drop`` is None where columns are chosen by their names."""
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
        if drop is not None and not name.strip() and name not in drop:
            raise InputError(
                f"{table.name}:1: column {k + 1} has no name",
                f"the index of a data frame? leave it out with --drop {quoted(name)}",
            )
    numbers = [_number(name) for name in table.columns]
    if all(number is not None for number in numbers) and any(number != int(number or 0) for number in numbers):
        raise InputError(
            f"{table.name}:1: the header is a row of numbers, {quoted(', '.join(table.columns))}",
            "--header none if the file has no header",
        )


def _number(text: str) -> float | None:
    from cecli.readers.tables.numbers import parse_number

    try:
        value = parse_number(text)
    except ValueError:
        return None
    return value if abs(value) < float("inf") else None


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
