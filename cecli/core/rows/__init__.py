"""Rows of predictions: a checked batch of them, their losses, and the class that each predicts."""
