"""Divergences of single rows against 120 digits: near and far, few classes and many, zeros, every kind of figures."""

import mpmath
import numpy as np
import pytest

from cecli.core.fidelity.divergences import divergences
from cecli.core.fidelity.model import model_of
from cecli.core.fidelity.rows import FidelityBatch, fidelity_rows
from cecli.core.rows.rows import Batch

NAMES = (
    "kl", "reverse_kl", "jensen_shannon", "total_variation", "hellinger", "entropy_teacher", "entropy_student",
)  # fmt: skip


def batch(table, kind):
    return Batch.of(table, np.zeros(len(table), dtype=np.intp), kind)


def exact_row(row, kind):
    """The PMF that a row stands for, divided by its exact sum."""
    figures = [mpmath.mpf(float(one)) for one in row]
    weights = figures if kind == "probabilities" else [mpmath.exp(one) for one in figures]
    total = mpmath.fsum(weights)
    return [one / total for one in weights]


def exact_figures(p, q):
    def kl(p, q):
        if any(a > 0 and b == 0 for a, b in zip(p, q, strict=True)):
            return mpmath.inf
        return mpmath.fsum(a * mpmath.log(a / b) for a, b in zip(p, q, strict=True) if a > 0)

    middle = [(a + b) / 2 for a, b in zip(p, q, strict=True)]
    roots = mpmath.fsum((mpmath.sqrt(a) - mpmath.sqrt(b)) ** 2 for a, b in zip(p, q, strict=True))
    return (
        kl(p, q),
        kl(q, p),
        (kl(p, middle) + kl(q, middle)) / 2,
        mpmath.fsum(abs(a - b) for a, b in zip(p, q, strict=True)) / 2,
        mpmath.sqrt(roots / 2),
        -mpmath.fsum(a * mpmath.log(a) for a in p if a > 0),
        -mpmath.fsum(a * mpmath.log(a) for a in q if a > 0),
    )


def errors(p_table, p_kind, q_table, q_kind):
    """The largest relative error of each figure."""
    found = divergences(model_of(batch(p_table, p_kind)), model_of(batch(q_table, q_kind)))
    worst = dict.fromkeys(NAMES, 0.0)
    with mpmath.workdps(120):
        for k, (p, q) in enumerate(zip(p_table, q_table, strict=True)):
            for name, true in zip(NAMES, exact_figures(exact_row(p, p_kind), exact_row(q, q_kind)), strict=True):
                given = mpmath.mpf(float(getattr(found, name)[k]))
                if given != true:
                    worst[name] = max(worst[name], float(abs(given - true) / true) if true else float(given))
    return worst


def softmax(logits):
    table = np.exp(logits - logits.max(axis=1, keepdims=True))
    return table / table.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("distance", [1e-8, 1e-4, 0.03, 0.3, 40.0])
@pytest.mark.parametrize("classes", [2, 3, 64, 90])
@pytest.mark.parametrize("kind", ["logits", "log-probabilities", "probabilities"])
def test_the_figures_keep_their_digits(classes, distance, kind):
    random = np.random.default_rng(classes)
    teacher = 3 * random.normal(size=(2, classes))
    student = teacher + distance * random.normal(size=(2, classes)) + 7.0
    if kind != "logits":
        teacher, student = softmax(teacher), softmax(student)
    if kind == "log-probabilities":
        teacher, student = np.log(teacher), np.log(student)
    worst = errors(teacher, kind, student, kind)
    assert max(worst.values()) < 3e-13, worst


def test_many_classes():
    """D(p||q) of q in proportion to p exp(z) is half the variance of z and a sixth of its third central moment."""
    random = np.random.default_rng(1)
    teacher = 4 * random.normal(size=(1, 50_000))
    student = teacher + 1e-6 * random.normal(size=teacher.shape)
    p, q = model_of(batch(teacher, "logits")), model_of(batch(student, "logits"))
    z = (student[0] - teacher[0]).astype(np.longdouble)  # so near numbers are subtracted without rounding
    mean = (p.pmf[0] * z).sum()
    second, third = ((p.pmf[0] * (z - mean) ** k).sum() for k in (2, 3))
    assert divergences(p, q).kl[0] == pytest.approx(float(second / 2 + third / 6), rel=1e-11)


def test_probabilities_against_logits_are_right_to_the_rounding_of_the_logarithms():
    random = np.random.default_rng(2)
    teacher = random.normal(size=(5, 10))
    student = teacher + 1e-4 * random.normal(size=teacher.shape)
    worst = errors(softmax(teacher), "probabilities", student, "logits")
    assert max(worst.values()) < 1e-10, worst


def test_zeros():
    p = np.array([[0.5, 0.5, 0.0], [0.5, 0.25, 0.25], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.3, 0.7, 0.0]])
    q = np.array([[0.5, 0.25, 0.25], [0.5, 0.5, 0.0], [1.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.3, 0.7, 0.0]])
    with np.errstate(divide="ignore"):
        for of_p, of_q, kind in ((p, q, "probabilities"), (np.log(p), np.log(q), "logits")):
            worst = errors(of_p, kind, of_q, kind)
            assert max(worst.values()) < 1e-15, worst
            found = divergences(model_of(batch(of_p, kind)), model_of(batch(of_q, kind)))
            assert np.isinf(found.kl).tolist() == [False, True, False, True, False]
            assert np.isinf(found.reverse_kl).tolist() == [True, False, False, True, False]


def test_a_zero_hides_in_no_underflow():
    """exp(-800) is no double, and yet above 0: where the student has a 0 the divergence is infinite."""
    p, q = np.array([[0.0, -800.0]]), np.array([[0.0, -np.inf]])
    assert divergences(model_of(batch(p, "logits")), model_of(batch(q, "logits"))).kl.tolist() == [np.inf]
    assert divergences(model_of(batch(q, "logits")), model_of(batch(p, "logits"))).kl.tolist() == [0.0]


@pytest.mark.parametrize("kind", ["logits", "log-probabilities", "probabilities"])
def test_the_same_rows_are_at_distance_0(kind):
    table = softmax(np.random.default_rng(3).normal(size=(50, 7)) * 5)
    table = table if kind == "probabilities" else np.log(table)
    found = divergences(model_of(batch(table, kind)), model_of(batch(table.copy(), kind)))
    assert not any(getattr(found, name).any() for name in NAMES[:5])


def test_one_column_is_two_classes():
    p, q = np.array([[1e-12], [0.3], [1.0]]), np.array([[1.0001e-12], [0.3 + 1e-9], [0.5]])
    found = divergences(model_of(batch(p, "probabilities")), model_of(batch(q, "probabilities")))
    with mpmath.workdps(120):
        for k, (a, b) in enumerate(zip(p[:, 0], q[:, 0], strict=True)):
            rows = [[1 - mpmath.mpf(float(one)), mpmath.mpf(float(one))] for one in (a, b)]
            for name, true in zip(NAMES, exact_figures(*rows), strict=True):
                assert float(getattr(found, name)[k]) == pytest.approx(float(true), rel=1e-13, abs=0), (k, name)
    turned = divergences(model_of(batch(p, "probabilities")), model_of(batch(1 - q, "probabilities"), flipped=True))
    assert turned.kl[1:] == pytest.approx(found.kl[1:], rel=1e-5)


@pytest.mark.parametrize("classes", [3, 70, 3000])
def test_a_row_depends_on_itself_alone(classes):
    random = np.random.default_rng(4)
    teacher = random.normal(size=(90, classes)).astype(np.float32)
    student = teacher + random.normal(size=(90, 1)).astype(np.float32) * random.normal(size=(90, classes))
    labels = random.integers(0, classes, 90)

    def figures(rows):
        pair = (Batch.of(table[rows], labels[rows], "logits") for table in (teacher, student))
        found = fidelity_rows(FidelityBatch(*pair, np.arange(len(rows))))
        return found.divergences.kl, found.divergences.jensen_shannon, found.top_change, found.observed.student

    whole = figures(np.arange(90))
    parts = [figures(np.arange(start, start + 1)) for start in range(90)]
    for k, column in enumerate(whole):
        assert column.tolist() == [float(part[k][0]) for part in parts]


def test_the_losses_are_those_of_score():
    from cecli.core.rows.rows import score_rows

    random = np.random.default_rng(5)
    logits = 4 * random.normal(size=(40, 6))
    labels = random.integers(0, 6, 40)
    soft = softmax(random.normal(size=(40, 6)))
    for table, kind in ((logits, "logits"), (softmax(logits), "probabilities"), (np.log(softmax(logits)),
                        "log-probabilities")):  # fmt: skip
        for observed in (labels, soft):
            one = Batch.of(table, observed, kind)
            rows = fidelity_rows(FidelityBatch(one, one, np.arange(40)))
            assert rows.observed.teacher.tolist() == score_rows(one).loss.tolist()
