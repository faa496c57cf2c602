"""What must hold between the sums of a score, whatever the rows were: a state in which it does not is a lie.

Every law raises ValueError, which names what does not agree. Sums are exact, so most laws are equations.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cecli.core.functions.elementary_scalars import log1p_of
from cecli.core.metrics.calibration import BINS as CONFIDENCES
from cecli.core.metrics.loss import Loss
from cecli.core.scores.scorer import Scorer
from cecli.core.scores.state_sums import ONE, Held, Sums, at_most, by_group, masses, near, plus, same
from cecli.core.sums.exact import FRACTION_BITS
from cecli.core.sums.named_rows import NAMED_ROWS

if TYPE_CHECKING:
    from cecli.core.scores.score_state import Options

_LARGEST = 1 << 1024
"""No double comes to this."""


@dataclass(frozen=True, eq=False, repr=False)
class Known:
    """What the loss and the accuracy of a score say of its rows, by group: how many there are, of finite and of
    infinite loss, their mass, the sum of their finite losses; and whether labels are ``soft``."""

    options: Options
    classes: int
    finite: Sums
    infinite: Sums
    mass: Sums
    loss: Sums
    soft: bool
    excess: float

    @property
    def rows(self) -> Sums:
        """All rows of each group."""
        return plus(self.finite, self.infinite)

    @property
    def unweighted(self) -> bool:
        """Whether every row counts once."""
        return self.options.weights is None

    @property
    def exact(self) -> bool:
        """Whether the losses of rows are added up as they are, wherever they are."""
        return self.unweighted and not self.soft


def known_of(scorer: Scorer, options: Options) -> Known:
    """What is known, once the loss agrees with itself."""
    loss = Held(scorer.part("loss"), "loss")
    finite, infinite = loss.inner("finite").counts("rows"), loss.counts("infinite")
    plain = options.weights is None and not options.own_denominator
    below = loss.inner("finite").sums("denominator") if not plain else masses(finite)
    mass = plus(below, loss.sums("lost")) if not plain else masses(plus(finite, infinite))
    if "accuracy" in options.metrics:
        mass = Held(scorer.part("accuracy"), "accuracy").sums("rows")
    soft = "calibration" in options.metrics and bool(Held(scorer.part("calibration"), "calibration").counts("soft"))
    sums = loss.inner("finite").sums("sum" if plain else "numerator")
    return Known(options, scorer.spec.classes, finite, infinite, mass, sums, soft, _excess(scorer, options))


def _excess(scorer: Scorer, options: Options) -> float:
    """By how much a probability may be above 1."""
    if "row_sums" not in options.metrics or options.normalize:
        return 0.01
    return max(scorer.part("row_sums")._largest.values(), default=0.0) + 1e-6


def check_loss(scorer: Scorer, known: Known, rows_read: int) -> None:
    """The loss against its squares, and the rows it counts."""
    loss: Loss = scorer.part("loss")
    held, rows = Held(loss, "loss"), known.rows
    if sum(rows.values()) > rows_read:
        raise ValueError("loss.finite.rows and read.rows_read do not agree")
    at_most(held.counts("zero"), rows, "loss.zero and the rows")
    if known.unweighted and "accuracy" in known.options.metrics:
        same(known.mass, masses(rows), "accuracy.rows and loss.finite.rows")
    if known.options.weights is None and not known.options.own_denominator:
        _check_moments(held)
    else:
        _check_weighted(held, known)
    _check_first(loss, known)
    _check_sign(known)


def _check_moments(loss: Held) -> None:
    loss.nothing("lost", "lost_squares")
    finite = loss.inner("finite")
    rows, sums, squares = finite.counts("rows"), finite.sums("sum"), finite.sums("squares")
    for group in sums.keys() | squares.keys():
        n, total, square = rows.get(group, 0), sums.get(group, 0), squares.get(group, 0)
        agreed = total * total == square if n == 1 else total * total <= n * square
        if not agreed or square > n * (_LARGEST * ONE) ** 2:
            raise ValueError("loss.finite.sum and loss.finite.squares do not agree")
    _check_powers(finite, rows, squares)


def _check_powers(finite: Held, rows: Sums, squares: Sums) -> None:
    """The third and fourth powers against the squares, by Cauchy and Schwarz; those of huge figures are left out."""
    finite.positive("fourths")
    cubes, fourths = finite.sums("cubes"), finite.sums("fourths")
    unshaped = finite.counts("unshaped")
    at_most(unshaped, rows, "loss.finite.unshaped and loss.finite.rows")
    for group in (squares.keys() | cubes.keys() | fourths.keys()) - unshaped.keys():
        n, cube, fourth = rows.get(group, 0), cubes.get(group, 0), fourths.get(group, 0)
        square = squares.get(group, 0) >> FRACTION_BITS
        low, high = square * square, n * (fourth << FRACTION_BITS)
        small = square < 1 << (FRACTION_BITS + 500)
        tiny = ONE >> 900  # what underflows of a fourth power
        if (small and low > high + (high >> 40) + (tiny << FRACTION_BITS)) or cube * cube > _least_of(square, fourth):
            raise ValueError("loss.finite.squares and the powers do not agree")


def _least_of(square: int, fourth: int) -> int:
    """The square of what a sum of cubes comes to at most, with some room for the rounding of each."""
    most = (square + 1) * (fourth + 1)
    return most + (most >> 30) + ONE


def _check_weighted(loss: Held, known: Known) -> None:
    finite = loss.inner("finite")
    names = ("numerator", "denominator", "aa", "ad", "dd")
    rows, repeats = finite.counts("rows"), finite.sums("repeats")
    columns = [finite.sums(name) for name in names]
    finite.positive("denominator", "aa", "dd")
    loss.positive("lost", "lost_squares")
    frequency = known.options.weights == "frequency"
    if not frequency:
        finite.nothing("repeats")
    at_most(
        dict.fromkeys({*loss.sums("lost"), *loss.sums("lost_squares")}, 1), known.infinite, "loss.lost and infinite"
    )
    for group in set().union(*columns, repeats):
        n = repeats.get(group, 0) if frequency else rows.get(group, 0) << FRACTION_BITS
        above, below, aa, ad, dd = (column.get(group, 0) for column in columns)
        pairs = ((above * above << FRACTION_BITS, n * aa), (below * below << FRACTION_BITS, n * dd), (ad * ad, aa * dd))
        if group not in rows or any(one > other + (other >> 30) + ONE for one, other in pairs):
            raise ValueError("loss.finite.numerator and its squares do not agree")


def _check_first(loss: Loss, known: Known) -> None:
    """The first rows of infinite loss."""
    found = loss._first
    numbers = [row for row, _ in found]
    groups = {group: [own for _, own in found].count(group) for _, group in found}
    if numbers != sorted(set(numbers)) or len(numbers) != min(NAMED_ROWS, sum(known.infinite.values())):
        raise ValueError("loss.first and loss.infinite do not agree")
    at_most(groups, known.infinite, "loss.first and loss.infinite")


def _check_sign(known: Known) -> None:
    """No loss of probabilities is below that of the largest of them."""
    if known.options.kind == "losses":
        return
    most = max([1.0, *(known.options.class_weights or ())])
    least = math.ceil((log1p_of(known.excess) * most + 1e-9) * 2.0**40)
    for group, total in known.loss.items():
        if total < 0 and -total << 40 > least * max(known.mass.get(group, 0), 0):
            raise ValueError("loss.finite: a loss of probabilities that is negative")


def check_labels(scorer: Scorer, known: Known) -> None:
    """Labels, hits and their masses, by class and in all."""
    labels, accuracy = Held(scorer.part("labels"), "labels"), Held(scorer.part("accuracy"), "accuracy")
    width, observed = known.classes, labels.sums("observed")
    if not known.soft:
        same(by_group(observed, width), known.mass, "labels.observed and accuracy.rows")
    right, among, slack = accuracy.sums("right"), accuracy.sums("among"), 1 if known.soft else 0
    at_most(right, known.mass, "accuracy.right and accuracy.rows", slack)
    if known.classes > known.options.top_k:
        at_most(right, among, "accuracy.right and accuracy.among", 40 if known.soft else 0)
        at_most(among, known.mass, "accuracy.among and accuracy.rows", slack)
    else:
        accuracy.nothing("among")
    brier = Held(scorer.part("brier"), "brier")
    same(brier.sums("rows"), known.mass, "brier.rows and accuracy.rows")
    brier.positive("sum")
    most = math.ceil(((1 + known.excess) ** 2 + (1 if not known.soft else 4) + 1e-9) * 2.0**20)
    limit = {group: mass * most >> 20 for group, mass in known.mass.items()}
    at_most(brier.sums("sum"), limit, "brier.sum and brier.rows")


def check_classes(scorer: Scorer, known: Known) -> None:
    """The figures of each class against those of all."""
    held, width = Held(scorer.part("classes"), "classes"), known.classes
    names = ("observed", "predicted", "right", "rows", "below", "loss", "infinite")
    observed, predicted, right, rows, below, loss, infinite = (held.sums(name) for name in names)
    same(observed, Held(scorer.part("labels"), "labels").sums("observed"), "classes.observed and labels.observed")
    same(by_group(predicted, width), known.mass, "classes.predicted and accuracy.rows")
    of_all = Held(scorer.part("accuracy"), "accuracy").sums("right")
    same(by_group(right, width), of_all, "classes.right and accuracy.right")
    at_most(right, predicted, "classes.right and classes.predicted", 1 if known.soft else 0)
    at_most(dict.fromkeys(loss, 1), observed, "classes.loss and classes.observed")
    if known.soft:
        same(rows, observed, "classes.rows and classes.observed")
        at_most(by_group(infinite, width), {g: n * ONE * width for g, n in known.rows.items()}, "classes.infinite")
        return
    at_most(right, observed, "classes.right and classes.observed")
    at_most(infinite, rows, "classes.infinite and classes.rows")
    same(by_group(rows, width), masses(known.rows), "classes.rows and loss.finite.rows")
    same(by_group(infinite, width), masses(known.infinite), "classes.infinite and loss.infinite")
    if known.unweighted:
        same(rows, observed, "classes.rows and classes.observed")
        same(by_group(loss, width), known.loss, "classes.loss and loss.finite")
    elif known.options.kind != "losses":
        near(by_group(loss, width), known.loss, "classes.loss and loss.finite")
    if not known.options.own_denominator:
        same(below, observed, "classes.below and classes.observed")


def check_calibration(scorer: Scorer, known: Known) -> None:
    """The bins of the confidence."""
    held = Held(scorer.part("calibration"), "calibration")
    rows, right, sums = held.sums("rows"), held.sums("right"), held.sums("confidence")
    soft = held.counts("soft")
    same(by_group(rows, CONFIDENCES), known.mass, "calibration.rows and accuracy.rows")
    of_all = Held(scorer.part("accuracy"), "accuracy").sums("right")
    same(by_group(right, CONFIDENCES), of_all, "calibration.right and accuracy.right")
    at_most(right, rows, "calibration.right and calibration.rows", 1 if known.soft else 0)
    if soft:
        same(soft, known.rows, "calibration.soft and loss.finite.rows")
    top = 1 + known.excess
    for position, total in sums.items():
        k, mass = position % CONFIDENCES, rows.get(position, 0)
        high = top if k == CONFIDENCES - 1 else (k + 1) / CONFIDENCES
        if not within(total, mass, k / CONFIDENCES, high):
            raise ValueError("calibration.confidence and calibration.rows do not agree")
    variance, squares = held.sums("variance"), held.sums("squares")
    held.positive("variance", "squares")
    importance = known.options.weights == "importance"
    if known.soft or importance:
        held.nothing("variance")
    if known.soft or not importance:
        held.nothing("squares")
    at_most(variance, sums, "calibration.variance and calibration.confidence", 40)
    at_most(variance, {place: mass >> 2 for place, mass in rows.items()}, "calibration.variance and its rows", 40)
    at_most(dict.fromkeys(squares, 1), rows, "calibration.squares and calibration.rows")


def within(total: int, mass: int, low: float, high: float) -> bool:
    """Whether a sum of figures from ``low`` to ``high``, each rounded, may have that mass."""
    scaled, slack = total << 60, 2.0**-30
    above = low == -math.inf or int(low * (1 - slack) * 2.0**60) * mass <= scaled
    return above and (high == math.inf or scaled <= (int(high * (1 + slack) * 2.0**60) + 1) * mass)
