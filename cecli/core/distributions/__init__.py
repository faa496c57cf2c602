"""Known distributions: their quantiles and tails, and draws from a PMF."""
