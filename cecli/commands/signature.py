"""``--signature``: what made a result, in one line of text, and what is needed to make it again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING

import click

from cecli.commands.options import Function
from cecli.commands.options.headings import HeadedCommand, option

if TYPE_CHECKING:
    from cecli.readers.sources.ledger import Ledger

FILES = frozenset({"preds", "labels", "predictions_labels", "loss_class_weights", "prior", "states", "wanted_prior"})
"""Parameters that name what is read."""

FIGURES = FILES | {
    "choice_cluster_error",
    "choice_interval",
    "confidence",
    "exact_quantiles",
    "flips",
    "gates_alpha",
    "gates_if_worse",
    "gates_margin",
    "gates_test",
    "gates_unless_better",
    "kinds",
    "loss_clip",
    "loss_smoothing",
    "predictions_by",
    "predictions_class_axis",
    "predictions_classes",
    "predictions_cluster",
    "predictions_decimal",
    "predictions_delimiter",
    "predictions_drop",
    "predictions_first_label",
    "predictions_first_token",
    "predictions_log_base",
    "predictions_missing_logprob",
    "predictions_header",
    "predictions_id",
    "predictions_ignore",
    "predictions_label",
    "predictions_labels_delimiter",
    "predictions_log_probs",
    "predictions_probs",
    "predictions_positive",
    "predictions_class_names",
    "predictions_from",
    "predictions_logits",
    "predictions_losses",
    "predictions_normalize",
    "predictions_observed",
    "predictions_rest",
    "predictions_sum_tolerance",
    "predictions_per",
    "predictions_text",
    "predictions_vector",
    "predictions_weight",
    "predictions_weights_are",
    "probs",
    "reduction",
    "seed",
    "unit",
    "wanted_bias",
    "wanted_confusions",
    "wanted_corp",
    "wanted_decompose",
    "wanted_folds",
    "wanted_like",
    "wanted_seed",
    "top_k",
    "wanted_top_k",
    "wanted_worst",
    "worst",
}
"""Parameters that the figures of a result depend on: a signature holds them, and ``verify`` takes no others. None of
them writes anything."""

NEUTRAL = frozenset(
    {
        "apply",
        "check",
        "workers_processes",
        "workers_scheduler",
        "debug",
        "output_digits",
        "output_format",
        "output_get",
        "output_path",
        "output_quiet",
        "output_value",
        "page",
        "partial",
        "plot",
        "requirements",
        "signature",
        "table",
        "threads",
        "wanted_table",
    }
)
"""Parameters that no figure depends on, or that make something else of a run. Every parameter of a command that can be
signed stands here or in FIGURES (a test holds them to it)."""

_ARGUMENTS = "cecli.arguments"


class SignedCommand(HeadedCommand):
    """A command that knows what it was called with, once it runs: see ``arguments_given``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not ctx.resilient_parsing:
            ctx.meta[_ARGUMENTS] = list(_arguments(self, ctx, list(args)))
        return super().parse_args(ctx, args)


def _arguments(command: click.Command, ctx: click.Context, args: list[str]) -> Iterator[str]:
    """The options of FIGURES by their long names, each with its value as the next text; then ``--``, and the files."""
    given, _, _ = command.make_parser(ctx).parse_args(args=args)
    files: list[str] = []
    for parameter in command.params:
        value = given.get(parameter.name or "")
        if parameter.name not in FIGURES or value is None or not isinstance(value, (str, bool, list, tuple)):
            continue
        values = [value] if isinstance(value, (str, bool)) else list(value)
        if isinstance(parameter, click.Argument):
            files += [one for one in values if isinstance(one, str)]
            continue
        for one in values:
            yield long_name(parameter)
            if isinstance(one, str):
                yield one
    yield "--"
    yield from files


def long_name(parameter: click.Parameter) -> str:
    """``--base`` of ``-b/--base``."""
    return max(parameter.opts, key=len)


def arguments_given() -> list[str]:
    """What the running command was called with, as far as its figures depend on it."""
    arguments: list[str] = click.get_current_context().meta[_ARGUMENTS]
    return arguments


def signature_option(function: Function) -> Function:
    """--signature; arrives as ``signature``, true or false."""
    return option(
        "Output", "--signature", is_flag=True,
        help="Say what made the result: version, options, rows, and the SHA-256 of every input; cecli verify computes "
        "it again.",
    )(function)  # fmt: skip


def inputs_kept(wanted: bool) -> AbstractContextManager[Ledger | None]:
    """A ledger of the inputs that are opened inside, where a signature is ``wanted``."""
    if not wanted:
        return nullcontext()
    from cecli.readers.sources.ledger import kept

    return kept()
