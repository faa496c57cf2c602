"""``--require`` in the commands of PMFs: exit status 3, once the result is written."""

import json

import pytest

COUNTS = "outcome,count\na,30\nb,50\nc,20\n"


@pytest.mark.parametrize(
    ("arguments", "met", "unmet"),
    [
        (["kl", "0.5,0.5", "0.6,0.4"], "kl_divergence<0.1", "kl_divergence<0.01"),
        (["kl", "0.5,0.5", "0.6,0.4"], "results.0.value<0.1", "value>0.1"),
        (["cross-entropy", "0.5,0.5", "0.6,0.4"], "cross_entropy<0.8", "perplexity<2"),
        (["entropy", "0.5,0.5", "-b", "bits"], "entropy==1", "efficiency<1"),
        (["divergences", "0.5,0.5", "0.6,0.4"], "psi<0.1", "js>1"),
        (["divergences", "0.5,0.5", "0.6,0.4"], "total-variation<0.2", "divergences.kl.value>1"),
    ],
)
def test_a_gate(run, arguments, met, unmet):
    passed = run(*arguments, "--require", met, "-f", "json")
    assert passed.status == 0
    assert [(each["requirement"], each["met"]) for each in passed.document["requirements"]] == [(met, True)]
    failed = run(*arguments, "--require", met, "--require", unmet, "-f", "json")
    assert failed.status == 3
    assert [each["met"] for each in failed.document["requirements"]] == [True, False]
    assert "not met: " in failed.err
    assert unmet in failed.err


def test_a_gate_holds_of_every_result(run):
    done = run("kl", "0.5,0.5", "0.5,0.5", "0.9,0.1", "--require", "kl_divergence<0.1", "-f", "json")
    assert done.status == 3
    assert [each["met"] for each in done.document["requirements"]] == [True, False]
    assert "results.1.kl_divergence<0.1" in done.err
    assert "results.0" not in done.err


def test_an_infinite_divergence_meets_no_upper_bound(run):
    assert run("kl", "0.5,0.5", "1,0", "--require", "kl_divergence<1e300").status == 3


def test_a_stored_result_in_another_unit_is_no_bound(run, tmp_path):
    path = tmp_path / "base.json"
    assert run("kl", "0.5,0.5", "0.6,0.4", "-o", path).status == 0
    json.loads(path.read_text())
    bound = f"kl_divergence<=@{path}:results.0.kl_divergence"
    assert run("kl", "0.5,0.5", "0.6,0.4", "--require", bound).status == 0
    assert run("kl", "0.5,0.5", "0.6,0.4", "--require", f"kl_divergence<=@{path}").status == 0
    other = run("kl", "0.5,0.5", "0.6,0.4", "-b", "bits", "--require", bound)
    assert (other.status, "--base nats" in other.err) == (1, True)


def test_what_no_number_is_called(run):
    done = run("kl", "0.5,0.5", "0.6,0.4", "--require", "kl_divergense<1")
    assert (done.status, 'did you mean "kl_divergence"?' in done.err) == (2, True)
    assert run("divergences", "--matrix", "0.5,0.5", "0.6,0.4", "--require", "kl<1").status == 2


def test_estimates_out_of_range_are_noted_and_their_perplexity_is_bounded(run):
    done = run("entropy", "1,1", "-k", "4", "--estimator", "grassberger", "-f", "json")
    [entry] = done.document["results"]
    assert entry["entropy"] == pytest.approx(1.9635, abs=1e-4)
    assert (entry["perplexity"], entry["efficiency"]) == (pytest.approx(4), 1)
    assert "above log K = 1.38629 nats" in done.err
    below = run("entropy", "8,0,0", "--estimator", "grassberger", "-f", "json")
    assert below.document["results"][0]["entropy"] < 0
    assert (below.document["results"][0]["perplexity"], below.document["results"][0]["efficiency"]) == (1, 0)
    assert "below 0 nats" in below.err


def test_an_error_that_leaves_out_the_bias_is_noted(run):
    assert "leaves out the bias" in run("entropy", "4,2,3", "-k", "50", "--estimator", "mle").err
    assert run("entropy", "400,200,300", "--estimator", "mle").err == ""
    assert run("entropy", "4,2,3", "-k", "50", "--estimator", "nsb").err == ""


def test_the_jackknife_of_equal_counts_has_no_error(run):
    [entry] = run("entropy", "1,1", "--estimator", "jackknife", "-f", "json").document["results"]
    assert entry["standard_error"] is None
