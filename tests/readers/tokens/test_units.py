"""Losses divided by bytes, words and the like: a ratio of sums, its error that of the documents."""

import json
import math
import random
import re

import pytest

TEXTS = ["The cat sat.\n", "Über allen Gipfeln ", "ist Ruh", "  two  blanks  "]
TOTALS = [-20.5, -31.25, -12.125, -7.0625]
PATH = "choices[].logprobs.content[].logprob"


def ratio(losses, units):
    """The ratio and its linearised error: sqrt(n/(n-1) sum (y - R x)^2) / sum x (Cochran, Sampling, ch. 6)."""
    found, n = sum(losses) / sum(units), len(losses)
    spread = sum((y - found * x) ** 2 for y, x in zip(losses, units, strict=True))
    return found, math.sqrt(n / (n - 1) * spread) / sum(units)


COUNTS = {
    "bytes": lambda text: len(text.encode()),
    "characters": len,
    "words": lambda text: len(text.split()),
    "lm-eval-words": lambda text: len(re.split(r"\s+", text)),
}


def tokens(text):
    """One token a character, its bytes beside."""
    content = [{"token": each, "bytes": list(each.encode()), "logprob": -0.125 * (1 + k % 5)}
               for k, each in enumerate(text)]  # fmt: skip
    return {"q": text, "choices": [{"logprobs": {"content": content}, "message": {"content": text}}]}


@pytest.fixture
def save(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def write(name, *documents):
        (tmp_path / name).write_text("".join(json.dumps(each) + "\n" for each in documents))
        return name

    return write


@pytest.fixture
def score(run):
    return lambda *args: run("score", *args, "--interval", "t", "-f", "json", "-q").document


@pytest.mark.parametrize("unit", COUNTS)
@pytest.mark.parametrize("nested", [False, True])
def test_totals_of_texts(save, score, unit, nested):
    rows = zip(TEXTS, TOTALS, strict=True)
    documents = [{"d": {"text": text, "ll": ll}} if nested else {"text": text, "ll": ll} for text, ll in rows]
    before = "d." if nested else ""
    found = score(save("t.jsonl", *documents), "--observed", f"{before}ll", "--log-probs", "--per", unit, "--text",
                  f"{before}text")  # fmt: skip
    units = [COUNTS[unit](text) for text in TEXTS]
    loss, error = ratio([-each for each in TOTALS], units)
    assert (found["per"], found["units"]) == (unit, sum(units))
    assert found["cross_entropy"] == pytest.approx(loss, rel=1e-13)
    assert found["standard_error"] == pytest.approx(error, rel=1e-12)
    assert found["perplexity"] == pytest.approx(math.exp(loss), rel=1e-12)


@pytest.mark.parametrize("unit", COUNTS)
@pytest.mark.parametrize("text", [(), ("--text", "choices[].message.content")])
def test_tokens_of_texts(save, score, unit, text):
    documents = [tokens(each) for each in TEXTS]
    found = score(save("t.jsonl", *documents), "--per", unit, *text)
    losses = [-sum(each["logprob"] for each in d["choices"][0]["logprobs"]["content"]) for d in documents]
    loss, error = ratio(losses, [COUNTS[unit](each) for each in TEXTS])
    assert found["cross_entropy"] == pytest.approx(loss, rel=1e-13)
    assert found["standard_error"] == pytest.approx(error, rel=1e-12)
    assert (found["clusters"], found["tokens"]) == (4, sum(map(len, TEXTS)))
    assert found.get("units_include_first_token") == (False if text else None)


def test_units_of_the_tokens_that_count(save, score):
    name = save("t.jsonl", tokens("éab"), tokens("xyé"))
    whole = ("--text", "choices[].message.content")
    assert score(name, "--per", "bytes", "--first-token", "drop")["units"] == 5
    found = score(name, "--per", "bytes", "--first-token", "drop", *whole)
    assert (found["units"], found["units_include_first_token"]) == (8, True)


def test_a_column_or_a_key_of_units(save, score):
    rows = [{"ll": ll, "words": 3 + k} for k, ll in enumerate(TOTALS)]
    loss, error = ratio([-each for each in TOTALS], [3, 4, 5, 6])
    for name, path in (("t.jsonl", "ll"), ("n.jsonl", "d.ll")):
        found = score(save(name, *({"d": each, **each} for each in rows)), "--observed", path, "--log-probs",
                      "--per", "words")  # fmt: skip
        assert (found["cross_entropy"], found["standard_error"]) == pytest.approx((loss, error), rel=1e-12)


def test_states_of_parts_give_the_whole(save, run, score, tmp_path):
    documents = [tokens(each) for each in TEXTS]
    for k in range(2):
        run(
            "score",
            save(f"{k}.jsonl", *documents[2 * k : 2 * k + 2]),
            "--per",
            "bytes",
            "--partial",
            "-o",
            f"{k}.cecli",
        )
    whole = score(save("t.jsonl", *documents), "--per", "bytes")
    merged = run("merge", "0.cecli", "1.cecli", "--interval", "t", "-f", "json", "-q").document
    keys = ("cross_entropy", "standard_error", "units", "tokens", "documents", "clusters", "per")
    assert {key: merged[key] for key in keys} == {key: whole[key] for key in keys}


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("--per", "bytes"), "--text COLUMN says in which text"),
        (("--per", "words", "--text", "text"), "one of them"),
        (("--per", "wrds"), 'did you mean "words"?'),
        (("--weight-column", "words"), "--per words"),
        (("--per", "bytes", "--text", "txt"), 'did you mean "text"?'),
        (("--text", "text"), "--per bytes"),
    ],
)
def test_what_is_refused(save, run, args, said):
    name = save("t.jsonl", {"ll": -3.5, "words": 3, "text": "a b c"})
    result = run("score", name, "--observed", "ll", "--log-probs", *args)
    assert result.status in (1, 2) and said in result.err


def test_documents_without_a_token_are_refused(save, run):
    result = run("score", save("t.jsonl", tokens("abc"), tokens("")), "--per", "bytes")
    assert result.status == 1 and "1 of 2 documents has no token: t.jsonl:2" in result.err


class TestCompare:
    def files(self, save, extra):
        """The same texts under two models; the second may have a token of no byte more in each document."""
        drawn = random.Random(3)
        sides = []
        for more in (False, extra):
            documents = [tokens(each * 3) for each in TEXTS]
            for document in documents:
                content = document["choices"][0]["logprobs"]["content"]
                for token in content:
                    token["logprob"] = -drawn.random()
                content += [{"token": "", "bytes": [], "logprob": -0.5}] * more
            sides.append(documents)
        return sides

    def test_by_token(self, save, run):
        first, second = self.files(save, extra=False)
        found = run("compare", save("a.jsonl", *first), save("b.jsonl", *second), "--observed", PATH, "--log-probs",
                    "-f", "json", "-q").document  # fmt: skip
        losses = [
            [-t["logprob"] for d in side for t in d["choices"][0]["logprobs"]["content"]] for side in (first, second)
        ]
        assert found["difference"] == pytest.approx((sum(losses[1]) - sum(losses[0])) / len(losses[0]), rel=1e-12)

    def test_other_tokenizers_are_refused_without_a_unit(self, save, run):
        first, second = self.files(save, extra=True)
        result = run("compare", save("a.jsonl", *first), save("b.jsonl", *second), "--observed", PATH, "--log-probs")
        assert result.status == 1 and "--per bytes" in result.err

    @pytest.mark.parametrize("turned", [False, True])
    def test_by_document(self, save, run, turned):
        first, second = self.files(save, extra=True)
        how = ("--observed", PATH, "--log-probs", "--per", "bytes", *(("--id", "q") if turned else ()), "-f", "json")
        files = save("a.jsonl", *first), save("b.jsonl", *(second[::-1] if turned else second))
        found = run("compare", *files, *how, "-q").document
        losses = [[-sum(t["logprob"] for t in d["choices"][0]["logprobs"]["content"]) for d in side]
                  for side in (first, second)]  # fmt: skip
        units = [3 * len(each.encode()) for each in TEXTS]
        loss, error = ratio([b - a for a, b in zip(*losses, strict=True)], units)
        assert found["difference"] == pytest.approx(loss, rel=1e-12)
        assert found["standard_error"] == pytest.approx(error, rel=1e-12)
        assert (found["rows"], found["per"]) == (4, "bytes")

    def test_other_texts_are_refused(self, save, run):
        files = save("a.jsonl", tokens("abc"), tokens("d")), save("b.jsonl", tokens("abcd"), tokens("d"))
        result = run("compare", *files, "--observed", PATH, "--log-probs", "--per", "bytes")
        assert result.status == 1 and "b.jsonl:1: the number of units is 4.0, and a.jsonl has 3.0" in result.err

    @pytest.mark.parametrize("args", [("--missing-logprob", "drop"), ("--id", "q")])
    def test_what_is_refused(self, save, run, args):
        files = save("a.jsonl", tokens("abc")), save("b.jsonl", tokens("abc"))
        assert run("compare", *files, "--observed", PATH, "--log-probs", *args).status == 2


def test_tokens_that_end_inside_a_character_count_by_their_bytes(run, save):
    """An API writes the text of such a token as escapes; its bytes stand beside it, a null for a special token."""
    content = [
        {"token": "\\xf0\\x9f", "logprob": -1.0, "bytes": [240, 159]},
        {"token": "\\x98\\x80", "logprob": -2.0, "bytes": [152, 128]},
        {"token": "a", "logprob": -0.5, "bytes": None},
    ]
    path = save("c.jsonl", {"choices": [{"logprobs": {"content": content}}]})
    for unit, count in (("bytes", 5), ("characters", 2)):
        done = run("score", path, "--per", unit, "--value", "-q")
        assert done.status == 0, done.err
        assert float(done.out) == 3.5 / count
    cut = {"choices": [{"logprobs": {"content": content[:1]}}]}
    refused = run("score", save("d.jsonl", cut), "--per", "characters", "--value")
    assert (refused.status, refused.out) == (1, "")
    assert "--text PATH says where it is" in refused.err
