"""Fixtures that every test may ask for."""

from flows.prefect_home import quiet_prefect
from tests.seaweed import moto, pytest_collection_modifyitems, seaweed, store_address

# Before anything imports Prefect, which reads its log levels once. Children inherit them, so: the command line's own.
quiet_prefect("CRITICAL")

__all__ = ["moto", "pytest_collection_modifyitems", "seaweed", "store_address"]
