"""``test``, ``power``, ``divergences``, and what ``entropy`` and ``fit`` estimate, through the command line."""

import json

import pytest

from cecli.core.families import DIVERGENCES

WOLF = "sample_data/wolf_white_die.csv"
COUNTS = "outcome,count\na,4\nb,2\nc,3\nd,0\n"


@pytest.fixture
def wolf(root):
    return str(root / WOLF)


def test_divergences_by_the_names_they_have_elsewhere(run):
    for other, name in (("psi", "jeffreys"), ("js", "jensen-shannon")):
        given = run("divergences", "0.5,0.5", "0.25,0.75", "--only", other, "-f", "json").document
        assert given == run("divergences", "0.5,0.5", "0.25,0.75", "--only", name, "-f", "json").document
        assert [each["name"] for each in given["divergences"]] == [name]


def test_test_names_its_keys_in_order(run, wolf):
    document = run("test", wolf, "-f", "json").document
    assert list(document)[3:] == [
        "rolls",
        "statistic_name",
        "statistic",
        "degrees_of_freedom",
        "p_value",
        "method",
        "kl_divergence",
        "outcomes",
    ]
    assert document["method"] == "asymptotic"
    assert document["statistic"] == 2 * 20000 * document["kl_divergence"]
    blamed = max(document["outcomes"], key=lambda row: abs(row["standardized_residual"]))
    assert (blamed["outcome"], blamed["count"]) == ("6", 3932)


def test_test_prints_the_p_value_in_a_pipe(run, wolf):
    assert float(run("test", wolf).out) == pytest.approx(1.9137402373280981e-56, rel=1e-11)


def test_explained_shares_sum_to_1(run, save):
    lines = run("test", save("c.csv", COUNTS), "--explain").out.splitlines()
    assert lines[0] == "outcome,count,expected,residual,standardized_residual,contribution,share"
    assert sum(float(line.rsplit(",", 1)[1]) for line in lines[1:]) == pytest.approx(1, rel=1e-12)


def test_a_simulation_without_a_seed_tells_how_to_repeat_it(run, save):
    path = save("c.csv", COUNTS)
    first = run("test", path, "--method", "monte-carlo", "--replicates", 500, "-f", "json")
    seed = first.document["seed"]
    assert f"--seed {seed} repeats this simulation" in first.err
    again = run("test", path, "--method", "monte-carlo", "--replicates", 500, "--seed", seed, "-f", "json")
    assert again.document == first.document
    assert not again.err


def test_an_impossible_outcome_is_named(run, save):
    done = run("test", save("c.csv", COUNTS), "a=0.5,b=0.5,c=0,d=0", "-f", "json")
    assert done.document["p_value"] == 0
    assert "the p-value is 0: c" in done.err


def test_two_samples(run, save):
    same = save("a.csv", "outcome,count\nx,3\ny,0\n"), save("b.csv", "outcome,count\nx,0\ny,3\n")
    document = run("test", *same, "--two-sample", "-f", "json").document
    assert document["p_value"] == pytest.approx(0.1, rel=1e-12)
    assert document["rolls"] == 6


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["test", WOLF, "--two-sample"], 2, "two files of counts"),
        (["test", WOLF, "--method", "exact"], 2, "more than 200,000,000 tables"),
        (["test", WOLF, "uniform:7"], 1, "only in uniform:7"),
        (["test", "-", "-"], 2, "only once"),
        (["power", "0.5,0.5", "uniform", "--power", "0.8", "--rolls", "5"], 2, "exclude each other"),
        (["divergences", "0.5,0.5"], 2, "expected P and Q"),
        (["divergences", "0.5,0.5", "uniform", "--only", "renyi"], 2, "needs an order"),
        (["divergences", "0.5,0.5", "uniform", "--order", "-1"], 2, "a number >= 0"),
        (["entropy", "0.5,0.5", "--estimator", "nsb"], 1, "no sample"),
        (["entropy", WOLF, "--estimator", "nsb", "--sides", "5"], 1, "6 outcomes came up"),
        (["entropy", WOLF, "--estimator", "nsb", "--renyi", "2"], 2, "exclude each other"),
        (["entropy", WOLF, "--renyi", "2", "--explain"], 2, "--explain"),
        (["entropy", WOLF, "--sides", "7", "--outcomes", "1,2"], 2, "exclude each other"),
        (["fit", WOLF, "--min-count", "5000"], 1, "no outcome has a count of 5,000"),
    ],
)
def test_messages(run, root, monkeypatch, arguments, status, said):
    monkeypatch.chdir(root)
    done = run(*arguments)
    assert done.status == status
    assert said in done.err
    assert not done.out


def test_power_of_a_given_number(run):
    document = run("power", "0.51,0.49", "uniform", "--rolls", 26269, "--statistic", "pearson", "-f", "json").document
    assert document["power"] == pytest.approx(0.9, abs=1e-4)
    assert run("power", "0.51,0.49", "uniform", "--statistic", "pearson").out == "26269\n"


def test_power_simulated(run):
    p = "0.1,0.1,0.1,0.1,0.1,0.5"
    arguments = ("power", p, "uniform", "--alpha", 0.01, "--simulate", "--seed", 1, "--replicates", 4000, "-f", "json")
    document = run(*arguments).document
    assert document["asymptotic_rolls"] == 38
    assert 38 <= document["rolls"] <= 42
    assert document["simulated_power"] >= 0.9
    assert document == run(*arguments).document


def test_equal_pmfs_need_infinitely_many_rolls(run):
    done = run("power", "uniform:6", "uniform", "-f", "json")
    assert done.document["rolls"] == "Infinity"
    assert "no number of rolls" in done.err


def test_divergences_by_name_and_unit(run):
    p, q = "0.5,0.3,0.2", "0.2,0.3,0.5"
    everything = {e["name"]: e["value"] for e in run("divergences", p, q, "-f", "json").document["divergences"]}
    assert list(everything) == [name for name in DIVERGENCES if name not in ("renyi", "tsallis")]
    bits = {e["name"]: e["value"] for e in run("divergences", p, q, "-b", "2", "-f", "json").document["divergences"]}
    assert bits["kl"] == pytest.approx(everything["kl"] / 0.6931471805599453, rel=1e-15)
    assert bits["jensen-shannon-distance"] ** 2 == pytest.approx(bits["jensen-shannon"], rel=1e-14)
    assert bits["hellinger"] == everything["hellinger"]
    assert (
        run("divergences", p, q, "--only", "renyi", "--order", 2).out
        == run("divergences", q, p, "--only", "renyi", "--order", 2).out
    )


def test_the_matrix_of_a_wide_table_is_that_of_its_columns(run, save):
    wide = save("w.csv", "letter,en,de,fr\na,3,2,0\nb,1,2,5\n")
    document = run("divergences", "--matrix", wide, "--only", "jensen-shannon", "-f", "json").document
    assert document["pmfs"] == ["en", "de", "fr"]
    lists = run(
        "divergences", "--matrix", "3/4,1/4", "1/2,1/2", "0,1", "--only", "jensen-shannon", "-f", "json"
    ).document
    assert document["matrix"] == lists["matrix"]
    header, *rows = run("divergences", "--matrix", wide).out.splitlines()
    assert header == "pmf,en,de,fr"
    assert [row.split(",")[0] for row in rows] == ["en", "de", "fr"]
    assert rows[0].endswith(",inf")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x,a,b\n1,0.5,0.5\n2,0.5,-1\n", ":3"),
        ("x,a,b\n1,0.5,0.5\n1,0.5,0.5\n", "more than once"),
        ("x,a,b\n1,0.5,0.5\n2,0.4,0.5\n", "sum to 0.9"),
        ("x,a\n1,0.5\n", "two columns"),
        ("x,a,b\n", "w.csv: a header and no rows"),
        ("x,a,b\n1,0,1\n2,0,3\n", "w.csv: a: the counts sum to 0"),
    ],
)
def test_a_wide_table_is_checked(run, save, text, said):
    done = run("divergences", "--matrix", save("w.csv", text))
    assert done.status in (1, 2)
    assert said in done.err


def test_estimators_keep_the_keys(run, save):
    path = save("c.csv", COUNTS)
    result = run("entropy", path, "--estimator", "miller-madow", "-b", "2", "-f", "json").document["results"][0]
    assert list(result) == ["p", "value", "entropy", "perplexity", "efficiency", "estimator", "standard_error"]
    plain = run("entropy", path, "-f", "json").document["results"][0]
    assert result["value"] * 0.6931471805599453 == pytest.approx(plain["value"] + 2 / 18, rel=1e-14)
    assert result["perplexity"] == pytest.approx(2 ** result["value"], rel=1e-13)


def test_sides_and_outcomes_are_the_same_unseen(run, save):
    path = save("c.csv", COUNTS)
    by_number = run("entropy", path, "--estimator", "nsb", "--sides", 6).out
    assert by_number == run("entropy", path, "--estimator", "nsb", "--outcomes", "a,b,c,d,e,f").out
    assert by_number != run("entropy", path, "--estimator", "nsb").out


def test_orders(run):
    result = run("entropy", "0.7,0.2,0.1", "--renyi", "inf", "-f", "json").document["results"][0]
    assert result["value"] == result["renyi"] == float(run("entropy", "0.7,0.2,0.1", "--min-entropy").out)
    assert float(run("entropy", "0.7,0.2,0.1", "--tsallis", "2", "-b", "2").out) == pytest.approx(0.46, rel=1e-15)
    assert run("entropy", "1", "-f", "json").document["results"][0]["efficiency"] is None


def test_fit_by_information_criteria(run, wolf):
    document = run("fit", wolf, "-f", "json").document
    assert document["aic"] == 10 - 2 * document["log_likelihood"]
    assert document["bic"] == pytest.approx(5 * 9.903487552536127 - 2 * document["log_likelihood"], rel=1e-15)
    assert document["entropy_standard_error"] == pytest.approx(0.000820869, rel=1e-5)


def test_fit_keeps_the_top(run, wolf):
    done = run("fit", wolf, "--top", 2, "--min-count", 3000, "-f", "json")
    assert [row["outcome"] for row in done.document["outcomes"]] == ["6", "5"]
    assert done.document["left_out"] == {"outcomes": 4, "rolls": 20000 - 3932 - 3635}
    assert done.document["rolls"] == 3932 + 3635
    assert "left out" in done.err
    rest = json.loads(run("fit", wolf, "--min-count", 3000, "-f", "json").out)
    assert [row["outcome"] for row in rest["outcomes"]] == ["1", "2", "5", "6"]


def test_the_matrix_of_cross_entropies_is_that_of_the_command(run):
    pmfs = ["0.5,0.25,0.25", "1/3,1/3,1/3", "0.9,0.1,0"]
    document = run("divergences", "--matrix", *pmfs, "--only", "cross-entropy", "-b", "bits", "-f", "json").document
    assert (document["divergence"], document["unit"], document["pmfs"]) == ("cross-entropy", "bits", pmfs)
    for p, row in zip(pmfs, document["matrix"], strict=True):
        single = [float(text) for text in run("cross-entropy", p, *pmfs, "-b", "bits").out.split()]
        assert [float(value) for value in row] == pytest.approx(single, rel=1e-14)
    done = run("divergences", *pmfs[:2], "--only", "cross-entropy")
    assert (done.status, done.out) == (2, "")
    assert "is for --matrix" in done.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["power", "0.5,0.5", "0.6,0.4", "--seed", "1"], "are for --simulate"),
        (["power", "0.5,0.5", "0.6,0.4", "--replicates", "500"], "are for --simulate"),
        (["test", WOLF, "--method", "exact", "--seed", "1"], "no meaning beside --method exact"),
        (["test", WOLF, "--method", "asymptotic", "--replicates", "9"], "no meaning beside --method asymptotic"),
        (["divergences", "0.5,0.5", "0.6,0.4", "--only", "kl", "--order", "2"], "--order has no meaning for kl"),
        (["divergences", "--matrix", "0.5,0.5", "0.6,0.4", "--order", "2"], "--order has no meaning for kl"),
    ],
)
def test_no_option_is_taken_and_ignored(run, arguments, words):
    done = run(*arguments)
    assert (done.status, done.out) == (2, "")
    assert words in done.err


def test_a_pmf_written_out_is_no_sample(run):
    for arguments in (
        ["test", "0.75,0.25"],
        ["test", "0.5,0.5", "uniform"],
        ["entropy", "0.5,0.5", "--estimator", "nsb"],
    ):
        done = run(*arguments)
        assert (done.status, done.out) == (1, "")
        assert "a PMF written out is no sample" in done.err
