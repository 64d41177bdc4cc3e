"""One crawl per registrable domain across all runs on a Prefect server, by its global concurrency limits.

A limit of one for each: `gongkai deploy` makes those of its portals, a run of a deployment those still missing; a
command run by hand takes those that exist. A temporary server is not even asked: there, one process is the only one.
"""

import logging
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager

from prefect.client.orchestration import PrefectClient, get_client
from prefect.concurrency.asyncio import concurrency
from prefect.runtime import deployment
from prefect.settings import get_current_settings

from model.portal import Portal

from .plan import domains_of

log = logging.getLogger(__name__)

# Seconds after which the slot of a killed holder is free again; a living one renews it.
LEASE = 120
PAGE = 200


def limit_name(host: str) -> str:
    """`127.0.0.1:8080` → `host:127.0.0.1_8080`."""
    return f"host:{host.replace(':', '_')}"


def limit_names(portals: Iterable[Portal]) -> set[str]:
    """The limits that a crawl of these portals is bound by: one for each registrable domain."""
    return {limit_name(domain) for portal in portals for domain in domains_of(portal)}


def has_server() -> bool:
    """Is there a Prefect server of its own, or only the temporary one of this process?"""
    return get_current_settings().api.url is not None


async def ensure_limits(portals: Iterable[Portal]) -> list[str]:
    """Make on the server the limits that are missing; the names of all, sorted."""
    names = sorted(limit_names(portals))
    async with get_client() as client:
        known = await _slots(client, set(names))
        for name in names:
            if name not in known:
                await client.upsert_global_concurrency_limit_by_name(name, 1)
    return names


async def _slots(client: PrefectClient, wanted: set[str]) -> dict[str, int]:
    """Limit → how many hold it now, of those wanted that exist."""
    slots: dict[str, int] = {}
    offset = 0
    while page := await client.read_global_concurrency_limits(limit=PAGE, offset=offset):
        slots.update({limit.name: limit.active_slots for limit in page if limit.name in wanted})
        offset += len(page)
        if len(page) < PAGE:
            break
    return slots


@asynccontextmanager
async def hosts_to_oneself(portals: Iterable[Portal], on_wait: Callable[[list[str]], None]) -> AsyncIterator[None]:
    """Hold the hosts of the portals while the context lasts; `on_wait` hears of those that another crawl holds."""
    portals = list(portals)
    if not has_server() or not portals:
        yield
        return
    if deployment.id:
        await ensure_limits(portals)
    async with get_client() as client:
        slots = await _slots(client, limit_names(portals))
    if not slots:
        yield
        return
    if busy := sorted(name for name, active in slots.items() if active):
        log.info("waiting for another crawl of %s", ", ".join(busy))
        on_wait(busy)
    # All at once or none, so that two crawls can't wait for each other.
    async with concurrency(sorted(slots), lease_duration=LEASE, raise_on_lease_renewal_failure=False):
        yield
