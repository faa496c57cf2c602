#!/usr/bin/env bash
# perpetual 2.3.0: predict_log_proba of a classifier of two classes.
# Guess: the logarithm of predict_proba, of the same shape, never above 0, as everywhere with this name.
# Seen:  one number a row, above 0 where the second class is likely: the log odds log(p / (1 - p)).
# Needs Python 3.11 or later and PyPI. Exits with status 1 if what is seen changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check perpetual==2.3.0 scikit-learn==1.9.0
cat > "$folder/finding.py" <<'END'
import numpy as np
from perpetual import PerpetualBooster

rng = np.random.default_rng(0)
x = rng.normal(size=(400, 2))
y = (x[:, 0] + rng.normal(size=400) > 0).astype(float)
model = PerpetualBooster(objective="LogLoss", budget=0.5)
model.fit(x, y)
p, log_p = model.predict_proba(x), model.predict_log_proba(x)
print("shapes", p.shape, log_p.shape)
print("above 0", bool((log_p > 0).any()))
print("log odds", bool(np.allclose(log_p, np.log(p[:, 1] / p[:, 0]), rtol=1e-3, atol=1e-3)))
END
cd "$folder"
seen=$(venv/bin/python -W ignore finding.py)
expected=$(cat <<'END'
shapes (400, 2) (400,)
above 0 True
log odds True
END
)
echo "$seen"
[ "$seen" = "$expected" ] || { printf 'changed; it was:\n%s\n' "$expected"; exit 1; }
