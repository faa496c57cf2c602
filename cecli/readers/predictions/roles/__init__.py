"""Which column of a file of predictions is what: said, proven by all rows, or refused."""
