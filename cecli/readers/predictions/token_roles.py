"""What options about tokens mean for a file, and what its documents say that no option says."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from cecli.errors import UsageError
from cecli.readers.predictions.flat_tokens import FlatTokens
from cecli.readers.predictions.roles import Roles
from cecli.readers.tables.table import Table
from cecli.readers.tokens.options import TokenOptions

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
        tuple(name for name in (columns.by, columns.cluster, columns.weight) if name not in (None, "none")),
        options.first_token,
        options.missing_logprob,
        logarithms=columns.observed is None or options.kind == "log-probabilities",
        recognised=columns.observed is None,
        prefix=prefix,
    )


def with_tokens(options: PredictionOptions, preds: Table) -> PredictionOptions:
    """The options as the file says them: the path of its tokens, where they were recognised, and what is a cluster."""
    columns, cluster = options.columns, getattr(preds, "cluster", None)
    if columns.cluster == "none" and "none" not in preds.columns:
        columns = replace(columns, cluster=None)
    elif cluster is not None and columns.cluster is None:
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
        given: dict[str, Any] = {"first-token": options.first_token, "missing-logprob": options.missing_logprob}
        for name in filter(given.get, given):
            raise UsageError(f"--{name} is for the tokens of a language model: --observed says where they are")
    if options.first_token is not None and options.columns.cluster in (None, "none"):
        raise UsageError("--first-token needs to know which rows are a record", "--cluster COLUMN says it")


def with_token_ids(roles: Roles, preds: Table, wanted: bool) -> Roles:
    """The roles of the columns, tokens named by their places where names are wanted."""
    if getattr(preds, "cluster", None) is None:
        return roles
    return replace(roles, preds=replace(roles.preds, id=preds.columns.index("token") if wanted else None))


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
