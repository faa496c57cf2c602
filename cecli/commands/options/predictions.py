"""The options of every command that reads predictions and labels. They arrive as one PredictionOptions."""

from __future__ import annotations

import csv
import math
from typing import TYPE_CHECKING, Any

import click

from cecli.commands.options import Function, decimal_option, delimiter_option, delimiter_value, grouped, is_given
from cecli.commands.options.headings import option
from cecli.errors import UsageError, quoted

if TYPE_CHECKING:
    from cecli.core.rows.rows import Kind
    from cecli.readers.predictions.predictions import PredictionOptions


KINDS: dict[Kind, str] = {
    "probabilities": "probs",
    "logits": "logits",
    "log-probabilities": "log_probs",
    "losses": "losses",
}
"""What PREDS holds, and the option that says so."""

_FLAGS = {"label": "label-column"}


def prediction_options(function: Function) -> Function:
    """What is in PREDS and LABELS, and how it is read."""
    return grouped(
        function,
        "predictions",
        _value,
        [
            option("Input", "--labels", "predictions_labels", metavar="FILE", help="The same as the argument LABELS."),
            option("Input", "--probs", "predictions_probs", is_flag=True,
                         help="PREDS holds probabilities, as score and compare take it to."),
            option("Input", "--logits", "predictions_logits", is_flag=True,
                         help="PREDS holds raw scores; softmax is taken."),
            option("Input", "--log-probs", "predictions_log_probs", is_flag=True,
                         help="PREDS holds log-probabilities."),
            option("Input", "--log-base", "predictions_log_base", type=click.Choice(["e", "2", "10"]),
                         help="Base of the logarithms in PREDS; n-gram tools write those of base 10.  [default: e]"),
            option("Input", "--observed", "predictions_observed", metavar="COLUMN",
                         help="PREDS holds just figures of what was observed, in COLUMN, or in lists of documents at a "
                         "path such as choices[].logprobs.content[].logprob; there are no LABELS."),
            option("What counts", "--per", "predictions_per", metavar="UNIT",
                         help="Divide the sum of the losses by all units: a column or key of numbers, or tokens; or "
                         "bytes, characters, words or lm-eval-words of the text."),
            option("What counts", "--text", "predictions_text", metavar="COLUMN",
                         help="Where the text is of which --per counts the units.  [default: that of the tokens]"),
            option("What counts", "--first-token", "predictions_first_token", type=click.Choice(["drop", "keep"]),
                         help="Leave the first token of every record out, or keep it though it is certain."),
            option("What counts", "--missing-logprob", "predictions_missing_logprob",
                         type=click.Choice(["drop", "infinite"]),
                         help="Leave tokens out whose log-probability is not known, or take it for -infinity."),
            option("Input", "--losses", "predictions_losses", is_flag=True,
                         help="With --observed: COLUMN is a loss in nats."),
            option("Input", "--label-column", "predictions_label", metavar="COLUMN",
                         help="Column of the labels; without LABELS, in PREDS."),
            option("Input", "--id", "predictions_id", metavar="COLUMN",
                         help="Column that rows are matched on; none: by position.  [default: id, if both have it]"),
            option("Input", "--classes", "predictions_classes", metavar="A,B,...", callback=names_value,
                         help="The class columns, in this order; the others are left out."),
            option("Input", "--class-names", "predictions_class_names", metavar="A,B,...|FILE",
                         callback=class_names_value,
                         help="What the classes of arrays, lists and files without a header are called, in order."),
            option("Input", "--positive", "predictions_positive", metavar="LABEL",
                         help="The label that one class column is the probability of."),
            option("Input", "--from", "predictions_from", type=click.Choice(["plain"]),
                         help="What wrote PREDS: plain says that its columns are what they are called."),
            option("Input", "--vector", "predictions_vector", metavar="COLUMN",
                         help="Column that holds the figures of all classes as a list.  "
                         "[default: the only such column]"),
            option("Input", "--class-axis", "predictions_class_axis", type=int, metavar="N",
                         help="Axis of the classes in an array, from 0.  [default: the last one]"),
            option("Input", "--rest", "predictions_rest", type=click.Choice(["zero", "uniform", "drop"]),
                         help="What classes get that a row of lists or objects does not name: 0, equal shares of what "
                         "is left of 1, or the row is left out.  [default: such rows are refused]"),
            option("What counts", "--drop", "predictions_drop", metavar="COLUMN", multiple=True,
                         help="Leave a column of PREDS out; repeatable."),
            option("Input", "--first-label", "predictions_first_label", type=click.IntRange(0), metavar="N",
                         help="Labels are positions, and this is what the first class is called.  [default: 0, where "
                         "classes have no names]"),
            option("Input", "--header", "predictions_header", type=click.Choice(["both", "preds", "labels", "none"]),
                         default="both", show_default=True, help="Which of the files start with a header."),
            delimiter_option("predictions_delimiter"),
            option("Input", "--labels-delimiter", "predictions_labels_delimiter", metavar="CHAR",
                         callback=delimiter_value,
                         help="The same of LABELS.  [default: that of PREDS, if it is in the first line]"),
            decimal_option("predictions_decimal"),
            option("What counts", "--weight-column", "predictions_weight", metavar="COLUMN",
                         help="Column of weights, in either file; a row of weight 0 counts for nothing."),
            option("What counts", "--weights-are", "predictions_weights_are",
                         type=click.Choice(["importance", "frequency"]),
                         help="What the weights are: of importance, or counts of repeated rows.  "
                         "[default: importance]"),
            option("What counts", "--by", "predictions_by", metavar="COLUMN", multiple=True, callback=_only_one,
                         help="Report each group of rows, too: those with the same text in this column."),
            option("What counts", "--cluster", "predictions_cluster", metavar="COLUMN", multiple=True,
                         callback=_only_one,
                         help="Rows with the same text here belong together: the standard error is clustered."),
            option("What counts", "--ignore", "predictions_ignore", metavar="LABEL", multiple=True,
                         help="Leave out the rows with this label; repeatable."),
            option("Input", "--sum-tolerance", "predictions_sum_tolerance", type=float, default=1e-3, metavar="T",
                         callback=_tolerance, show_default=True, help="How far a row's sum may be from 1, and a "
                         "probability outside of [0, 1], which is then set to the bound."),
            option("Input", "--normalize", "predictions_normalize", is_flag=True, help="Divide each row by its sum."),
        ],
    )  # fmt: skip


def _value(own: dict[str, Any], arguments: dict[str, Any]) -> PredictionOptions:
    from cecli.readers.predictions.predictions import PredictionOptions
    from cecli.readers.predictions.roles.options import ColumnOptions
    from cecli.readers.predictions.row_checks import CheckOptions

    labels = arguments.pop("labels", None)
    if labels is not None and own["labels"] is not None:
        raise UsageError("LABELS is given twice, as an argument and as --labels")
    kinds = [kind for kind, option in KINDS.items() if own[option]]
    if len(kinds) > 1:
        names = " and ".join(f"--{KINDS[kind].replace('_', '-')}" for kind in kinds)
        raise UsageError(f"{names} exclude each other")
    if own["log_base"] is not None and not own["log_probs"]:
        raise UsageError("--log-base says which logarithms PREDS holds: it needs --log-probs")
    if own["text"] is not None and own["per"] is None:
        raise UsageError("--text says in which text --per counts, which is not given", "--per bytes")
    _check_observed(own, labels)
    if own["rest"] and kinds:
        raise UsageError(
            "--rest shares out what probabilities leave of 1: it has no meaning beside --"
            + (KINDS[kinds[0]].replace("_", "-"))
        )
    if own["logits"] and own["normalize"]:
        raise UsageError("--normalize is for probabilities: softmax makes every row of logits sum to 1")
    if own["classes"] is not None and own["drop"]:
        raise UsageError("--classes already says which columns count; --drop has no meaning beside it")
    if own["weights_are"] and own["weight"] is None:
        raise UsageError("--weights-are says what --weight-column holds, which is not given")
    return PredictionOptions(
        preds=arguments.pop("preds"),
        labels=labels if labels is not None else own["labels"],
        kind=kinds[0] if kinds else "probabilities",
        columns=ColumnOptions(
            id=own["id"],
            label=own["label"],
            weight=own["weight"],
            by=own["by"],
            cluster=own["cluster"],
            observed=own["observed"],
            classes=own["classes"],
            drop=own["drop"],
            plain=own["from"] == "plain",
        ),
        checks=CheckOptions(
            own["sum_tolerance"],
            own["normalize"],
            is_given("predictions_sum_tolerance"),
            as_logits=None if own["observed"] is not None else "--logits",  # one logit alone says nothing
        ),
        header=own["header"],
        delimiter=own["delimiter"],
        labels_delimiter=own["labels_delimiter"],
        decimal=own["decimal"],
        vector=own["vector"],
        class_axis=own["class_axis"],
        rest=own["rest"],
        first_label=own["first_label"],
        positive=own["positive"],
        class_names=own["class_names"],
        said=bool(kinds),
        ignore=own["ignore"],
        frequency=own["weights_are"] == "frequency",
        log_base=None if own["log_base"] in (None, "e") else float(own["log_base"]),
        first_token=own["first_token"],
        missing_logprob=own["missing_logprob"],
        per=own["per"],
        text=own["text"],
    )


def _check_observed(own: dict[str, Any], labels: str | None) -> None:
    """With ``--observed`` one column says it all; what is about classes and labels has no meaning."""
    if own["observed"] is None:
        if own["losses"]:
            raise UsageError(
                "--losses says what --observed holds, which is not given", hint="--observed COLUMN --losses"
            )
        return
    if own["logits"]:
        raise UsageError("--observed needs a probability, a log-probability or a loss: one logit alone says nothing")
    if labels is not None or own["labels"] is not None:
        raise UsageError("--observed takes no LABELS: the column holds the figure of what was observed")
    given = {"sum_tolerance": is_given("predictions_sum_tolerance")} | {
        name: own[name] is not None and own[name] is not False and own[name] != ()
        for name in (
            "label",
            "classes",
            "vector",
            "class_axis",
            "rest",
            "drop",
            "ignore",
            "normalize",
            "id",
            "first_label",
            "positive",
            "class_names",
            "from",
        )
    }
    for name in filter(given.get, given):
        flag = _FLAGS.get(name, name.replace("_", "-"))
        raise UsageError(f"--observed has no classes and no labels: --{flag} has no meaning")


def names_value(context: click.Context, parameter: click.Parameter, value: str | None) -> tuple[str, ...] | None:
    """A list of names as one CSV record, so that a name may hold a comma."""
    if value is None:
        return None
    names = tuple(next(csv.reader([value]), ()))
    if not names:
        raise UsageError(f"{parameter.opts[0]}: expected names separated by commas")
    return names


def class_names_value(context: click.Context, parameter: click.Parameter, value: str | None) -> tuple[str, ...] | None:
    """Names of classes: a list, or a file with one a line (or with a column of them under the header ``class``)."""
    if value is None:
        return None
    import os

    if not os.path.isfile(value):
        return names_value(context, parameter, value)
    from cecli.readers.predictions.class_names import read_class_names

    return read_class_names(value)


def _only_one(context: click.Context, parameter: click.Parameter, value: tuple[str, ...]) -> str | None:
    """One column, where the last of several would be taken and the others forgotten."""
    if len(value) > 1:
        columns = " and ".join(map(quoted, value))
        raise UsageError(
            f"{parameter.opts[0]} takes one column, and is given {columns}", "join them into one column beforehand"
        )
    return value[0] if value else None


def _tolerance(context: click.Context, parameter: click.Parameter, value: float) -> float:
    if not (value >= 0 and math.isfinite(value)):
        raise UsageError(f"--sum-tolerance: expected a number >= 0, found {value!r}")
    return value
