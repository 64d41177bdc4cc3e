"""One run from its beginning to its end: settle what was left, visit and settle shard by shard, look around, tell.

The flow `collect` gives each step to Prefect as a task; a played season takes the steps as they are.
"""

import asyncio
import logging
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

from model.clock import Clock, utc_now
from model.document import Event
from model.errors import BadQuery
from model.portal import Portal
from spiders.portal_files import load_portals
from storage.archive import Archive

from .alerts import DeliverySummary, Subscriptions, deliver, load_subscriptions, write_feeds
from .crawl import crawl
from .host_leases import is_this_process, lives, this_process
from .json_logs import run_id
from .liveness import look_after
from .metrics import note_look, write_metrics
from .outcome import PortalOutcome, RunOutcome
from .plan import Recheck, Share
from .schedule import is_due
from .settings import Settings
from .settle import Settled, close_run, settle_captures
from .shard import ShardOrder
from .shard_visits import Work, visit_shards
from .spans import span
from .steps import Steps, listener

log = logging.getLogger(__name__)

# A run that began longer ago and has not been settled is not going on any more.
LONGEST_RUN = timedelta(hours=24)
# Feeds and deliveries look back so far; older events stay in the archive.
HORIZON = timedelta(days=90)
ALL = Share()

# Runs of this process that have not come to their end.
_going_on: set[str] = set()


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


async def settle_plainly(archive: Archive, run: str, portals: dict[str, Portal], shard: str, over: bool) -> Settled:
    """Make versions and events of what a run captured, or one shard of it."""
    tell = listener.get()

    def on_document(url: str) -> None:
        tell({"type": "settled", "url": url})

    return await asyncio.to_thread(settle_captures, archive, run, portals, on_document, shard=shard or None, over=over)


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
    share: Share = ALL,
    due: bool = False,
) -> RunOutcome:
    """Visit the chosen portals, settle, tell. `everything`: all portals there are, for what earlier runs left behind.

    `store`: the address of the archive, for crawl processes. `share`: what is visited first, where several runs do it
    together. `due`: what another run visits meanwhile is left to it. Without portals there is no run, and its id is
    empty.
    """
    now = given.clock()
    resumed = await _settle_left(archive, everything, now, steps)
    if not chosen:
        # Nothing is due: no run is noted, but what waits to be told is tried again.
        waiting = await steps.alert(archive, given.subscriptions, everything, given.clock())
        _note_metrics(given.settings.metrics, lambda file: note_look(file, now))
        return RunOutcome(run="", resumed=resumed, alerts=waiting)
    run = new_run_id(now)
    run_id.set(run)
    log.info("a run begins", extra={"portals": len(chosen)})

    def still_due(portals: dict[str, Portal]) -> dict[str, Portal]:
        return due_portals(archive, portals, given.clock(), store)

    _going_on.add(run)
    try:
        archive.begin_run(run, now, portals=[*sorted(chosen)], by=this_process(run))
        left_to_others = still_due if due else None
        work = Work(archive, run, now, everything, recheck, store, given.settings, steps, left_to_others, given.clock)
        with span("run", run=run, portals=len(chosen)):
            came = await visit_shards(work, chosen.values(), share)
            if came.whole:
                await asyncio.to_thread(close_run, archive, run, chosen, came.settled)
    finally:
        _going_on.discard(run)
    looked = await asyncio.to_thread(look_after, archive, everything, given.clock(), run)
    summary = await steps.alert(archive, given.subscriptions, everything, given.clock())
    mine = {name: portal for name, portal in chosen.items() if name not in came.elsewhere}
    outcome = RunOutcome(
        run=run,
        portals=tuple(_with_failures(came.settled.outcomes, mine, came.failures)),
        resumed=resumed,
        alerts=summary,
        elsewhere=tuple(sorted(came.elsewhere)),
        own_events=tuple(looked),
    )
    _log(outcome)
    _note_metrics(given.settings.metrics, lambda file: write_metrics(file, outcome, now, given.clock()))
    return outcome


def _note_metrics(file: Path | None, note: Callable[[Path], None]) -> None:
    if file is None:
        return
    try:
        note(file)
    except OSError as error:
        # What was collected is kept; only the figures are missing.
        log.warning("the metrics could not be written", extra={"path": str(file), "why": str(error)})


def _log(outcome: RunOutcome) -> None:
    """One line for each portal, and one for the run."""
    for one in outcome.portals:
        figures = {"rows": one.rows, "bodies": one.bodies, "events": len(one.events), "complete": one.complete}
        extra = {"run": outcome.run, "portal": one.portal, **figures, "problems": list(one.problems)}
        log.info("a portal was visited", extra=extra)
    log.info("a run ended", extra={"run": outcome.run, "failed": outcome.failed, "events": len(outcome.events)})


async def _settle_left(archive: Archive, portals: dict[str, Portal], now: datetime, steps: Steps) -> tuple[str, ...]:
    """Settle what a killed run left behind, before anything newer: what it saw, it saw first.

    Another process may be at that very run, on a machine that can't be seen from here: settling twice does no harm,
    but the mark is left to it.
    """
    left = []
    for run in archive.unsettled_runs():
        facts = archive.run_facts(run)
        goes_on = run in _going_on or _goes_on(facts)
        if goes_on:
            continue
        left.append(run)
        listener.get()({"type": "resuming", "run": run})
        over = goes_on is False or now - datetime.fromisoformat(str(facts["began_at"])) > LONGEST_RUN
        settled = await steps.settle(archive, run, portals, "", over=over)
        if over:
            await asyncio.to_thread(close_run, archive, run, portals, settled)
    return tuple(left)


def _goes_on(facts: dict[str, object]) -> bool | None:
    """Does the process live that began a run? None where that can't be known from here."""
    by = str(facts.get("by") or "")
    return False if is_this_process(by) else lives(by)


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
