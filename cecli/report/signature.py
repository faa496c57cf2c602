"""What made a result, in one line."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence

from cecli import __version__
from cecli.errors import literal

VERSION = __version__


def signature_line(
    command: str, metric: str, unit: str, rows: int, arguments: Sequence[str], digests: Mapping[str, str]
) -> str:
    """What made a result, its parts between bars.

    >>> signature_line("score", "cross_entropy", "bits", 3, ["--base", "bits", "--", "a.csv"], {"a.csv": "5feceb66"})
    'cecli 0.2.0 | score cross_entropy | bits | 3 rows | --base bits | a.csv sha256:5feceb66'
    """
    options = [_quoted(text) for text in arguments[: arguments.index("--")]]
    parts = [f"cecli {VERSION}", f"{command} {metric}", unit, f"{rows} row{'' if rows == 1 else 's'}"]
    parts += [" ".join(options)] if options else []
    parts += [f"{_quoted(path)} sha256:{digest}" for path, digest in digests.items()]
    return " | ".join(parts)


def command_line(command: str, arguments: Sequence[str]) -> str:
    """The command as a person types it.

    >>> command_line("score", ["--clip", "1e-9", "--", "my preds.csv"])
    "cecli score 'my preds.csv' --clip 1e-9"
    """
    end = arguments.index("--")
    files = list(arguments[end + 1 :])
    dashed = ["--"] if any(file.startswith("-") and file != "-" for file in files) else []
    given = [*arguments[:end], *dashed, *files] if dashed else [*files, *arguments[:end]]
    return " ".join(["cecli", command, *map(_quoted, given)])


def _quoted(text: str) -> str:
    """A word as a shell takes it; a bar would end a part of a signature."""
    return shlex.quote(literal(text))
