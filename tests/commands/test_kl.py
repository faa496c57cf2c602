"""cecli kl: D(p||q) keeps its digits for p near q, is exactly 0 for equal PMFs, and never negative."""

import math

import mpmath
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.effort import examples

pairs_of_counts = st.lists(st.tuples(st.integers(0, 10**15), st.integers(1, 10**15)), min_size=1, max_size=10).filter(
    lambda pairs: any(p for p, _ in pairs)
)


def table(counts):
    return "outcome,count\n" + "".join(f"o{k},{n}\n" for k, n in enumerate(counts))


def exact(pairs):
    with mpmath.workdps(80):
        n, m = mpmath.fsum(p for p, _ in pairs), mpmath.fsum(q for _, q in pairs)
        return mpmath.fsum(p / n * mpmath.log(mpmath.mpf(p) * m / (n * mpmath.mpf(q))) for p, q in pairs if p)


@examples(80)
@given(pairs=pairs_of_counts)
def test_counts_against_eighty_digits(run, save, pairs):
    got = float(run("kl", save("p.csv", table(p for p, _ in pairs)), save("q.csv", table(q for _, q in pairs))).out)
    assert got >= 0
    assert math.isclose(got, exact(pairs), rel_tol=1e-14, abs_tol=1e-300)


@examples(60)
@given(counts=st.lists(st.integers(1, 10**9), min_size=1, max_size=8), factor=st.integers(1, 10**6))
def test_proportional_counts_give_exactly_zero(run, save, counts, factor):
    p, q = save("p.csv", table(counts)), save("q.csv", table(n * factor for n in counts))
    assert run("kl", p, q).out == run("kl", q, p).out == "0.0\n"


@pytest.mark.parametrize("off", [1, 1000])
def test_nearly_equal_counts_keep_their_digits(run, save, off):
    pairs = [(10**15 + off, 10**15), (10**15 - off, 10**15), (7, 7)]
    got = float(run("kl", save("p.csv", table(p for p, _ in pairs)), save("q.csv", table(q for _, q in pairs))).out)
    assert got > 0
    assert math.isclose(got, exact(pairs), rel_tol=1e-14)


@pytest.mark.parametrize(
    ("p", "q"),
    [
        ("0.2,0.3,0.5", "0.2,0.3,0.5"),
        ("1/6,1/6,2/3", "1/6,1/6,4/6"),
        ("1/2,1/2", "uniform"),
        ("uniform:7", "uniform"),
        ("a=1", "a=1"),
    ],
)
def test_equal_pmfs_give_exactly_zero(run, p, q):
    assert run("kl", p, q).out == "0.0\n"


def test_by_name(run):
    assert math.isclose(float(run("kl", "1/2,1/2", "1/4,3/4", "-b", "bits").out), 1 - math.log2(3) / 2, rel_tol=1e-15)
    assert math.isclose(float(run("kl", "1,0", "1/2,1/2").out), math.log(2), rel_tol=1e-15)
    assert run("kl", "1,0", "1/2,1/2", "-b", "bits").out == "1.0\n"
    assert run("kl", "1/2,1/2", "1,0").out == "inf\n"


def test_missing_outcomes(run):
    done = run("kl", "a=0.5,b=0.5", "a=0.5,c=0.5")
    assert (done.status, done.out) == (1, "")
    assert all(word in done.err for word in ('"b"', '"c"', "--missing zero"))
    one_sided = run("kl", "a=1", "a=0.5,c=0.5", "--missing", "zero", "-b", "bits")
    assert one_sided.out == "1.0\n"
    assert run("kl", "a=0.5,b=0.5", "a=0.5,c=0.5", "--missing", "zero").out == "inf\n"


def test_without_names_by_position_and_a_different_k_is_an_error(run):
    done = run("kl", "1/2,1/2", "uniform:3")
    assert (done.status, done.out) == (1, "")
    assert "2 outcomes" in done.err


def test_names_on_one_side(run):
    assert run("kl", "1=0.5,2=0.5", "0.5,0.5").err == ""
    done = run("kl", "a=0.5,b=0.5", "0.5,0.5")
    assert done.out == "0.0\n"
    assert "position" in done.err


def test_the_terms_add_up(run):
    entry = run("kl", "0.2,0.8", "0.5,0.5", "--explain", "-f", "json").document["results"][0]
    assert math.isclose(math.fsum(term["contribution"] for term in entry["terms"]), entry["value"], rel_tol=1e-14)
    explained = run("kl", "0.2,0.8", "0.5,0.5", "--explain").out.splitlines()
    assert explained[0] == "outcome,p,q,surprisal,contribution,share"
    assert len(explained) == 3


def test_get(run):
    assert run("kl", "1/2,1/2", "uniform", "-b", "bits", "--get", "results.0.cross_entropy").out == "1.0\n"
    done = run("kl", "1/2,1/2", "uniform", "--get", "results.0.crossentropy")
    assert done.status == 2
    assert "cross_entropy" in done.err


def test_the_sample_letters(run, root):
    english, german = (root / f"sample_data/letters_{name}.csv" for name in ("english", "german"))
    assert 0.05 < float(run("kl", german, english).out) < 0.5
    done = run("kl", english, german)
    assert done.out == "inf\n"
    assert "where p is not: q" in done.err


def test_a_long_pmf_is_named_whole_in_machine_formats(run):
    p = ",".join(f"outcome-{k}=0.125" for k in range(8))
    assert run("kl", p, "uniform", "-f", "json").document["results"][0]["p"] == p
    assert p in run("kl", p, "uniform", "-f", "csv").out.replace('"', "")
