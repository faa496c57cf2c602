"""No input is replaced by the result, whatever name it goes by; what is meant to be replaced is."""

import json
from pathlib import Path

import pytest

PREDS, LABELS = "a,b\n0.5,0.5\n0.25,0.75\n", "label\na\nb\n"


@pytest.mark.parametrize(
    ("line", "option"),
    [
        ("score P L -o P", "--output"),
        ("score P L -o L", "--output"),
        ("score P L -o LINK", "--output"),
        ("score P L -f json -o P", "--output"),
        ("score P L --reduction none -o L", "--output"),
        ("score P L --partial -o P", "--output"),
        ("compare P P L -o P", "--output"),
        ("calibrate P L --probs -o L", "--output"),
        ("softmax P -o P", "--output"),
        ("fit --samples L -o L", "--output"),
        ("kl P P -o P", "--output"),
    ],
)
def test_an_input_is_not_replaced(run, save, tmp_path, line, option):
    preds, labels = save("p.csv", PREDS), save("l.csv", LABELS)
    (tmp_path / "link.csv").symlink_to(preds)
    names = {"P": preds, "L": labels, "LINK": tmp_path / "link.csv"}
    done = run(*(names.get(word, word) for word in line.split()))
    assert (done.status, done.out) == (2, "")
    assert f" is an input, and {option} would replace it\n  hint: write to another file\n" in done.err
    assert (Path(preds).read_text(), Path(labels).read_text()) == (PREDS, LABELS)


def test_pages_and_signed_results_and_states(run, save, tmp_path):
    page, labels = save("p.html", PREDS), save("l.csv", LABELS)
    assert run("score", page, labels, "--report", page).status == 2
    assert Path(page).read_text() == PREDS
    signed = tmp_path / "s.json"
    assert run("score", page, labels, "--signature", "-o", signed).status == 0
    before = signed.read_text()
    assert run("verify", signed, "-o", signed).status == 2
    assert signed.read_text() == before
    state = tmp_path / "1.cecli"
    assert run("score", page, labels, "--partial", "-o", state).status == 0
    assert run("merge", state, "--partial", "-o", state).status == 2


def test_other_files_are_replaced_and_a_baseline_may_be_its_own_successor(run, save, tmp_path):
    preds, labels, target = save("p.csv", PREDS), save("l.csv", LABELS), tmp_path / "last.json"
    target.write_text("old")
    assert run("score", preds, labels, "-o", target).status == 0
    done = run("score", preds, labels, "-o", target, "--require", f"cross_entropy<=@{target}")
    assert done.status == 0, done.err
    assert json.loads(target.read_text())["rows"]["read"] == 2
    copy = save("copy.csv", PREDS)
    assert run("score", preds, labels, "-o", copy, "-f", "json").status == 0
    assert run("score", preds, labels, "-o", "-").status == 0
