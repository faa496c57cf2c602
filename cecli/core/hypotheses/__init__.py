"""Tests of hypotheses, their power, and the laws they rest on."""
