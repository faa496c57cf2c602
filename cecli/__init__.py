"""Entropy, cross-entropy, KL divergence and the cross-entropy loss of a classifier, from files, at the shell."""

__version__ = "0.1.0"
