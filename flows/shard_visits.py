"""The shards of a run: visited one beside the other, each under the leases of its domains, and settled before these go.

Any number of runs may be at it at once. Each visits its share first, then what is left of the others' shares, then what
others hold, as soon as they give it back or are gone; of the last, in a run of due portals, only what is due still. So
each portal is visited by one of them, and those of a run that was killed by another.
"""

import asyncio
import logging
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from model.clock import Clock, seconds_ahead, utc_now
from model.errors import CrawlFailed, GongkaiError, ObjectMissing, PortalUnavailable
from model.portal import Portal
from storage.archive import Archive

from .host_leases import ASKED_EVERY, ASKED_SELDOM, HostLeases, held
from .plan import Recheck, Share, crawl_job, shards, shared_out
from .settings import Settings
from .settle import Settled
from .shard import ShardOrder
from .spans import span
from .steps import Steps, listener

log = logging.getLogger(__name__)

StillDue = Callable[[dict[str, Portal]], dict[str, Portal]]


@dataclass(frozen=True, slots=True)
class Work:
    """What the shards of one run have in common. `everything`: all portals there are. `store`: the archive's address.

    `still_due`: of some portals those to be visited now; None: all, whoever else was there. `clock`: the run's; leases
    go by the machine's, which other processes see too.
    """

    archive: Archive
    run: str
    now: datetime
    everything: dict[str, Portal]
    recheck: Recheck
    store: str
    settings: Settings
    steps: Steps
    still_due: StillDue | None = None
    clock: Clock = utc_now


@dataclass(slots=True)
class Visited:
    """What came of it. `failures`: portal id to what went wrong; `elsewhere`: due portals that another run took.

    `whole`: were all captures settled? Not those of a shard that lost its leases: others may be at its portals.
    """

    settled: Settled = field(default_factory=lambda: Settled([], []))
    failures: dict[str, str] = field(default_factory=dict)
    elsewhere: set[str] = field(default_factory=set)
    whole: bool = True


async def visit_shards(work: Work, portals: Iterable[Portal], share: Share) -> Visited:
    """Visit and settle all portals, as many shards at once as there are cores."""
    visits = _Visits(work)
    left: list[Portal] = []
    for part in shared_out(portals, share):
        left += await visits.all_of(part)
    await visits.all_of(left, work.settings.host_wait)
    return visits.came


class _Visits:
    """A class because every step reads the same handful of facts."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self.came = Visited()
        self._places = asyncio.Semaphore(max(1, os.cpu_count() or 1))
        self._shards = 0
        self._inherited = {work.run}

    async def all_of(self, portals: list[Portal], wait: float | None = None) -> list[Portal]:
        """Visit what is free. What is not is waited for, so many seconds, and then given up; None: it is returned."""
        left: list[Portal] = []

        async def one(members: list[Portal]) -> None:
            left.extend(await self._shard(members, wait))

        # An error that concerns everyone (a full disk, a missing contact) ends the run; the next settles what was kept.
        try:
            async with asyncio.TaskGroup() as group:
                for members in shards(portals, self.work.settings.shard_hosts):
                    group.create_task(one(members))
        except* GongkaiError as errors:
            raise errors.exceptions[0] from errors
        return left

    async def _shard(self, waiting: list[Portal], wait: float | None) -> list[Portal]:
        if not self.work.steps.leased:
            async with self._places:
                await self._visit(waiting)
            return []
        until = asyncio.get_running_loop().time() + (wait or 0)
        told: list[str] = []
        pause = ASKED_EVERY
        while waiting:
            async with self._places:
                leases = HostLeases(self.work.archive, self.work.run)
                free, busy = await asyncio.to_thread(leases.take, waiting)
                if free:
                    pause = ASKED_EVERY
                    await self._under_leases(leases, free)
            waiting = [portal for portal in waiting if portal.id in busy]
            if wait is None or not waiting:
                break
            if (holders := sorted(busy.values())) != told:
                listener.get()({"type": "waiting", "hosts": holders})
                told = holders
            if asyncio.get_running_loop().time() >= until:
                self._give_up(busy)
                return []
            if not free:
                await asyncio.sleep(pause)
                pause = min(pause * 1.5, ASKED_SELDOM)
        return waiting

    def _give_up(self, busy: dict[str, str]) -> None:
        if self.work.still_due is not None:
            log.info("left to other runs", extra={"portals": sorted(busy)})
            self.came.elsewhere |= busy.keys()
        else:
            told = {name: f"left out, as another crawl is at {holder}" for name, holder in busy.items()}
            self.came.failures.update(told)

    async def _under_leases(self, leases: HostLeases, free: list[Portal]) -> None:
        try:
            async with held(leases):
                await self._settle_inherited(leases.left_behind)
                if self.work.still_due is not None:
                    due = await asyncio.to_thread(self.work.still_due, {portal.id: portal for portal in free})
                    self.came.elsewhere |= {portal.id for portal in free} - due.keys()
                    free = list(due.values())
                if free:
                    await self._visit(free)
        except CrawlFailed as error:
            self.came.failures.update({portal.id: str(error) for portal in free})
            self.came.whole = False

    async def _settle_inherited(self, runs: Iterable[str]) -> None:
        """What a run saw of the portals that are taken over from it, it saw first."""
        for run in sorted(set(runs) - self._inherited):
            self._inherited.add(run)
            try:
                self.work.archive.run_facts(run)
            except ObjectMissing:
                continue  # it was not the crawl of a run that held the lease
            listener.get()({"type": "resuming", "run": run})
            await self.work.steps.settle(self.work.archive, run, self.work.everything, "", over=False)

    async def _visit(self, members: list[Portal]) -> None:
        """Crawl a shard and settle it, also when the crawl failed in the middle."""
        work, name = self.work, f"{self._shards:03d}"
        self._shards += 1
        settings, portals = work.settings, {portal.id: portal for portal in members}
        job = await asyncio.to_thread(
            crawl_job, work.archive, work.run, name, members, work.now, work.recheck, settings.contact,
            settings.vantage, settings.limits,
        )  # fmt: skip
        order = ShardOrder(
            job=job, store=work.store, storage=settings.storage, browser=settings.browser,
            clock_ahead=seconds_ahead(work.clock),
        )  # fmt: skip
        try:
            with span("crawl", run=work.run, shard=name, portals=len(members)):
                await work.steps.crawl(name, order)
        except (CrawlFailed, PortalUnavailable) as error:
            self.came.failures.update({portal.id: str(error) for portal in members})
        settled = await work.steps.settle(work.archive, work.run, portals, name, over=True)
        self.came.settled.outcomes.extend(settled.outcomes)
        self.came.settled.strange.extend(settled.strange)
