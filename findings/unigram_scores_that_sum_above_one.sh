#!/usr/bin/env bash
# sentencepiece 0.2.3: the scores of the pieces of a unigram model, which are called log-probabilities.
# Guess: e to the scores of all pieces sums to 1.
# Seen:  1.84 for this small vocabulary, of which 0.94 are single letters: they are kept whatever happens, with scores
#        just below the others, and nothing is divided by the new sum. A perplexity from the scores is too small.
# Needs Python 3.10 or later and PyPI. Exits with status 1 if what is seen changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check sentencepiece==0.2.3
cat > "$folder/finding.py" <<'END'
import io
import math
import random

import sentencepiece

random.seed(0)
words = "the loss of a die is entropy cross nats bits class label score mean surprise roll six fair count".split()
lines = [" ".join(random.choice(words) for _ in range(8)) for _ in range(400)]
model = io.BytesIO()
sentencepiece.SentencePieceTrainer.train(
    sentence_iterator=iter(lines), model_writer=model, vocab_size=40, model_type="unigram", minloglevel=2
)
pieces = sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())
kept = [k for k in range(pieces.vocab_size()) if not pieces.is_control(k) and not pieces.is_unknown(k)]
total = sum(math.exp(pieces.get_score(k)) for k in kept)
print(len(kept), "pieces, the sum is above 1.5:", total > 1.5)
END
cd "$folder"
seen=$(venv/bin/python -W ignore finding.py)
expected=$(cat <<'END'
37 pieces, the sum is above 1.5: True
END
)
echo "$seen"
[ "$seen" = "$expected" ] || { printf 'changed; it was:\n%s\n' "$expected"; exit 1; }
