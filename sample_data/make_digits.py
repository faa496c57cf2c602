"""Makes predictions, logits and labels of two classifiers on handwritten digits, and of one on breast tumours.

    pip install numpy==2.4.6 scipy==1.17.1 scikit-learn==1.9.1
    python make_digits.py [FOLDER]

writes digits_*.csv, digits_logits.npy and breast_cancer*.csv into FOLDER (default: beside this script). The data come
with scikit-learn; nothing is downloaded. The seed of the splits is fixed, no fit draws random numbers, and the logistic
fits run to convergence far below the printed digits, so that the files come out the same byte for byte.
"""

import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_breast_cancer, load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

Array = NDArray[np.float64]
DIGITS = [str(digit) for digit in range(10)]


def split(labels: Array, test_size: int) -> tuple[Array, Array]:
    """The row numbers to train on and those held out, each in ascending order; every class keeps its share."""
    train, test = train_test_split(np.arange(len(labels)), test_size=test_size, random_state=0, stratify=labels)
    return np.sort(train), np.sort(test)


def write(path: Path, header: list[str], ids: Array, rows: Iterable[Iterable[str]]) -> None:
    """Writes a CSV file whose first column is `id`, the number of the row in scikit-learn's data set."""
    lines = [",".join(["id", *header])]
    lines += [",".join([str(row_id), *cells]) for row_id, cells in zip(ids, rows, strict=True)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


def printed(values: Array, show: Callable[[float], str]) -> list[list[str]]:
    """The cells of a table of numbers, as text."""
    return [[show(value) for value in row] for row in values.tolist()]


def six_decimals(value: float) -> str:
    return f"{value:.6f}"


def six_digits(value: float) -> str:
    return f"{value:.6g}"  # keeps a probability such as 3.2e-67, which six decimals would print as 0


def make_digits(folder: Path) -> None:
    data, labels = load_digits(return_X_y=True)
    train, test = split(labels, 540)
    write(folder / "digits_labels.csv", ["label"], test, [[str(label)] for label in labels[test]])

    logistic = LogisticRegression(C=0.05, solver="newton-cholesky", tol=1e-12)
    logistic.fit(data[train], labels[train])
    probabilities = logistic.predict_proba(data[test])
    write(folder / "digits_logistic.csv", DIGITS, test, printed(probabilities, six_decimals))

    # A pixel's brightness, 0 to 16, is counted as if each unit had been drawn on its own. Neighbouring pixels say the
    # same thing, so the evidence is counted many times over: hence the overconfidence.
    bayes = MultinomialNB().fit(data[train], labels[train])
    logits = np.ascontiguousarray(np.round(bayes.predict_joint_log_proba(data[test]), 6))
    write(folder / "digits_logits.csv", DIGITS, test, printed(logits, six_decimals))
    np.save(folder / "digits_logits.npy", logits)
    write(folder / "digits_overconfident.csv", DIGITS, test, printed(softmax(logits), six_digits))


def softmax(logits: Array) -> Array:
    """Each row's exp(logit) over their sum."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def make_breast_cancer(folder: Path) -> None:
    data, targets = load_breast_cancer(return_X_y=True)
    names = np.where(targets == 0, "malignant", "benign")  # scikit-learn's 0 is malignant
    train, test = split(names, 171)
    write(folder / "breast_cancer_labels.csv", ["label"], test, [[name] for name in names[test].tolist()])

    model = make_pipeline(StandardScaler(), LogisticRegression(C=0.03, solver="newton-cholesky", tol=1e-12))
    model.fit(data[train], targets[train] == 0)
    malignant = model.predict_proba(data[test])[:, 1:]
    write(folder / "breast_cancer.csv", ["malignant"], test, printed(malignant, six_digits))


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent
    make_digits(target)
    make_breast_cancer(target)
