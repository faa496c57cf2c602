"""PMF arguments, counts and samples."""
