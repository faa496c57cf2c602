"""``cecli fidelity``: what is read, matched, reported and refused."""

import csv
import io
import math

import numpy as np
import pytest

K = ["cat", "dog", "emu"]


def softmax(logits):
    table = np.exp(logits - logits.max(axis=1, keepdims=True))
    return table / table.sum(axis=1, keepdims=True)


def write(path, table, names=K, ids=None, beside=None):
    header = [*(["id"] if ids is not None else []), *names, *(beside or {})]
    lines = [",".join(header)]
    for k, row in enumerate(table.tolist()):
        cells = [*([str(ids[k])] if ids is not None else []), *map(repr, row)]
        lines.append(",".join([*cells, *(str(column[k]) for column in (beside or {}).values())]))
    path.write_text("\n".join(lines) + "\n")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Logits of a teacher and a student of 60 rows, their probabilities, and labels."""
    monkeypatch.chdir(tmp_path)
    random = np.random.default_rng(1)
    teacher = 2 * random.normal(size=(60, 3))
    student = teacher + 0.3 * random.normal(size=(60, 3))
    labels = [K[k] for k in random.integers(0, 3, 60)]
    ids, order = [f"r{k}" for k in range(60)], random.permutation(60)
    write(tmp_path / "t.csv", softmax(teacher), ids=ids, beside={"kind": ["ab"[k % 2] for k in range(60)]})
    write(tmp_path / "s.csv", softmax(student), ids=ids)
    write(tmp_path / "turned.csv", softmax(student)[order][:, [2, 0, 1]], [K[2], K[0], K[1]], np.array(ids)[order])
    write(tmp_path / "far.csv", softmax(3 * student), ids=ids)
    np.save(tmp_path / "t.npy", teacher)
    np.save(tmp_path / "s.npy", student)
    (tmp_path / "labels.csv").write_text(
        "id,label\n" + "".join(f"{a},{b}\n" for a, b in zip(ids, labels, strict=True))
    )  # fmt: skip
    np.save(tmp_path / "p.npy", softmax(teacher))
    np.save(tmp_path / "q.npy", softmax(student))
    return tmp_path


T = ("--drop", "kind")


def rows_kl(p, q):
    return (p * np.log(p / q)).sum(axis=1)


def test_the_figures(run, folder):
    document = run("fidelity", "p.npy", "q.npy", "--exact-quantiles", "-f", "json").document
    p, q = np.load("p.npy"), np.load("q.npy")
    kl = rows_kl(p, q)
    assert document["kl_mean"] == pytest.approx(kl.mean(), rel=1e-11)
    assert document["reverse_kl_mean"] == pytest.approx(rows_kl(q, p).mean(), rel=1e-11)
    assert document["total_variation_mean"] == pytest.approx(np.abs(p - q).sum(axis=1).mean() / 2, rel=1e-12)
    assert document["cross_entropy"] == pytest.approx(-(p * np.log(q)).sum(axis=1).mean(), rel=1e-12)
    assert document["same_top"] == (p.argmax(axis=1) == q.argmax(axis=1)).mean()
    assert document["kl_quantiles"]["p90"] == pytest.approx(np.quantile(kl, 0.9), rel=1e-10)
    assert (document["rows"], document["infinite_rows"], document["quantile_width"]) == (60, 0, 0)
    assert "top_k_agreement" not in document
    assert "loss_teacher" not in document
    assert sum(each["rows"] for each in document["classes"]) == 60
    assert document["worst"][0]["kl"] == pytest.approx(kl.max(), rel=1e-10)
    assert document["worst"][0]["row"] == kl.argmax() + 1


def test_all_kinds_say_the_same(run, folder):
    """To the digits that rows of 2e-16 leave."""
    calls = [
        ("p.npy", "q.npy"),
        ("t.npy", "s.npy", "--logits"),
        ("p.npy", "s.npy", "--kinds", "probs,logits"),
        ("t.csv", "s.csv", *T),
        ("t.csv", "turned.csv", *T),
        ("t.csv", "s.npy", "--kinds", "probs,logits", *T),
    ]
    found = [run("fidelity", *call, "--value", "-q") for call in calls]
    assert all(one.status == 0 for one in found), [one.err for one in found]
    assert [float(one.out) for one in found] == pytest.approx([float(found[0].out)] * len(calls), rel=1e-10)


def test_labels(run, folder):
    document = run("fidelity", "t.csv", "turned.csv", "labels.csv", *T, "-f", "json").document
    teacher, student = (
        run("score", file, "labels.csv", *more, "-f", "json").document["cross_entropy"]
        for file, more in (("t.csv", T), ("s.csv", ()))
    )
    assert (document["loss_teacher"], document["loss_student"]) == (teacher, student)
    assert document["log_perplexity_ratio"] == pytest.approx(student - teacher, rel=1e-12)
    pair = run("compare", "t.csv", "s.csv", "labels.csv", *T, "-f", "json").document
    assert document["log_perplexity_ratio_standard_error"] == pair["standard_error"]
    assert (document["log_perplexity_ratio_low"], document["log_perplexity_ratio_high"]) == (pair["low"], pair["high"])
    assert document["perplexity_ratio"] == pytest.approx(math.exp(student - teacher), rel=1e-14)
    assert document["label_probability_change"]["quantiles"]["max"] > 0
    same = run("fidelity", "t.csv", "turned.csv", "--labels", "labels.csv", *T, "-f", "json").document
    assert same == document
    assert {each["label"] for each in document["worst"]} <= set(K)


def test_several_students(run, folder):
    document = run("fidelity", "t.csv", "s.csv", "far.csv", "turned.csv", *T, "-f", "json").document
    near, far, turned = document["students"]
    assert [each["file"] for each in document["students"]] == ["s.csv", "far.csv", "turned.csv"]
    assert near["kl_mean"] == run("fidelity", "t.csv", "s.csv", *T, "-f", "json").document["kl_mean"] < far["kl_mean"]
    assert turned["kl_mean"] == near["kl_mean"]
    first, second = document["comparisons"]
    assert first["difference"] == pytest.approx(far["kl_mean"] - near["kl_mean"], rel=1e-12)
    assert first["p_value"] < 0.001
    assert first["p_holm"] == first["p_value"]  # the other has none
    assert (second["difference"], second["p_value"]) == (0.0, None)
    p, s, f = (softmax(one) for one in (np.load("t.npy"), np.load("s.npy"), 3 * np.load("s.npy")))
    gaps = rows_kl(p, f) - rows_kl(p, s)
    assert first["standard_error"] == pytest.approx(np.std(gaps, ddof=1) / math.sqrt(60), rel=1e-8)
    assert (first["nearer_rows"], first["farther_rows"]) == ((gaps < 0).sum(), (gaps > 0).sum())


def test_the_last_of_three_files(run, folder):
    """LABELS, unless it has the classes; where either may be, it must be said."""
    assert "students" in run("fidelity", "t.csv", "s.csv", "turned.csv", *T, "-f", "json").document
    assert "loss_teacher" in run("fidelity", "t.csv", "s.csv", "labels.csv", *T, "-f", "json").document
    assert "students" in run("fidelity", "p.npy", "q.npy", "q.npy", "-f", "json").document
    np.save("one.npy", np.load("p.npy")[:, 0])
    done = run("fidelity", "one.npy", "one.npy", "one.npy")
    assert done.status == 2
    assert "may be LABELS or another student" in done.err
    done = run("fidelity", "t.csv", "-", "labels.csv", *T, stdin=(folder / "s.csv").read_bytes())
    assert done.status == 2
    assert "--labels FILE" in done.err
    done = run("fidelity", "t.csv", "-", "--labels", "labels.csv", *T, "--value", stdin=(folder / "s.csv").read_bytes())
    assert done.status == 0, done.err


def test_groups_weights_and_clusters(run, folder):
    document = run(
        "fidelity", "t.csv", "s.csv", "--by", "kind", "--cluster", "kind", "-f", "json"
    ).document  # fmt: skip
    p, q = np.load("p.npy"), np.load("q.npy")
    kl = rows_kl(p, q)
    assert [each["group"] for each in document["groups"]] == ["a", "b"]
    assert document["groups"][0]["kl_mean"] == pytest.approx(kl[::2].mean(), rel=1e-10)
    assert document["clusters"] == 2
    gap = kl[::2].sum() - kl[1::2].sum()  # of two clusters, each is half of this from the mean of both
    assert document["kl_standard_error"] == pytest.approx(abs(gap) / 60, rel=1e-6)
    done = run("fidelity", "t.csv", "s.csv", "--by", "kind", "-f", "csv")
    table = list(csv.DictReader(io.StringIO(done.out)))
    assert [row["group"] for row in table] == ["a", "b"]
    write(folder / "w.csv", p, beside={"copies": [1 + k % 3 for k in range(60)]})
    write(folder / "u.csv", q)
    weighted = run("fidelity", "w.csv", "u.csv", "--weight-column", "copies", "-f", "json").document
    assert weighted["kl_mean"] == pytest.approx(np.average(kl, weights=[1 + k % 3 for k in range(60)]), rel=1e-10)


def test_infinite_rows_are_counted_and_named(run, folder):
    write(folder / "a.csv", np.array([[0.5, 0.25, 0.25], [0.2, 0.3, 0.5], [0.1, 0.2, 0.7]]))
    write(folder / "b.csv", np.array([[0.5, 0.25, 0.25], [0.5, 0.5, 0.0], [0.2, 0.2, 0.6]]))
    done = run("fidelity", "a.csv", "b.csv", "-f", "json")
    document = done.document
    assert (document["kl_mean"], document["infinite_rows"]) == ("Infinity", 1)
    assert document["kl_standard_error"] is None
    assert document["finite_kl_mean"] == pytest.approx((0.1 * math.log(0.5) + 0.7 * math.log(7 / 6)) / 2, rel=1e-12)
    assert "in 1 row (2) the student gives a class a probability of 0" in done.err
    assert document["kl_quantiles"]["max"] == "Infinity"


def test_a_requirement_and_a_page(run, folder):
    assert run("fidelity", "t.csv", "s.csv", *T, "--require", "kl_mean<1", "-f", "csv").status == 0
    done = run("fidelity", "t.csv", "far.csv", *T, "--require", "same_top>=1.5", "-f", "csv")
    assert done.status == 3
    done = run("fidelity", "t.csv", "s.csv", "far.csv", *T, "--require", "kl_mean<0.1", "-f", "csv")
    assert done.status == 3
    assert "students.1.kl_mean<0.1" in done.err
    assert run("fidelity", "t.csv", "s.csv", "labels.csv", *T, "--report", "r.html", "-o", "r.json").status == 0
    page = (folder / "r.html").read_text()
    assert "s.csv as a copy of t.csv" in page
    assert "<svg" in page
    shown = run("show", "r.json", "-f", "table")
    assert "Same top class" in shown.out
    assert run("fidelity", "t.csv", "s.csv", "far.csv", *T, "--report", "r.html", "-q").status == 0


@pytest.mark.parametrize("form", ["table", "csv", "tsv", "md", "json"])
def test_every_format(run, folder, form):
    done = run("fidelity", "t.csv", "s.csv", "labels.csv", *T, "-f", form)
    assert (done.status, done.err) == (0, "")
    assert "kl" in done.out.lower()


@pytest.mark.parametrize("table", ["measures", "histogram", "classes", "worst", "comparisons"])
def test_every_table(run, folder, table):
    done = run("fidelity", "t.csv", "s.csv", "far.csv", *T, "--table", table, "-f", "csv")
    assert done.status == 0
    found = list(csv.DictReader(io.StringIO(done.out)))
    assert {row["file"] for row in found} == ({"far.csv"} if table == "comparisons" else {"s.csv", "far.csv"})
    done = run("fidelity", "t.csv", "s.csv", *T, "--table", "comparisons", "-f", "csv")
    assert (done.status, "needs several students" in done.err) == (2, True)


def test_one_column(run, folder):
    (folder / "a.csv").write_text("yes\n0.3\n0.9\n")
    (folder / "b.csv").write_text("no,yes\n0.6,0.4\n0.2,0.8\n")
    (folder / "l.csv").write_text("label\nno\nyes\n")
    document = run("fidelity", "a.csv", "b.csv", "l.csv", "-f", "json").document
    true = (0.3 * math.log(0.3 / 0.4) + 0.7 * math.log(0.7 / 0.6) + 0.9 * math.log(9 / 8) + 0.1 * math.log(1 / 2)) / 2
    assert document["kl_mean"] == pytest.approx(true, rel=1e-13)
    assert [each["class"] for each in document["classes"]] == ["no", "yes"]
    (folder / "c.csv").write_text("no\n0.6\n0.2\n")
    turned = run("fidelity", "b.csv", "c.csv", "-f", "json").document
    assert (turned["kl_mean"], turned["same_top"]) == (pytest.approx(0.0, abs=1e-30), 1.0)


def test_refusals(run, folder):
    assert "TEACHER and STUDENT" in run("fidelity", "t.csv").err
    assert "--observed has the figure of one class" in run("fidelity", "t.csv", "s.csv", "--observed", "cat").err
    write(folder / "other.csv", np.load("p.npy"), ["cat", "dog", "fox"])
    assert "not the classes of t.csv" in run("fidelity", "t.csv", "other.csv", *T).err
    write(folder / "short.csv", np.load("p.npy")[:50])
    assert "short.csv has 50 rows and s.csv has 60" in run("fidelity", "s.csv", "short.csv", "--id", "none").err
    assert "s.csv has 60 rows and short.csv has 50" in run("fidelity", "short.csv", "s.csv", "--id", "none").err
    write(folder / "bad.csv", np.load("t.npy"))
    done = run("fidelity", "s.csv", "bad.csv", "--id", "none")
    assert done.status == 1
    assert "--kinds probs,logits" in done.err
