"""How gently each host is asked: one request at a time, spaced, within hours and a daily budget."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from datetime import time as time_of_day
from zoneinfo import ZoneInfo

from model.capture import CrawlJob
from model.portal import Politeness, Portal
from spiders.hosts import queue_of

SHANGHAI = ZoneInfo("Asia/Shanghai")
MOST_DELAY = 60.0
QUICK = 1.0
"""Seconds within which an answer says nothing of a server's troubles."""
LONGEST_WAIT = 300.0
"""Seconds of Retry-After that are waited for; a longer one ends the run for the host."""
THROTTLES_BORNE = 3


@dataclass
class HostPace:
    """The queue of one host. Times are monotonic seconds; `politeness` is the strictest of the portals on it.

    `windows`: hours of Asia/Shanghai, all of which have to be open. `line`: held while a request is under way, and
    shared with the other hosts of the same registrable domain: often one machine answers for all of them.
    """

    host: str
    politeness: Politeness
    windows: tuple[tuple[time_of_day, time_of_day], ...] = ()
    used_today: int = 0
    away_until: datetime | None = None
    delay_asked: float = 0.0
    closed: str | None = None
    """Why nothing more is asked of the host in this run; a clause that follows the host's name."""
    requests: int = 0
    throttled: int = 0
    _slowed: float = 0.0
    _earliest: float = 0.0
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    line: asyncio.Lock = field(default_factory=asyncio.Lock)
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep

    @property
    def delay(self) -> float:
        """Seconds now kept between two requests: the configured ones, robots' Crawl-delay, or what a slow or
        complaining server needs."""
        return min(max(self.politeness.delay, self.delay_asked, self._slowed), max(MOST_DELAY, self.politeness.delay))

    def refusal(self, now: Callable[[], datetime], *, counted: int = 0) -> str | None:
        """Why the host may not be asked at this time, as a clause that follows its name; None when it may.

        `counted`: requests that are in the budget's count already and still to be sent.
        """
        if self.closed:
            return self.closed
        moment = now()
        if self.away_until and moment < self.away_until:
            return f"blocked us before and is left alone until {self.away_until:%Y-%m-%d %H:%M %Z}"
        for start, end in self.windows:
            if _within(start, end, moment):
                continue
            return f"may be asked from {start:%H:%M} to {end:%H:%M} (Asia/Shanghai) only; run the crawl then"
        if self.used_today + self.requests - counted >= self.politeness.daily_requests:
            return f"has had its {self.politeness.daily_requests} requests of the day; the rest follows tomorrow"
        return None

    @asynccontextmanager
    async def turn(self, *, attachment: bool = False) -> AsyncIterator[None]:
        """Wait for the host's turn and hold it: nobody else asks the host meanwhile."""
        async with self._turn:
            wait = self._earliest - self.clock()
            if attachment:
                wait += max(0.0, self.politeness.attachment_delay - self.delay)
            if wait > 0:
                await self.sleep(wait)
            async with self.line:
                self.requests += 1
                try:
                    yield
                finally:
                    # From the answer on, so that the server never sees two requests closer than the delay.
                    spread = random.uniform(-self.politeness.jitter, self.politeness.jitter)
                    self._earliest = max(self._earliest, self.clock() + self.delay * (1 + spread))

    def answered(self, latency: float) -> None:
        """Adapt to the server's speed: a server that needs long is asked seldom, and trusted again slowly.

        What is quick is not told from our own work, which goes on meanwhile for other hosts.
        """
        latency = latency if latency > QUICK else 0.0
        self._slowed = max(latency, (self._slowed + latency) / 2)

    def complained(self, retry_after: float | None) -> None:
        """The server said that it is too much: wait as it says and double the delay; close it at the third time."""
        self.throttled += 1
        self._slowed = min(max(self.delay, 0.001) * 2, MOST_DELAY)
        if self.throttled >= THROTTLES_BORNE:
            self.closed = f"asked us {self.throttled} times to slow down; it is left alone until the next run"
        elif retry_after is not None and retry_after > LONGEST_WAIT:
            self.closed = f"asked us to come back in {retry_after:.0f} seconds; it is left alone until the next run"
        else:
            self.rest(retry_after or 0.0)

    def rest(self, seconds: float) -> None:
        """Ask nothing for at least so long."""
        self._earliest = max(self._earliest, self.clock() + max(seconds, self.delay))


def host_paces(job: CrawlJob) -> dict[str, HostPace]:
    """The queue of each host of the job: by the strictest of the portals that are read from it and of the operator."""
    paces: dict[str, HostPace] = {}
    lines: dict[str, asyncio.Lock] = {}
    for portal in job.portals:
        asked = job.limits.on(portal.politeness)
        for host in portal.start_hosts:
            known = paces.get(host)
            windows = {w for w in (asked.window, job.limits.window) if w} | set(known.windows if known else ())
            paces[host] = HostPace(
                host,
                strictest(known.politeness, asked) if known else asked,
                windows=tuple(sorted(windows)),
                used_today=job.budget_used.get(host, 0),
                away_until=job.cool_down.get(host),
                line=lines.setdefault(queue_of(host), asyncio.Lock()),
            )
    return paces


def strictest(one: Politeness, other: Politeness) -> Politeness:
    """What two portals on one host agree to: the gentler of each."""
    return Politeness(
        delay=max(one.delay, other.delay),
        attachment_delay=max(one.attachment_delay, other.attachment_delay),
        jitter=min(one.jitter, other.jitter),
        daily_requests=min(one.daily_requests, other.daily_requests),
        window=one.window or other.window,  # a pace keeps the windows of all
    )


def sibling_pace(job: CrawlJob, portal: Portal, host: str, paces: dict[str, HostPace]) -> HostPace | None:
    """A queue for a host that belongs to the portal's own domain and is met on the way: a service host's frame.

    It shares the line of its siblings; None for anybody else's host.
    """
    line = queue_of(host)
    sibling = next((paces[own] for own in sorted(portal.start_hosts) if own in paces and queue_of(own) == line), None)
    if sibling is None:
        return None
    return HostPace(
        host,
        sibling.politeness,
        windows=sibling.windows,
        used_today=job.budget_used.get(host, 0),
        away_until=job.cool_down.get(host),
        line=sibling.line,
    )


def _within(start: time_of_day, end: time_of_day, moment: datetime) -> bool:
    clock = moment.astimezone(SHANGHAI).time()
    return start <= clock < end if start <= end else clock >= start or clock < end
