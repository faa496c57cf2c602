"""cecli calibrate: against a reference in 50 digits and brute force, whatever the format, the threads and the order;
and what it writes is read back by itself and by score."""

import json
import math

import mpmath
import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

LOGITS = "sample_data/digits_logits.csv"
LABELS = "sample_data/digits_labels.csv"


@pytest.fixture(scope="module")
def sample(root):
    return str(root / LOGITS), str(root / LABELS)


def drawn(seed=0, rows=200, classes=3, factor=3.0):
    """Logits that are too sure by a factor, and labels."""
    random = np.random.default_rng(seed)
    truth = random.normal(size=(rows, classes)) * 1.5
    labels = (truth + random.gumbel(size=truth.shape)).argmax(axis=1)
    return truth * factor, labels


def text_of(table, names=None, ids=None):
    names = names or [f"c{k}" for k in range(table.shape[1])]
    head = [] if ids is None else ["id"]
    lines = [",".join([*head, *names])]
    for k, row in enumerate(table.tolist()):
        lines.append(",".join([*([] if ids is None else [ids[k]]), *map(repr, row)]))
    return "\n".join(lines) + "\n"


def labels_of(labels, ids=None):
    head = "label\n" if ids is None else "id,label\n"
    return head + "".join(f"{'' if ids is None else ids[k] + ','}{label}\n" for k, label in enumerate(labels))


@pytest.fixture(scope="module")
def files(save):
    table, labels = drawn()
    return save("logits.csv", text_of(table)), save("labels.csv", labels_of(labels))


def loaded(path):
    """The JSON in a file."""
    with open(path) as file:
        return json.load(file)


def mean_loss(table, labels, temperature=1.0):
    """In 50 digits."""
    with mpmath.workdps(50):
        total = mpmath.mpf(0)
        for row, label in zip(table, labels, strict=True):
            u = [mpmath.mpf(float(z)) / mpmath.mpf(temperature) for z in row]
            total += mpmath.log(mpmath.fsum(mpmath.exp(one - max(u)) for one in u)) + max(u) - u[label]
        return float(total / len(labels))


def test_the_report(run, files):
    table, labels = drawn()
    document = run("calibrate", *files, "-f", "json").document
    temperature = document["temperature"]
    assert document["solution"] == "interior"
    assert document["cross_entropy_before"] == pytest.approx(mean_loss(table, labels), rel=1e-14)
    assert document["cross_entropy_after"] == pytest.approx(mean_loss(table, labels, temperature), rel=1e-14)
    for factor in (1 - 1e-4, 1 + 1e-4):
        assert mean_loss(table, labels, temperature * factor) > document["cross_entropy_after"]
    assert document["low"] < temperature < document["high"]
    assert math.sqrt(document["low"] * document["high"]) == pytest.approx(temperature)
    assert (document["rows"], document["rows_read"], document["rows_ignored"]) == (200, 200, 0)
    assert [one["variant"] for one in document["variants"]] == ["equal-width", "equal-mass", "class-wise"]
    assert document["ece_after"] == document["variants"][0]["after"]["ece"]
    assert len(document["bins"]) == 15
    assert sum(one["before"]["rows"] for one in document["bins"]) == 200
    assert sum(one["after"]["rows"] for one in document["bins"]) == 200


def test_the_keys_and_their_order(run, files):
    document = run("calibrate", *files, "-f", "json").document
    assert list(document) == [
        "schema_version", "command", "version", "unit", "temperature", "standard_error", "robust_standard_error", "low",
        "high", "solution", "cross_entropy_before", "cross_entropy_after", "ece_before", "ece_after", "accuracy_before",
        "accuracy_after", "variants", "kind", "class_count", "rows", "rows_read", "rows_ignored", "labels_read_as",
        "matched_by", "confidence", "weights", "bins",
    ]  # fmt: skip


def test_before_and_after_are_what_score_says(run, sample, tmp_path):
    out = str(tmp_path / "c.parquet")
    document = run("calibrate", *sample, "-f", "json").document
    assert run("calibrate", *sample, "--apply", sample[0], "-o", out, "-f", "json").document == document
    before = run("score", *sample, "--logits", "-f", "json").document
    after = run("score", out, sample[1], "-f", "json").document
    for key in ("cross_entropy", "ece", "accuracy"):
        assert document[f"{key}_before"] == before[key]
        assert document[f"{key}_after"] == pytest.approx(after[key], rel=1e-12)


def test_a_pipe_gets_the_temperature(run, files):
    done = run("calibrate", *files)
    assert float(done.out) == run("calibrate", *files, "-f", "json").document["temperature"]
    assert run("calibrate", *files, "--value").out == done.out
    assert run("calibrate", *files, "--get", "bins.14.after.rows").out.strip().isdigit()


@pytest.mark.parametrize("form", ["tsv", "npy", "parquet", "jsonl", "csv.gz", "shuffled", "threads", "blocks"])
def test_the_same_digits_however_it_is_run(run, save, tmp_path, form, monkeypatch):
    table, labels = drawn(1)
    ids = [f"r{k}" for k in range(len(labels))]
    preds, observed = save("logits.csv", text_of(table, ids=ids)), save("labels.csv", labels_of(labels, ids))
    wanted = run("calibrate", preds, observed, "--bias", "-f", "json").document
    options = []
    if form == "npy":
        np.save(tmp_path / "z.npy", table)
        preds, observed = str(tmp_path / "z.npy"), save("labels.csv", labels_of(labels))
    elif form == "parquet":
        columns = dict(zip(["c0", "c1", "c2"], table.T, strict=True))
        parquet.write_table(pa.table({"id": ids} | columns), tmp_path / "z.parquet")
        preds = str(tmp_path / "z.parquet")
    elif form == "jsonl":
        lines = [json.dumps({"id": name, "z": row}) for name, row in zip(ids, table.tolist(), strict=True)]
        preds = save("z.jsonl", "\n".join(lines))
    elif form == "tsv":
        preds = save("z.tsv", text_of(table, ids=ids).replace(",", "\t"))
    elif form == "csv.gz":
        import gzip

        preds = save("z.csv.gz", gzip.compress(text_of(table, ids=ids).encode()))
    elif form == "shuffled":
        order = np.random.default_rng(0).permutation(len(ids))
        preds = save("z.csv", text_of(table[order], ids=[ids[k] for k in order]))
    elif form == "threads":
        options = ["--threads", "5"]
    else:
        from cecli.readers.predictions import predictions, row_store

        monkeypatch.setattr(row_store, "IN_MEMORY", 1000)
        original = predictions.PredictionOptions
        monkeypatch.setattr(predictions, "PredictionOptions", lambda **k: original(block_bytes=700, **k))
    found = run("calibrate", preds, observed, "--bias", "-f", "json", *options).document
    for key in wanted:
        if key == "biases":
            assert [one["bias"] for one in found[key]] == [one["bias"] for one in wanted[key]]
        elif key not in ("labels_read_as", "matched_by"):
            assert found[key] == wanted[key], key


def test_probabilities_and_their_logarithms(run, save, files):
    table, _ = drawn()
    p = np.exp(table - table.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    wanted = float(run("calibrate", *files).out)
    for numbers, option in ((p, "--probs"), (np.log(p), "--log-probs")):
        found = run("calibrate", save("p.csv", text_of(numbers)), files[1], option)
        assert float(found.out) == pytest.approx(wanted, rel=1e-10)


def test_probabilities_of_0_off_target(run, save):
    preds = save("p.csv", "a,b,c\n0.5,0.5,0\n0,0.1,0.9\n0.3,0.3,0.4\n0.1,0.8,0.1\n")
    document = run("calibrate", preds, save("l.csv", "label\na\nc\nb\nb\n"), "--probs", "-f", "json").document
    assert document["solution"] == "interior"
    assert math.isfinite(document["cross_entropy_after"])


def test_rows_that_are_infinitely_wrong(run, save):
    preds = save("z.csv", "a,b\n1,0\n0,1\n0,-inf\n2,0\n")
    done = run("calibrate", preds, save("l.csv", "label\na\na\nb\na\n"), "-f", "json")
    assert done.status == 0
    document = done.document
    without = save("z2.csv", "a,b\n1,0\n0,1\n2,0\n")
    other = run("calibrate", without, save("l2.csv", "label\na\na\na\n"), "-f", "json").document
    assert document["temperature"] == other["temperature"]
    assert document["cross_entropy_before"] == document["cross_entropy_after"] == "Infinity"
    assert document["zero_probability_rows"] == 1
    assert document["finite_cross_entropy_after"] == other["cross_entropy_after"]
    assert "1 of the rows give the observed class a probability of 0 (row 3); the temperature is that" in done.err


def test_equal_probabilities_are_best(run, save):
    preds, labels = save("z.csv", "a,b\n3,0\n0,3\n"), save("l.csv", "label\nb\na\n")
    document = run("calibrate", preds, labels, "-f", "json").document
    assert (document["temperature"], document["solution"]) == ("Infinity", "uniform")
    assert document["cross_entropy_after"] == pytest.approx(math.log(2), rel=1e-15)
    assert (document["standard_error"], document["low"]) == (None, None)
    assert run("calibrate", preds, labels, "--apply", preds).out == "a,b\n0.5,0.5\n0.5,0.5\n"
    bare = run("calibrate", preds, labels)
    assert (bare.status, bare.out) == (0, "inf\n")
    assert "note: the temperature is infinite: equal probabilities have the least loss" in bare.err


def test_probabilities_that_are_logits(run, save):
    done = run("calibrate", save("z.csv", "a,b\n3.5,0\n"), save("l.csv", "label\na\n"), "--probs")
    assert done.status == 1
    assert "hint: leave --probs out if these are raw scores" in done.err


def test_no_temperature_is_best(run, save):
    preds, labels = save("z.csv", "a,b\n3,0\n0,3\n"), save("l.csv", "label\na\nb\n")
    for options in ([], ["--bias"]):
        document = run("calibrate", preds, labels, "-f", "json", *options).document
        assert (document["temperature"], document["solution"]) == (0, "unbounded")
        assert document["cross_entropy_after"] == 0
    assert "every row is right" in run("calibrate", preds, labels, "-f", "table").out
    bare = run("calibrate", preds, labels)
    assert (bare.status, bare.out) == (0, "0.0\n")
    assert "note: the temperature is 0: every row is right: the loss falls as long as T does" in bare.err
    assert run("calibrate", preds, labels, "-q").err == ""
    done = run("calibrate", preds, labels, "--apply", preds)
    assert (done.status, done.stdout) == (1, b"")
    assert "every row is right, so no temperature is best" in done.err


def test_biases_that_have_no_best(run, save):
    preds = save("z.csv", "logit\n0\n0.5\n1\n1\n1.5\n")
    labels = save("l.csv", "label\n0\n0\n0\n1\n1\n")
    done = run("calibrate", preds, labels, "--bias")
    assert (done.status, done.stdout) == (1, b"")
    assert "no biases are best" in done.err
    assert run("calibrate", preds, labels).status == 0


def test_biases(run, save):
    table, labels = drawn(2, rows=400)
    preds = save("z.csv", text_of(table + np.array([4.0, 0.0, -1.0])))
    observed = save("l.csv", labels_of(labels))
    document = run("calibrate", preds, observed, "--bias", "-f", "json").document
    alone = run("calibrate", preds, observed, "-f", "json").document
    biases = [one["bias"] for one in document["biases"]]
    assert [one["class"] for one in document["biases"]] == ["c0", "c1", "c2"]
    assert sum(biases) == pytest.approx(0, abs=1e-14)
    assert biases[2] > biases[1] > biases[0]
    assert document["cross_entropy_after"] < alone["cross_entropy_after"]
    assert 0 < document["biases"][0]["standard_error"] < 1
    listed = run("calibrate", preds, observed, "--bias", "--table", "biases", "-f", "csv").out.splitlines()
    assert listed[0] == "class,bias,standard_error"
    assert listed[1].startswith(f"c0,{biases[0]!r},")


def test_the_standard_errors_by_the_bootstrap_and_by_formula(run, save):
    """Unweighted they are near each other where the model is right but for its temperature."""
    table, labels = drawn(3, rows=3000)
    preds, observed = save("z.csv", text_of(table)), save("l.csv", labels_of(labels))
    document = run("calibrate", preds, observed, "-f", "json").document
    assert document["temperature"] == pytest.approx(3.0, abs=4 * document["standard_error"])
    assert document["robust_standard_error"] == pytest.approx(document["standard_error"], rel=0.1)
    u = table / document["temperature"]
    p = np.exp(u - u.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    curvature = ((p * table**2).sum(axis=1) - (p * table).sum(axis=1) ** 2).sum()
    assert document["standard_error"] == pytest.approx(document["temperature"] ** 2 / math.sqrt(curvature), rel=1e-9)


def test_whole_weights_are_repeated_rows(run, save):
    table, labels = drawn(4, rows=60)
    times = np.random.default_rng(0).integers(1, 4, 60)
    weighted = save("l.csv", "label,n\n" + "".join(f"{a},{b}\n" for a, b in zip(labels, times, strict=True)))
    preds = save("z.csv", text_of(table))
    options = ["--bias", "-f", "json"]
    one = run("calibrate", preds, weighted, "--label-column", "label", "--weight-column", "n", "--weights-are",
              "frequency", *options).document  # fmt: skip
    again = save("z2.csv", text_of(np.repeat(table, times, axis=0)))
    two = run("calibrate", again, save("l2.csv", labels_of(np.repeat(labels, times))), *options).document
    for key in ("temperature", "standard_error", "robust_standard_error", "cross_entropy_after", "ece_after"):
        assert one[key] == pytest.approx(two[key], rel=1e-9), key
    assert [b["bias"] for b in one["biases"]] == pytest.approx([b["bias"] for b in two["biases"]], rel=1e-9)


def test_a_weight_of_0_and_an_ignored_label_count_for_nothing(run, save):
    table, labels = drawn(5, rows=30)
    wanted = run("calibrate", save("z.csv", text_of(table[2:])), save("l.csv", labels_of(labels[2:])), "-f", "json")
    texts = ["skip", *labels[1:].tolist()]
    weights = ["1", "0", *["1"] * 28]
    both = save("l.csv", "label,w\n" + "".join(f"{a},{b}\n" for a, b in zip(texts, weights, strict=True)))
    found = run("calibrate", save("z.csv", text_of(table)), both, "--label-column", "label", "--weight-column", "w",
                "--ignore", "skip", "-f", "json")  # fmt: skip
    assert found.document["temperature"] == wanted.document["temperature"]
    assert (found.document["rows"], found.document["rows_ignored"]) == (28, 2)


def test_soft_labels(run, save):
    table, labels = drawn(6, rows=50)
    hard = run("calibrate", save("z.csv", text_of(table)), save("l.csv", labels_of(labels)), "-f", "json").document
    soft = save("s.csv", text_of(np.eye(3)[labels]))
    found = run("calibrate", save("z.csv", text_of(table)), soft, "-f", "json").document
    assert found["labels_read_as"] == "soft"
    assert found["temperature"] == pytest.approx(hard["temperature"], rel=1e-14)
    assert found["variants"][0]["after"]["band"] is None
    assert {one["after"]["accuracy_low"] for one in found["bins"]} == {None}


def test_clusters_make_the_robust_error(run, save):
    table, labels = drawn(7, rows=220)
    twice, again = np.repeat(table, 2, axis=0), np.repeat(labels, 2)
    groups = np.repeat(np.arange(220), 2)
    clustered = save("l.csv", "label,g\n" + "".join(f"{a},{b}\n" for a, b in zip(again, groups, strict=True)))
    found = run("calibrate", save("z.csv", text_of(twice)), clustered, "--label-column", "label", "--cluster", "g",
                "-f", "json").document  # fmt: skip
    once = run("calibrate", save("z1.csv", text_of(table)), save("l1.csv", labels_of(labels)), "-f", "json").document
    assert found["robust_standard_error"] == pytest.approx(once["robust_standard_error"], rel=1e-12)
    assert found["standard_error"] == pytest.approx(once["standard_error"] / math.sqrt(2), rel=1e-9)


def test_folds_by_brute_force(run, save):
    """Each fold's temperature is that of the rows outside, and its rows are scored by it."""
    from cecli.core.calibration.folds import fold_of

    table, labels = drawn(8, rows=90)
    preds, observed = save("z.csv", text_of(table)), save("l.csv", labels_of(labels))
    crossed = run("calibrate", preds, observed, "--folds", "4", "--seed", "3", "-f", "json").document["cross_fitted"]
    fold = fold_of(np.arange(90, dtype=np.uint64), 4, 3)
    assert (crossed["folds"], crossed["seed"], crossed["folds_by"]) == (4, 3, "row number")
    losses = []
    for k in range(4):
        outside = save("z.csv", text_of(table[fold != k])), save("l.csv", labels_of(labels[fold != k]))
        temperature = float(run("calibrate", *outside).out)
        assert crossed["temperatures"][k] == temperature
        losses.append(mean_loss(table[fold == k], labels[fold == k], temperature) * np.sum(fold == k))
    assert crossed["cross_entropy"] == pytest.approx(sum(losses) / 90, rel=1e-14)


def test_folds_of_clusters_and_of_ids(run, save):
    table, labels = drawn(9, rows=60)
    ids = [f"r{k}" for k in range(60)]
    order = np.random.default_rng(0).permutation(60)
    observed = save("l.csv", labels_of(labels, ids))
    one = run("calibrate", save("z.csv", text_of(table, ids=ids)), observed, "--folds", "3", "-f", "json").document
    shuffled = save("z.csv", text_of(table[order], ids=[ids[k] for k in order]))
    two = run("calibrate", shuffled, observed, "--folds", "3", "-f", "json").document
    assert one["cross_fitted"] == two["cross_fitted"]
    assert one["cross_fitted"]["folds_by"] == "id"
    other = run("calibrate", shuffled, observed, "--folds", "3", "--seed", "1", "-f", "json").document
    assert other["cross_fitted"]["temperatures"] != one["cross_fitted"]["temperatures"]


def test_more_folds_than_rows(run, save):
    preds, labels = save("z.csv", "a,b\n1,0\n0,2\n1,0.5\n"), save("l.csv", "label\na\na\nb\n")
    crossed = run("calibrate", preds, labels, "--folds", "50", "-f", "json").document["cross_fitted"]
    assert len(crossed["temperatures"]) == 50
    assert sum(one is not None for one in crossed["temperatures"]) <= 3
    one = run("calibrate", save("z.csv", "a,b\n3,0\n"), save("l.csv", "label\na\n"), "--folds", "2")
    assert (one.status, one.stdout) == (1, b"")
    assert "all rows are in one of the 2 folds" in one.err


def test_overfitting_gets_a_note(run, save):
    table, labels = drawn(0, rows=30, classes=6, factor=1.0)  # calibrated as they are
    done = run("calibrate", save("z.csv", text_of(table)), save("l.csv", labels_of(labels)), "--bias", "--folds", "3",
               "-f", "json")  # fmt: skip
    document = done.document
    assert document["cross_fitted"]["cross_entropy"] > document["cross_entropy_before"]
    assert "on rows that it was not fitted to, calibration makes the loss larger" in done.err


def test_parameters_are_applied(run, files, tmp_path, save):
    parameters, out = str(tmp_path / "p.json"), str(tmp_path / "c.csv")
    assert run("calibrate", *files, "-o", parameters).status == 0
    new = save("new.csv", "id,c0,c1,c2\nx,1,2,3\ny,0,0,-inf\n")
    assert run("calibrate", new, "--apply", parameters, "-o", out).status == 0
    with open(out) as file:
        written = file.read()
    temperature = loaded(parameters)["temperature"]
    assert written == run("softmax", new, "--temperature", repr(temperature)).out
    assert run("calibrate", new, "--apply", parameters).out == written
    assert run("calibrate", *files, "--apply", new).out == written
    assert run("calibrate", new, "--apply", parameters, "-f", "tsv").out == written.replace(",", "\t")


def test_biases_are_applied_by_name(run, save, tmp_path):
    table, labels = drawn(10)
    parameters = str(tmp_path / "p.json")
    fitted = [save("z.csv", text_of(table + np.array([2.0, 0.0, 0.0]))), save("l.csv", labels_of(labels))]
    run("calibrate", *fitted, "--bias", "-o", parameters)
    one = run("calibrate", save("a.csv", "c0,c1,c2\n1,2,3\n"), "--apply", parameters).out
    two = run("calibrate", save("b.csv", "c2,c0,c1\n3,1,2\n"), "--apply", parameters).out
    assert dict(zip(*(line.split(",") for line in one.splitlines()), strict=True)) == dict(
        zip(*(line.split(",") for line in two.splitlines()), strict=True)
    )
    np.save(tmp_path / "z.npy", np.array([[1.0, 2.0, 3.0]]))
    assert run("calibrate", tmp_path / "z.npy", "--apply", parameters).out.splitlines()[1] == one.splitlines()[1]
    wrong = run("calibrate", save("c.csv", "c0,c1,x\n1,2,3\n"), "--apply", parameters)
    assert (wrong.status, wrong.stdout) == (1, b"")
    assert '"c2" is only in one of the two' in wrong.err


def test_parameters_are_of_so_many_classes(run, files, save, tmp_path):
    parameters, few = str(tmp_path / "p.json"), save("d.csv", "c0,c1\n1,2\n")
    for options in ([], ["--bias"]):
        run("calibrate", *files, *options, "-o", parameters)
        for done in (run("calibrate", few, "--apply", parameters), run("calibrate", *files, *options, "--apply", few)):
            assert (done.status, done.stdout) == (1, b"")
            assert "2 classes, and" in done.err
            assert "was fitted to 3" in done.err


def test_a_binary_prediction(run, save, tmp_path):
    random = np.random.default_rng(11)
    z = random.normal(size=100) * 2
    labels = (random.random(100) < 1 / (1 + np.exp(-z - 0.5))).astype(int)
    column = save("z.csv", "logit\n" + "".join(f"{one!r}\n" for one in (3 * z).tolist()))
    observed = save("l.csv", labels_of(labels))
    both = save("both.csv", text_of(np.column_stack([np.zeros(100), 3 * z]), ["ham", "spam"]))
    for options in ([], ["--bias"]):
        one = run("calibrate", column, observed, *options, "-f", "json").document
        two = run("calibrate", both, observed, *options, "--first-label", "0", "-f", "json").document
        assert one["temperature"] == pytest.approx(two["temperature"], rel=1e-13)
        assert one["cross_entropy_after"] == pytest.approx(two["cross_entropy_after"], rel=1e-13)
        parameters = str(tmp_path / "p.json")
        run("calibrate", column, observed, *options, "-o", parameters)
        out = str(tmp_path / "c.csv")
        run("calibrate", column, "--apply", parameters, "-o", out)
        scored = run("score", out, observed, "-f", "json").document
        assert scored["cross_entropy"] == pytest.approx(one["cross_entropy_after"], rel=1e-13)


def test_the_label_is_carried_along(run, save, tmp_path):
    table, labels = drawn(12, rows=20)
    text = text_of(table).splitlines()
    rows = [f"{line},{label}" for line, label in zip(text[1:], labels, strict=True)]
    one = save("z.csv", "\n".join([f"{text[0]},label", *rows]))
    parameters = str(tmp_path / "p.json")
    assert run("calibrate", one, "--label-column", "label", "-o", parameters).status == 0
    done = run("calibrate", one, "--label-column", "label", "--apply", parameters)
    assert done.out.splitlines()[0] == "label,c0,c1,c2"
    assert [line.split(",")[0] for line in done.out.splitlines()[1:]] == [str(label) for label in labels]


def test_the_table(run, files):
    done = run("calibrate", *files, "--folds", "3", "-f", "table")
    assert done.status == 0
    for text in ("Temperature", "95 % interval", "ECE class-wise", "calibrated: up to", "3 folds", "Reliability after"):
        assert text in done.out
    assert max(map(len, done.out.splitlines())) <= 80


def test_what_the_temperature_says(run, save):
    for factor, text in ((3.0, "above 1: they were too sure"), (0.3, "not sure enough"), (1.0, "1 is in its interval")):
        table, labels = drawn(13, rows=300, factor=factor)
        assert (
            text in run("calibrate", save("z.csv", text_of(table)), save("l.csv", labels_of(labels)), "-f", "table").out
        )


def test_lists_for_other_programs(run, files):
    bins = run("calibrate", *files, "--table", "bins", "-f", "csv").out.splitlines()
    assert bins[0].startswith("low,high,before.rows,before.confidence")
    assert len(bins) == 16
    variants = run("calibrate", *files, "--table", "variants", "-f", "tsv").out.splitlines()
    assert variants[0].split("\t")[:3] == ["variant", "before.ece", "before.expected"]
    row = run("calibrate", *files, "-f", "csv", "--folds", "2").out.splitlines()
    assert len(row) == 2
    assert "cross_fitted.cross_entropy" in row[0]


def test_units(run, files):
    nats = run("calibrate", *files, "-f", "json").document
    bits = run("calibrate", *files, "-b", "bits", "-f", "json").document
    assert bits["unit"] == "bits"
    assert bits["cross_entropy_after"] == pytest.approx(nats["cross_entropy_after"] / math.log(2))
    assert bits["temperature"] == nats["temperature"]


def test_a_gate(run, files, tmp_path):
    out = str(tmp_path / "c.json")
    done = run("calibrate", *files, "--require", "ece_after<1e-9", "-o", out)
    assert done.status == 3
    assert loaded(out)["requirements"][0]["met"] is False


def test_a_signed_result_is_verified(run, files, tmp_path):
    result = str(tmp_path / "signed.json")
    options = ["--bias", "--folds", "3", "--seed", "4", "-b", "bits", "--signature"]
    assert run("calibrate", *files, *options, "-o", result, "--threads", "2").status == 0
    line = loaded(result)["signature"]
    for part in ("| calibrate temperature | bits | 200 rows |", "--base bits", "--bias", "--folds 3", "--seed 4"):
        assert part in line
    assert run("verify", result, "--threads", "1").status == 0
    assert run("calibrate", files[0], "--apply", result).status == 0
    document = loaded(result)
    with open(result, "w") as file:
        json.dump(document | {"temperature": document["temperature"] * (1 + 1e-15)}, file)
    assert run("verify", result).status == 3


def test_a_diagram(run, files, tmp_path):
    pytest.importorskip("matplotlib")
    picture = tmp_path / "d.svg"
    assert run("calibrate", *files, "--plot", picture, "--value").status == 0
    text = picture.read_text()
    for word in ("perfectly calibrated", "before calibration", "after calibration", "share of rows"):
        assert word in text


WRONG = [
    (["{z}"], 2, "LABELS is missing"),
    (["{z}", "{l}", "--observed", "c0"], 2, "takes no LABELS"),
    (["{z}", "--observed", "c0", "--log-probs"], 2, "the figures of all classes are needed"),
    (["{z}", "{l}", "--by", "label"], 2, "one temperature for all rows"),
    (["{z}", "{l}", "--probs", "--logits"], 2, "--probs and --logits exclude each other"),
    (["{z}", "{l}", "--normalize"], 2, "--normalize is for probabilities"),
    (["{z}", "{l}", "--probs"], 1, "expected a probability from 0 to 1"),
    (["{z}", "{l}", "--seed", "1"], 2, "--seed is the seed of --folds"),
    (["{z}", "{l}", "--folds", "1"], 2, "--folds"),
    (["{z}", "{l}", "--table", "biases"], 2, "--table biases needs --bias"),
    (["{z}", "{l}", "--apply", "{p}"], 2, "holds parameters, so there is nothing to fit"),
    (["{z}", "--apply", "nothing.json"], 1, "nothing.json: no such file"),
    (["{z}", "--apply", "{z}"], 1, "no parameters of a calibration"),
    (["{z}", "--apply", "{p}", "--bias"], 2, "fits nothing and reports nothing: --bias"),
    (["{z}", "--apply", "{p}", "--value"], 2, "fits nothing and reports nothing: --value"),
    (["{z}", "--apply", "{p}", "-f", "json"], 2, "--apply writes predictions, and not as json"),
    (["{z}", "--apply", "{p}", "-o", "c.json"], 2, "names no format of predictions"),
    (["{z}", "{l}", "--apply", "nothing.csv"], 1, "nothing.csv: no such file"),
    (["{z}", "{l}", "--apply", "{z}", "-f", "json"], 2, "--apply writes predictions, and not as json"),
    (["{z}", "{l}", "-o", "c.parquet"], 2, "which names no format"),
    (["{z}", "{l}", "--ignore", "0", "--ignore", "1", "--ignore", "2"], 1, "no row is left to calibrate by"),
    (["nothing.csv", "{l}"], 1, "nothing.csv: no such file"),
    (["{l}", "{z}"], 1, "label"),
]


@pytest.mark.parametrize(("arguments", "status", "text"), WRONG)
def test_wrong(run, files, save, arguments, status, text):
    parameters = save("p.json", '{"schema_version": 1, "command": "calibrate", "temperature": 2.0}')
    named = {"{z}": files[0], "{l}": files[1], "{p}": parameters}
    done = run("calibrate", *(named.get(argument, argument) for argument in arguments))
    assert (done.status, done.stdout) == (status, b"")
    assert text in done.err


def test_every_row_infinitely_wrong(run, save):
    done = run("calibrate", save("z.csv", "a,b\n-inf,0\n"), save("l.csv", "label\na\n"))
    assert (done.status, done.stdout) == (1, b"")
    assert "every row gives the observed class a probability of 0" in done.err


def test_probabilities_taken_for_logits(run, save):
    preds, labels = save("p.csv", "a,b\n0.9,0.1\n0.4,0.6\n"), save("l.csv", "label\na\na\n")
    done = run("calibrate", preds, labels)
    assert (done.status, done.stdout) == (1, b"")
    assert "every row of logits is itself a PMF: are these probabilities?\n  hint: --probs if they are" in done.err
    assert run("calibrate", preds, labels, "--probs").status == 0
    assert run("calibrate", preds, labels, "--logits").status == 0
    column = save("p.csv", "logit\n0.9\n0.4\n")
    one = run("calibrate", column, save("l.csv", "label\n1\n1\n"))
    assert "every logit is from 0 to 1: are these probabilities?" in one.err


def test_meaningless_options_are_not_in_the_help(run):
    done = run("calibrate", "-h")
    assert "--apply" in done.out
    for name in ("--observed", "--losses", "--by"):
        assert f"  {name} " not in done.out


def test_a_full_disk_and_a_pipe(shell):
    done = shell(f"cecli calibrate {LOGITS} {LABELS} --apply {LOGITS} > /dev/full")
    assert done.status == 1
    assert "No space left on device" in done.err
    done = shell(f"cecli calibrate {LOGITS} {LABELS} -f json | cecli calibrate {LOGITS} --apply /dev/stdin | head -n 1")
    assert done.out == "id,0,1,2,3,4,5,6,7,8,9\n"


def test_what_is_dropped_need_not_be_in_the_file_it_is_applied_to(run, save):
    logits = save("z.csv", "a,extra,b\n2,9,0\n0,9,1\n1,9,0\n0,9,3\n")
    labels, other = save("l.csv", "label\na\nb\nb\na\n"), save("o.csv", "a,b\n1,0\n")
    done = run("calibrate", logits, labels, "--drop", "extra", "--apply", other)
    assert done.status == 0, done.err
    assert done.out.splitlines()[0] == "a,b"
    with_it = run("calibrate", logits, labels, "--drop", "extra", "--apply", save("o.csv", "a,extra,b\n1,7,0\n"))
    assert with_it.out == done.out
    assert run("calibrate", logits, labels, "--drop", "extr", "--apply", other).status != 0
