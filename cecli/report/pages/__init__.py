"""Whole pages: the report as HTML, and the manual."""
