"""The flow `collect`: shard → captures → archive → parse → compare → events → alerts.

A task is a shard or a batch, never a page. One failing portal does not stop the others.
"""

import asyncio
import logging
import os
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from prefect.runtime import flow_run

from model.document import Event
from model.errors import BadQuery, CrawlFailed, GongkaiError, PortalUnavailable, Temporary
from model.portal import Portal
from spiders.portal_files import load_portals
from storage.archive import Archive

from .alerts import DeliverySummary, Subscriptions, deliver, load_subscriptions, write_feeds
from .artifacts import ProgressShare, progress_artifact, result_artifacts
from .crawl import crawl
from .host_limits import has_server, hosts_to_oneself
from .opening import writable_archive
from .outcome import PortalOutcome, RunOutcome
from .plan import Recheck, crawl_job, shards
from .settings import Settings
from .settle import settle_run
from .shard import ShardOrder

log = logging.getLogger(__name__)

# A run that began longer ago and has not been settled is not going on any more.
LONGEST_RUN = timedelta(hours=24)
# Feeds and deliveries look back so far; older events stay in the archive.
HORIZON = timedelta(days=90)

Listener = Callable[[dict[str, Any]], None]

# Who wants to hear of progress while a flow runs in this process: the command line draws bars from it.
listener: ContextVar[Listener] = ContextVar("listener", default=lambda _: None)


@dataclass(frozen=True, slots=True)
class Equipment:
    """Settings and subscriptions of a run. Not parameters of the flow: Prefect shows and stores those, secrets too."""

    settings: Settings
    subscriptions: Subscriptions


# Set by an entry point that has built them already; a worker that starts the flow builds them from its environment.
equipment: ContextVar[Equipment | None] = ContextVar("equipment", default=None)


def own_equipment() -> Equipment:
    """What the environment says."""
    settings = Settings()
    return Equipment(settings, load_subscriptions(settings.alerts))


def chosen_portals(names: list[str], folder: Path | None) -> dict[str, Portal]:
    """The portals asked for; BadQuery names those that do not exist."""
    known = load_portals(folder)
    if not names:
        return known
    missing = [name for name in names if name not in known]
    if missing:
        raise BadQuery(f"no portal {', '.join(missing)}; `gongkai portals` lists the {len(known)} that there are")
    return {name: known[name] for name in names}


def new_run_id(now: datetime) -> str:
    """Sorts by time, unique without asking anybody."""
    return f"{now:%Y%m%dT%H%M%SZ}-{uuid4().hex[:8]}"


async def _only_temporary(_task: Any, _run: Any, state: Any) -> bool:
    """Retry what may pass by itself, and nothing else."""
    return isinstance(await state.aresult(raise_on_failure=False), Temporary)


@task(
    name="crawl",
    task_run_name="crawl {name}",
    retries=2,
    retry_delay_seconds=[10, 60],
    retry_condition_fn=_only_temporary,
    cache_policy=NO_CACHE,
    persist_result=False,
)
async def crawl_shard(name: str, order: ShardOrder) -> None:
    """Run one crawl process; its captures are in the archive when it ends, and before."""
    tell = listener.get()
    async with hosts_to_oneself(order.job.portals, lambda hosts: tell({"type": "waiting", "hosts": hosts})):
        await crawl(order, lambda line: tell({**line, "shard": name}))


@task(name="settle", task_run_name="settle {run}", cache_policy=NO_CACHE, persist_result=False)
async def settle(archive: Archive, run: str, portals: dict[str, Portal], mark: bool) -> list[PortalOutcome]:
    """Make versions and events of what a run captured."""
    tell = listener.get()

    def on_document(url: str) -> None:
        tell({"type": "settled", "url": url})

    return await asyncio.to_thread(settle_run, archive, run, portals, on_document, mark)


def tellable_events(archive: Archive, since: datetime) -> list[Event]:
    """Events but those of reports and versions that are withheld."""
    withheld = archive.withheld()

    def hidden(event: Event) -> bool:
        version = event.details.get("version")
        return withheld.hides(event.subject, version if isinstance(version, int) else None)

    return [event for event in archive.events(since) if not hidden(event)]


@task(name="alert", task_run_name="alert", cache_policy=NO_CACHE, persist_result=False)
async def alert(
    archive: Archive, subscriptions: Subscriptions, portals: dict[str, Portal], now: datetime
) -> DeliverySummary:
    """Write the feeds and deliver what is due."""
    events = await asyncio.to_thread(tellable_events, archive, now - HORIZON)
    if subscriptions.feeds is not None:
        feeds = subscriptions.feeds
        address = str(feeds.url) if feeds.url else None
        await asyncio.to_thread(write_feeds, Path(feeds.folder), events, feeds.title, limit=feeds.limit, url=address)
    regions = {portal.id: portal.region for portal in portals.values()}
    return await asyncio.to_thread(deliver, archive.store, subscriptions, events, now, regions=regions)


def run_name() -> str:
    """What Prefect calls the run: the portals, or how many."""
    names = flow_run.parameters.get("portals") or []
    told = ", ".join(names) if 0 < len(names) <= 3 else f"{len(names) or 'all'} portals"
    return f"collect {told}"


@flow(name="collect", flow_run_name=run_name, persist_result=False)
async def collect(
    portals: list[str] | None = None,
    store: str | None = None,
    recheck: Recheck = "due",
) -> RunOutcome:
    """Visit portals, archive what they publish, settle it, tell of it.

    `portals`: ids; none means all. `store`: archive address, else GONGKAI_STORE. `recheck`: which known documents are
    asked again: those that are `due`, `all`, or `none`.
    """
    given = equipment.get() or own_equipment()
    # The temporary server of a single command has no UI, and nobody to look at it.
    if not has_server():
        return await _collect(given, portals or [], store, recheck)
    share, outer = ProgressShare(), listener.get()

    def tell_both(line: dict[str, Any]) -> None:
        share.hear(line)
        outer(line)

    token = listener.set(tell_both)
    try:
        async with progress_artifact(share):
            outcome = await _collect(given, portals or [], store, recheck)
    finally:
        listener.reset(token)
    await result_artifacts(outcome)
    return outcome


async def _collect(given: Equipment, names: list[str], store: str | None, recheck: Recheck) -> RunOutcome:
    settings = given.settings
    chosen = chosen_portals(names, settings.portals)
    if settings.screenshots:
        chosen = {name: portal.model_copy(update={"screenshots": True}) for name, portal in chosen.items()}
    archive = await asyncio.to_thread(writable_archive, store or settings.store, settings)
    everything = load_portals(settings.portals) | chosen
    now = datetime.now(UTC)
    resumed = await _settle_left(archive, everything, now)
    run = new_run_id(now)
    archive.begin_run(run, now, portals=[*sorted(chosen)])
    failures = await _crawl(archive, run, list(chosen.values()), now, recheck, store or settings.store, settings)
    outcomes = await settle(archive, run, chosen, mark=True)
    summary = await alert(archive, given.subscriptions, everything, datetime.now(UTC))
    return RunOutcome(
        run=run, portals=tuple(_with_failures(outcomes, chosen, failures)), resumed=resumed, alerts=summary
    )


async def _settle_left(archive: Archive, portals: dict[str, Portal], now: datetime) -> tuple[str, ...]:
    """Settle what a killed run left behind, before anything newer: what it saw, it saw first.

    Another process may be at that very run; settling twice does no harm, but the mark is left to it.
    """
    left = archive.unsettled_runs()
    for run in left:
        listener.get()({"type": "resuming", "run": run})
        began = datetime.fromisoformat(str(archive.run_facts(run)["began_at"]))
        await settle(archive, run, portals, mark=now - began > LONGEST_RUN)
    return tuple(left)


async def _crawl(
    archive: Archive,
    run: str,
    portals: list[Portal],
    now: datetime,
    recheck: Recheck,
    store: str,
    settings: Settings,
) -> dict[str, str]:
    """Crawl all shards, as many at once as there are cores; portal id to what went wrong with its shard."""
    places = asyncio.Semaphore(max(1, os.cpu_count() or 1))
    failures: dict[str, str] = {}

    async def one(number: int, members: list[Portal]) -> None:
        name = f"{number:03d}"
        job = crawl_job(archive, run, name, members, now, recheck, settings.contact, settings.vantage, settings.limits)
        order = ShardOrder(job=job, store=store, storage=settings.storage, browser=settings.browser)
        async with places:
            try:
                await crawl_shard(name, order)
            except (CrawlFailed, PortalUnavailable) as error:
                failures.update({portal.id: str(error) for portal in members})

    batches = shards(portals, settings.shard_hosts)
    # An error that concerns everyone (a full disk, a missing contact) ends the run; the next one settles what was kept.
    try:
        async with asyncio.TaskGroup() as group:
            for number, members in enumerate(batches):
                group.create_task(one(number, members))
    except* GongkaiError as errors:
        raise errors.exceptions[0] from errors
    return failures


def _with_failures(
    outcomes: list[PortalOutcome], chosen: dict[str, Portal], failures: dict[str, str]
) -> list[PortalOutcome]:
    """Every portal that was asked for, also those of which nothing came back."""
    found = {o.portal: o for o in outcomes}
    result = []
    for name, portal in sorted(chosen.items()):
        outcome = found.get(name) or PortalOutcome(
            portal=name, title=portal.title, stop_reason="not visited", problems=("not visited",)
        )
        if name in failures:
            outcome = outcome.model_copy(update={"problems": (*outcome.problems, failures[name])})
        result.append(outcome)
    return result
