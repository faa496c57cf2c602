"""Predictions and what was observed: which column is what, rows matched and checked."""
