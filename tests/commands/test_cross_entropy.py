"""cecli cross-entropy: H(p, q) = H(p) + D(p||q), with every Q on its own."""

import math

import mpmath
from hypothesis import given
from hypothesis import strategies as st

from tests.effort import examples

whole = st.lists(st.tuples(st.integers(0, 10**9), st.integers(1, 10**9)), min_size=1, max_size=10).filter(
    lambda pairs: any(p for p, _ in pairs)
)


def table(counts):
    return "outcome,count\n" + "".join(f"o{k},{n}\n" for k, n in enumerate(counts))


@examples(60)
@given(pairs=whole)
def test_against_forty_digits(run, save, pairs):
    p, q = zip(*pairs, strict=True)
    entry = run("cross-entropy", save("p.csv", table(p)), save("q.csv", table(q)), "-f", "json").document["results"][0]
    with mpmath.workdps(40):
        n, m = mpmath.fsum(p), mpmath.fsum(q)
        cross = -mpmath.fsum(a / n * mpmath.log(b / m) for a, b in pairs)
        assert math.isclose(entry["value"], cross, rel_tol=4e-15)
        assert math.isclose(entry["perplexity"], mpmath.exp(cross), rel_tol=1e-13)
    assert entry["value"] == entry["cross_entropy"]
    assert math.isclose(entry["entropy"] + entry["kl_divergence"], entry["cross_entropy"], rel_tol=1e-14, abs_tol=1e-15)
    assert entry["infinite_outcomes"] == []


def test_of_itself_it_is_the_entropy(run):
    assert run("cross-entropy", "0.2,0.3,0.5", "0.2,0.3,0.5").out == run("entropy", "0.2,0.3,0.5").out


def test_the_order_of_outcomes_does_not_matter(run):
    assert (
        run("cross-entropy", "a=0.2,b=0.8", "b=0.5,a=0.5").out == run("cross-entropy", "b=0.8,a=0.2", "a=0.5,b=0.5").out
    )
    assert run("cross-entropy", "a=0.25,b=0.75", "b=0.25,a=0.75", "-b", "2").out != "1.0\n"


def test_many_qs(run):
    lines = run("cross-entropy", "1/2,1/2", "1/2,1/2", "1/4,3/4", "1,0", "uniform", "-b", "bits").out.splitlines()
    assert lines[0] == lines[3] == "1.0"
    assert math.isclose(float(lines[1]), 1 + (1 - math.log2(3) / 2), rel_tol=1e-15)
    assert lines[2] == "inf"


def test_infinite_is_a_result_and_says_why(run):
    done = run("cross-entropy", "a=0.5,b=0.5", "a=1,b=0", "-f", "json")
    assert done.status == 0
    entry = done.document["results"][0]
    assert entry["value"] == entry["kl_divergence"] == entry["perplexity"] == "Infinity"
    assert entry["infinite_outcomes"] == ["b"]
    assert "q is 0 where p is not: b" in done.err


def test_a_q_of_zero_where_p_is_zero_costs_nothing(run):
    assert run("cross-entropy", "a=1,b=0", "a=1,b=0").out == "0.0\n"


def test_csv(run):
    header, row = run("cross-entropy", "1/2,1/2", "1/2,1/2", "-b", "bits", "-f", "csv").out.splitlines()
    assert header == "p,q,value,entropy,cross_entropy,kl_divergence,perplexity"
    assert row == '"1/2,1/2","1/2,1/2",1.0,1.0,1.0,0.0,2.0'
