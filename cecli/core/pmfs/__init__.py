"""PMFs: their entropy, how far two are apart, and how they are fitted to counts."""
