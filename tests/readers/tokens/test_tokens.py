"""Documents of tokens, as APIs and evaluators write them: what is scored, what is left out, and what is refused."""

import json
import math
from statistics import fmean, stdev

import pytest

DOCUMENTS = [
    [-0.323833, -0.150849],
    [-1.301869, -0.144873, -1.071764, -0.731378, -0.115998],
    [-1.522307, -0.112487, -1.300937, -0.209566, -0.272139, -1.273558, -2.480556, -0.371406, -0.669717],
]
LOSS = -math.fsum(figure for document in DOCUMENTS for figure in document) / 16


def clustered(documents):
    """CR1 by its formula: sqrt(G/(G-1) sum_g (sum of the residuals)^2) / n."""
    rows = [-figure for document in documents for figure in document]
    mean, count = fmean(rows), len(documents)
    spread = sum(sum(-figure - mean for figure in document) ** 2 for document in documents)
    return math.sqrt(count / (count - 1) * spread) / len(rows)


def tokens(figures):
    return [{"token": f" w{k}", "logprob": each} for k, each in enumerate(figures)]


def chat(figures):
    top = [{"token": "x", "logprob": -9999.0}]
    content = [each | {"bytes": None, "top_logprobs": top} for each in tokens(figures)]
    return {"id": "x", "choices": [{"index": 0, "logprobs": {"content": content, "refusal": None}}]}


def legacy(figures):
    return {"id": "x", "choices": [{"logprobs": {"token_logprobs": [None, *figures], "tokens": ["a"]}, "text": "a"}]}


def responses(figures):
    return {"output": [{"type": "reasoning"}, {"content": [{"text": "a", "logprobs": tokens(figures)}]}]}


def batch(figures):
    return {"custom_id": "q", "response": {"status_code": 200, "body": chat(figures)}, "error": None}


def vllm(figures):
    own = [{str(k): {"logprob": each, "rank": 1}} for k, each in enumerate(figures)]
    return {"choices": [{"logprobs": None}], "prompt_logprobs": [None, *own]}


def tgi(figures):
    return {"details": {"prefill": [], "tokens": tokens(figures)}}


def google(figures):
    chosen = [{"token": "a", "logProbability": each} for each in figures]
    return {"candidates": [{"avgLogprobs": -1.0, "logprobsResult": {"chosenCandidates": chosen}}]}


def google_in_python(figures):
    chosen = [{"token": "a", "log_probability": each} for each in figures]
    return {"candidates": [{"avg_logprobs": -1.0, "logprobs_result": {"chosen_candidates": chosen}}]}


def cohere(figures):
    return {"id": "x", "logprobs": [{"logprobs": figures[:2]}, *({"logprobs": [each]} for each in figures[2:])]}


def mistral(figures):
    return {"choices": [{"prompt_logprobs": {"content": [{"token": "<s>", "logprob": None}, *tokens(figures)]}}]}


def llama(figures):
    return {"content": "a", "completion_probabilities": [each | {"top_logprobs": []} for each in tokens(figures)]}


def promptfoo(figures):
    return {"id": "x", "response": {"output": "a", "logProbs": figures}}


def together(figures):
    return {"prompt": [{"logprobs": {"token_logprobs": [None, *figures], "tokens": []}}], "choices": []}


SHAPES = [chat, legacy, responses, batch, vllm, tgi, google, google_in_python, cohere, mistral, llama, promptfoo,
          together]  # fmt: skip


@pytest.fixture
def lines(tmp_path, monkeypatch):
    """``lines(document, …)`` writes them as t.jsonl, in the directory that is current."""
    monkeypatch.chdir(tmp_path)

    def write(*documents, name="t.jsonl", indent=None):
        (tmp_path / name).write_text("".join(json.dumps(each, indent=indent) + "\n" for each in documents))
        return name

    return write


@pytest.fixture
def score(run):
    """``score("t.jsonl", …)``: the document of cecli score."""
    return lambda *args: run("score", *args, "--interval", "t", "-f", "json", "-q").document


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("indent", [None, 2])
def test_a_shape_is_recognised(lines, score, shape, indent):
    found = score(lines(*map(shape, DOCUMENTS), indent=indent))
    assert found["cross_entropy"] == pytest.approx(LOSS, rel=1e-12)
    assert found["standard_error"] == pytest.approx(clustered(DOCUMENTS), rel=1e-12)
    assert (found["tokens"], found["documents"], found["clusters"]) == (16, 3, 3)


def test_an_array_of_documents(tmp_path, lines, score):
    (tmp_path / "t.json").write_text(json.dumps([chat(each) for each in DOCUMENTS], indent=1))
    assert score("t.json")["clusters"] == 3


def test_promptfoo_in_one_document(lines, score):
    whole = {"evalId": "e", "results": {"results": [promptfoo(each) for each in DOCUMENTS]}}
    found = score(lines(whole, name="o.json", indent=2))
    assert (found["tokens"], found["clusters"], found["cross_entropy"]) == (16, 3, pytest.approx(LOSS, rel=1e-12))


def test_epochs_of_a_question_are_one_cluster(lines, score):
    samples = [{"id": k % 2, "epoch": 1 + k // 2, "output": chat(each)} for k, each in enumerate(DOCUMENTS)]
    for sample in samples:
        sample["events"] = [{"output": sample["output"]}] * 3
    found = score(lines({"version": 2, "samples": samples}, name="log.json", indent=2))
    assert (found["tokens"], found["documents"], found["clusters"]) == (16, 3, 2)


def test_two_kinds_of_tokens_are_not_guessed_between(run, lines):
    both = [{"details": {"prefill": tokens(each), "tokens": tokens(each)}} for each in DOCUMENTS]
    result = run("score", lines(*both))
    assert result.status == 2
    assert "details.prefill[].logprob (of the prompt)" in result.err and "--observed PATH" in result.err


class TestPaths:
    def test_the_end_of_a_list_may_be_left_off(self, lines, score):
        name = lines(*({"a": {"lp": each}} for each in DOCUMENTS))
        for path in ("a.lp", "a.lp[]"):
            assert score(name, "--observed", path, "--log-probs")["clusters"] == 3

    def test_one_element(self, lines, score):
        name = lines({"a": [{"lp": [-1.0, -3.0]}, {"lp": [-5.0]}]})
        assert score(name, "--observed", "a[0].lp[]", "--log-probs")["cross_entropy"] == 2.0

    def test_a_key_with_a_dot(self, lines, score):
        name = lines({"a.b": {"lp": [-1.0, -3.0]}})
        assert score(name, "--observed", '"a.b".lp', "--log-probs")["cross_entropy"] == 2.0

    @pytest.mark.parametrize(
        ("path", "said"),
        [
            ("choices[].logprobs.contents[].logprob", 'did you mean "content"?'),
            ("choices.logprobs.content[].logprob", "did you mean choices[].logprobs.content[].logprob?"),
            ("nope[].x", "its keys are id, choices"),
            ("choices[].logprobs[].logprob", "choices[].logprobs is no list"),
            ("choices[]..x", "not a path (character 10)"),
        ],
    )
    def test_a_path_that_leads_nowhere(self, run, lines, path, said):
        result = run("score", lines(*map(chat, DOCUMENTS)), "--observed", path, "--log-probs")
        assert result.status in (1, 2) and said in result.err

    def test_the_place_of_a_figure(self, run, lines):
        documents = [chat(each) for each in DOCUMENTS]
        documents[1]["choices"][0]["logprobs"]["content"][3]["logprob"] = "x"
        result = run("score", lines(*documents))
        assert 't.jsonl:2: choices[0].logprobs.content[3].logprob: expected a log-probability, found "x"' in result.err

    def test_the_line_of_a_document_over_many(self, run, lines):
        documents = [chat(DOCUMENTS[0]), chat([-0.5, 0.25])]
        before = json.dumps(documents[0], indent=1).count("\n") + 2
        result = run("score", lines(*documents, indent=1))
        where = f"t.jsonl:{before}: choices[0].logprobs.content[1].logprob"
        assert result.status == 1
        assert f"{where}: expected a log-probability, at most 0, found 0.25" in result.err


class TestClusters:
    def test_none(self, lines, score):
        found = score(lines(*map(chat, DOCUMENTS)), "--cluster", "none")
        assert "clusters" not in found and found["tokens"] == 16

    def test_a_key_of_the_documents(self, lines, score):
        name = lines(*(chat(each) | {"topic": topic} for each, topic in zip(DOCUMENTS, "aba", strict=True)))
        assert score(name, "--cluster", "topic")["clusters"] == 2
        groups = score(name, "--by", "topic")["groups"]
        assert [(each["group"], each["tokens"]) for each in groups] == [("a", 11), ("b", 5)]

    def test_the_worst_token_is_named(self, lines, score):
        worst = score(lines(*map(chat, DOCUMENTS)), "--worst", "1")["worst"]
        assert worst[0]["id"] == '3:7 " w6"' and worst[0]["loss"] == 2.480556


class TestMissing:
    def test_the_first_null_of_a_prompt_is_left_out_and_counted(self, lines, score):
        assert score(lines(*map(legacy, DOCUMENTS)))["first_tokens_left_out"] == 3

    def test_not_where_only_some_begin_with_it(self, run, lines):
        result = run("score", lines(legacy(DOCUMENTS[0]), {"choices": [{"logprobs": {"token_logprobs": [-1.0]}}]}))
        assert result.status == 1 and "1 of 2 records begin with a null" in result.err

    @pytest.mark.parametrize("figure", [None, -9999.0, -1e300])
    def test_a_generated_token_without_a_figure(self, run, lines, score, figure):
        name = lines(chat([figure, -0.5]), chat([-1.0]))
        result = run("score", name)
        assert result.status == 1 and "content[0].logprob" in result.err and "--missing-logprob drop" in result.err
        dropped = score(name, "--missing-logprob", "drop")
        assert (dropped["cross_entropy"], dropped["tokens"], dropped["missing_logprobs"]) == (0.75, 2, 1)
        infinite = score(name, "--missing-logprob", "infinite")
        assert (infinite["cross_entropy"], infinite["zero_probability_rows"]) == ("Infinity", 1)

    def test_a_bare_infinity(self, tmp_path, lines, score):
        (tmp_path / "t.jsonl").write_text('{"lp": [-0.5, -Infinity]}\n{"lp": [-0.25]}\n')
        assert score("t.jsonl", "--observed", "lp", "--log-probs")["zero_probability_rows"] == 1

    def test_nan_is_no_figure(self, tmp_path, run, lines):
        (tmp_path / "t.jsonl").write_text('{"lp": [-0.5, NaN]}\n')
        result = run("score", "t.jsonl", "--observed", "lp", "--log-probs")
        assert result.status == 1 and "t.jsonl:1: lp[1]" in result.err

    @pytest.mark.parametrize(("option", "loss", "left"), [("drop", 1.5, 2), ("keep", 1.0, 0)])
    def test_a_first_figure_of_0(self, run, lines, score, option, loss, left):
        name = lines({"lp": [0.0, -1.0]}, {"lp": [-0.0, -1.0, -2.5, -1.5]})
        refused = run("score", name, "--observed", "lp", "--log-probs")
        assert refused.status == 1 and "every one of 2 records begins" in refused.err and "--first-token" in refused.err
        found = score(name, "--observed", "lp", "--log-probs", "--first-token", option)
        assert (found["cross_entropy"], found["first_tokens_left_out"]) == (loss, left)

    def test_the_same_where_a_row_is_a_token(self, tmp_path, run, lines, score):
        (tmp_path / "m.csv").write_text("doc,lp\na,0.0\na,-1.0\nb,0\nb,-2.0\na,-3.0\n")
        how = ("m.csv", "--observed", "lp", "--log-probs", "--cluster", "doc")
        refused = run("score", *how)
        assert refused.status == 1 and "every one of 2 records begins" in refused.err
        found = score(*how, "--first-token", "drop", "--worst", "1")
        assert (found["cross_entropy"], found["rows"]["scored"], found["worst"][0]["row"]) == (2.0, 3, 5)
        assert score(*how, "--first-token", "keep")["cross_entropy"] == 1.2

    def test_one_record_that_begins_otherwise_is_enough(self, tmp_path, lines, score):
        (tmp_path / "m.csv").write_text("doc,lp\na,0.0\na,-1.0\nb,-1\n")
        assert score("m.csv", "--observed", "lp", "--log-probs", "--cluster", "doc")["clusters"] == 2

    @pytest.mark.parametrize(("option", "loss"), [("drop", 1.0), ("infinite", "Infinity")])
    def test_what_is_not_known_where_a_row_is_a_token(self, tmp_path, run, lines, score, option, loss):
        (tmp_path / "m.csv").write_text("lp\n-1.0\n-9999.0\n")
        how = ("m.csv", "--observed", "lp", "--log-probs")
        refused = run("score", *how)
        assert refused.status == 1 and "m.csv:3" in refused.err and "--missing-logprob" in refused.err
        assert score(*how, "--missing-logprob", option)["cross_entropy"] == loss

    def test_documents_without_a_token_are_named_and_counted(self, run, lines):
        name = lines(chat(DOCUMENTS[0]), {"id": "y", "choices": [{"logprobs": None}]}, chat(DOCUMENTS[1]))
        result = run("score", name, "-f", "json")
        assert result.document["documents"] == 2
        assert "1 of 3 documents has no token: t.jsonl:2" in result.err or "1 of 3 document" in result.err


class TestCandidates:
    def position(self, **ranks):
        return {key[1:]: {"logprob": -float(rank), "rank": rank} for key, rank in ranks.items()}

    def test_the_ids_tell(self, lines, score):
        positions = [None, self.position(_5=1, _6=2), self.position(_5=2, _6=1)]
        name = lines({"prompt_token_ids": [1, 6, 5], "prompt_logprobs": positions})
        assert score(name)["cross_entropy"] == 2.0

    def test_the_rank_tells(self, lines, score):
        positions = [None, self.position(_5=1), self.position(_5=1, _6=7)]
        assert score(lines({"prompt_logprobs": positions}))["cross_entropy"] == 4.0

    def test_nothing_tells(self, run, lines):
        result = run("score", lines({"prompt_logprobs": [None, self.position(_5=1, _6=2), self.position(_5=1, _6=2)]}))
        assert result.status == 1 and "t.jsonl:1: prompt_logprobs[1]" in result.err


def test_other_logarithms(tmp_path, lines, score):
    (tmp_path / "n.csv").write_text("lp\n-1.0\n-2.0\n")
    found = score("n.csv", "--observed", "lp", "--log-probs", "--log-base", "10")
    assert found["cross_entropy"] == pytest.approx(1.5 * math.log(10), rel=1e-15)


@pytest.mark.parametrize(
    "args",
    [("--log-base", "10"), ("--first-token", "drop"), ("--missing-logprob", "drop")],
)
def test_options_that_need_others(run, tmp_path, lines, args):
    (tmp_path / "n.csv").write_text("a,b\n0.5,0.5\n")
    (tmp_path / "l.csv").write_text("label\na\n")
    assert run("score", "n.csv", "l.csv", *args).status == 2


def test_every_document_counts_once_in_the_macro_figures(lines, score):
    found = score(lines(*map(chat, DOCUMENTS)))
    losses = [-fmean(each) for each in DOCUMENTS]
    perplexities = [math.exp(each) for each in losses]
    for key, figures in (("macro_cross_entropy", losses), ("macro_perplexity", perplexities)):
        assert found[key] == pytest.approx(fmean(figures), rel=1e-13)
    assert found["macro_standard_error"] == pytest.approx(stdev(losses) / math.sqrt(3), rel=1e-12)
    assert found["macro_perplexity_error"] == pytest.approx(stdev(perplexities) / math.sqrt(3), rel=1e-12)
