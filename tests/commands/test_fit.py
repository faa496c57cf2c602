"""cecli fit: the empirical PMF, with smoothing and intervals, of counts and of samples."""

import csv
import io
import math
from collections import Counter

import mpmath
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.effort import examples

WOLF = [3246, 3449, 2897, 2841, 3635, 3932]
PSEUDOCOUNTS = {"none": 0, "laplace": 1, "jeffreys": 0.5, "perks": 1 / 6, "minimax": math.sqrt(20000) / 6, "0.25": 0.25}


@pytest.fixture
def wolf(run, root):
    return lambda *options: run("fit", root / "sample_data/wolf_white_die.csv", *options)


def rows(done):
    return list(csv.DictReader(io.StringIO(done.out)))


def test_the_maximum_likelihood_estimate(wolf):
    got = rows(wolf())
    assert list(got[0]) == ["outcome", "count", "probability", "low", "high"]
    assert [int(row["count"]) for row in got] == WOLF
    assert [float(row["probability"]) for row in got] == [count / 20000 for count in WOLF]
    assert all(float(row["low"]) < float(row["probability"]) < float(row["high"]) for row in got)


@pytest.mark.parametrize("smoothing", PSEUDOCOUNTS)
def test_smoothing_and_summary(wolf, smoothing):
    document = wolf("--smoothing", smoothing, "-f", "json").document
    pseudo = PSEUDOCOUNTS[smoothing]
    with mpmath.workdps(40):
        pmf = [(mpmath.mpf(n) + pseudo) / (20000 + 6 * mpmath.mpf(pseudo)) for n in WOLF]
        entropy = -mpmath.fsum(p * mpmath.log(p) for p in pmf)
        likelihood = mpmath.fsum(n * mpmath.log(p) for n, p in zip(WOLF, pmf, strict=True))
        assert (document["rolls"], document["sides"]) == (20000, 6)
        assert math.isclose(document["entropy"], entropy, rel_tol=1e-14)
        assert math.isclose(document["log_likelihood"], likelihood, rel_tol=1e-14)
        got = [entry["probability"] for entry in document["outcomes"]]
        assert all(math.isclose(g, p, rel_tol=1e-14) for g, p in zip(got, pmf, strict=True))


@pytest.mark.parametrize("interval", ["goodman", "wilson", "clopper-pearson", "jeffreys", "wald"])
def test_intervals_are_of_the_counts_whatever_the_smoothing(wolf, interval):
    plain = [(row["low"], row["high"]) for row in rows(wolf("--interval", interval))]
    smoothed = [(row["low"], row["high"]) for row in rows(wolf("--interval", interval, "--smoothing", "laplace"))]
    assert plain == smoothed
    narrow = rows(wolf("--interval", interval, "--confidence", "0.5"))
    assert all(float(low) < float(n["low"]) for (low, _), n in zip(plain, narrow, strict=True))


def test_without_intervals(wolf):
    assert {(row["low"], row["high"]) for row in rows(wolf("--interval", "none"))} == {("", "")}
    assert wolf("--interval", "none", "-f", "json").document["outcomes"][0]["low"] is None


def test_the_output_is_itself_a_pmf_file(run, wolf):
    for options in ([], ["--smoothing", "laplace"], ["-f", "csv"]):
        again = run("entropy", "-", stdin=wolf(*options).stdout)
        assert math.isclose(float(again.out), wolf(*options, "-f", "json").document["entropy"], rel_tol=1e-14)


def test_fitting_twice_changes_nothing(run, wolf):
    assert run("fit", "-", stdin=wolf().stdout).out == wolf().out


@examples(50)
@given(samples=st.lists(st.text(alphabet="ab,\" é01'#", min_size=1, max_size=3), min_size=1, max_size=40))
def test_samples_are_counted(run, samples):
    """A line is an outcome; one that holds a comma or a quote is quoted as in CSV."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([text] for text in samples)
    done = run("fit", "--samples", stdin=out.getvalue().encode())
    assert done.status == 0, done.err
    assert {row["outcome"]: int(row["count"]) for row in rows(done)} == Counter(samples)


def test_a_line_of_two_cells_is_no_outcome(run):
    done = run("fit", "--samples", stdin=b"a\nb,c\n")
    assert (done.status, done.out) == (1, "")
    assert "standard input:2: expected one outcome a line, found 2 cells" in done.err


def test_samples_of_a_column(run, save):
    path = save("s.csv", 'n,y\n1,a\n2,"b,c"\n3,a\n')
    assert [(row["outcome"], row["count"]) for row in rows(run("fit", path, "--samples", "--column", "y"))] == [
        ("a", "2"),
        ("b,c", "1"),
    ]


def test_unseen_outcomes(run):
    got = rows(run("fit", "--samples", "--sides", "4", stdin=b"2\n4\n2\n"))
    assert [(row["outcome"], row["count"]) for row in got] == [("1", "0"), ("2", "2"), ("3", "0"), ("4", "1")]
    got = rows(run("fit", "--samples", "--outcomes", "c,b,a", stdin=b"a\nb\n"))
    assert [row["outcome"] for row in got] == ["c", "b", "a"]
    done = run("fit", "--samples", "--sides", "3", stdin=b"4\n")
    assert done.status == 1
    assert '"4" is none of the 3 declared' in done.err


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("outcome,count\na,0\nb,0\n", ["c.csv", "sum to 0"]),
        ("outcome,count\na,1\na,2\n", ['"a"']),
        ("outcome,count\na,1\nb,2.5\n", ["c.csv:3", "2.5", "whole"]),
        ("outcome,count\na,1\nb,-2\n", ["c.csv:3", "negative"]),
        ("outcome,count\na,1\nb,1e400\n", ["c.csv:3"]),
        ("outcome,count\na,1\nb,9223372036854775808\n", ["c.csv:3", "2^63-1"]),
        ("outcome,count\na,1\nb\n", ["c.csv:3", "expected 2 cells"]),
        ("", ["c.csv", "nothing"]),
    ],
)
def test_counts_that_are_none(run, save, content, words):
    done = run("fit", save("c.csv", content))
    assert (done.status, done.out) == (1, "")
    assert all(word in done.err for word in words), done.err


def test_whole_numbers_in_other_forms(run, save):
    done = run("fit", save("c.csv", "outcome,count\na,1e3\nb, 12.0 \nc,9223372036854775807\n"))
    assert [row["count"] for row in rows(done)] == ["1000", "12", "9223372036854775807"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--column", "x"], "--samples"),
        (["--samples", "--sides", "2", "--outcomes", "a,b"], "exclude each other"),
        (["--samples", "--outcomes", "a,a"], "twice"),
        (["--confidence", "1"], "--confidence"),
        (["--confidence", "nan"], "--confidence"),
        (["--interval", "gudman"], "--interval"),
        (["--sides", "0"], "--sides"),
    ],
)
def test_usage(run, options, words):
    done = run("fit", *options, stdin=b"a\n" if "--samples" in options else b"outcome,count\na,1\n")
    assert (done.status, done.out) == (2, ""), done.err
    assert words in done.err


@pytest.mark.parametrize("smoothing", ["none", "laplace", "1e300"])
@pytest.mark.parametrize("counts", [WOLF, [3, 0, 1], [7]])
def test_the_ledger_adds_up_to_the_totals(run, save, counts, smoothing):
    path = save("c.csv", "outcome,count\n" + "".join(f"f{k},{n}\n" for k, n in enumerate(counts)))
    document = run("fit", path, "--smoothing", smoothing, "--explain", "-f", "json").document
    terms = document["terms"]
    assert list(terms[0]) == ["outcome", "count", "p", "surprisal", "contribution", "log_likelihood", "share"]
    assert [(t["outcome"], t["count"]) for t in terms] == [(f"f{k}", n) for k, n in enumerate(counts)]
    assert [t["p"] for t in terms] == [o["probability"] for o in document["outcomes"]]
    assert math.isclose(math.fsum(t["contribution"] for t in terms), document["entropy"], rel_tol=1e-15, abs_tol=0)
    total = math.fsum(t["log_likelihood"] for t in terms)
    assert math.isclose(total, document["log_likelihood"], rel_tol=1e-15, abs_tol=0)
    shares = [t["share"] for t in terms]
    assert shares == [None] if document["entropy"] == 0 else math.isclose(math.fsum(shares), 1, rel_tol=1e-15)


def test_the_explained_csv_is_still_a_pmf_file(run, wolf):
    explained = wolf("--explain")
    header, first = explained.out.splitlines()[:2]
    assert header == "outcome,count,probability,low,high,surprisal,contribution,log_likelihood,share"
    assert first.startswith(wolf().out.splitlines()[1] + ",1.81830880446159")
    assert run("entropy", "-", stdin=explained.stdout).out == run("entropy", "-", stdin=wolf().stdout).out


def test_the_explained_table_shows_who_carries_the_entropy(wolf):
    shown = wolf("--explain", "-f", "table").out
    assert "Largest terms   6, 5, 2           17.9 %, 17.4 %, 17 % of it" in shown
    assert max(map(len, shown.splitlines())) <= 80
    assert shown.count("█▏") + shown.count("█") > 100


@pytest.mark.parametrize(
    ("counts", "chosen"),
    [
        ("30,50,20", "goodman"),
        ("3,50,20", "bonferroni-clopper-pearson"),
        ("0,50,20", "bonferroni-clopper-pearson"),
    ],
)
def test_auto_chooses_an_interval_that_holds_for_rare_outcomes(run, save, counts, chosen):
    path = save("counts.csv", "outcome,count\n" + "".join(f"{k},{n}\n" for k, n in enumerate(counts.split(","))))
    auto, named = run("fit", path, "-f", "json").document, run("fit", path, "--interval", chosen, "-f", "json").document
    assert auto["interval"] == chosen
    assert auto == named


def test_a_header_among_samples_is_asked_about(run):
    done = run("fit", "--samples", stdin=b"rolls\n1\n2\n2\n")
    assert (done.status, done.out) == (1, "")
    assert 'expected a number, as all other lines are, found "rolls"' in done.err
    assert run("fit", "--samples", "--header", "first", "-f", "json", stdin=b"rolls\n1\n2\n2\n").document["rolls"] == 3
    assert run("fit", "--samples", "--header", "none", "-f", "json", stdin=b"rolls\n1\n2\n2\n").document["rolls"] == 4
    assert run("fit", "--samples", stdin=b"heads\ntails\n1\n").status == 0
