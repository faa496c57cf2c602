"""What ``cecli score --like`` says beside what the libraries themselves print for the same rows.

An environment that has the libraries (Keras runs on PyTorch, so there is no need of TensorFlow):

    python3 -m venv peers && peers/bin/pip install torch keras scikit-learn xgboost lightgbm
    python -m tests.benchmarks like --python peers/bin/python

The figures that the tests keep are what ``peers/bin/python tests/benchmarks/peers/like.py`` prints.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from argparse import Namespace
from functools import cache
from pathlib import Path

from tests.benchmarks.measure import CECLI
from tests.benchmarks.peers.like import CASES, LIBRARIES, arguments


def run(options: Namespace) -> None:
    script = str(Path(__file__).parent / "peers" / "like.py")
    done = subprocess.run([options.python, script], capture_output=True, text=True, check=True)
    theirs = json.loads(done.stdout)
    for library in LIBRARIES:
        if library not in theirs["versions"]:
            print(f"(without {library}: {options.python} does not have it)\n")
            continue
        print(f"{library} {theirs['versions'][library]:40}{'cecli --like':>22}{library:>22}  relative difference")
        worst = 0.0
        for name, expected in theirs["figures"][library].items():
            ours = _ours(name)[library]
            same = ours == expected or (ours != ours and expected != expected)
            difference = 0.0 if same else abs(ours - expected) / max(1.0, abs(expected))
            worst = max(worst, difference)
            print(f"  {name:{len(library) + 39}}{ours:22.16g}{expected:22.16g}  {difference:.1e}")
        print(f"  the largest difference is {worst:.1e}\n")


@cache
def _ours(name: str) -> dict[str, float]:
    """All libraries for one case, from files, as the program prints them."""
    wanted = [part for library in LIBRARIES for part in ("--like", library)]
    with tempfile.TemporaryDirectory() as folder:
        command = [*CECLI, "score", *arguments(CASES[name], Path(folder)), *wanted, "-f", "json", "-q"]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    found = {each["library"]: each["cross_entropy"] for each in json.loads(done.stdout)["like"]}
    return {library: float("nan") if figure is None else float(figure) for library, figure in found.items()}
