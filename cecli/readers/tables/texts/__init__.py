"""Texts that are no plain CSV: how they are recognised by their heads, and how their lines become records of cells."""
