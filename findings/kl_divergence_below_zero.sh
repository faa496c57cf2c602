#!/usr/bin/env bash
# infomeasure 0.6.3: the KL divergence of two samples, where the second never shows an outcome of the first.
# Guess: D(before||now) is infinite, since 5 of 100 were d before and none is now.
# Seen:  -0.187. Outcomes that the second sample lacks are left out of the sum, and what remains of p no longer
#        sums to 1, so that the divergence, which is never negative, is.
# Needs Python 3.11 or later and PyPI. Exits with status 1 if what is seen changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check infomeasure==0.6.3
cat > "$folder/finding.py" <<'END'
import infomeasure
import numpy as np

before = np.repeat([0, 1, 2, 3], [25, 45, 25, 5])
now = np.repeat([0, 1, 2], [30, 50, 20])
print(f"D(now||before) {infomeasure.kld(now, before, approach='discrete'):.6f}")
print(f"D(before||now) {infomeasure.kld(before, now, approach='discrete'):.6f}")
END
cd "$folder"
seen=$(venv/bin/python -W ignore finding.py)
expected=$(cat <<'END'
D(now||before) 0.062748
D(before||now) -0.186993
END
)
echo "$seen"
[ "$seen" = "$expected" ] || { printf 'changed; it was:\n%s\n' "$expected"; exit 1; }
