"""Fixtures that every test may ask for."""

from tests.seaweed import seaweed, store_address

__all__ = ["seaweed", "store_address"]
