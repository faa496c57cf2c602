"""The mean loss with Polars: python polars_score.py PREDS LABELS."""

import sys

import polars as pl

preds, labels = sys.argv[1:3]
table = pl.read_parquet(preds) if preds.endswith(".parquet") else pl.read_csv(preds)
names = table.columns
observed = pl.when(pl.col("label") == 0).then(pl.col(names[0]))
for k, name in enumerate(names[1:], 1):
    observed = observed.when(pl.col("label") == k).then(pl.col(name))
table = table.with_columns(pl.read_csv(labels)["label"])
print(table.select((-observed.log()).mean()).item())
