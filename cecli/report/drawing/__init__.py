"""Curves as pictures: in the characters of a terminal, as SVG in a page, and by matplotlib in a file."""
