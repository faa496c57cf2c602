"""The mean loss of float32 logits with PyTorch: python torch_score.py LOGITS.npy LABELS."""

import sys
import time

import numpy as np
import torch

logits, labels = sys.argv[1:3]
with open(labels, encoding="ascii") as file:
    next(file)
    observed = torch.tensor([int(line) for line in file])
table = torch.from_numpy(np.load(logits))
start = time.perf_counter()
loss = torch.nn.functional.cross_entropy(table, observed).item()
print(repr(loss), f"within the process: {time.perf_counter() - start:.3f} s")
