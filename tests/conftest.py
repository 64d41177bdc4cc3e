"""Fixtures that every test may ask for."""

from hypothesis import HealthCheck, settings

from flows.prefect_home import quiet_prefect
from tests.seaweed import moto, pytest_collection_modifyitems, seaweed, store_address

# Before anything imports Prefect, which reads its log levels once. Children inherit them, so: the command line's own.
quiet_prefect("CRITICAL")

# No test fails for the seconds it took: on a busy machine the first example may load half of the program.
settings.register_profile("gongkai", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("gongkai")

__all__ = ["moto", "pytest_collection_modifyitems", "seaweed", "store_address"]
