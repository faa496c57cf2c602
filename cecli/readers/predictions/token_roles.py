"""What options about tokens mean for a file, and what its documents say that no option says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from cecli.core.nearest import meant
from cecli.errors import InputError, UsageError, quoted
from cecli.readers.predictions.flat_tokens import FlatTokens
from cecli.readers.predictions.roles.options import Roles
from cecli.readers.tables.table import Table
from cecli.readers.tokens.options import DOCUMENT, UNITS_COLUMN, TokenOptions
from cecli.readers.tokens.units import TOKENS, UNITS

if TYPE_CHECKING:
    from cecli.readers.predictions.predictions import PredictionOptions


def token_options(options: PredictionOptions, prefix: str = "") -> TokenOptions | None:
    """How documents are read, where the file turns out to hold some; None where it is said to hold something else.
    ``prefix`` begins the names of the documents."""
    columns = options.columns
    free = options.labels is None and columns.label is None and columns.classes is None and options.vector is None
    if columns.observed is None and (not free or options.kind in ("logits", "losses")):
        return None
    return TokenOptions(
        columns.observed,
        tuple(name for name in (columns.by, columns.cluster, columns.weight, columns.id) if name not in (None, "none")),
        options.first_token,
        options.missing_logprob,
        logarithms=columns.observed is None or options.kind == "log-probabilities",
        recognised=columns.observed is None,
        per=options.per,
        text=options.text,
        totals=options.totals,
        prefix=prefix,
    )


def with_tokens(options: PredictionOptions, preds: Table) -> PredictionOptions:
    """The options as the file says them: the path of its tokens, where they were recognised, and what is a cluster."""
    columns, cluster = options.columns, getattr(preds, "cluster", None)
    if columns.cluster == "none" and "none" not in preds.columns:
        columns = replace(columns, cluster=None)
    elif cluster is not None and columns.cluster is None and not (options.totals and cluster == DOCUMENT):
        columns = replace(columns, cluster=cluster)
    if cluster is None:
        _check_meaning(options)
        return replace(options, columns=columns)
    if columns.observed is None:
        columns = replace(columns, observed=preds.columns[0])
        checks = replace(options.checks, as_logits=None)
        return replace(options, columns=columns, kind="log-probabilities", checks=checks)
    return replace(options, columns=replace(columns, observed=preds.columns[0]))


def _check_meaning(options: PredictionOptions) -> None:
    """Raise UsageError for options of tokens where no column holds their figures."""
    if options.columns.observed is None:
        given: dict[str, Any] = {
            "first-token": options.first_token,
            "missing-logprob": options.missing_logprob,
            "per": options.per,
        }
        for name in filter(given.get, given):
            raise UsageError(f"--{name} is for the tokens of a language model: --observed says where they are")
    if options.first_token is not None and options.columns.cluster in (None, "none"):
        raise UsageError("--first-token needs to know which rows are a record", "--cluster COLUMN says it")


def with_token_ids(roles: Roles, preds: Table, wanted: bool, named: str | None = None) -> Roles:
    """The roles of the columns: tokens are named by their places where names are wanted, or documents by a key."""
    if getattr(preds, "cluster", None) is None:
        return roles
    if named not in (None, "none"):
        if named not in preds.columns:
            raise InputError(f"{preds.name}: no key {quoted(str(named))} to match documents on")
        return replace(roles, preds=replace(roles.preds, id=preds.columns.index(str(named))))
    return replace(roles, preds=replace(roles.preds, id=preds.columns.index("token") if wanted else None))


def is_of_documents(preds: Table) -> bool:
    """Whether the rows of a table are the tokens of documents, or such documents."""
    return getattr(preds, "cluster", None) is not None


def check_compared(options: PredictionOptions, tables: Sequence[Table]) -> None:
    """Raise UsageError for options that would compare other tokens of one file than of the other."""
    if options.missing_logprob == "drop":
        raise UsageError(
            "--missing-logprob drop would leave other tokens out of one file than of the other",
            "--missing-logprob infinite",
        )
    if options.first_token == "drop" and not all(map(is_of_documents, tables)):
        raise UsageError("--first-token drop is for documents of JSON where files are compared")
    if options.columns.id not in (None, "none") and not options.totals and any(map(is_of_documents, tables)):
        raise UsageError("--id names documents, and the rows are tokens", "--per bytes compares documents")


def set_threads(preds: Table, threads: int) -> None:
    """Let documents be read by so many threads."""
    if getattr(preds, "cluster", None) is not None:
        preds.threads = threads  # type: ignore[attr-defined]


def token_notes(preds: Table) -> list[str]:
    """What a person should know of the documents that have been read."""
    counts = getattr(preds, "counts", None)
    return [] if counts is None else list(counts.notes())


def token_counts(preds: Table, flat: FlatTokens) -> dict[str, int | None]:
    """How many documents there are, and which tokens have been left out; nothing where rows are no tokens."""
    counts = getattr(preds, "counts", None)
    if counts is not None:
        return {
            "documents": counts.documents - counts.without,
            "first_tokens_left_out": counts.first_left_out,
            "missing_logprobs": counts.missing,
        }
    options, found = flat.options, dict[str, int | None]()
    if options.first_token is not None:
        found["first_tokens_left_out"] = flat.left_out
    if options.missing_logprob is not None:
        found["missing_logprobs"] = flat.missing
    return found


def with_units(roles: Roles, preds: Table, options: PredictionOptions) -> Roles:
    """The roles of the columns, with what the losses are divided by. Raises UsageError where nothing says it."""
    per, columns = options.per, options.columns
    if columns.weight in (*UNITS, TOKENS) and columns.observed is not None and options.kind != "probabilities":
        raise UsageError(
            f"--weight-column {columns.weight} weights every loss, and does not divide by all {columns.weight}",
            f"--per {columns.weight}",
        )
    if per is None:
        return roles
    if columns.weight is not None:
        raise UsageError("--per divides by units, and --weight-column by weights: one of them")
    if getattr(preds, "cluster", None) is not None:
        if columns.cluster is None and not options.totals:
            raise UsageError("--per is a ratio of the sums of documents, which --cluster none takes apart")
        return replace(roles, preds=replace(roles.preds, units=preds.columns.index(UNITS_COLUMN)))
    if per in preds.columns:
        if options.text is not None:
            raise UsageError(f"--per {per} is a column, and --text says that it is counted: one of them")
        return replace(roles, preds=replace(roles.preds, units=preds.columns.index(per)))
    return roles if per == TOKENS else _counted_in(roles, preds, per, options.text)


def _counted_in(roles: Roles, preds: Table, per: str, text: str | None) -> Roles:
    """The roles where units are counted in a column of texts."""
    if per not in UNITS or text is None:
        hint = "--text COLUMN says in which text they are counted" if per in UNITS else None
        raise InputError(
            f"{preds.name}: no column {quoted(per)} to divide by", hint or meant(per, (*preds.columns, *UNITS))
        )
    if text not in preds.columns:
        raise InputError(f"{preds.name}: no column {quoted(text)}", meant(text, preds.columns))
    return replace(roles, preds=replace(roles.preds, text=preds.columns.index(text), per=per))


def whole_units(preds: Table) -> bool | None:
    """Whether units are of whole texts and first tokens were left out; None where they are not of whole texts."""
    units = getattr(preds, "units", None)
    counts = getattr(preds, "counts", None)
    if units is None or units.text is None or counts is None:
        return None
    return bool(counts.first_left_out)
