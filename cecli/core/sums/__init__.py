"""Exact arithmetic: sums, masses and moments that merge to the bit, their states, and how tables lie in memory."""
