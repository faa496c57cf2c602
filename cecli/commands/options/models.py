"""Several files of predictions instead of one: which of the arguments is what. They arrive as a ComparedOptions."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from cecli.commands.options import Function
from cecli.commands.options.headings import option
from cecli.commands.options.predictions import prediction_options
from cecli.core.rows.kinds import KINDS
from cecli.errors import UsageError, quoted, several

if TYPE_CHECKING:
    from cecli.core.rows.rows import Kind
    from cecli.readers.predictions.lockstep import ComparedOptions


Split = Callable[[dict[str, Any]], tuple[tuple[str, ...], str | None, bool]]


def compared_options(function: Function) -> Function:
    """The arguments A B … [LABELS], ``--kinds``, and the options of predictions; arrives as ``compared``."""
    return _models(function, _split, "A B [LABELS]", "A, B, ...")


def taught_options(function: Function) -> Function:
    """The arguments TEACHER STUDENT… [LABELS], ``--kinds``, and the options of predictions; arrives as ``compared``."""
    return _models(function, _split_taught, "TEACHER STUDENT... [LABELS]", "TEACHER, STUDENT, ...")


def _models(function: Function, split: Split, metavar: str, files_of: str) -> Function:

    @functools.wraps(function)
    def inner(*args: Any, **kwargs: Any) -> Any:
        predictions, others = kwargs.pop("predictions"), kwargs.pop("others")
        return function(*args, **kwargs, compared=_value(predictions, *others))

    reading: Any = prediction_options(inner)

    @functools.wraps(reading)
    def outer(*args: Any, **kwargs: Any) -> Any:
        files, labels, open_question = split(kwargs)
        id_name = kwargs["predictions_id"]
        if kwargs["predictions_observed"] is not None:  # without LABELS an id still matches the files with each other
            kwargs["predictions_id"] = None
        kinds = kwargs.pop("kinds")
        kwargs |= {"preds": files[0], "labels": labels, "others": (files, kinds, id_name, open_question)}
        return reading(*args, **kwargs)

    wrapped: Any = option(
        "Input", "--kinds", metavar="KIND,...", callback=_kinds,
        help=f"What each of {files_of} holds, where that differs: probs, logits, log-probs.",
    )(outer)  # fmt: skip
    return click.argument("preds", nargs=-1, metavar=metavar)(wrapped)  # type: ignore[no-any-return]


def _split(given: dict[str, Any]) -> tuple[tuple[str, ...], str | None, bool]:
    """The files of predictions, LABELS, and whether the last file may still turn out to be LABELS."""
    files: tuple[str, ...] = given.pop("preds")
    named, in_preds = given["predictions_labels"] is not None, given["predictions_label"] is not None
    if len(files) < 2:
        raise UsageError("two files of predictions are needed, A and B", "cecli compare A B LABELS")
    if named or given["predictions_observed"] is not None:
        return files, None, False
    if in_preds:
        return files, None, len(files) == 3
    if len(files) > 1 and _all_inside(files):
        return files, None, False
    if len(files) == 2:
        raise UsageError(
            "no labels: LABELS is missing", "name a third file, or the column of A with --label-column COLUMN"
        )
    if len(files) > 3:
        raise UsageError(
            f"of {len(files)} files none is known to be LABELS", f"--labels {files[-1]} if that is the one"
        )
    return files[:2], files[2], False


def _all_inside(files: tuple[str, ...]) -> bool:
    """Whether every file holds what was observed beside its predictions, as llama.cpp's do."""
    from cecli.readers.tables.llama_magic import has_own_labels

    return all(has_own_labels(path) for path in files)


def _split_taught(given: dict[str, Any]) -> tuple[tuple[str, ...], str | None, bool]:
    """The same where LABELS may be left out: of more than two files the last may turn out to be it."""
    files: tuple[str, ...] = given.pop("preds")
    if given["predictions_observed"] is not None or given["predictions_losses"]:
        raise UsageError("--observed has the figure of one class a row, and a divergence is one of all classes")
    if len(files) < 2:
        raise UsageError("two files of predictions are needed, TEACHER and STUDENT", "cecli fidelity TEACHER STUDENT")
    return files, None, len(files) > 2 and given["predictions_labels"] is None


def _value(
    predictions: Any, files: tuple[str, ...], kinds: tuple[Kind, ...] | None, id_name: str | None, open_question: bool
) -> ComparedOptions:
    from cecli.readers.predictions.lockstep import ComparedOptions

    if kinds is not None and predictions.kind != "probabilities":
        raise UsageError("--kinds says what each file holds; --logits and --log-probs say it of all")
    if kinds is not None and predictions.columns.observed is not None:
        raise UsageError("--kinds has no meaning beside --observed", "--log-probs or --losses say it of all files")
    if kinds is not None and len(kinds) not in {len(files), len(files) - open_question}:
        raise UsageError(
            f"--kinds names {several(len(kinds), 'kind')}, and there are {several(len(files), 'file')} of predictions"
        )
    shared = replace(predictions, columns=replace(predictions.columns, id=id_name))
    return ComparedOptions(files, kinds or (predictions.kind,) * len(files), shared, open_question)


def _kinds(context: click.Context, parameter: click.Parameter, value: str | None) -> tuple[Kind, ...] | None:
    if value is None:
        return None
    names = value.split(",")
    for name in names:
        if name not in KINDS:
            raise UsageError(f"--kinds: expected {', '.join(KINDS)}, found {quoted(name)}", "e.g. --kinds probs,logits")
    return tuple(KINDS[name] for name in names)
