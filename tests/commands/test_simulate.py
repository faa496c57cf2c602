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


def experiments(done):
    """The counts of each experiment, in the order of the outcomes."""
    header, *rows = csv.reader(io.StringIO(done.out))
    assert header == ["experiment", "outcome", "count"]
    found = {}
    for number, _, count in rows:
        found.setdefault(number, []).append(int(count))
    return found


def test_repeat_numbers_the_experiments_and_the_first_is_that_of_the_seed_alone(run):
    got = experiments(run("simulate", "-n", "600", "--seed", "1", "--repeat", "4"))
    assert list(got) == ["1", "2", "3", "4"]
    assert {sum(counts) for counts in got.values()} == {600}
    assert got["1"] == list(counted(run("simulate", "-n", "600", "--seed", "1")).values())
    assert len({tuple(counts) for counts in got.values()}) == 4


@pytest.mark.parametrize("form", ["csv", "tsv", "json", "md", "table"])
def test_repeat_has_the_same_counts_in_every_format(run, form):
    got = experiments(run("simulate", "a=0.5,b=0,c=0.5", "-n", "50", "--seed", "3", "--repeat", "3"))
    done = run("simulate", "a=0.5,b=0,c=0.5", "-n", "50", "--seed", "3", "--repeat", "3", "-f", form)
    assert done.status == 0, done.err
    if form == "json":
        document = done.document
        assert list(document)[3:] == ["seed", "rolls", "repeat", "experiments"]
        assert [[o["count"] for o in e["outcomes"]] for e in document["experiments"]] == list(got.values())
        assert [e["experiment"] for e in document["experiments"]] == [1, 2, 3]
        assert document["experiments"][0]["outcomes"][1] == {"outcome": "b", "count": 0, "probability": 0.0}
        return
    numbers = [[int(text) for text in re.findall(r"\d+", line)] for line in done.out.splitlines() if "roll" not in line]
    wide = [row[1:] for row in numbers if len(row) == 4]
    long = [row[1] for row in numbers if len(row) == 2]
    assert wide == list(got.values()) or long == [count for counts in got.values() for count in counts]


@pytest.mark.parametrize("arguments", [["-k", "6"], ["-k", "1000"], ["a="]])
def test_repeated_sequences_are_those_of_the_counts(run, save, arguments):
    path = save("q.csv", 'outcome,p\n"a,1",0.9\nb,0.1\n')
    arguments = [path] if "a=" in arguments[0] else arguments
    given = ["simulate", *arguments, "-n", "70", "--seed", "5", "--repeat", "3"]
    got = experiments(run(*given))
    header, *rows = csv.reader(io.StringIO(run(*given, "--sequence").out))
    assert header == ["experiment", "outcome"]
    assert [number for number, _ in rows] == ["1"] * 70 + ["2"] * 70 + ["3"] * 70
    outcomes = ["a,1", "b"] if arguments == [path] else [str(k) for k in range(1, int(arguments[1]) + 1)]
    for number, counts in got.items():
        tally = Counter(outcome for own, outcome in rows if own == number)
        assert counts == [tally[outcome] for outcome in outcomes]
    alone = run(*given[:-2], "--sequence").out
    assert [outcome for own, outcome in rows if own == "1"] == [row[0] for row in csv.reader(io.StringIO(alone))]


def test_a_repeated_sequence_is_counted_by_fit(run):
    rolls = run("simulate", "-n", "40", "--seed", "1", "--repeat", "2", "--sequence").stdout
    fitted = run("fit", "--samples", "--column", "outcome", "-f", "json", stdin=rolls).document
    assert fitted["rolls"] == 80


def test_many_experiments_are_streamed_and_refused_as_one_document(run, shell):
    done = shell("cecli simulate --repeat 1000000000 --seed 1 | head -n 2")
    assert done.out == "experiment,outcome,count\n1,1,166\n"
    done = run("simulate", "--repeat", "1000000", "--seed", "1", "-f", "json")
    assert (done.status, done.out) == (2, "")
    assert "-f csv streams any number" in done.err


def test_a_sequence_goes_to_a_file_of_any_name(run, tmp_path):
    target = tmp_path / "rolls.seq"
    assert run("simulate", "-n", "3", "--seed", "1", "--sequence", "-o", target).status == 0
    assert target.read_text().split() == ["5", "2", "4"]


@pytest.mark.parametrize("repeat", [[], ["--repeat", "2"]])
def test_a_few_rolls_of_many_sides_are_those_of_all(run, save, repeat):
    """Where only the outcomes that came up are looked at, and where all are."""
    path = save("q.csv", "outcome,count\n" + "".join(f"f{k},{k % 5}\n" for k in range(1000)))
    few = run("simulate", path, "-n", "300", "--seed", "4", "--sequence", *repeat).out.splitlines()
    many = run("simulate", path, "-n", "3000", "--seed", "4", "--sequence", *repeat).out.splitlines()
    if repeat:
        assert few[1:] == [*many[1:301], *many[3001:3301]]
    else:
        assert few == many[:300]


def test_a_million_sides(run):
    done = run("simulate", "-k", "1000000", "-n", "2000000", "--seed", "1")
    assert done.out.count("\n") == 1_000_001
    rolled = run("simulate", "-k", "1000000", "-n", "100", "--seed", "1", "--sequence").out.split()
    assert len(rolled) == 100
    assert all(1 <= int(roll) <= 1_000_000 for roll in rolled)


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
        (["--sequence", "-o", "rolls.JSON"], "one roll a line"),
        (["--repeat", "0"], "--repeat"),
        (["--repeat", "2", "--value"], "no headline number"),
        (["--missing", "zero"], "no option --missing"),
    ],
)
def test_usage(run, arguments, words):
    done = run("simulate", *arguments)
    assert (done.status, done.out) == (2, "")
    assert words in done.err


def test_rolls_may_be_written_as_counts_are(run):
    assert run("simulate", "-n", "1e3", "--seed", "1").out == run("simulate", "-n", "1000", "--seed", "1").out
    assert run("simulate", "-n", "2.5").status == 2


def test_a_sequence_keeps_what_its_file_promises(run, tmp_path):
    path = tmp_path / "rolls.tsv"
    assert run("simulate", "--sequence", "--repeat", "2", "-n", "3", "--seed", "1", "-o", path).status == 0
    lines = path.read_text().splitlines()
    assert lines[0] == "experiment\toutcome"
    assert len(lines) == 7
    assert run("simulate", "--sequence", "-n", "3", "-o", tmp_path / "rolls.parquet").status == 2
    assert not (tmp_path / "rolls.parquet").exists()
