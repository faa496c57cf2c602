"""--report of score and compare: what stands on the page, and how it fares in a browser where there is one."""

import csv
import io
import json
import math
import os
import random
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

NASTY = [
    "<script>alert(1)</script>",
    "\"q\" & 's'",
    "שלום עולם",
    "a\u202eb",
    "</td><img src=x onerror=alert(2)>",
    "a,b",
]


class Reader(HTMLParser):
    """The texts of a page, a list for every section by its heading."""

    def __init__(self, text):
        super().__init__()
        self.sections, self.tags, self._heading, self._skipped = {"": []}, [], False, False
        self._name = ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self._heading = tag == "h2"
        self._skipped = tag == "style"
        if tag == "h2":
            self._name = ""

    def handle_endtag(self, tag):
        if tag == "h2":
            self._heading = False
            self.sections.setdefault(self._name, [])

    def handle_data(self, data):
        if self._heading:
            self._name += data
        elif not self._skipped and data.strip():
            self.sections.setdefault(self._name, []).append(data.strip())


def read(path):
    return Reader(Path(path).read_text("utf-8"))


def text_of(header, rows):
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([header, *rows])
    return out.getvalue()


def case(folder, names, rows=200, seed=1, infinite=False):
    """Predictions and labels of so many rows with an id and a group."""
    draw = random.Random(seed)
    preds, labels = [], []
    for number in range(rows):
        weights = [draw.random() ** 3 + 1e-3 for _ in names]
        shares = [weight / sum(weights) for weight in weights]
        label = draw.choices(range(len(names)), shares)[0]
        if infinite and number == 7:
            shares = [0.0 if k == label else 1 / (len(names) - 1) for k in range(len(names))]
        preds.append([f"<i>{number}</i>", *shares, draw.choice(["north", "<b>south</b>"])])
        labels.append([f"<i>{number}</i>", names[label]])
    (folder / "preds.csv").write_text(text_of(["id", *names, "place"], preds))
    (folder / "other.csv").write_text(
        text_of(
            ["id", *names, "place"], [[i, *[(p + 0.1) / (1 + 0.1 * len(names)) for p in ps], g] for i, *ps, g in preds]
        )
    )
    (folder / "labels.csv").write_text(text_of(["id", "label"], labels))
    return np.array([row[1:-1] for row in preds]), [names.index(label) for _, label in labels]


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


SCORE = ("score", "preds.csv", "labels.csv", "--drop", "place")


def test_the_page_holds_the_figures_of_the_result(here, run):
    probabilities, labels = case(here, ["ant", "bee", "cat"])
    done = run(*SCORE, "--report", "r.html", "-f", "json")
    assert done.status == 0
    document, page = done.document, read("r.html")
    glance = " ".join(page.sections["At a glance"])
    for key in ("cross_entropy", "perplexity", "accuracy", "skill", "ece", "brier"):
        assert f"{document[key]:.6g}" in glance
    assert f"95 % interval {document['low']:.6g} to {document['high']:.6g}" in glance
    assert f"95 % interval {math.exp(document['low']):.6g} to {math.exp(document['high']):.6g}" in glance
    losses = -np.log(probabilities[np.arange(200), labels])
    worst = page.sections["The worst rows"]
    assert [f"<i>{row}</i>" for row in np.argsort(-losses, kind="stable")[:10]] == [w for w in worst if w[:3] == "<i>"]
    classes = page.sections["Classes"]
    for entry in document["classes"]:
        assert entry["class"] in classes
        assert str(entry["rows"]) in classes
    assert "worst" not in document


def test_the_diagrams_hold_the_bins(here, run):
    probabilities, labels = case(here, ["ant", "bee", "cat"])
    assert run(*SCORE, "--report", "r.html").status == 0
    texts = read("r.html").sections["Where the loss comes from"]
    top, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
    bins = np.minimum((top * 15).astype(int), 14)
    for k in np.unique(bins):
        place = texts.index(f"{k / 15:.3f} to {(k + 1) / 15:.3f}")
        row = [float(text) for text in texts[place + 1 : place + 6]]
        inside = bins == k
        assert row[:3] == pytest.approx([inside.mean(), top[inside].mean(), right[inside].mean()], rel=1e-5)
        assert row[3] <= row[2] <= row[4]
    losses = -np.log(probabilities[np.arange(200), labels])
    ranges = [
        text for text in texts if re.fullmatch(r"[0-9.e-]+ to [0-9.e-]+", text) and not re.match(r"\d\.\d{3} to", text)
    ]
    assert len(ranges) > 5
    for text in ranges:
        low, high = map(float, text.split(" to "))
        share = float(texts[texts.index(text) + 1])
        inside = (losses >= low * (1 - 1e-3)) & (losses < high * (1 + 1e-3))
        assert share <= inside.mean() + 1e-6


def test_the_ordinary_output_is_the_same_beside_a_page(here, run):
    case(here, ["ant", "bee", "cat"])
    for form in ([], ["-f", "json"], ["-f", "csv"], ["-f", "table"], ["--value"], ["--get", "ece"], ["-f", "md"]):
        plain, beside = run(*SCORE, *form), run(*SCORE, *form, "--report", "r.html")
        assert beside.out == plain.out
        assert beside.status == 0


def test_texts_of_files_stay_texts(here, run):
    case(here, NASTY, infinite=True)
    done = run("score", "preds.csv", "labels.csv", "--by", "place", "--confusions", "3", "--report", "r.html", "-q")
    assert (done.status, done.err) == (0, "")
    page = read("r.html")
    assert "script" not in page.tags
    assert "img" not in page.tags
    assert {"<script>alert(1)</script>", "שלום עולם", r"a\u202eb", "a,b"} <= set(page.sections["Classes"])
    assert "<b>south</b>" in page.sections["By place"]
    assert "∞" in page.sections["At a glance"]
    assert "0.5 % of the rows have an infinite loss" in " ".join(page.sections["Where the loss comes from"])
    assert any("the loss is infinite: row 8" in text for text in page.sections["At a glance"])


def test_of_very_many_classes_the_costliest_stand_there(here, run):
    classes = 1500
    draw = np.random.default_rng(1)
    logits, labels = draw.normal(size=(50, classes)).astype(np.float32), draw.integers(0, 40, 50)
    np.save("p.npy", logits)
    Path("l.csv").write_text("label\n" + "".join(f"{label}\n" for label in labels))
    done = run("score", "p.npy", "l.csv", "--logits", "--report", "r.html", "-f", "json")
    texts = read("r.html").sections["Classes"]
    assert texts[0].startswith("The 100 of 1,500 classes that cost most; the other 1,400 are left out.")
    costs = [(-(each["cross_entropy"] or 0) * each["rows"], each["class"]) for each in done.document["classes"]]
    first = [text for text in texts if text.isdigit()]
    assert first[0] == min(costs)[1]
    assert Path("r.html").stat().st_size < 200_000


def test_where_only_losses_are_known(here, run):
    Path("l.csv").write_text("loss\n" + "".join(f"{k / 7!r}\n" for k in range(300)))
    done = run("score", "l.csv", "--observed", "loss", "--losses", "--report", "r.html")
    assert done.status == 0
    page = read("r.html")
    assert "Reliability of the most probable class" not in page.sections["Where the loss comes from"]
    assert "Losses of the rows" in page.sections["Where the loss comes from"]
    assert "Classes" not in page.sections


@pytest.mark.parametrize("losses", [[0.0, 0.0], [math.inf, math.inf], [math.inf], [1e-300, 1e9], [0.5]])
def test_the_ends_of_the_scale(losses, here, run):
    Path("l.csv").write_text("logprob\n" + "".join(f"{-loss!r}\n" for loss in losses))
    done = run("score", "l.csv", "--observed", "logprob", "--log-probs", "--report", "r.html")
    assert done.status == 0
    written = Path("r.html").read_text("utf-8")
    assert "nan" not in written
    assert ("The first bar holds all smaller losses" in written) == (min(losses) < 2**-20)
    assert ("The last bar holds all larger ones" in written) == (max(losses) == 1e9)


@pytest.mark.parametrize(
    "options",
    [
        ("-b", "bits", "--confidence", "0.9"),
        ("--reduction", "sum"),
        ("--decompose", "--like", "torch", "--prior", "uniform"),
        ("--cluster", "place"),
        ("--by", "place"),
        ("--clip", "1e-9", "--label-smoothing", "0.1"),
        ("--worst", "2"),
        ("--require", "ece<1"),
    ],
)
def test_options_of_score(options, here, run):
    case(here, ["ant", "bee", "cat"])
    drop = () if "place" in options else ("--drop", "place")
    done = run("score", "preds.csv", "labels.csv", *drop, *options, "--report", "r.html", "-f", "json")
    assert done.status == 0, done.err
    page = read("r.html")
    assert f"{done.document['cross_entropy']:.6g}" in page.sections["At a glance"]
    command = next(text for text in page.sections["How it was computed"] if text.startswith("cecli score"))
    kept = [{"-b": "--base"}.get(word, word) for word in options if word not in ("--require", "ece<1")]
    assert command.split()[:4] == ["cecli", "score", "preds.csv", "labels.csv"]
    assert sorted(command.split()[4:]) == sorted([*drop, *kept])


def test_weights_and_soft_labels_have_no_exact_intervals(here, run):
    Path("p.csv").write_text("a,b,w\n0.9,0.1,0.5\n0.2,0.8,2\n0.6,0.4,1.5\n")
    Path("l.csv").write_text("a,b\n1,0\n0.25,0.75\n0,1\n")
    for options in (("--weight-column", "w"), ("--drop", "w")):
        assert run("score", "p.csv", "l.csv", *options, "--report", "r.html").status == 0
        page = read("r.html")
        assert "exact" not in " ".join(page.sections["Where the loss comes from"])
        assert "Wilson" not in " ".join(page.sections["At a glance"])


def test_the_signature_is_on_the_page(here, run):
    case(here, ["ant", "bee", "cat"])
    done = run(*SCORE, "--report", "r.html", "--signature", "-f", "json")
    texts = read("r.html").sections["How it was computed"]
    assert done.document["signature"] in texts
    assert all(each["sha256"] in texts for each in done.document["inputs"])
    run(*SCORE, "--report", "r.html")
    texts = read("r.html").sections["How it was computed"]
    assert "--signature adds the SHA-256 of the inputs" in texts


def test_merged_states_have_the_page_of_one_run(here, run):
    case(here, ["ant", "bee", "cat"])
    lines = Path("preds.csv").read_text().splitlines(keepends=True)
    for number, part in enumerate((lines[1:90], lines[90:])):
        Path(f"p{number}.csv").write_text(lines[0] + "".join(part))
        ids = {line.split(",")[0] for line in part}
        labels = Path("labels.csv").read_text().splitlines(keepends=True)
        Path(f"l{number}.csv").write_text(labels[0] + "".join(line for line in labels[1:] if line.split(",")[0] in ids))
        partial = run("score", f"p{number}.csv", f"l{number}.csv", *SCORE[3:], "--worst", "10", "--partial",
                      "-o", f"{number}.cecli")  # fmt: skip
        assert partial.status == 0, partial.err
    assert run("merge", "0.cecli", "1.cecli", "--report", "m.html").status == 0
    assert run(*SCORE, "--worst", "10", "--report", "r.html").status == 0
    merged, one = read("m.html").sections, read("r.html").sections
    assert list(merged) == list(one)
    for heading in ("At a glance", "Where the loss comes from", "Figures", "Classes"):
        assert merged[heading] == one[heading]
    assert "cecli merge 0.cecli 1.cecli" in merged["How it was computed"]
    wrong = run("merge", "0.cecli", "1.cecli", "--partial", "--report", "m.html", "-o", "both.cecli")
    assert wrong.status == 2
    assert "--report has no meaning beside it" in wrong.err


def test_compare_has_a_page(here, run):
    case(here, ["ant", "bee", "cat"])
    files = ("compare", "preds.csv", "other.csv", "labels.csv")
    done = run(*files, "--drop", "place", "--report", "r.html", "-f", "json")
    assert done.status == 0
    document, page = done.document, read("r.html")
    glance = " ".join(page.sections["At a glance"])
    assert f"{document['difference']:.6g}" in glance
    assert f"95 % interval {document['low']:.6g} to {document['high']:.6g}" in glance
    assert "What each class adds to the difference" in page.sections["Where they differ"]
    for entry in document["classes"]:
        assert f"{entry['contribution']:.4g}"[:6] in " ".join(page.sections["Where they differ"])
    grouped = run(*files, "--by", "place", "--report", "g.html", "-f", "json")
    assert grouped.status == 0
    assert "Difference by place" in read("g.html").sections["Where they differ"]
    assert "<b>south</b>" in read("g.html").sections["Where they differ"]
    three = run("compare", "preds.csv", "other.csv", "preds.csv", "--labels", "labels.csv", "--drop", "place",
                "--report", "t.html", "-f", "json")  # fmt: skip
    page = read("t.html")
    assert {"other.csv in detail", "preds.csv in detail"} <= set(page.sections)
    assert f"{three.document['comparisons'][0]['difference']:.6g}" in " ".join(page.sections["At a glance"])


def test_compare_of_infinite_losses_has_a_page(here, run):
    case(here, ["ant", "bee", "cat"], infinite=True)
    for files in (("preds.csv", "other.csv"), ("other.csv", "preds.csv"), ("preds.csv", "preds.csv")):
        done = run("compare", *files, "labels.csv", "--drop", "place", "--report", "r.html", "-q")
        assert (done.status, done.err) == (0, "")
        assert "nan" not in Path("r.html").read_text("utf-8")


def test_the_gate_is_told_and_the_page_written_all_the_same(here, run):
    case(here, ["ant", "bee", "cat"])
    done = run(*SCORE, "--require", "cross_entropy<0", "--report", "r.html")
    assert done.status == 3
    assert read("r.html").sections["At a glance"]


def test_wrong_uses(here, run):
    case(here, ["ant", "bee", "cat"])
    for options, said in (
        (("--report", "r.txt"), '--report "r.txt" has the suffix ".txt", and it writes HTML'),
        (("--report", "-"), '--report "-" has no suffix'),
        (("--report", "r.html", "-o", "r.html", "-f", "json"), "--report and --output name the same file"),
        (("--report", "r.html", "--check"), "--check scores nothing: --report has no meaning beside it"),
        (("--report", "r.html", "--reduction", "none"), "--report has no meaning beside it"),
        (("--report", "r.html", "--partial", "-o", "s.cecli"), "--report has no meaning beside it"),
    ):
        done = run(*SCORE, *options)
        assert done.status == 2, options
        assert said in done.err
    for command in (SCORE, ("compare", "preds.csv", "other.csv", "labels.csv", "--drop", "place")):
        lost = run(*command, "--report", "none/r.html")
        assert (lost.status, lost.out) == (1, "")
        assert "cannot write none/r.html: No such file or directory" in lost.err
    assert not list(here.glob("*.html"))


def test_a_page_is_whole_or_as_it_was(here, run, shell):
    case(here, ["ant", "bee", "cat"])
    Path("r.html").write_text("old")
    Path("labels.csv").write_text("id,label\n")
    assert run(*SCORE, "--report", "r.html").status == 1
    assert Path("r.html").read_text() == "old"
    os.symlink("/dev/full", here / "full.html")
    case(here, ["ant", "bee", "cat"])
    full = run(*SCORE, "--report", "full.html")
    assert (full.status, full.out) == (1, "")
    assert "full.html: No space left on device" in full.err


CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--hide-scrollbars", "--disable-background-networking", "--disable-component-update",
    "--enable-logging=stderr", "--v=0",
)  # fmt: skip


@pytest.fixture
def browser(tmp_path_factory):
    """What a browser makes of a page: ``browser(path, "--dump-dom")``; standard output and its log."""
    if CHROMIUM is None:
        pytest.skip("no Chromium here")

    def call(path, *options):
        profile = tmp_path_factory.mktemp("profile")
        return subprocess.run(
            [CHROMIUM, *FLAGS, f"--user-data-dir={profile}", *options, Path(path).resolve().as_uri()],
            capture_output=True, text=True, encoding="utf-8", timeout=120, check=True,
        )  # fmt: skip

    return call


PROBE = """<!doctype html><body><iframe id="page" src="{page}" style="width:{width}px;height:900px;border:0"></iframe>
<pre id="found"></pre><script>
document.getElementById("page").onload = event => {{
  const page = event.target.contentDocument, root = page.documentElement
  const wide = [...page.querySelectorAll("*")].filter(one => !one.closest(".scroll") && !one.closest("details") &&
    !one.closest("svg") && one.getBoundingClientRect().right > root.clientWidth + 1)
  const text = page.querySelector("svg text").getBoundingClientRect().height
  document.getElementById("found").textContent = JSON.stringify({{
    client: root.clientWidth, scroll: root.scrollWidth, wide: wide.map(one => one.outerHTML.slice(0, 80)), text,
    scripts: page.scripts.length, images: page.images.length, bars: page.querySelectorAll("rect.fill").length,
    rows: [...page.querySelectorAll("th[scope=row]")].map(one => one.textContent),
    loaded: page.defaultView.performance.getEntriesByType("resource").length}})
}}
</script>"""


@pytest.mark.parametrize("width", [390, 1280])
def test_in_a_browser_it_fits_and_holds_what_it_should(width, here, run, browser):
    case(here, NASTY)
    document = run(*SCORE, "--report", "r.html", "--signature", "-f", "json").document
    Path("probe.html").write_text(PROBE.format(page="r.html", width=width))
    done = browser("probe.html", "--dump-dom", "--allow-file-access-from-files", "--virtual-time-budget=3000")
    assert "CONSOLE" not in done.stderr
    found = json.loads(Reader(done.stdout.partition('<pre id="found">')[2].partition("</pre>")[0]).sections[""][0])
    assert found["client"] == width
    assert (found["scroll"], found["wide"]) == (width, [])
    assert found["text"] > 9
    assert (found["scripts"], found["images"], found["loaded"]) == (0, 0, 0)
    assert found["bars"] > 10
    assert {"<script>alert(1)</script>", "שלום עולם", r"a\u202eb"} <= set(found["rows"])
    assert document["signature"] in Path("r.html").read_text("utf-8").replace("&#x27;", "'").replace("&quot;", '"')


def test_in_a_browser_nothing_is_said_and_every_figure_is_in_the_document(here, run, browser):
    case(here, NASTY)
    document = run(*SCORE, "--report", "r.html", "-f", "json").document
    done = browser("r.html", "--dump-dom")
    assert "CONSOLE" not in done.stderr
    for key in ("cross_entropy", "low", "high", "accuracy", "brier", "ece"):
        assert f"{document[key]:.6g}" in done.stdout


def test_a_browser_prints_it_on_few_pages(here, run, browser):
    case(here, ["ant", "bee", "cat"])
    assert run(*SCORE, "--report", "r.html").status == 0
    browser("r.html", "--print-to-pdf=r.pdf", "--no-pdf-header-footer")
    data = Path("r.pdf").read_bytes()
    assert data.startswith(b"%PDF")
    assert 2 <= len(re.findall(rb"/Type\s*/Page\b(?!s)", data)) <= 5
