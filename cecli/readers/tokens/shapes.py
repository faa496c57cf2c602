"""The shapes in which APIs and evaluators write log-probabilities, a line each: a file of one of them needs no path."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from cecli.errors import UsageError
from cecli.readers.tables.numbers import read_number
from cecli.readers.tokens.paths import Astray, Path, Sequences, parse_path


@dataclass(frozen=True)
class Shape:
    """A shape: who writes it, the ``path`` of the figures in a record, and that of the tokens' texts.

    ``records`` is the path of the records where a document holds many, ``cluster`` the key of a record whose text those
    share that belong together, None where each is on its own. ``prompt`` says whether the tokens are a prompt's, whose
    first one has no figure, and are not generated. ``read`` takes the figures out where a path alone does not lead to
    them, and ``fits`` says then which records are such. ``text`` is the path of a document's whole text, where figures
    are totals.
    """

    name: str
    path: str
    texts: str = ""
    records: str = ""
    cluster: str | None = None
    prompt: bool = False
    read: Callable[[Any, Path], Sequences] | None = None
    fits: Callable[[Any], bool] | None = None
    text: str = ""


def _candidates(record: Any, path: Path) -> Sequences:
    from cecli.readers.tokens.candidates import prompt_logprobs

    return prompt_logprobs(record, path)


def _is_rolling(record: Any) -> bool:
    """Whether a record is a sample of lm-eval's (0.4) that has the log-likelihood of a whole text and nothing else."""
    if not isinstance(record, dict) or not {"doc_id", "target", "arguments"} <= record.keys():
        return False
    answers = record.get("filtered_resps")
    return isinstance(answers, list) and len(answers) == 1 and _likelihood(answers[0]) is not None


def _likelihood(value: Any) -> float | None:
    return read_number(value) if isinstance(value, str) else None


def _rolling(record: Any, path: Path) -> Sequences:
    """The total, which the tool writes as a text."""
    if _is_rolling(record):
        return [[_likelihood(record["filtered_resps"][0])]]
    return path.sequences(record)


def _is_completion(record: Any) -> bool:
    """Whether a line of a log of OpenAI's evals (3.0) is the log-probability of a completion."""
    return isinstance(record, dict) and record.get("type") == "cond_logp" and isinstance(record.get("data"), dict)


def _completions(record: Any, path: Path) -> Sequences:
    """The total of a completion; nothing in the lines of other types."""
    return path.sequences(record) if _is_completion(record) else []


_CHAT = "choices[].logprobs.content[].logprob"
_CHAT_TEXTS = "choices[].logprobs.content[].token"

SHAPES = (
    Shape("OpenAI chat", _CHAT, _CHAT_TEXTS),
    Shape("OpenAI completions", "choices[].logprobs.token_logprobs[]", "choices[].logprobs.tokens[]", prompt=True),
    Shape("OpenAI responses", "output[].content[].logprobs[].logprob", "output[].content[].logprobs[].token"),
    Shape("OpenAI batch, chat", f"response.body.{_CHAT}", f"response.body.{_CHAT_TEXTS}"),
    Shape("OpenAI batch, completions", "response.body.choices[].logprobs.token_logprobs[]",
          "response.body.choices[].logprobs.tokens[]", prompt=True),
    Shape("OpenAI batch, responses", "response.body.output[].content[].logprobs[].logprob",
          "response.body.output[].content[].logprobs[].token"),
    Shape("vLLM", "choices[].prompt_logprobs[]", prompt=True, read=_candidates),
    Shape("vLLM", "prompt_logprobs[]", prompt=True, read=_candidates),
    Shape("text-generation-inference, prompt", "details.prefill[].logprob", "details.prefill[].text", prompt=True),
    Shape("text-generation-inference", "details.tokens[].logprob", "details.tokens[].text"),
    Shape("together, prompt", "prompt[].logprobs.token_logprobs[]", "prompt[].logprobs.tokens[]", prompt=True),
    Shape("together, training", "prompt_logprobs[]", prompt=True),
    Shape("together, training", "sequences[].logprobs[]"),
    Shape("mistral, prompt", "choices[].prompt_logprobs.content[].logprob", "choices[].prompt_logprobs.content[].token",
          prompt=True),
    Shape("cohere", "logprobs[].logprobs[]"),
    Shape("google-genai", "candidates[].logprobsResult.chosenCandidates[].logProbability",
          "candidates[].logprobsResult.chosenCandidates[].token"),
    Shape("google-genai", "candidates[].logprobs_result.chosen_candidates[].log_probability",
          "candidates[].logprobs_result.chosen_candidates[].token"),
    Shape("llama.cpp server", "completion_probabilities[].logprob", "completion_probabilities[].token"),
    Shape("promptfoo", "response.logProbs[]"),
    Shape("promptfoo", "response.logProbs[]", records="results.results[]"),
    Shape("lm-eval, rolling", "filtered_resps[]", read=_rolling, fits=_is_rolling, text="target"),
    Shape("OpenAI evals", "data.logp", read=_completions, fits=_is_completion),
    Shape("Inspect", f"output.{_CHAT}", f"output.{_CHAT_TEXTS}", cluster="id"),
    Shape("Inspect", f"output.{_CHAT}", f"output.{_CHAT_TEXTS}", records="samples[]", cluster="id"),
)  # fmt: skip
"""Where one document has two of them, a person says which."""

_GENERATED = ("content", "tokens", "chosenCandidates", "chosen_candidates", "response", "completion_probabilities")
_OF_PROMPT = ("prompt_logprobs", "prefill", "prompt")


def shape_of_path(text: str, documents: Sequence[Any]) -> Shape:
    """The shape that a path leads into: one of SHAPES, or one that is made for it."""
    path = parse_path(text)
    for shape in SHAPES:
        whole = f"{shape.records}.{shape.path}" if shape.records else shape.path
        if _same(path, parse_path(whole)) and (shape.read is None or _is_read(shape, documents, path)):
            return shape
    keys = [step for step in path.steps if isinstance(step, str)]
    of_prompt = any(key in _OF_PROMPT for key in keys)
    generated = not of_prompt and any(key in _GENERATED for key in keys)
    return Shape("", text, _texts_beside(text), prompt=not generated)


def recognised(documents: Sequence[Any]) -> Shape | None:
    """The shape of some documents; None where it is none that is known. Raises UsageError where a person must say which
    of two kinds of tokens is meant."""
    found: list[Shape] = []
    for shape in SHAPES:
        if _matches(shape, documents) and shape.path not in [other.path for other in found]:
            found.append(shape)
    if len(found) > 1:
        what = " and ".join(f"{shape.path} ({'of the prompt' if shape.prompt else 'generated'})" for shape in found)
        raise UsageError(f"the documents have several lists of log-probabilities: {what}", "--observed PATH says which")
    return found[0] if found else None


def _matches(shape: Shape, documents: Sequence[Any]) -> bool:
    """Whether any document has a figure there."""
    path = parse_path(shape.path)
    for document in documents:
        for record in records_of(document, shape.records):
            if shape.read is not None:
                if _is_read(shape, [record], path):
                    return True
                continue
            try:
                values = [value for sequence in path.sequences(record) for value in sequence]
            except Astray:
                continue
            if any(type(value) in (float, int) for value in values):
                return True
    return False


def records_of(document: Any, records: str) -> list[Any]:
    """The records of a document: itself, or what stands under a path in it."""
    if not records:
        return [document]
    try:
        return [record for sequence in parse_path(records).sequences(document) for record in sequence]
    except Astray:
        return []


def _is_read(shape: Shape, documents: Sequence[Any], path: Path) -> bool:
    """Whether figures must be taken out of the records in the shape's own way."""
    return any(map(shape.fits, documents)) if shape.fits is not None else _has_candidates(documents, path)


def _has_candidates(documents: Sequence[Any], path: Path) -> bool:
    """Whether objects of candidates stand there, and no figures."""
    for document in documents:
        try:
            if any(isinstance(value, dict) for sequence in path.sequences(document) for value in sequence):
                return True
        except Astray:
            continue
    return False


def _same(path: Path, other: Path) -> bool:
    """Whether two paths lead to the same; [] at the end may be left off."""
    return path.steps in (other.steps, other.steps[:-1] if other.steps[-1] is None else other.steps)


def _texts_beside(text: str) -> str:
    """The path of the tokens' texts beside that of their figures, by what the keys are mostly called."""
    for end, beside in (("token_logprobs[]", "tokens[]"), ("token_logprobs", "tokens"), (".logprob", ".token")):
        if text.endswith(end):
            return text.removesuffix(end) + beside
    return ""
