"""Readers that need an outside program: they run it on a temporary file, and say so where it is not installed."""
