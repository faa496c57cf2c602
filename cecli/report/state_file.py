"""A state of ``score`` as a file: one object of JSON on one line (``core.scores.score_state`` says what is in it)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cecli import __version__
from cecli.core.rows.seal import sealed
from cecli.report import sink
from cecli.report.model import OutputOptions

SUFFIX = ".cecli"
"""What files with a state are called."""


def write_state(document: Mapping[str, Any], options: OutputOptions) -> None:
    """Write the state to ``-o FILE``, whole or not at all, or to standard output."""
    data = state_bytes(document)
    if options.file is None:
        sink.send_to_stdout(data)
        return
    with sink.opened(options.file) as send:
        send(data)


def state_bytes(document: Mapping[str, Any]) -> bytes:
    """One object of JSON, strict and in ASCII, that says which version of the program wrote it, and its checksum."""
    import json

    head = {"cecli_state": document["cecli_state"], "version": __version__}
    text = json.dumps({**head, **document}, separators=(",", ":"), allow_nan=False)
    return sealed(text.encode("ascii")) + b"\n"
