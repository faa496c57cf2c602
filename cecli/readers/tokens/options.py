"""What a person says of a file of tokens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from cecli.errors import InputError

FirstToken = Literal["drop", "keep"]
MissingLogprob = Literal["drop", "infinite"]

UNITS_COLUMN = "units"
"""The column of what the losses of documents are divided by."""

DOCUMENT = "document"
"""The column of the documents' numbers, from 1."""

NOT_KNOWN = -9999.0
"""What APIs write for a log-probability that they do not know: of a token that is not among the first 20."""

MISSING_HINT = "--missing-logprob drop leaves such tokens out, --missing-logprob infinite takes their loss for infinite"
_FIRST_HINT = "--first-token drop leaves it out of every record, --first-token keep takes it for certain"


@dataclass(frozen=True)
class TokenOptions:
    """How documents are read as tokens.

    ``path`` leads to the figures; None where it is known by the shape of the documents. ``beside`` are keys of a
    document that are wanted as columns. ``first`` and ``missing`` are ``--first-token`` and ``--missing-logprob``.
    ``logarithms`` says whether the figures are log-probabilities as far as anybody said, ``recognised`` whether a file
    may be known by its shape where no path is given. ``per`` is what losses are divided by, a unit of the text at the
    path ``text`` or of the tokens, or a key of the documents.
    """

    path: str | None = None
    beside: tuple[str, ...] = ()
    first: FirstToken | None = None
    missing: MissingLogprob | None = None
    logarithms: bool = True
    recognised: bool = False
    per: str | None = None
    text: str | None = None
    totals: bool = False
    """Whether a document is a row, its figure the sum of those of its tokens."""
    prefix: str = ""
    """What the names of documents begin with, where there are other files of them."""


def first_is_zero(name: str, records: int) -> InputError:
    """What to say where every record begins with a figure of exactly 0."""
    what = f"every one of {records:,} records begins" if records > 1 else "the one record begins"
    return InputError(
        f"{name}: {what} with a log-probability of exactly 0: its first token was not scored, or is certain",
        _FIRST_HINT,
    )
