"""What ``llama-perplexity --kl-divergence`` prints of a pair of models, line by line, from the files it wrote."""

import re
from pathlib import Path

import pytest

LLAMA = Path(__file__).parents[1] / "readers" / "tables" / "llama"
STEP = 3.5e-4
"""The tool has the student's logits in full; its file rounds them to 16 bits, a step of up to 16/65535 nats."""

PERCENT = {
    "Maximum": "max", "99.9%": "p99_9", "99.0%": "p99", "95.0%": "p95", "90.0%": "p90", "75.0%": "p75",
    "Median": "median", "25.0%": "p25", "10.0%": "p10", "5.0%": "p05", "1.0%": "p01", "0.1%": "p00_1", "Minimum": "min",
}  # fmt: skip


def printed(name):
    """What stands behind the words of each line below the table of chunks: a figure, and its error."""
    text = (LLAMA / name).read_text(encoding="utf-8").partition("====== Perplexity statistics ======")[2]
    lines = re.findall(r"^ *(\S[^:\n]*?) *:\s*(-?[\d.]+)%?(?: ±\s+([\d.]+))?", text.partition("--- stderr")[0], re.M)
    return {re.sub(r" +", " ", words): (float(one), float(error) if error else None) for words, one, error in lines}


@pytest.fixture(scope="module")
def report(run):
    files = (LLAMA / "base.kld", LLAMA / "student.kld")
    return run("fidelity", *files, "--exact-quantiles", "--cluster", "none", "-f", "json", "-q").document


@pytest.fixture(scope="module")
def tool():
    found = printed("kld.report")
    assert len(found) == 34
    return found


def test_perplexities(report, tool):
    lines = {
        "Mean PPL(Q)": "perplexity_student",
        "Mean PPL(base)": "perplexity_teacher",
        "Mean PPL(Q)/PPL(base)": "perplexity_ratio",
        "Mean PPL(Q)-PPL(base)": "perplexity_difference",
        "Mean ln(PPL(Q)/PPL(base))": "log_perplexity_ratio",
    }
    for words, key in lines.items():
        figure, error = tool[words]
        assert report[key] == pytest.approx(figure, rel=1e-5, abs=3e-3 if "-" in words else 1e-5), words
        assert report[f"{key}_standard_error"] == pytest.approx(error, rel=2e-4), words
    assert 100 * report["loss_correlation"] == pytest.approx(tool["Cor(ln(PPL(Q)), ln(PPL(base)))"][0], abs=0.005)


def test_divergences(report, tool):
    figure, error = tool["Mean KLD"]
    assert report["kl_mean"] == pytest.approx(figure, abs=1e-6)
    assert report["kl_standard_error"] == pytest.approx(error, abs=1e-6)
    for words, key in PERCENT.items():
        if f"{words} KLD" in tool:
            assert report["kl_quantiles"][key] == pytest.approx(tool[f"{words} KLD"][0], abs=5e-5), words


def test_changes_of_the_probability(report, tool):
    change = report["label_probability_change"]
    figure, error = tool["Mean Δp"]
    assert 100 * change["mean"] == pytest.approx(figure, abs=1e-3)
    assert 100 * change["standard_error"] == pytest.approx(error, abs=1e-3)
    figure, error = tool["RMS Δp"]
    assert 100 * change["rms"] == pytest.approx(figure, abs=1e-3)
    assert 100 * change["rms_standard_error"] == pytest.approx(error, abs=1e-3)
    for words, key in PERCENT.items():
        assert 100 * change["quantiles"][key] == pytest.approx(tool[f"{words} Δp"][0], abs=100 * STEP / 10), words


def test_same_top(report, tool):
    figure, error = tool["Same top p"]
    assert 100 * report["same_top"] == pytest.approx(figure, abs=1e-3)
    assert 100 * report["same_top_standard_error"] == pytest.approx(error, abs=1e-3)


def test_every_line_is_in_the_report(tool):
    """Those of the tests above, and no other."""
    known = {"Mean PPL(Q)", "Mean PPL(base)", "Mean PPL(Q)/PPL(base)", "Mean PPL(Q)-PPL(base)", "RMS Δp", "Same top p"}
    known |= {"Mean ln(PPL(Q)/PPL(base))", "Cor(ln(PPL(Q)), ln(PPL(base)))", "Mean KLD", "Mean Δp"}
    known |= {f"{words} {what}" for words in PERCENT for what in ("KLD", "Δp")} - {"75.0% KLD", "25.0% KLD"}
    assert set(tool) == known | ({"75.0% KLD", "25.0% KLD"} & set(tool))


def test_labels_at_the_cut_are_counted_and_told(run, report):
    done = run("fidelity", LLAMA / "sbase.kld", LLAMA / "sstudent.kld", "-f", "json")
    assert (done.document["labels_at_cut"], done.document["labels_at_cut_student"]) == (23, 21)
    assert "sbase.kld: 23 labels lie at the cut at 16 nats" in done.err
    figure = printed("skld.report")["Mean PPL(Q)"][0]
    assert figure == 941.627641  # by the student's logits in full: its file cannot tell
    assert done.document["perplexity_student"] == pytest.approx(778.465, abs=0.01)
    assert (report["labels_at_cut"], report["labels_at_cut_student"]) == (0, 0)


def test_chunks_are_clusters(run, report):
    files = (LLAMA / "base.kld", LLAMA / "student.kld")
    document = run("fidelity", *files, "-f", "json", "-q").document
    assert (document["clusters"], document["kl_mean"]) == (13, report["kl_mean"])
    assert document["kl_standard_error"] != report["kl_standard_error"]


def test_several_students_of_llama(run):
    files = [LLAMA / "base.kld", LLAMA / "student.kld", LLAMA / "base.kld"]
    document = run("fidelity", *files, "-f", "json", "-q").document
    near, itself = document["students"]
    assert itself["kl_mean"] == 0
    assert document["comparisons"][0]["difference"] == pytest.approx(-near["kl_mean"], rel=1e-12)
    assert run("compare", *files, "--value").status == 0
