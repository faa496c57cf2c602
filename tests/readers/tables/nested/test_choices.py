"""Samples of multiple choice as lm-eval 0.4.9 writes them: log-likelihoods of the choices as texts, the right one's
number as the label."""

import json
import math

import pytest


def sample(number, likelihoods, target, **more):
    """A record with the keys that the tool writes, so far as they matter."""
    arguments = {f"gen_args_{k}": {"arg_0": "q", "arg_1": f" choice {k}"} for k in range(len(likelihoods))}
    answers = [[str(x), "False"] for x in likelihoods]
    record = {"doc_id": number, "doc": {"q": "q", "choices": ["a", "b"]}, "target": str(target), "arguments": arguments}
    return record | {"resps": [[one] for one in answers], "filtered_resps": answers, "filter": "none"} | more


def lines(*records):
    return "".join(json.dumps(record) + "\n" for record in records)


QUESTIONS = [([-1.5, -2.0, -4.25], 0), ([-3.0, -0.5, -0.75], 2), ([-9.0, -8.0, -7.5], 1)]


def test_the_loss_is_that_of_the_softmax_over_the_choices(run, save):
    path = save("samples.jsonl", lines(*(sample(k, *question) for k, question in enumerate(QUESTIONS))))
    losses = [math.log(math.fsum(map(math.exp, row))) - row[target] for row, target in QUESTIONS]
    document = run("score", path, "-f", "json", "-q").document
    assert document["cross_entropy"] == pytest.approx(math.fsum(losses) / 3, rel=1e-14)
    assert document["accuracy"] == pytest.approx(1 / 3)
    assert document["rows"]["scored"] == 3


@pytest.mark.parametrize(("likelihoods", "said"), [
    ([-1.5, -2.0], "2 choices, and the first row has 3"),
    ([-1.5, -2.0, -1.0, -4.0], "4 choices, and the first row has 3"),
    ([-1.5, 0.5, -1.0], "expected a log-likelihood, at most 0, found"),
    ([-1.5, "x", -1.0], "expected a log-likelihood, at most 0, found"),
])  # fmt: skip
def test_a_question_that_is_none_is_refused_by_its_place(run, save, likelihoods, said):
    path = save("samples.jsonl", lines(sample(0, *QUESTIONS[0]), sample(1, likelihoods, 0)))
    done = run("score", path, "--value")
    assert (done.status, done.out) == (1, "")
    assert done.err.startswith(f"cecli: error: {path}:2: ") and said in done.err


def test_a_target_that_is_no_choice_is_refused(run, save):
    path = save("samples.jsonl", lines(sample(0, [-1.0, -2.0], 0), sample(1, [-1.0, -2.0], 2)))
    done = run("score", path, "--value")
    assert done.status == 1
    assert "expected a class position, from 0 to 1" in done.err


def test_generations_are_no_choices(run, save):
    record = sample(0, [-1.0, -2.0], 0, filtered_resps=["an answer"])
    done = run("score", save("samples.jsonl", lines(record)), "--value")
    assert done.status in (1, 2)
    assert done.out == ""


def test_choices_that_stand_there_twice_are_refused(run, save):
    """Of mutual information: once with the question, once without it."""
    record = sample(0, [-1.0, -2.0, -3.0, -1.5], 0, acc=1.0, acc_mutual_info=1.0)
    done = run("score", save("samples.jsonl", lines(record, record)), "--value")
    assert done.status in (1, 2)
    assert done.out == ""
