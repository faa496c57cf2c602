"""What is true: NumPy arrays in, numbers and frozen dataclasses out. No Click, no files, no printing."""
