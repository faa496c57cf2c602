#!/usr/bin/env bash
# feature-engine 1.9.4 and frouros 0.9.0: the population stability index of the same 200 rows, with one cell empty now.
# Guess: both infinite, or both the same finite number.
# Seen:  0.336 and 35.3. The first puts 0.0001 in place of the empty share, the second the smallest double. By the
#        usual limits (0.1, 0.25) the verdict hangs on the constant: at 0.9 of a count it would be below 0.1.
# Needs Python 3.11 or 3.12 and PyPI. Exits with status 1 if what is seen changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check feature-engine==1.9.4 frouros==0.9.0
cat > "$folder/finding.py" <<'END'
import numpy as np
import pandas as pd
from feature_engine.selection import DropHighPSIFeatures
from frouros.detectors.data_drift import PSI

before = np.repeat(["a", "b", "c", "d"], [25, 45, 25, 5])
now = np.repeat(["a", "b", "c"], [30, 50, 20])
table = pd.DataFrame({"x": [*before, *now], "other": range(200), "part": [0] * 100 + [1] * 100})
selector = DropHighPSIFeatures(variables=["x"], split_col="part", cut_off=0, missing_values="ignore").fit(table)
print(f"feature-engine {selector.psi_values_['x']:.3f}")
number = {"a": 0.0, "b": 1.0, "c": 2.0, "d": 3.0}
detector = PSI(num_bins=4)
detector.fit(X=np.array([number[k] for k in before]))
print(f"frouros {detector.compare(X=np.array([number[k] for k in now]))[0].distance:.1f}")
END
cd "$folder"
seen=$(venv/bin/python -W ignore finding.py)
expected=$(cat <<'END'
feature-engine 0.336
frouros 35.3
END
)
echo "$seen"
[ "$seen" = "$expected" ] || { printf 'changed; it was:\n%s\n' "$expected"; exit 1; }
