"""Files in: the only rooms that open a file to read."""
