"""Fixtures that every test may ask for."""

import pytest
from hypothesis import HealthCheck, settings

from flows.prefect_home import quiet_prefect
from tests.seaweed import moto, seaweed, store_address, without_doubled_stores

# Before anything imports Prefect, which reads its log levels once. Children inherit them, so: the command line's own.
quiet_prefect("CRITICAL")

# No test fails for the seconds it took: on a busy machine the first example may load half of the program.
settings.register_profile("gongkai", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("gongkai")

__all__ = ["moto", "seaweed", "store_address"]

# A file is run by one process from its first test to its last: those that take minutes begin, so that no
# process is left alone with one at the end.
LONGEST = (
    "test_collect_killed", "test_simulator_cases", "test_prefect", "test_end_to_end", "test_docs", "test_host_leases",
    "test_documents", "test_spider_bad_input", "test_discover", "test_collect_bad_input", "test_collect_disk",
    "test_spider_rendered", "test_spider_crawl", "test_storage_faults", "test_replicate", "test_collect_withdrawn",
    "test_sharing", "test_collect_faulty_store", "test_observed", "test_collect_three_runs", "test_web_browser",
    "test_spider_redesign", "test_season",
)  # fmt: skip


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    without_doubled_stores(config, items)
    ranks = {name: rank for rank, name in enumerate(LONGEST)}
    items.sort(key=lambda item: ranks.get(item.path.stem, len(ranks)))
