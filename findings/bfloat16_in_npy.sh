#!/usr/bin/env bash
# ml_dtypes 0.6.0 and NumPy 2.3.5: an array of bfloat16, saved and loaded again.
# Guess: np.save refuses the type, or np.load brings it back where ml_dtypes is imported.
# Seen:  the header says <V2, two bytes without a meaning. np.load gives an array of void, even with ml_dtypes
#        imported. The bytes are right: .view(ml_dtypes.bfloat16) has the numbers again, if one knows.
# Needs Python 3.11 or later and PyPI. Exits with status 1 if what is seen changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check ml_dtypes==0.6.0 numpy==2.3.5
cat > "$folder/finding.py" <<'END'
import ml_dtypes
import numpy as np

np.save("logits.npy", np.array([0.5, 0.25], dtype=ml_dtypes.bfloat16))
loaded = np.load("logits.npy")
print(loaded.dtype.kind, loaded.dtype.itemsize, loaded.view(ml_dtypes.bfloat16).tolist())
END
cd "$folder"
seen=$(venv/bin/python -W ignore finding.py)
expected=$(cat <<'END'
V 2 [0.5, 0.25]
END
)
echo "$seen"
[ "$seen" = "$expected" ] || { printf 'changed; it was:\n%s\n' "$expected"; exit 1; }
