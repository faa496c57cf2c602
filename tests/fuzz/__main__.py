"""Coverage-guided fuzzing of what reads files: ``python -m tests.fuzz NAME --seconds N``.

Every target is a file of this folder with ``check(data)``, which raises where a promise is broken, ``SEEDS`` to start
from and ``WORDS`` to put in. The first input that breaks one ends the run and is saved in ``--folder``, beside the
corpus that grows there; ``python -m tests.fuzz NAME --again FILE`` runs one input. Needs atheris; the targets and
their seeds alone are run by the test suite too (``test_targets.py``), without it.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from importlib import import_module
from pathlib import Path

TARGETS = ("csv_text", "json_lines", "samples", "pmf_file", "inline", "numbers", "archives", "npy", "arrow", "score",
           "state")  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("name", choices=TARGETS)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir(), "cecli-fuzz"))
    parser.add_argument("--again", type=Path, metavar="FILE", help="run this one input, without atheris")
    options = parser.parse_args()
    if options.again is not None:
        import_module(f"tests.fuzz.{options.name}").check(options.again.read_bytes())
        return 0
    return fuzz(options.name, options.seconds, options.folder / options.name)


def fuzz(name: str, seconds: int, folder: Path) -> int:
    """Fuzz one target; atheris ends the process itself, with the figures of the run."""
    try:
        import atheris
    except ImportError:
        print("fuzzing needs atheris: pip install atheris", file=sys.stderr)
        return 2
    with atheris.instrument_imports(include=["cecli"]):
        target = import_module(f"tests.fuzz.{name}")
        for module in target.MODULES:
            import_module(module)
    corpus = folder / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(target.SEEDS):
        (corpus / f"seed-{number}").write_bytes(seed)
    words = folder / "words"
    words.write_text("".join(f'"{_escaped(word)}"\n' for word in target.WORDS), encoding="ascii")
    arguments = [f"-max_total_time={seconds}", f"-dict={words}", f"-artifact_prefix={folder}/", "-max_len=4096"]
    arguments += ["-print_final_stats=1", "-timeout=20", "-rss_limit_mb=2000", "-verbosity=1"]
    atheris.Setup([name, *arguments, str(corpus)], target.check)
    atheris.Fuzz()
    return 0


def _escaped(word: str | bytes) -> str:
    data = word.encode() if isinstance(word, str) else word
    return "".join(chr(byte) if 32 < byte < 127 and byte not in b'"\\' else f"\\x{byte:02x}" for byte in data)


if __name__ == "__main__":
    raise SystemExit(main())
