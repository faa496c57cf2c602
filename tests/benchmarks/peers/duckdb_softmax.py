"""Softmax from CSV to CSV with DuckDB: python duckdb_softmax.py LOGITS OUT."""

import sys

import duckdb

logits, out = sys.argv[1:3]
names = duckdb.sql(f"select * from read_csv('{logits}') limit 0").columns
tops = f"select *, greatest({', '.join(names)}) as top from read_csv('{logits}')"
terms = f"select {', '.join(f'exp({name} - top) as {name}' for name in names)} from ({tops})"
totals = f"select *, {' + '.join(names)} as total from ({terms})"
duckdb.sql(
    f"copy (select {', '.join(f'{name} / total as {name}' for name in names)} from ({totals})) to '{out}' (header)"
)
