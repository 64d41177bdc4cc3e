"""Fixtures that every test may ask for."""

from flows.prefect_home import quiet_prefect
from tests.seaweed import seaweed, store_address

# Before anything imports Prefect, which reads its log levels once.
quiet_prefect()

__all__ = ["seaweed", "store_address"]
