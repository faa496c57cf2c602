"""Calls that make no sense: what is said, and the nearest thing that does."""

import re

import click
import pytest

from cecli.cli import COMMANDS, group
from cecli.commands.usage import explained
from cecli.core.nearest import nearest

DIGITS = "sample_data/digits_logistic.csv sample_data/digits_labels.csv"
WOLF = "sample_data/wolf_white_die.csv"


@pytest.mark.parametrize(
    ("line", "said", "hint"),
    [
        ("kl 1 1 -f jsn", '--format: expected one of auto, table, json, csv, tsv, md, found "jsn"', "mean json?"),
        ("kl 1 1 -f JSON", 'found "JSON"', "did you mean json?"),
        ("kl 1 1 -f \"it's xml\"", 'found "it\'s xml"', "cecli kl -h says what they are"),
        (f"score {DIGITS} --like sklern", "--like: expected one of torch,", "did you mean sklearn?"),
        (f"test {WOLF} --statistic pearsn", 'found "pearsn"', "did you mean pearson?"),
        (f"fit {WOLF} --smoothing laplce", 'the smoothing "laplce"', "did you mean laplace?"),
        ("kl 1 1 -b bit", 'the base "bit" is not a number', "did you mean bits?"),
        ("kl unifrom 1/2,1/2", "unifrom: no such file", "did you mean uniform?"),
        (f"score {DIGITS} --worst 1e2", '--worst: expected a whole number in plain digits, found "1e2"', "write 100"),
        (f"score {DIGITS} --worst 12.0", 'found "12.0"', "write 12"),
        ("simulate -n 1e16", '--rolls: expected 0<=x<=1000000000000000, found', "cecli simulate -h"),
        ("simulate -n 1.5", 'found "1.5"', "cecli simulate -h shows how it is called"),
        ("simulate -n many", 'found "many"', "cecli simulate -h shows how it is called"),
        ("simulate -n inf", 'found "inf"', "cecli simulate -h shows how it is called"),
        ("simulate --rolls=-5", "--rolls: expected 0<=x<=1000000000000000, found -5", "cecli simulate -h"),
        ("power 1 1 --alpha 2", "--alpha: expected 0<x<1, found 2.0", "cecli power -h"),
        (f"fit {WOLF} --confidence high", '--confidence: expected a number, found "high"', "cecli fit -h"),
        ("simulate -n", "option '-n' requires an argument", "cecli simulate -h shows how it is called"),
        ("kl 1 1 --explain=yes", "option '--explain' does not take a value", "cecli kl -h shows how it is called"),
        ("kl 1 1 -z", "no option -z", "cecli kl -h lists the options"),
        ("kl 1 1 --nrmalize", "no option --nrmalize", "did you mean --normalize?"),
        ("--versoin", "no option --versoin", "did you mean --version?"),
        ("score", "missing argument PREDS", "cecli score -h shows how it is called"),
        ("completion", "missing argument SHELL: bash, zsh, fish", "cecli completion -h shows how it is called"),
        ("completion zhs", "SHELL: expected one of bash, zsh, fish", "did you mean zsh?"),
        ("kl", "missing argument P", "cecli kl -h shows how it is called"),
        ("entropy", "missing argument PMF", "hint: - reads standard input; cecli entropy -h shows how it is called"),
        (f"score {DIGITS} more", "got unexpected extra argument (more)", "compared by: cecli compare A B LABELS"),
        ("help kl more", "got unexpected extra argument (more)", "hint: cecli help -h shows how it is called"),
        ("kl -0.5,1.5 1", "no option -0", "a probability is not negative; -- ends the options"),
        ("score -5.csv", "no option -5", "hint: -- ends the options, so that what follows may begin with a dash"),
        ("verify --require x", "no option --require", "entropy, cross-entropy, kl and others have it; cecli verify -h"),
        ("compare --check", "no option --check", "hint: score has it; cecli compare -h lists the options of this"),
        ("compare --reduction sum", "no option --reduction", "hint: score and merge have it; cecli compare -h"),
        ("merge --bye x", "no option --bye", "hint: cecli merge -h lists the options"),
        ("score --log", "no option --log", "did you mean --logits?"),
        ("simulate --side 5", "no option --side", "did you mean --sides?"),
        ("simulate 100", "the probabilities sum to 100, not to 1", "hint: -n 100 for so many rolls"),
        ("converge 100", "the probabilities sum to 100, not to 1", "hint: -n 100 for so many rolls"),
        (f"test uniform {WOLF}", "uniform: a PMF written out is no sample", "hint: COUNTS comes first, then PMF"),
        (f"test 1/2,1/2 {WOLF}", "1/2,1/2: a PMF written out is no sample", "hint: COUNTS comes first, then PMF"),
        ("test uniform:6", "uniform:6: a PMF written out is no sample", "hint: COUNTS is a file of outcome,count"),
        ("entropy uniform:6 --estimator nsb", "uniform:6: a PMF written out is no sample", "needs a file of counts"),
        ("kl 50%,50% 0.2,0.8", 'part 1: expected a probability, found "50%" (write 0.25, not 25%)', "a PMF is a file"),
        ("kl 0,5,0,5 0.2,0.8", "0,5,0,5: the probabilities sum to 10, not to 1", "mark is a point: 0.5,0.5"),
        ("kl 0,5,0,4 0.2,0.8", "0,5,0,4: the probabilities sum to 9, not to 1", "--normalize divides them"),
        ("kl 1 1 -f json | cecli kl - uniform:1", "a JSON object without a list", "an array of records"),
        ("fit /dev/null", "/dev/null: there is nothing in it", "hint: a file of counts starts with outcome,count"),
        ("test /dev/null", "/dev/null: there is nothing in it", "hint: a file of counts starts with outcome,count"),
        (f"score {DIGITS} --prior 1=1", '--prior: outcomes "0", "2",', "hint: every class needs its probability there"),
        ("scroe a b", 'no command "scroe"', "did you mean score?"),
        ("version", 'no command "version"', "did you mean --version?"),
        ("veryfy x", 'no command "veryfy"', "did you mean verify?"),
        ("merge-all", 'no command "merge-all"', "did you mean merge?"),
        ("train", 'no command "train"', "the commands are simulate, fit,"),
        (f"score {DIGITS} --drop ID", 'no column "ID"', 'did you mean "id"?'),
        (f"score {DIGITS} --by labl", 'no column "labl"', 'did you mean "label"?'),
        (f"score {DIGITS} --id Id", 'no column "Id"', 'did you mean "id"?'),
        (f"score {DIGITS} --classes 0,1,l0", 'no column "l0"', 'did you mean "0"?'),
        (f"score {DIGITS} --get rows.red", 'no key "rows.red"', 'did you mean "rows.read"?'),
        (f"score {DIGITS} --require 'acuracy>1'", 'is called "acuracy"', 'did you mean "accuracy"?'),
        (f"kl {WOLF}:cont uniform", 'no column is called "cont"', 'did you mean "count"?'),
        (f"fit --samples {WOLF} --column Outcome", 'no column is called "Outcome"', 'did you mean "outcome"?'),
        ("softmax sample_data/digits_logits.csv --keep idd", 'no column "idd"', 'did you mean "id"?'),
        ("kl smaple_data/wolf_white_die.csv uniform", "no such file", "mean sample_data/wolf_white_die.csv?"),
        (f"kl {WOLF}x uniform", "no such file", "did you mean sample_data/wolf_white_die.csv?"),
    ],
)  # fmt: skip
def test_what_is_said(shell, line, said, hint):
    done = shell(f"cecli {line}")
    assert done.status in (1, 2)
    assert done.out == ""
    assert said in done.err
    assert hint in done.err


def test_an_unknown_class_is_met_with_the_nearest(run, save):
    preds = save("preds.csv", "cat,dog\n0.5,0.5\n")
    assert 'did you mean "cat"?' in run("score", preds, save("labels.csv", "label\nCat\n")).err


@pytest.mark.parametrize("message", ["strange", "a is not one of", "'x is not in the range"])
def test_words_that_click_may_choose_one_day(message):
    """What is not recognised is passed on as it is."""
    option = click.Option(["--colour"], type=click.Choice(["red"]))
    text, hint = explained(click.BadParameter(message, param=option), "kl")
    assert text == f"--colour: {message}"
    assert "cecli kl -h" in hint


def test_an_error_without_a_parameter():
    assert explained(click.UsageError("Something."), None) == ("something", "cecli -h shows how it is called")


def test_nearest_looks_at_some_thousand_names_only():
    assert nearest("c99999", (f"c{k}" for k in range(100_000))) == "c9999"
    assert nearest("x", []) is None


FIGURES = ["log-loss", "logloss", "perplexity", "ece", "auc", "psi", "js", "kl-divergence"]
BINARY = "sample_data/breast_cancer.csv sample_data/breast_cancer_labels.csv"


@pytest.mark.parametrize("name", [*FIGURES, "log_loss", "AUC"])
def test_the_name_of_a_figure_leads_to_its_command(run, shell, name):
    """The hint is right: what it says prints a number."""
    done = run(name, "a.csv", "b.csv")
    assert (done.status, done.out) == (2, "")
    hint = re.search(r"hint: try (cecli .*)\n", done.err)[1]
    line = hint.replace("PREDS LABELS", BINARY).replace("P Q", "0.5,0.5 0.25,0.75")
    found = shell(line)
    assert (found.status, found.err) == (0, "")
    last = found.out.split()[-1].rpartition(",")[2]
    assert float(last) > 0


def test_every_figure_has_a_test():
    from cecli.commands.usage import _FIGURES

    assert list(_FIGURES) == FIGURES


@pytest.mark.parametrize("written", ["accuracy>0.9", "accuracy>=0.9", "loss>5e-1"])
def test_an_unquoted_requirement(shell, tmp_path, written):
    files = f"$PWD/{BINARY.replace(' ', ' $PWD/')}"
    done = shell(f"set -- {files}; cd {tmp_path}; cecli score $@ --require {written}")
    assert done.status == 2
    assert f"quote it: --require '{written}'; the shell wrote to a file called" in done.err
    other = shell(f"set -- {files}; cd {tmp_path}; cecli score $@ --require accuracy > result")
    assert "quote it" not in other.err


@pytest.mark.parametrize("name", ["r.html", "r.htm"])
def test_a_page_is_written_by_another_option(run, tmp_path, name):
    done = run("score", *BINARY.split(), "-o", tmp_path / name)
    assert done.status == 2
    assert "pages are written by score, compare, fidelity, merge and show with --report" in done.err
    holders = {one for one in COMMANDS if any("--report" in p.opts for p in group.get_command(None, one).params)}
    assert holders == {"score", "compare", "fidelity", "merge", "show"}
