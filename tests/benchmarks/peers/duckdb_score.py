"""The mean loss with DuckDB: python duckdb_score.py PREDS LABELS."""

import sys

import duckdb

preds, labels = sys.argv[1:3]
read = "read_parquet" if preds.endswith(".parquet") else "read_csv"
cases = " ".join(f"WHEN {k} THEN class_{k}" for k in range(10))
query = f"SELECT avg(-ln(CASE label {cases} END)) FROM {read}('{preds}') POSITIONAL JOIN read_csv('{labels}')"
print(duckdb.connect().execute(query).fetchone()[0])
