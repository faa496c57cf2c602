#!/usr/bin/env bash
# river 0.26.1: LogLoss of forecasts that are dictionaries, as its classifiers return them, with labels that are texts.
# Guess: the loss of the label's probability, as with the labels True and False: -log 0.9, then the mean with -log 0.8.
# Seen:  34.54 = -log 1e-15 for every row, however good the forecast. The probability is looked up under the key True,
#        which is none of the texts, and 0 is clipped. CrossEntropy is the class that takes texts.
# Needs Python 3.11 or later and PyPI. Exits with status 1 if what is seen changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check river==0.26.1
cat > "$folder/finding.py" <<'END'
from river import metrics

rows = [("cat", {"cat": 0.9, "dog": 0.1}), ("dog", {"cat": 0.2, "dog": 0.8})]
log_loss, cross_entropy, truths = metrics.LogLoss(), metrics.CrossEntropy(), metrics.LogLoss()
for label, forecast in rows:
    log_loss.update(label, forecast)
    cross_entropy.update(label, forecast)
    truths.update(label == "cat", {True: forecast["cat"], False: forecast["dog"]})
print(f"LogLoss of texts        {log_loss.get():.6f}")
print(f"CrossEntropy of texts   {cross_entropy.get():.6f}")
print(f"LogLoss of True, False  {truths.get():.6f}")
END
cd "$folder"
seen=$(venv/bin/python -W ignore finding.py)
expected=$(cat <<'END'
LogLoss of texts        34.538776
CrossEntropy of texts   0.164252
LogLoss of True, False  0.164252
END
)
echo "$seen"
[ "$seen" = "$expected" ] || { printf 'changed; it was:\n%s\n' "$expected"; exit 1; }
