"""Folders that a tool wrote as one table: which of their files hold its rows, or why they are not read."""

from __future__ import annotations

import json
import os

from cecli.errors import InputError, literal, quoted

_LISTED_ELSEWHERE = {
    "_delta_log": ("a Delta table", "deltalake.DeltaTable(FOLDER).to_pyarrow_table()"),
    ".hoodie": ("a Hudi table", "spark.read.format('hudi').load(FOLDER)"),
}
"""A folder inside that says which files count, what the whole is then called, and what reads it."""


def check_folder(path: str) -> None:
    """Raise InputError for a table whose files are not all of them its rows: some may have been replaced or deleted."""
    for inside, (what, how) in _LISTED_ELSEWHERE.items():
        if os.path.isdir(os.path.join(path, inside)):
            raise _not_read(path, what, how)
    metadata = os.path.join(path, "metadata")
    if os.path.isdir(metadata) and any(name.endswith(".metadata.json") for name in os.listdir(metadata)):
        raise _not_read(path, "an Iceberg table", "pyiceberg's table.scan().to_arrow()")
    if os.path.isfile(os.path.join(path, "dataset_dict.json")):
        splits = sorted(entry.name for entry in os.scandir(path) if entry.is_dir())
        some = os.path.join(path, splits[0]) if splits else path
        raise InputError(
            f"{literal(path)}: a DatasetDict of Hugging Face, whose splits are {', '.join(splits)}",
            f"name one of them: {literal(some)}",
        )


def files_of_dataset(path: str) -> list[str] | None:
    """The files of a folder that Hugging Face's ``save_to_disk`` wrote; None for any other. Raises InputError where its
    state cannot be read, or names a file that is not there, or rows in another order."""
    state = os.path.join(path, "state.json")
    if not (os.path.isfile(state) and os.path.isfile(os.path.join(path, "dataset_info.json"))):
        return None
    try:
        with open(state, encoding="utf-8") as file:
            found = json.load(file)
        names = [entry["filename"] for entry in found["_data_files"]]
        indices = found.get("_indices_data_files")
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise InputError(f"{literal(state)}: this state of a dataset cannot be read") from error
    if indices:
        raise InputError(
            f"{literal(path)}: a dataset whose rows are a selection of its files", "save dataset.flatten_indices()"
        )
    for name in names:
        if not isinstance(name, str) or os.path.basename(name) != name or not os.path.isfile(os.path.join(path, name)):
            raise InputError(f"{literal(state)}: it names the file {quoted(str(name))}, which is not there")
    if not names:
        raise InputError(f"{literal(path)}: a dataset without files")
    return [os.path.join(path, name) for name in names]


def _not_read(path: str, what: str, how: str) -> InputError:
    return InputError(
        f"{literal(path)}: this is {what}, and not all files in it are its rows",
        f"write its rows as plain Parquet: {how}",
    )
