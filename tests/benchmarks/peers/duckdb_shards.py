"""The mean loss of shards with DuckDB: python duckdb_shards.py PATTERN."""

import sys

import duckdb

cases = " ".join(f"WHEN 'class_{k}' THEN class_{k}" for k in range(10))
query = f"SELECT avg(CASE WHEN p > 0 THEN -ln(p) ELSE 'inf'::DOUBLE END) FROM (SELECT CASE label {cases} END AS p"
print(duckdb.connect().execute(f"{query} FROM read_parquet('{sys.argv[1]}'))").fetchone()[0])
