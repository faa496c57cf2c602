#!/usr/bin/env bash
# scikit-learn 1.9.0: log_loss of the same forecasts, stored as float64 and as float16.
# Guess: 2^-13 and 1/2 are exact in both types, so the loss is the same but for rounding: (13 + 1) log 2 / 2 = 4.85.
# Seen:  3.81 from float16. Probabilities are clipped to the machine epsilon of the type they come in, which is
#        2^-10 for float16; a loss of more than 6.93 a row cannot be seen there.
# Needs Python 3.11 or later and PyPI. Exits with status 1 if what is seen changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check scikit-learn==1.9.0
cat > "$folder/finding.py" <<'END'
import numpy as np
from sklearn.metrics import log_loss

forecast = np.array([[2**-13, 1 - 2**-13], [0.5, 0.5]])
for kind in ("float64", "float16"):
    stored = forecast.astype(kind)
    print(f"{kind} {float(stored[0, 0]) == 2**-13} {log_loss(['a', 'b'], stored, labels=['a', 'b']):.2f}")
END
cd "$folder"
seen=$(venv/bin/python -W ignore finding.py)
expected=$(cat <<'END'
float64 True 4.85
float16 True 3.81
END
)
echo "$seen"
[ "$seen" = "$expected" ] || { printf 'changed; it was:\n%s\n' "$expected"; exit 1; }
