"""One crawl per registrable domain across all processes and machines that use one archive, by leases in its store.

Whoever crawls holds a lease for each domain of his portals and renews it; who finds one held visits his other portals
first. A lease ends LEASE seconds after its holder was last seen; a holder on this machine whose process is gone is
found out at once. It binds a shell, a timer and a Prefect worker alike, as they all open the same store. The domain is
that of `spiders.hosts.queue_of`: a city's bureaus share one, as they often share one server.
"""

import asyncio
import json
import os
import platform
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path

from model.clock import Clock, utc_now
from model.errors import CrawlFailed, StorageUnavailable
from model.portal import Portal
from storage.archive import Archive
from storage.leases import Lease

from .plan import domains_of

LEASE = 300.0
RENEWED = 100.0
"""Seconds; three renewals may fail before the lease ends."""
ASKED_EVERY, ASKED_SELDOM = 2.0, 20.0
"""Seconds from one question for a lease to the next, at first and at last."""


def this_process(run: str) -> str:
    """Who we are, for the lease: the run, and where to look whether we are alive."""
    return json.dumps({"run": run, "machine": _machine(), "pid": os.getpid(), "since": _since(os.getpid())})


def told(lease: Lease) -> str:
    """The holder in words."""
    who = _holder(lease.owner)
    return f"run {who['run']} on {who['machine'].partition('/')[0]} (process {who['pid']})" if who else lease.owner


def is_gone(lease: Lease) -> bool:
    """Was the holder a process of this machine that is no more? False where that can't be known."""
    return lives(lease.owner) is False


def lives(owner: str) -> bool | None:
    """Does the process that `this_process` described go on? None where that can't be known from here."""
    who = _holder(owner)
    if who is None or who["machine"] != _machine() or not who["since"]:
        return None
    return _since(int(who["pid"])) == who["since"]


def is_this_process(owner: str) -> bool:
    """Was it this very process?"""
    who = _holder(owner)
    return who is not None and (who["machine"], int(who["pid"]), who["since"]) == (
        _machine(),
        os.getpid(),
        _since(os.getpid()),
    )


def _holder(owner: str) -> dict[str, str] | None:
    try:
        who = json.loads(owner)
    except ValueError:
        return None
    return who if isinstance(who, dict) and {"run", "machine", "pid", "since"} <= who.keys() else None


def _machine() -> str:
    """Host name and namespace of process numbers: two containers of one machine don't see each other's processes."""
    with suppress(OSError):
        return f"{platform.node()}/{Path('/proc/self/ns/pid').stat().st_ino}"
    return platform.node()


def _since(pid: int) -> str:
    """When a process began, in ticks since the machine did; empty when there is none, or no /proc."""
    with suppress(OSError):
        state, began = (words := Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split())[0], words[19]
        return "" if state in "ZX" else began
    return ""


class HostLeases:
    """The domains that one crawl holds. Not shared between crawls, not for several threads at once.

    `left_behind`: runs from which domains were taken over, as they were killed or not seen for minutes.
    """

    def __init__(self, archive: Archive, run: str, clock: Clock = utc_now) -> None:
        self._archive, self._owner, self._clock = archive, this_process(run), clock
        self._held: dict[str, Lease] = {}
        self._seen: datetime = clock()
        self.left_behind: set[str] = set()

    def take(self, portals: Iterable[Portal]) -> tuple[list[Portal], dict[str, str]]:
        """The portals all of whose domains are ours now, and of the others `portal id → domain and who holds it`."""
        free, busy = [], {}
        for portal in portals:
            ours: list[str] = []
            for host in sorted(domains_of(portal) - self._held.keys()):
                if holder := self._take(host):
                    self._give_back(ours)
                    busy[portal.id] = f"{host}: {told(holder)}"
                    break
                ours.append(host)
            else:
                free.append(portal)
        self._seen = self._clock()
        return free, busy

    def renew(self) -> bool:
        """Prolong all; False when one has passed to somebody else, or could not be renewed in time."""
        now = self._clock()
        try:
            for host, lease in self._held.items():
                renewed = self._archive.renew_lease(lease, now, LEASE)
                if renewed is None:
                    return False
                self._held[host] = renewed
        except StorageUnavailable:
            return now < self._seen + timedelta(seconds=LEASE - RENEWED)
        self._seen = now
        return True

    def release(self) -> None:
        """Give all back. What a store that is gone does not take ends by itself."""
        with suppress(StorageUnavailable):
            self._give_back(list(self._held))

    def _give_back(self, hosts: Sequence[str]) -> None:
        for host in hosts:
            self._archive.release_lease(self._held.pop(host))

    def _take(self, host: str) -> Lease | None:
        """None when the host is ours now, else the lease of who holds it."""
        while True:
            now = self._clock()
            lease = self._archive.acquire_lease(host, self._owner, now, LEASE)
            holder = self._archive.lease(host) if lease is None else None
            if holder is not None and is_gone(holder):
                lease = self._archive.supersede_lease(holder, self._owner, now, LEASE)
            if lease is not None:
                self._held[host] = lease
                if lease.taken_from and (who := _holder(lease.taken_from)):
                    self.left_behind.add(str(who["run"]))
                return None
            if holder is not None and not holder.released:
                return holder


@asynccontextmanager
async def held(leases: HostLeases) -> AsyncIterator[None]:
    """Renew the leases while the context lasts, then give them back. CrawlFailed when they were lost meanwhile."""
    body = asyncio.current_task()
    assert body is not None
    lost = False

    async def keep() -> None:
        nonlocal lost
        while True:
            await asyncio.sleep(RENEWED)
            if not await asyncio.to_thread(leases.renew):
                lost = True
                body.cancel()
                return

    keeper = asyncio.create_task(keep())
    try:
        yield
    except asyncio.CancelledError:
        if not lost:
            raise
        body.uncancel()
        raise CrawlFailed(
            "the leases of the hosts were lost (the machine slept, or the store was away for minutes), so the crawl "
            "was stopped; what it kept is safe, start again"
        ) from None
    finally:
        keeper.cancel()
        await asyncio.gather(keeper, return_exceptions=True)
        await asyncio.to_thread(leases.release)
