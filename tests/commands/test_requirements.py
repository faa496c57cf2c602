"""--require against a number and against a stored result, and everything that can be wrong with it."""

import json

import pytest

PREDS, LABELS = "ant,bee\n0.5,0.5\n0.25,0.75\n", "label\nant\nbee\n"
LOSS = 0.4904146265058631


@pytest.fixture
def score(run, save):
    preds, labels = save("preds.csv", PREDS), save("labels.csv", LABELS)
    return lambda *requirements, options=(): run(
        "score", preds, labels, *(part for text in requirements for part in ("--require", text)), "-q", *options
    )


@pytest.fixture
def stored(save):
    """The path of a stored result."""
    return lambda **keys: save("last.json", json.dumps({"unit": "nats", "cross_entropy": LOSS} | keys))


class TestStored:
    def test_the_same_key(self, score, stored):
        last = stored()
        assert score(f"cross_entropy<=@{last}").status == 0
        done = score(f"cross_entropy<@{last}", options=("-f", "json"))
        assert done.status == 3
        [entry] = done.document["requirements"]
        assert entry == {
            "requirement": f"cross_entropy<@{last}", "value": LOSS, "met": False, "stored": LOSS
        }  # fmt: skip
        assert f"{LOSS} is stored, found {LOSS}" in done.err

    def test_what_score_stores_it_reads(self, score, tmp_path):
        last = tmp_path / "last.json"
        assert score(options=("-o", last)).status == 0
        for key in ("cross_entropy", "accuracy", "rows.read", "classes.bee.recall"):
            assert score(f"{key}==@{last}").status == 0, key

    def test_it_is_read_before_it_is_written(self, score, stored):
        last = stored(cross_entropy=0.1)
        assert score(f"cross_entropy<=@{last}", options=("-o", last)).status == 3
        assert score(f"cross_entropy<=@{last}").status == 0, "the report is written all the same"

    def test_another_key(self, score, stored):
        last = stored(worst={"loss": 0.6})
        assert score(f"cross_entropy<@{last}:worst.loss").status == 0
        assert score(f"cross_entropy > @{last}:worst.loss ").status == 3

    def test_a_name_with_a_colon_and_blanks(self, score, save):
        last = save("my last: one.json", json.dumps({"unit": "nats", "cross_entropy": 1}))
        assert score(f"cross_entropy < @{last}").status == 0
        assert score(f"accuracy < @{last}:cross_entropy").status == 3, "two rows of two right: 1 < 1 is not so"

    def test_infinities(self, score, stored):
        assert score(f"cross_entropy<@{stored(cross_entropy='Infinity')}").status == 0
        assert score(f"cross_entropy<@{stored(cross_entropy='-Infinity')}").status == 3

    def test_units(self, score, stored):
        last = stored(accuracy=0.5)
        done = score(f"cross_entropy<=@{last}", options=("-b", "bits"))
        assert (done.status, done.out) == (1, "")
        assert "is in nats, and this result in bits" in done.err
        assert "--base nats" in done.err
        assert score(f"accuracy>=@{last}", options=("-b", "bits")).status == 0, "an accuracy has no unit"
        done = score(f"cross_entropy<=@{stored(unit='base 6')}")
        assert "hint: --base 6" in done.err

    def test_a_sum_is_no_mean_and_another_level_another_interval(self, score, tmp_path):
        last = tmp_path / "last.json"
        options = ("--reduction", "sum", "--confidence", "0.9", "--top-k", "1", "--interval", "t", "-o", last)
        assert score(options=options).status == 0
        for key, words in (
            ("cross_entropy", "cross_entropy is of reduction sum, and here of mean\n  hint: --reduction sum"),
            ("low", "low is of reduction sum"),
            ("top_k_accuracy", "top_k_accuracy is of top-k 1, and here of 5\n  hint: --top-k 1"),
        ):
            done = score(f"{key}<=@{last}")
            assert (done.status, done.out) == (1, "")
            assert words in done.err
        assert score(f"high<=@{last}", options=("--reduction", "sum")).status == 1
        assert score(f"accuracy<=@{last}", f"perplexity<=@{last}").status == 0, "these are the same of a sum"

    def test_other_weights(self, run, save, tmp_path):
        preds, labels = save("preds.csv", PREDS), save("labels.csv", "label,w\nant,1\nbee,3\n")
        last = tmp_path / "last.json"
        assert run("score", preds, labels, "--weight-column", "w", "-o", last).status == 0
        done = run("score", preds, labels, "--require", f"cross_entropy<=@{last}")
        assert done.status == 1, done.err
        assert "cross_entropy is of weights importance, and here of none" in done.err

    def test_clusters_are_a_number_of_the_report(self, run, save):
        preds, labels = save("preds.csv", PREDS), save("labels.csv", "label,where\nant,x\nbee,y\n")
        arguments = (preds, labels, "--cluster", "where", "-q")
        assert run("score", *arguments, "--require", "clusters>=2").status == 0
        assert run("score", *arguments, "--require", "clusters>3").status == 3
        assert run("compare", preds, *arguments, "--require", "clusters>3").status == 3

    def test_a_result_without_a_unit(self, score, save):
        last = save("last.json", json.dumps({"cross_entropy": 1}))
        done = score(f"cross_entropy<@{last}")
        assert done.status == 1
        assert "last.json does not say what unit cross_entropy is in" in done.err

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (None, ["last.json: no such file", "-o last.json"]),
            ("cross_entropy\n0.5\n", ["last.json:1", "not JSON"]),
            ("", ["not JSON"]),
            ('{"unit": "nats"', ["last.json:1", "not JSON"]),
            (b"\xff\xfe", ["not in UTF-8"]),
            ("[1, 2]", ["expected a result, one JSON object"]),
            ('{"unit": "nats", "accuracy": 1}', ['has no key "cross_entropy"', "accuracy"]),
            ('{"unit": "nats", "cross_entropy": null}', ["cross_entropy is undefined"]),
            ('{"unit": "nats", "cross_entropy": "0.5"}', ['cross_entropy is "0.5", no number']),
            ('{"unit": "nats", "cross_entropy": true}', ["no number"]),
            ('{"unit": "nats", "cross_entropy": [1]}', ["more than one value"]),
        ],
    )
    def test_files_that_are_no_result(self, score, save, tmp_path, content, words):
        last = tmp_path / "last.json" if content is None else save("last.json", content)
        done = score(f"cross_entropy<@{last}")
        assert (done.status, done.out) == (1, "")
        assert all(word in done.err for word in words), done.err
        assert "Traceback" not in done.err

    def test_a_folder(self, score, tmp_path):
        done = score(f"cross_entropy<@{tmp_path}")
        assert done.status == 1
        assert "directory" in done.err


@pytest.mark.parametrize(
    "text",
    [
        "cross_entropy", "<0.5", "cross_entropy<", "cross_entropy=0.5", "cross_entropy<x", "cross_entropy<nan", "a<1_0",
        "cross_entropy<@", "cross_entropy<@:x", "cross_entropy<@last.json:", "cross_entropy<0.5 nats",
    ],
)  # fmt: skip
def test_what_is_no_requirement(score, text):
    done = score(text)
    assert (done.status, done.out) == (2, "")
    assert "--require: expected" in done.err


def test_an_unknown_key_of_this_result(score):
    done = score("cross_entrpy<1")
    assert done.status == 2
    assert 'did you mean "cross_entropy"?' in done.err


def test_all_that_are_not_met_are_named(score):
    done = score("cross_entropy<0.1", "accuracy>=1", "brier<0.1")
    assert done.status == 3
    assert "cross_entropy<0.1" in done.err
    assert "brier<0.1" in done.err
    assert "accuracy" not in done.err


def test_a_key_that_no_report_has_is_refused_before_anything_is_read(run):
    for key, near in (("acc", "accuracy"), ("cross_entrpy", "cross_entropy"), ("loss", None)):
        done = run("score", "/nowhere/p.csv", "/nowhere/l.csv", "--require", f"{key}<0.5")
        assert (done.status, done.out) == (2, "")
        assert f'no number of the report is called "{key}"' in done.err
        assert (f'did you mean "{near}"?' in done.err) == (near is not None)
        assert "they are cross_entropy, standard_error, " in done.err
    assert run("score", "/nowhere/p.csv", "/nowhere/l.csv", "--require", "rows.scred<5").status == 1
    assert 'did you mean "difference"?' in run("compare", "a", "b", "c", "--require", "diference<0").err
