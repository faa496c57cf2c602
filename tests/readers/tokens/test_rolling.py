"""Totals: those of lm-eval's rolling samples, texts beside the text at ``target``, and of OpenAI evals' completions."""

import json
import math

import pytest

TEXTS = {"the cat sat ": "-21.5", "na\u00efve\nline": "-9.25"}


def samples(texts=TEXTS):
    records = (
        {"doc_id": k, "target": text, "arguments": {"gen_args_0": {"arg_0": text}}, "resps": [[total]],
         "filtered_resps": [total]}
        for k, (text, total) in enumerate(texts.items())
    )  # fmt: skip
    return "".join(json.dumps(record) + "\n" for record in records)


@pytest.mark.parametrize(("options", "units"), [
    ([], 2),
    (["--per", "bytes"], 12 + 11),
    (["--per", "characters"], 12 + 10),
    (["--per", "words"], 3 + 2),
    (["--per", "lm-eval-words"], 4 + 2),  # the blank at the end is one more
])  # fmt: skip
def test_totals_are_divided_by_what_the_tool_counts(run, save, options, units):
    path = save("samples_x.jsonl", samples())
    for said in ([], ["--observed", "filtered_resps[]", "--log-probs"]):
        done = run("score", path, *said, *options, "--value", "-q")
        assert float(done.out) == pytest.approx((21.5 + 9.25) / units, rel=1e-15), done.err
    bits = run("score", path, *options, "--base", "bits", "--value", "-q")
    assert float(bits.out) == pytest.approx((21.5 + 9.25) / units / math.log(2), rel=1e-15)


def test_a_total_that_is_no_number_is_refused_by_its_place(run, save):
    path = save("samples_x.jsonl", samples({**TEXTS, "x": "none"}))
    done = run("score", path, "--per", "words", "--value")
    assert (done.status, done.out) == (1, "")
    assert f'{path}:3: filtered_resps[0]: expected a log-probability, found "none"' in done.err


def test_completions_of_openai_evals_are_rows_of_their_own(run, save):
    """Its log has lines of other types, which hold no figure."""
    lines = [
        {"spec": {"completion_fns": ["x"]}},
        {"run_id": "a", "event_id": 0, "type": "cond_logp", "data": {"prompt": "x", "completion": "y", "logp": -3.5}},
        {"run_id": "a", "event_id": 1, "type": "cond_logp", "data": {"prompt": "x", "completion": "z", "logp": -1.5}},
        {"run_id": "a", "event_id": 2, "type": "match", "data": {"correct": True}},
    ]
    path = save("log.jsonl", "".join(json.dumps(line) + "\n" for line in lines))
    for said in ([], ["--observed", "data.logp", "--log-probs"]):
        done = run("score", path, *said, "--value", "-q")
        assert float(done.out) == 2.5, done.err
