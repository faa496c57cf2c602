"""Functions of numbers: quantiles and tails of known distributions, and what sums and PMFs are made of."""
