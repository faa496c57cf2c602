"""The mean loss with pandas and scikit-learn: python sklearn_score.py PREDS LABELS."""

import sys

import pandas as pd
from sklearn.metrics import log_loss

preds, labels = sys.argv[1:3]
table = pd.read_parquet(preds) if preds.endswith(".parquet") else pd.read_csv(preds, engine="pyarrow")
print(log_loss(pd.read_csv(labels)["label"], table.to_numpy(), labels=range(table.shape[1])))
