"""cecli entropy: H(p) of PMFs in all the forms a PMF is written in."""

import math

import mpmath
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.effort import examples


def exact(weights, base=None):
    """H at 40 digits, of weights that need not sum to 1."""
    with mpmath.workdps(40):
        total = mpmath.fsum(weights)
        shares = [mpmath.mpf(w) / total for w in weights if w]
        return float(-mpmath.fsum(p * mpmath.log(p) for p in shares) / (mpmath.log(base) if base else 1))


@examples(60)
@given(counts=st.lists(st.integers(0, 10**12), min_size=1, max_size=12).filter(any))
def test_counts_against_forty_digits(run, counts):
    text = "outcome,count\n" + "".join(f"o{k},{n}\n" for k, n in enumerate(counts))
    assert math.isclose(float(run("entropy", "-", stdin=text.encode()).out), exact(counts), rel_tol=2e-15)


@pytest.mark.parametrize(
    ("unit", "base"),
    [("nats", None), ("bits", 2), ("bans", 10), ("e", None), ("2", 2), ("10", 10), ("3", 3), ("1.5", 1.5)],
)
def test_units(run, unit, base):
    assert math.isclose(float(run("entropy", "1/6,1/6,2/3", "--base", unit).out), exact([1, 1, 4], base), rel_tol=1e-15)


@pytest.mark.parametrize("unit", ["1", "0.5", "0", "-2", "nan", "inf", "furlong", ""])
def test_units_that_are_none(run, unit):
    done = run("entropy", "1/2,1/2", "--base", unit)
    assert (done.status, done.out) == (2, "")


@pytest.mark.parametrize(
    ("pmf", "value"),
    [
        ("1", 0.0),
        ("a=1", 0.0),
        ("1,0", 0.0),
        ("uniform:1", 0.0),
        ("uniform:8", 3.0),
        ("0.5,0.25,0.25", 1.5),
        ("1/2,1/4,1/4", 1.5),
        ("heads=0.5,tails=0.5", 1.0),
        ("5e-1,.5", 1.0),
        ("uniform:1048576", 20.0),
    ],
)
def test_by_name(run, pmf, value):
    assert run("entropy", pmf, "-b", "bits").out == f"{value!r}\n"


@pytest.mark.parametrize(
    ("content", "name"),
    [
        ("outcome,count\na,2\nb,1\nc,1\n", "p.csv"),
        ("outcome,probability\na,0.5\nb,0.25\nc,0.25\n", "p.csv"),
        ("outcome\tp\na\t0.5\nb\t0.25\nc\t0.25\n", "p.tsv"),
        ("q\n0.5\n0.25\n0.25\n", "p.csv"),
        ("freq,name\n2,a\n1,b\n1,c\n", "p.csv"),
        ("\ufeffoutcome,count\r\na,2\r\nb,1\r\nc,1", "p.csv"),
    ],
)
def test_files(run, save, content, name):
    path = save(name, content)
    assert run("entropy", path, "-b", "bits").out == "1.5\n"
    if name == "p.csv":
        assert run("entropy", "-", "-b", "bits", stdin=content.encode()).out == "1.5\n"


def test_a_column_is_named_after_a_colon(run, save):
    path = save("p.csv", "outcome,monday,tuesday\na,1,2\nb,1,0\n")
    assert run("entropy", f"{path}:monday", f"{path}:tuesday", "-b", "bits").out == "1.0\n0.0\n"


def test_one_result_per_pmf(run):
    document = run("entropy", "1/2,1/2", "uniform:4", "-b", "bits", "-f", "json").document
    assert document["unit"] == "bits"
    assert [(entry["p"], entry["value"], entry["perplexity"]) for entry in document["results"]] == [
        ("1/2,1/2", 1.0, 2.0),
        ("uniform:4", 2.0, 4.0),
    ]
    assert "q" not in document["results"][0]


def test_the_terms_add_up(run):
    entry = run("entropy", "0.2,0.3,0.5", "--explain", "-f", "json").document["results"][0]
    assert math.isclose(math.fsum(term["contribution"] for term in entry["terms"]), entry["value"], rel_tol=1e-15)
    assert math.isclose(math.fsum(term["share"] for term in entry["terms"]), 1.0, rel_tol=1e-15)


def test_a_sum_that_is_a_little_off_is_divided_and_noted(run):
    done = run("entropy", "0.5,0.5004")
    assert math.isclose(float(done.out), exact(["0.5", "0.5004"]), rel_tol=1e-14)
    assert "sum to 1.0004" in done.err
    assert run("entropy", "0.5,0.5004", "-q").err == ""


@pytest.mark.parametrize("pmf", ["0.5,0.4", "0.5,0.502", "2,2"])
def test_a_sum_that_is_far_off_is_an_error_unless_normalised(run, pmf):
    done = run("entropy", pmf)
    assert (done.status, done.out) == (1, "")
    assert "--normalize" in done.err
    fixed = run("entropy", pmf, "--normalize")
    assert math.isclose(float(fixed.out), exact(pmf.split(",")), rel_tol=1e-14)


@pytest.mark.parametrize(
    "pmf", ["0.5,x", "-0.5,1.5", "0.5,nan", "a=0.5,a=0.5", "0,0", "1/0,1", "uniform:0", "", "nope.csv", "0.5,,0.5"]
)
def test_what_is_no_pmf(run, pmf):
    done = run("entropy", pmf)
    assert done.status in (1, 2)
    assert done.out == ""
    assert done.err.startswith("cecli: error: ")
    assert "bug" not in done.err
