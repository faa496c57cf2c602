"""A stored result with its signature, read again, and whether its inputs are still those that it was made of."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cecli.errors import CellErrors, InputError, literal, quoted, unreadable
from cecli.input_guard import check_input
from cecli.readers.results.result_file import read_stored
from cecli.readers.sources.ledger import sha256_of

_DIGEST = re.compile(r"[0-9a-f]{64}")
_AGAIN = "cecli score PREDS LABELS --signature -o result.json stores one that can be verified"


@dataclass(frozen=True, eq=False)
class SignedResult:
    """A result: what made it, and the SHA-256 of its inputs by their paths."""

    name: str
    command: str
    version: str
    arguments: tuple[str, ...]
    inputs: Mapping[str, str]
    document: Mapping[str, Any]


def read_signed(path: str) -> SignedResult:
    """The result in a file of JSON. Raises InputError where there is none, or where it has no signature."""
    check_input(path)
    document, name = read_stored(path, _AGAIN), "standard input" if path == "-" else literal(path)
    missing = [key for key in ("command", "version", "signature", "inputs", "arguments") if key not in document]
    if missing:
        raise InputError(f"{name}: the result has no signature: {quoted(missing[0])} is missing", _AGAIN)
    command, version, arguments = document["command"], document["version"], document["arguments"]
    if not isinstance(command, str) or not isinstance(version, str):
        raise InputError(f"{name}: the command and the version are no texts", _AGAIN)
    if not isinstance(arguments, list) or not all(isinstance(one, str) for one in arguments):
        raise InputError(f"{name}: the arguments are no list of texts", _AGAIN)
    inputs = _inputs(document["inputs"], name)
    if path == "-" and "-" in inputs:
        raise InputError("standard input cannot be both the result and one of its inputs", "store the result in a file")
    return SignedResult(name, command, version, tuple(arguments), inputs, document)


def _inputs(entries: Any, name: str) -> dict[str, str]:
    inputs: dict[str, str] = {}
    for entry in entries if isinstance(entries, list) else [None]:
        path, digest = (entry.get("path"), entry.get("sha256")) if isinstance(entry, dict) else (None, None)
        if not isinstance(path, str) or not path or not isinstance(digest, str) or not _DIGEST.fullmatch(digest):
            raise InputError(f"{name}: the inputs are no list of paths, each with the 64 digits of a SHA-256", _AGAIN)
        inputs[path] = digest
    return inputs


def places_of(result: SignedResult, folder: str | None) -> dict[str, str]:
    """Where each input of the result is: at its path, or below ``folder``.

    A path that is absolute, a URL, or leads upwards, is there looked for by its last name.
    """
    if folder is None:
        return {path: path for path in result.inputs}
    if not os.path.isdir(folder):
        raise InputError(f"{literal(folder)}: no such directory")
    places = {path: path if path == "-" else os.path.join(folder, _inside(path)) for path in result.inputs}
    if len(set(places.values())) < len(places):
        raise InputError(
            f"{result.name}: two of its inputs have the same last name, and in {literal(folder)} there is one",
            "run it where their paths hold, without --folder",
        )
    return places


def _inside(path: str) -> str:
    """A path that leads nowhere but into a folder."""
    parts = path.replace("\\", "/").split("/") if os.name == "nt" else path.split("/")
    return os.path.basename(path) if os.path.isabs(path) or "://" in path or ".." in parts else path


def check_inputs(result: SignedResult, places: Mapping[str, str]) -> None:
    """Raise InputError that names every file that is missing or is not the one that the result was made of.

    Standard input cannot be looked at beforehand.
    """
    problems = []
    for path, digest in result.inputs.items():
        if path == "-":
            continue
        place = places[path]
        try:
            if not os.path.isfile(place):
                problems.append(f"{literal(place)}: {'no file' if os.path.exists(place) else 'no such file'}")
            elif sha256_of(place) != digest:
                problems.append(_other(literal(place)))
        except (OSError, ValueError) as error:
            problems.append(f"{literal(place)}: {unreadable(error) if isinstance(error, OSError) else error}")
    if problems:
        raise CellErrors(problems, len(problems), "--folder DIR says where the inputs are, if not where they were")


def check_read(result: SignedResult, places: Mapping[str, str], read: Mapping[str, str]) -> None:
    """Raise InputError where what was read in the end, by its SHA-256 per place, is not what the result names."""
    for path, digest in result.inputs.items():
        name = "standard input" if path == "-" else literal(places[path])
        if places[path] not in read:
            raise InputError(f"{name}: the result names it, and it was not read")
        if read[places[path]] != digest:
            raise InputError(_other(name))


def _other(name: str) -> str:
    return f"{name}: it is not what the result was made of: its SHA-256 is another"
