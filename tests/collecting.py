"""Collecting without Prefect: one crawl process, then settling; what `gongkai collect` does, in seconds."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

from flows.crawl import crawl
from flows.outcome import PortalOutcome
from flows.plan import Recheck, crawl_job
from flows.run import new_run_id
from flows.settle import settle_run
from flows.shard import ShardOrder
from infra.simulator import Simulator
from model.portal import Portal
from storage.archive import Archive
from storage.objects import open_store
from storage.settings import StorageSettings
from tests.crawling import portal


def portal_of(simulator: Simulator, host: str, path: str | None = None, **settings: object) -> Portal:
    """A quick portal that reads a simulated site from its list, or from another path."""
    entry = simulator.entry_url(host) if path is None else simulator.base_url(host).rstrip("/") + path
    site, _, start = entry.partition("://")[2].partition("/")
    scheme = entry.partition("://")[0]
    return portal(site, f"/{start}", id=host, **{"start_urls": [f"{scheme}://{site}/{start}"], **settings})


def archive_in(folder: Path) -> Archive:
    return Archive(open_store(str(folder), settings=StorageSettings()))


def collect(folder: Path, *portals: Portal, recheck: Recheck = "all") -> dict[str, PortalOutcome]:
    """One run over the portals; its outcomes by portal id."""
    archive, now = archive_in(folder), datetime.now(UTC)
    run = new_run_id(now)
    archive.begin_run(run, now, portals=sorted(p.id for p in portals))
    job = crawl_job(archive, run, "000", portals, now, recheck, None, "here")
    asyncio.run(crawl(ShardOrder(job=job, store=str(folder), storage=StorageSettings()), lambda _: None))
    outcomes = settle_run(archive, run, {p.id: p for p in portals})
    return {outcome.portal: outcome for outcome in outcomes}
