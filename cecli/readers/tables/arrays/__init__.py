"""Arrays of numbers in files: what they are, where their bytes are, and their rows as a table."""
