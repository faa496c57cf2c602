"""Results out: the only rooms that print or write."""
