"""The guides that ``cecli help TOPIC`` shows, in the order in which they are best read."""

from __future__ import annotations

TOPICS: dict[str, str] = {
    "from-a-die-to-the-loss": "The whole story: a die, its entropy, KL divergence, and the loss of a classifier.",
    "input": "What files are read, and which column is what.",
    "options": "What else a score can be asked for: weights, groups, smoothing, other libraries' figures.",
    "calibration": "Whether probabilities mean what they say, and how to mend them.",
    "comparing": "Whether one model is better than another, or only luckier.",
    "intervals": "What an interval says, which one is taken, and how often it holds the truth.",
    "fidelity": "Whether a quantised, distilled or retrained copy still predicts what the model did.",
    "continuous-integration": "Gates, stored results, reports to hand around, and signatures.",
    "output-keys": "Formats, keys of the results, exit statuses and messages.",
    "python": "The same figures for arrays: import cecli.",
    "language-models": "Log-probabilities of tokens: perplexity and bits.",
    "clusters": "Many processes and many machines; states that are merged.",
    "exactness": "How exact the numbers are, and why they repeat.",
    "speed": "How long it takes, beside other programs.",
    "security": "What is promised of files from strangers.",
}
"""Topic -> what it is about; each is TOPIC.md in this folder."""


def text_of(topic: str) -> str:
    """The Markdown of a guide."""
    from importlib.resources import files

    return files(__name__).joinpath(f"{topic}.md").read_text("utf-8")
