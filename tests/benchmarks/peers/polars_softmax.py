"""Softmax from CSV to CSV with Polars, streamed: python polars_softmax.py LOGITS OUT."""

import sys

import polars as pl

logits, out = sys.argv[1:3]
table = pl.scan_csv(logits)
names = table.collect_schema().names()
top = pl.max_horizontal(names)
terms = table.select([(pl.col(name) - top).exp().alias(name) for name in names])
terms.select([pl.col(name) / pl.sum_horizontal(names) for name in names]).sink_csv(out)
