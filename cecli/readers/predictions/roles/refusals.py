"""What a person is told where a file does not say which column is what: what speaks for each reading, and the option
that settles it."""

from __future__ import annotations

from collections.abc import Sequence

from cecli.errors import InputError, quoted
from cecli.readers.predictions.roles.names import MEANINGS

_SHOWN = 12


def option(name: str, *columns: str) -> str:
    """An option with names of columns as one types it in a shell.

    >>> option("--drop", "Row Index"), option("--classes", "a", "b,c")
    ("--drop 'Row Index'", '--classes \\'a,"b,c"\\'')
    """
    from shlex import quote

    if name in ("--drop", "--id"):
        return f"{name} {quote(columns[0])}"
    if len(columns) > _SHOWN:
        return f"{name} {quote(_record(columns[:3]))},..."
    return f"{name} {quote(_record(columns))}"


def not_borne_out(
    table: str, columns: Sequence[str], column: int, role: str, classes: Sequence[int], place: str | None = None
) -> InputError:
    """A column is called as something else than a class, and its values are not that."""
    name = quoted(columns[column])
    where = f", {place} for one" if place else ""
    return InputError(
        f"{table}: column {column + 1} ({name}): is it a class? It is called like {MEANINGS[role]}, and its values are "
        f"not {'such' if role != 'predicted' else 'the largest of the row'}{where}; no label is called so",
        _either(columns, column, classes),
    )


def whole_numbers(table: str, classes: Sequence[str], k: int) -> InputError:
    """A class column of whole numbers among fractions."""
    return InputError(
        f"{table}: the column {quoted(classes[k])}: is it a class? It holds whole numbers alone, as numbers of rows, "
        "folds and classes do, the others hold fractions, and no label is called so",
        _either(classes, k, range(len(classes))),
    )


def never_below(table: str, classes: Sequence[str], k: int) -> InputError:
    """A column among logits that is never below 0."""
    return InputError(
        f"{table}: the column {quoted(classes[k])}: is it a class? It is nowhere below 0, as weights, times and "
        "probabilities are, the others are, and no label is called so",
        _either(classes, k, range(len(classes))),
    )


def zeros(table: str, classes: Sequence[str], k: int) -> InputError:
    """Logits that are PMFs, and a column of zeros among them."""
    return InputError(
        f"{table}: the column {quoted(classes[k])}: is it a class? It is 0 in every row, no label is called so, and "
        "every row sums to 1, as probabilities do and logits do not",
        f"{option('--drop', classes[k])} if it is none, without --logits if these are probabilities; "
        f"{option('--classes', *classes)} if all are logits",
    )


def two_models(table: str, columns: Sequence[str], halves: Sequence[Sequence[int]], why: str) -> InputError:
    """Two sets of columns that are classes each."""
    sets = [[columns[k] for k in half] for half in halves]
    said = ", and ".join(f"{_listed(names)}" for names in sets)
    return InputError(
        f"{table}: two models side by side? {said}: {why}",
        " or ".join(option("--classes", *names) for names in sets),
    )


def one_too_many(table: str, columns: Sequence[str], dropped: Sequence[int], kept: Sequence[int]) -> InputError:
    """Rows that sum to 1 without some columns, and not with them."""
    names = [columns[k] for k in dropped]
    those = f"column {dropped[0] + 1} ({quoted(names[0])})" if len(names) == 1 else f"the columns {_listed(names)}"
    drops = " ".join(option("--drop", name) for name in names)
    hint = drops if len(names) <= 3 else option("--classes", *(columns[k] for k in kept))
    return InputError(
        f"{table}: rows sum to 1 without {those}, and not with {'it' if len(names) == 1 else 'them'}: no "
        f"class{'' if len(names) == 1 else 'es'}?",
        hint,
    )


def not_votes(table: str, columns: Sequence[str], column: int, classes: Sequence[int], why: str) -> InputError:
    """``--normalize`` where a column among the numbers is no class, or may be none."""
    return InputError(
        f"{table}: column {column + 1} ({quoted(columns[column])}): is it a class? {why}, and --normalize would divide "
        "by a sum with it",
        _either(columns, column, classes),
    )


def which_one(table: str, columns: Sequence[str], left: Sequence[int]) -> InputError:
    """No column is left that is surely a class, or more than one that may be the only one."""
    names = [columns[k] for k in left]
    return InputError(
        f"{table}: which column holds the figures of the classes? {_listed(names)} are all called like something else",
        " or ".join(option("--classes", name) for name in names[:3]),
    )


def of_the_predicted(table: str, columns: Sequence[str], column: int) -> InputError:
    """A single column that is the probability of whichever class was predicted."""
    return InputError(
        f"{table}: column {column + 1} ({quoted(columns[column])}) is called like the probability of the predicted "
        "class, which is another one in every row, and no class is given a probability throughout",
        f"{option('--classes', columns[column])} with --positive LABEL if it is that of one class",
    )


def no_label(table: str, column: int, name: str) -> InputError:
    """``--label-column`` names what is the largest class in every row."""
    return InputError(
        f"{table}: column {column + 1} ({quoted(name)}) is called like a prediction, and in every row it is the class "
        "with the largest figure: these are no labels, and the model would be right in every row",
        "--label-column with the column of what was observed; --from plain if it is this one",
    )


def disagreeing(table: str, place: str, other: str) -> InputError:
    """Labels in both files that differ."""
    return InputError(
        f"{place}: the label differs from that of {other} in the same row: the rows are in another order, or one of "
        "the two is predicted",
        f"a column id in both files matches rows in any order; --drop COLUMN leaves the one in {table} out",
    )


def _either(columns: Sequence[str], column: int, classes: Sequence[int]) -> str:
    name = columns[column]
    whole = [columns[k] for k in sorted({*classes, column})]
    return f"{option('--drop', name)} if it is none, {option('--classes', *whole)} if it is one"


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - 6:,} more" if len(names) > 6 else ""
    return ", ".join(quoted(name) for name in names[:6]) + more


def _record(names: Sequence[str]) -> str:
    import csv
    import io

    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow(names)
    return out.getvalue()


def not_borne_out_by_sums(table: str, columns: Sequence[str], column: int, left: Sequence[int]) -> InputError:
    """Rows sum to 1 neither with nor without the columns whose names say that they are no classes."""
    return InputError(
        f"{table}: rows sum to 1 neither with nor without column {column + 1} ({quoted(columns[column])}), which is "
        "called as no class is: which columns are the classes?",
        f"{option('--classes', *(columns[k] for k in left if k != column))} without it; --logits if these are raw "
        "scores",
    )


def swapped(table: str) -> InputError:
    """Predictions without a doubt, and PMFs for labels."""
    return InputError(
        f"{table}: every row gives one class a probability of 1, and LABELS holds PMFs that are spread: are the files "
        "swapped? PREDS comes first, then LABELS",
        "--probs says that PREDS holds such probabilities",
    )


def out_of_step(place: str, key: str, own: str | None, other: str | None, table: str) -> InputError:
    """A key of both files differs in a row, and rows are matched by position."""
    return InputError(
        f"{place}: {quoted(key)} is {quoted(own or '')}, and in {table} it is {quoted(other or '')} in the same row: "
        "are rows matched on it?",
        f"{option('--id', key)} matches rows on it; {option('--drop', key)} takes them in their order",
    )
