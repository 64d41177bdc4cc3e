"""One run from its beginning to its end: settle what was left, crawl, settle, find what is overdue, tell.

The flow `collect` gives each step to Prefect as a task; a played season takes the steps as they are.
"""

import asyncio
import logging
import os
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol
from uuid import uuid4

from model.clock import Clock, utc_now
from model.document import Event
from model.errors import BadQuery, CrawlFailed, GongkaiError, PortalUnavailable
from model.portal import Portal
from spiders.portal_files import load_portals
from storage.archive import Archive

from .alerts import DeliverySummary, Subscriptions, deliver, load_subscriptions, write_feeds
from .crawl import crawl
from .host_leases import ASKED_EVERY, HostLeases, held
from .json_logs import run_id
from .liveness import look_after
from .metrics import write_metrics
from .outcome import PortalOutcome, RunOutcome
from .plan import Recheck, crawl_job, shards
from .schedule import is_due
from .settings import Settings
from .settle import settle_run
from .shard import ShardOrder

log = logging.getLogger(__name__)

# A run that began longer ago and has not been settled is not going on any more.
LONGEST_RUN = timedelta(hours=24)
# Feeds and deliveries look back so far; older events stay in the archive.
HORIZON = timedelta(days=90)

Listener = Callable[[dict[str, Any]], None]

# Who wants to hear of progress while a run goes on in this process: the command line draws bars from it.
listener: ContextVar[Listener] = ContextVar("listener", default=lambda _: None)


@dataclass(frozen=True, slots=True)
class Equipment:
    """Settings and subscriptions of a run. Not parameters of the flow: Prefect shows and stores those, secrets too."""

    settings: Settings
    subscriptions: Subscriptions
    clock: Clock = utc_now


# Set by an entry point that has built them already; a worker that starts the flow builds them from its environment.
equipment: ContextVar[Equipment | None] = ContextVar("equipment", default=None)


def own_equipment() -> Equipment:
    """What the environment says."""
    settings = Settings()
    return Equipment(settings, load_subscriptions(settings.alerts))


class CrawlStep(Protocol):
    async def __call__(self, name: str, order: ShardOrder) -> None: ...


class SettleStep(Protocol):
    async def __call__(
        self, archive: Archive, run: str, portals: dict[str, Portal], mark: bool
    ) -> list[PortalOutcome]: ...


class AlertStep(Protocol):
    async def __call__(
        self, archive: Archive, subscriptions: Subscriptions, portals: dict[str, Portal], now: datetime
    ) -> DeliverySummary: ...


@dataclass(frozen=True, slots=True)
class Steps:
    """How a run does what it does. `crawl` raises CrawlFailed or PortalUnavailable for a shard that failed."""

    crawl: CrawlStep
    settle: SettleStep
    alert: AlertStep
    leased: bool = True
    """Is each host leased while it is visited? A played season is the only run that there is."""


def chosen_portals(names: list[str], folder: Path | None) -> dict[str, Portal]:
    """The portals asked for; BadQuery names those that do not exist."""
    known = load_portals(folder)
    if not names:
        return known
    missing = [name for name in names if name not in known]
    if missing:
        raise BadQuery(f"no portal {', '.join(missing)}; `gongkai portals` lists the {len(known)} that there are")
    return {name: known[name] for name in names}


def due_portals(archive: Archive, portals: dict[str, Portal], now: datetime, seed: str = "") -> dict[str, Portal]:
    """Those whose time has come by their schedule, also when it was missed; who is left alone now is not asked."""
    last, away = archive.last_visits(), archive.cool_downs(now)
    due = {}
    for name, portal in portals.items():
        at, failures = last.get(name, (None, 0))
        if is_due(portal, at, now, seed, failures) and not portal.start_hosts <= away.keys():
            due[name] = portal
    return due


def new_run_id(now: datetime) -> str:
    """Sorts by time, unique without asking anybody."""
    return f"{now:%Y%m%dT%H%M%SZ}-{uuid4().hex[:8]}"


async def crawl_plainly(name: str, order: ShardOrder) -> None:
    """Run one crawl process; its captures are in the archive when it ends, and before."""
    tell = listener.get()
    await crawl(order, lambda line: tell({**line, "shard": name}))


async def settle_plainly(archive: Archive, run: str, portals: dict[str, Portal], mark: bool) -> list[PortalOutcome]:
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


async def alert_plainly(
    archive: Archive, subscriptions: Subscriptions, portals: dict[str, Portal], now: datetime
) -> DeliverySummary:
    """Write the feeds and deliver what is due."""
    if subscriptions.feeds is None and not subscriptions.subscriptions:
        return DeliverySummary()
    events = await asyncio.to_thread(tellable_events, archive, now - HORIZON)
    if subscriptions.feeds is not None:
        feeds = subscriptions.feeds
        address = str(feeds.url) if feeds.url else None
        await asyncio.to_thread(write_feeds, Path(feeds.folder), events, feeds.title, limit=feeds.limit, url=address)
    regions = {portal.id: portal.region for portal in portals.values()}
    return await asyncio.to_thread(deliver, archive.store, subscriptions, events, now, regions=regions)


PLAINLY = Steps(crawl_plainly, settle_plainly, alert_plainly)


async def run_once(
    given: Equipment,
    archive: Archive,
    chosen: dict[str, Portal],
    everything: dict[str, Portal],
    store: str,
    recheck: Recheck,
    steps: Steps = PLAINLY,
) -> RunOutcome:
    """Visit the chosen portals, settle, tell. `everything`: all portals there are, for what earlier runs left behind.

    `store`: the address of the archive, for crawl processes. Without portals there is no run, and its id is empty.
    """
    settings = given.settings
    now = given.clock()
    resumed = await _settle_left(archive, everything, now, steps)
    if not chosen:
        # Nothing is due: no run is noted, but what waits to be told is tried again.
        waiting = await steps.alert(archive, given.subscriptions, everything, given.clock())
        return RunOutcome(run="", resumed=resumed, alerts=waiting)
    run = new_run_id(now)
    run_id.set(run)
    log.info("a run begins", extra={"portals": len(chosen)})
    archive.begin_run(run, now, portals=[*sorted(chosen)])
    failures = await _crawl(archive, run, list(chosen.values()), now, recheck, store, settings, steps)
    outcomes = await steps.settle(archive, run, chosen, mark=True)
    looked = await asyncio.to_thread(look_after, archive, everything, given.clock(), run)
    summary = await steps.alert(archive, given.subscriptions, everything, given.clock())
    outcome = RunOutcome(
        run=run,
        portals=tuple(_with_failures(outcomes, chosen, failures)),
        resumed=resumed,
        alerts=summary,
        own_events=tuple(looked),
    )
    _log(outcome)
    if settings.metrics is not None:
        try:
            write_metrics(settings.metrics, outcome, now, given.clock())
        except OSError as error:
            # What was collected is kept; only the figures are missing.
            log.warning("the metrics could not be written", extra={"path": str(settings.metrics), "why": str(error)})
    return outcome


def _log(outcome: RunOutcome) -> None:
    """One line for each portal, and one for the run."""
    for one in outcome.portals:
        figures = {"rows": one.rows, "bodies": one.bodies, "events": len(one.events), "complete": one.complete}
        extra = {"run": outcome.run, "portal": one.portal, **figures, "problems": list(one.problems)}
        log.info("a portal was visited", extra=extra)
    log.info("a run ended", extra={"run": outcome.run, "failed": outcome.failed, "events": len(outcome.events)})


async def _settle_left(archive: Archive, portals: dict[str, Portal], now: datetime, steps: Steps) -> tuple[str, ...]:
    """Settle what a killed run left behind, before anything newer: what it saw, it saw first.

    Another process may be at that very run; settling twice does no harm, but the mark is left to it.
    """
    left = archive.unsettled_runs()
    for run in left:
        listener.get()({"type": "resuming", "run": run})
        began = datetime.fromisoformat(str(archive.run_facts(run)["began_at"]))
        await steps.settle(archive, run, portals, mark=now - began > LONGEST_RUN)
    return tuple(left)


async def _crawl(
    archive: Archive,
    run: str,
    portals: list[Portal],
    now: datetime,
    recheck: Recheck,
    store: str,
    settings: Settings,
    steps: Steps,
) -> dict[str, str]:
    """Crawl all shards, as many at once as there are cores; portal id to what went wrong with its shard."""
    places = asyncio.Semaphore(max(1, os.cpu_count() or 1))
    failures: dict[str, str] = {}

    async def one(number: int, members: list[Portal]) -> None:
        if not steps.leased:
            async with places:
                await visit(f"{number:03d}", members)
            return
        waiting, turn, until = members, 0, asyncio.get_running_loop().time() + settings.host_wait
        told: list[str] = []
        while waiting:
            async with places:
                leases = HostLeases(archive, run)
                free, busy = await asyncio.to_thread(leases.take, waiting)
                if free:
                    name, turn = f"{number:03d}-{turn}" if turn else f"{number:03d}", turn + 1
                    try:
                        async with held(leases):
                            await visit(name, free)
                    except CrawlFailed as error:
                        failures.update({portal.id: str(error) for portal in free})
            waiting = [portal for portal in waiting if portal.id in busy]
            if busy and (holders := sorted(busy.values())) != told:
                listener.get()({"type": "waiting", "hosts": holders})
                told = holders
            if free or not waiting:
                continue
            if asyncio.get_running_loop().time() >= until:
                failures.update({name: f"left out, as another crawl is at {holder}" for name, holder in busy.items()})
                return
            await asyncio.sleep(ASKED_EVERY)

    async def visit(name: str, members: list[Portal]) -> None:
        job = crawl_job(archive, run, name, members, now, recheck, settings.contact, settings.vantage, settings.limits)
        order = ShardOrder(job=job, store=store, storage=settings.storage, browser=settings.browser)
        try:
            await steps.crawl(name, order)
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
