"""cecli simulate: rolls that can be repeated, as a PMF file or as a stream."""

import csv
import io
import math
import re
from collections import Counter

import pytest
from scipy import special


def counted(done):
    """Outcome -> count of what was printed."""
    header, *rows = csv.reader(io.StringIO(done.out))
    assert header == ["outcome", "count"]
    return {outcome: int(count) for outcome, count in rows}


@pytest.mark.parametrize("arguments", [["-k", "6"], ["-k", "2"], ["-k", "1"], ["heads=0.6,tails=0.4"], ["uniform:9"]])
@pytest.mark.parametrize("rolls", ["0", "1", "1000", "70000"])
def test_counts_are_the_tally_of_the_sequence(run, arguments, rolls):
    counts = counted(run("simulate", *arguments, "-n", rolls, "--seed", "5"))
    sequence = run("simulate", *arguments, "-n", rolls, "--seed", "5", "--sequence").out.splitlines()
    assert sum(counts.values()) == int(rolls) == len(sequence)
    assert {outcome: count for outcome, count in counts.items() if count} == Counter(sequence)


def test_the_shorter_sequence_is_a_prefix_of_the_longer(run):
    long = run("simulate", "-n", "200000", "--seed", "2", "--sequence").out
    for rolls in ("1", "1000", "65537"):
        assert long.startswith(run("simulate", "-n", rolls, "--seed", "2", "--sequence").out)


def test_a_seed_repeats_and_another_differs(run):
    assert run("simulate", "--seed", "1").out == run("simulate", "--seed", "1").out
    assert run("simulate", "--seed", "1").out != run("simulate", "--seed", "2").out


def test_without_a_seed_one_is_drawn_and_noted(run):
    first = run("simulate")
    seed = re.fullmatch(r"cecli: note: --seed (\d+) repeats these rolls\n", first.err)[1]
    assert int(seed) < 2**53
    assert run("simulate", "--seed", seed).out == first.out
    assert run("simulate", "-q").err == ""


def test_the_default_is_a_thousand_rolls_of_a_fair_die(run):
    document = run("simulate", "--seed", "1", "-f", "json").document
    assert (document["rolls"], document["seed"], len(document["outcomes"])) == (1000, 1, 6)
    assert {entry["probability"] for entry in document["outcomes"]} == {1 / 6}
    assert list(document) == ["schema_version", "command", "version", "seed", "rolls", "outcomes"]


@pytest.mark.parametrize("arguments", [["-k", "6"], ["a=0.7,b=0.2,c=0.1"], ["1/2,1/4,1/8,1/8"]])
@pytest.mark.parametrize("rolls", [10**5, 2 * 10**7, 10**15])
def test_counts_fit_the_pmf(run, arguments, rolls):
    """Pearson's statistic of a fixed seed lies where all but one in a million would."""
    entries = run("simulate", *arguments, "-n", rolls, "--seed", "11", "-f", "json").document["outcomes"]
    assert sum(entry["count"] for entry in entries) == rolls
    statistic = math.fsum(
        (entry["count"] - rolls * entry["probability"]) ** 2 / (rolls * entry["probability"]) for entry in entries
    )
    assert 1e-6 < special.chdtrc(len(entries) - 1, statistic) < 1 - 1e-6


def test_an_impossible_outcome_never_comes_up_but_is_listed(run):
    assert counted(run("simulate", "a=0,b=1,c=0", "--seed", "1")) == {"a": 0, "b": 1000, "c": 0}


def test_output_is_a_pmf_file(run):
    rolls = run("simulate", "heads=0.6,tails=0.4", "--seed", "1").stdout
    done = run("kl", "-", "tails=0.4,heads=0.6", stdin=rolls)
    assert 0 <= float(done.out) < 0.01


def test_a_sequence_goes_to_a_file_too(run, tmp_path):
    target = tmp_path / "rolls.txt"
    assert run("simulate", "-n", "10", "--seed", "1", "--sequence", "-o", target).status == 0
    assert target.read_text() == run("simulate", "-n", "10", "--seed", "1", "--sequence").out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["0.5,0.5", "-k", "2"], "exclude each other"),
        (["-k", "0"], "--sides"),
        (["-n", "-1"], "--rolls"),
        (["-n", "1.5"], "--rolls"),
        (["-n", str(10**15 + 1)], "--rolls"),
        (["--seed", "-1"], "--seed"),
        (["--value"], "no headline number"),
        (["--sequence", "-f", "json"], "--format"),
    ],
)
def test_usage(run, arguments, words):
    done = run("simulate", *arguments)
    assert (done.status, done.out) == (2, "")
    assert words in done.err
