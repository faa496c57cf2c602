"""Entropy, cross-entropy, KL divergence and the cross-entropy loss of a classifier, from files, at the shell.

    import cecli
    cecli.score(probabilities, labels).cross_entropy

What ``__all__`` names is loaded when it is asked for: ``import cecli`` itself loads nothing, not even NumPy.
"""

__version__ = "0.2.0"

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cecli.core.hypotheses.goodness_of_fit import Fit
    from cecli.core.pmfs.pmf import Pmf
    from cecli.core.scores.scorer import Score
    from cecli.library.fidelity import FidelityAccumulator, fidelity
    from cecli.library.fidelity_figures import FidelityFigures
    from cecli.library.files import ReadPredictions, read_predictions
    from cecli.library.pmfs import (
        Fitted,
        cross_entropy,
        divergence,
        entropy,
        fit,
        goodness_of_fit,
        kl_divergence,
        perplexity,
        simulate,
    )
    from cecli.library.scores import ScoreAccumulator, losses, score, softmax

_PLACES = {
    "FidelityAccumulator": "library.fidelity",
    "FidelityFigures": "library.fidelity_figures",
    "Fit": "core.hypotheses.goodness_of_fit",
    "Fitted": "library.pmfs",
    "Pmf": "core.pmfs.pmf",
    "ReadPredictions": "library.files",
    "Score": "core.scores.scorer",
    "ScoreAccumulator": "library.scores",
    "cross_entropy": "library.pmfs",
    "divergence": "library.pmfs",
    "entropy": "library.pmfs",
    "fidelity": "library.fidelity",
    "fit": "library.pmfs",
    "goodness_of_fit": "library.pmfs",
    "kl_divergence": "library.pmfs",
    "losses": "library.scores",
    "perplexity": "library.pmfs",
    "read_predictions": "library.files",
    "score": "library.scores",
    "simulate": "library.pmfs",
    "softmax": "library.scores",
}
"""Public name -> the module it is loaded from."""

__all__ = [
    "FidelityAccumulator",
    "FidelityFigures",
    "Fit",
    "Fitted",
    "Pmf",
    "ReadPredictions",
    "Score",
    "ScoreAccumulator",
    "cross_entropy",
    "divergence",
    "entropy",
    "fidelity",
    "fit",
    "goodness_of_fit",
    "kl_divergence",
    "losses",
    "perplexity",
    "read_predictions",
    "score",
    "simulate",
    "softmax",
]


def __getattr__(name: str) -> object:
    if name not in _PLACES:
        raise AttributeError(f"module 'cecli' has no attribute {name!r}")
    from importlib import import_module

    found: object = getattr(import_module(f"cecli.{_PLACES[name]}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
