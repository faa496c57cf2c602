"""Softmax from CSV to CSV with NumPy: python numpy_softmax.py LOGITS OUT."""

import sys

import numpy as np

logits, out = sys.argv[1:3]
with open(logits) as file:
    header = file.readline().strip()
table = np.loadtxt(logits, delimiter=",", skiprows=1)
terms = np.exp(table - table.max(axis=1, keepdims=True))
np.savetxt(out, terms / terms.sum(axis=1, keepdims=True), delimiter=",", header=header, comments="", fmt="%.17g")
