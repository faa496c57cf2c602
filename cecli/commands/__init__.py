"""One file a command, always in the same order: options, the function, nothing else."""
