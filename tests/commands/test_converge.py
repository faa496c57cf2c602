"""cecli converge: the growing sample at the shell, as a table, a curve and a picture."""

import csv
import io
import math
import re

import pytest


def rows(done):
    assert done.status == 0, done.err
    return list(csv.DictReader(io.StringIO(done.out)))


def test_the_points_double_up_to_the_rolls_asked_for(run):
    got = rows(run("converge", "-n", "1000", "--seed", "1"))
    assert [int(row["rolls"]) for row in got] == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1000]
    assert list(got[0]) == ["rolls", "kl_divergence", "expected_kl_divergence", "total_variation", "wilks", "entropy",
                            "cross_entropy"]  # fmt: skip
    for row in got:
        n, kl, cross, entropy = (float(row[key]) for key in ("rolls", "kl_divergence", "cross_entropy", "entropy"))
        assert math.isclose(float(row["expected_kl_divergence"]), 5 / (2 * n), rel_tol=1e-15)
        assert math.isclose(float(row["wilks"]), 2 * n * kl, rel_tol=1e-15)
        assert math.isclose(cross, entropy + kl, rel_tol=1e-14)


def test_the_last_point_is_what_simulate_and_kl_give(run):
    counts = run("simulate", "a=0.7,b=0.2,c=0.1", "-n", "12345", "--seed", "8").stdout
    last = rows(run("converge", "a=0.7,b=0.2,c=0.1", "-n", "12345", "--seed", "8"))[-1]
    assert run("kl", "-", "a=0.7,b=0.2,c=0.1", stdin=counts).out.strip() == last["kl_divergence"]
    assert run("entropy", "-", stdin=counts).out.strip() == last["entropy"]


def test_the_json_holds_p_n_and_the_band(run):
    document = run("converge", "heads=0.6,tails=0.4", "-n", "100", "--seed", "2", "-f", "json").document
    assert list(document)[3:] == ["unit", "seed", "rolls", "sides", "degrees_of_freedom", "confidence", "replicates",
                                  "wilks_low", "wilks_high", "outcomes", "points"]  # fmt: skip
    assert document["outcomes"] == [{"outcome": "heads", "probability": 0.6}, {"outcome": "tails", "probability": 0.4}]
    assert all(math.isclose(sum(point["probabilities"]), 1) for point in document["points"])
    assert (document["degrees_of_freedom"], document["replicates"]) == (1, None)
    assert math.isclose(document["wilks_high"], 5.023886187314888, rel_tol=1e-12)  # SciPy's chi2.ppf(0.975, 1)


def test_p_n_is_left_out_where_there_are_many_outcomes_and_a_note_says_so(run):
    done = run("converge", "-k", "1001", "-n", "4", "--seed", "1", "-f", "json")
    assert "outcomes" not in done.document
    assert "probabilities" not in done.document["points"][0]
    assert "1,001 outcomes are more than 1,000" in done.err


def test_informations_are_in_the_unit_and_wilks_in_nats(run):
    nats, bits = (rows(run("converge", "-n", "64", "--seed", "3", "--base", unit)) for unit in ("nats", "bits"))
    for one, other in zip(nats, bits, strict=True):
        for key in ("kl_divergence", "expected_kl_divergence", "entropy", "cross_entropy"):
            assert math.isclose(float(one[key]), float(other[key]) * math.log(2), rel_tol=1e-14)
        assert (one["wilks"], one["total_variation"]) == (other["wilks"], other["total_variation"])


def test_replicates_add_a_spread_to_every_measure(run):
    plain = rows(run("converge", "-n", "500", "--seed", "4"))
    got = rows(run("converge", "-n", "500", "--seed", "4", "--replicates", "300", "--confidence", "0.8"))
    for one, other in zip(plain, got, strict=True):
        assert one.items() <= other.items()
        for name in ("kl_divergence", "total_variation", "entropy", "cross_entropy", "wilks"):
            low, median, high = (float(other[f"{name}_{key}"]) for key in ("low", "median", "high"))
            assert low <= median <= high
        assert 0 <= float(other["within_band"]) <= 1
    again = run("converge", "-n", "500", "--seed", "4", "--replicates", "300", "--confidence", "0.8")
    assert rows(again) == got


def test_without_a_seed_one_is_drawn_and_noted(run):
    first = run("converge", "-n", "50")
    seed = re.fullmatch(r"cecli: note: --seed (\d+) repeats these rolls\n", first.err)[1]
    assert run("converge", "-n", "50", "--seed", seed).out == first.out


def test_the_table_draws_the_curve(run):
    shown = run("converge", "--seed", "1", "-f", "table").out
    assert "● D(p_n||q)   ○ total variation   ┄ (K-1)/2n   ◆ 2n D(p_n||q)" in shown
    assert max(map(len, shown.splitlines())) <= 80
    assert "H(p_n,q)" not in shown.rpartition("One growing sample")[2]  # log 6 in every line
    assert "H(p_n,q)" in run("converge", "0.9,0.1", "--seed", "1", "-f", "table").out


@pytest.mark.parametrize("arguments", [["-k", "1"], ["0,1,0"], ["-n", "1"], ["a=0.25,b=0,c=0.75"], ["uniform:3"]])
@pytest.mark.parametrize("form", ["table", "json", "csv", "md"])
def test_edges_have_a_result_in_every_format(run, arguments, form):
    done = run("converge", *arguments, "--seed", "1", "--replicates", "5", "-f", form)
    assert done.status == 0, done.err
    assert done.out


def test_a_certain_outcome_never_differs(run):
    for row in rows(run("converge", "0,1,0", "-n", "64", "--seed", "1", "--replicates", "3")):
        assert {float(value) for key, value in row.items() if key not in ("rolls", "within_band")} == {0.0}
        assert float(row["within_band"]) == 1


def test_a_picture_is_drawn_as_well(run, tmp_path):
    target = tmp_path / "c.svg"
    done = run("converge", "a_1=0.5,$b$=0.5", "-n", "99", "--seed", "1", "--replicates", "9", "--plot", target)
    assert rows(done)
    text = target.read_text("utf-8")
    assert "D(p_n||q)" in text
    assert "99 rolls of a_1=0.5,$b$=0.5, seed 1" in text


def test_a_quadrillion_rolls_cost_no_more_than_a_few(run):
    last = rows(run("converge", "-n", 10**15, "--seed", "1"))[-1]
    assert float(last["kl_divergence"]) < 1e-13


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["0.5,0.5", "-k", "2"], "exclude each other"),
        (["-n", "0"], "--rolls"),
        (["-n", str(10**15 + 1)], "--rolls"),
        (["--replicates", "1"], "--replicates"),
        (["--seed", "-1"], "--seed"),
        (["--confidence", "1"], "--confidence"),
        (["--plot", "c.gif"], 'unknown suffix ".gif"'),
        (["--missing", "zero"], "no option --missing"),
        (["uniform"], "over how many outcomes"),
    ],
)
def test_usage(run, arguments, words):
    done = run("converge", *arguments)
    assert (done.status, done.out) == (2, "")
    assert words in done.err


def test_a_picture_that_cannot_be_written_is_an_error_and_nothing_is_printed(run, tmp_path):
    done = run("converge", "-n", "9", "--seed", "1", "--plot", tmp_path / "none" / "c.svg")
    assert (done.status, done.out) == (1, "")
    assert "cannot write" in done.err


def test_more_rows_than_the_pmf_names_never_come_up(run, save):
    path = save("q.csv", "outcome,probability\na,0.5\nb,0\nc,0.5\n")
    points = run("converge", path, "-n", "2000", "--seed", "1", "-f", "json").document["points"]
    assert {point["probabilities"][1] for point in points} == {0.0}
