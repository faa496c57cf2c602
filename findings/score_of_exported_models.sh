#!/usr/bin/env bash
# m2cgen 0.10.0 and scikit-learn 1.9.0: two classifiers exported to plain Python, whose function is called score.
# Guess: both return what predict_proba does, or both raw scores.
# Seen:  the tree returns probabilities, the logistic regression log odds (one number for two classes, three for
#        three), under the same name. One forecast file of both needs two readings.
# Needs Python 3.11 or later and PyPI. Exits with status 1 if what is seen changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check m2cgen==0.10.0 scikit-learn==1.9.0
cat > "$folder/finding.py" <<'END'
import m2cgen
import numpy as np
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.tree import DecisionTreeClassifier

x, y = load_iris(return_X_y=True)
x, y = x[y < 2], y[y < 2]
for model in (DecisionTreeClassifier(max_depth=1), LogisticRegression()):
    exported = {}
    exec(m2cgen.export_to_python(model.fit(x, y)), exported)
    score, p = exported["score"](list(x[60])), model.predict_proba(x[60:61])[0]
    same = np.shape(score) == p.shape and np.allclose(score, p)
    odds = np.shape(score) == () and np.isclose(score, np.log(p[1] / p[0]))
    print(f"{type(model).__name__}: probabilities {bool(same)}, log odds {bool(odds)}")
END
cd "$folder"
seen=$(venv/bin/python -W ignore finding.py)
expected=$(cat <<'END'
DecisionTreeClassifier: probabilities True, log odds False
LogisticRegression: probabilities False, log odds True
END
)
echo "$seen"
[ "$seen" = "$expected" ] || { printf 'changed; it was:\n%s\n' "$expected"; exit 1; }
