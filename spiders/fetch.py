"""Fetching by the rules: allow-list, robots, pace, redirects hop by hop, one ledger line for each attempt."""

import asyncio
import logging
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from model.capture import Capture, CaptureSink, CrawlJob, Hop, RobotsDecision
from model.clock import Clock, utc_now
from model.errors import GongkaiError
from model.portal import Portal
from model.vocabulary import FetchState
from spiders.captures import Exchange, Wanted
from spiders.decode import Undecodable
from spiders.earlier_lists import EarlierLists
from spiders.hosts import host_of, refusal
from spiders.judge import Answer, Verdict, judge
from spiders.keeping import Keeper
from spiders.pace import HostPace, host_paces, sibling_pace
from spiders.page import Page
from spiders.payload import Payload, read_beside
from spiders.protections import recognise
from spiders.recorder import Recorder
from spiders.redirects import Way, is_permanent, way_on
from spiders.retries import may_pass, retry_after
from spiders.robots import RobotsRules, read_robots
from spiders.stand_ins import Shells, home_stands_in

if TYPE_CHECKING:  # Scrapy takes a second to load, and most commands fetch nothing
    from spiders.wire import Wire

log = logging.getLogger(__name__)

ATTEMPTS = 3
PAGES_AT_ONCE = 128
"""Pages that were answered and are not kept yet: a page with all that is known of it takes half a megabyte."""
READABLE = {FetchState.OK, FetchState.MOVED, FetchState.OK_EMPTY, FetchState.NEEDS_JS}


class HostRefused(Exception):
    """The rules forbid asking the host now; nothing was sent. The text is a clause that follows the host's name."""

    def __init__(self, host: str, why: str) -> None:
        super().__init__(f"{host} {why}")


@dataclass(frozen=True)
class Fetched:
    """The ledger line of the last attempt, the page or data if there was any, the payload after content decoding."""

    capture: Capture
    page: Page | None = None
    plain: bytes = b""

    @property
    def state(self) -> FetchState:
        return self.capture.state


@dataclass
class Fetcher:
    """Shared by all portals of a crawl. `agent` is the token that robots.txt knows us by."""

    job: CrawlJob
    sink: CaptureSink
    wire: "Wire"
    paces: dict[str, HostPace]
    crawler: str
    user_agent: str
    agent: str = "gongkai"
    now: Clock = utc_now
    requests: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    """By portal id and host: what was really sent."""
    list_body: Callable[[Capture], bytes] | None = None
    """Gives the payload of a list page that was read before; without it lists are never asked conditionally."""
    _robots: dict[str, tuple[RobotsRules, Capture]] = field(default_factory=dict)
    _robots_locks: dict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))
    _room: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(PAGES_AT_ONCE))
    _answered: set[str] = field(default_factory=set)
    _shells: Shells = field(default_factory=Shells)
    _borders: dict[tuple[str, str], str | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.keeper = Keeper(self.sink)
        self.recorder = Recorder(self.job, self.keeper, self.crawler, self.now)
        self._lists = EarlierLists(self.job, self.list_body)

    def for_job(self, job: CrawlJob, sink: CaptureSink, list_body: Callable[[Capture], bytes] | None) -> "Fetcher":
        """A fetcher for a further job in the same process; it remembers nothing of this one."""
        return Fetcher(
            job,
            sink,
            self.wire,
            host_paces(job),
            self.crawler,
            self.user_agent,
            agent=self.agent,
            now=self.now,
            list_body=list_body,
        )

    async def fetch(self, portal: Portal, wanted: Wanted, content: Callable[[Page], Verdict]) -> Fetched:
        """Fetch with retries of what may pass by itself. Raises HostRefused before anything is sent, or SinkFailed."""
        before = self._lists.before(portal, wanted)
        if before is not None:
            etag, last_modified = before.header("etag"), before.header("last-modified")
            wanted = replace(wanted, etag=etag, last_modified=last_modified)
        for attempt in range(1, ATTEMPTS + 1):
            fetched = await self._attempt(portal, wanted, content)
            pace = self.paces.get(host_of(fetched.capture.url))
            if attempt == ATTEMPTS or pace is None or pace.closed or not may_pass(fetched.capture):
                break
            if fetched.state is not FetchState.THROTTLED:
                pace.rest(pace.delay * 2**attempt)
        if before is not None and fetched.state is FetchState.NOT_MODIFIED:
            try:
                page, plain = await self._lists.page(portal, before, fetched.capture.url)
                return Fetched(fetched.capture, page, plain)
            except (GongkaiError, Undecodable) as error:
                log.warning("the earlier payload of %s can't be had: %s; it is asked for again", wanted.url, error)
                return await self._attempt(portal, replace(wanted, etag=None, last_modified=None), content)
        return fetched

    async def _attempt(self, portal: Portal, wanted: Wanted, content: Callable[[Page], Verdict]) -> Fetched:
        hops: list[Hop] = []
        url = wanted.url
        if why := self._border(portal, url):
            verdict = Verdict(FetchState.OFF_SITE, signals=(f"{host_of(url)} {why}",))
            return await self._keep(portal, wanted, Exchange(url=url), verdict, hops)
        while True:
            robots = RobotsDecision(allowed=True, reason="itself")
            if wanted.kind != "robots":
                rules, robots_capture = await self._rules(portal, url)
                robots = rules.decide(url, self.agent)
                if not robots.allowed:
                    return await self._refused_by_robots(portal, wanted, url, hops, robots, robots_capture)
            async with self._exchanged(portal, wanted, url) as (exchange, payload):
                way = way_on(portal, wanted, exchange, hops, lambda target: self._border(portal, target))
                if way.follow is None:
                    return await self._settle(portal, wanted, exchange, payload, hops, robots, content, way)
            hops.append(Hop(url=url, status=exchange.status or 0, location=exchange.header("location")))
            url = way.follow

    def _border(self, portal: Portal, url: str) -> str | None:
        """Why the host of an address is never asked for this portal; None when it may be."""
        host = host_of(url)
        if (portal.id, host) not in self._borders:
            self._borders[portal.id, host] = refusal(host, portal, self.now().date())
        return self._borders[portal.id, host]

    @asynccontextmanager
    async def _exchanged(self, portal: Portal, wanted: Wanted, url: str) -> AsyncIterator[tuple[Exchange, Payload]]:
        """One request in the host's turn; a protection met here closes the host before its turn passes on.

        Until the end of the context its page counts among the few that lie in memory.
        """
        host = host_of(url)
        if host not in self.paces:
            pace = sibling_pace(self.job, portal, host, self.paces)
            if pace is None:
                raise HostRefused(host, f"is not a host of {portal.id}; add it to `hosts` if it belongs there")
            self.paces[host] = pace
        pace = self.paces[host]
        if why := pace.refusal(self.now):
            raise HostRefused(host, why)
        async with pace.turn(attachment=wanted.kind == "attachment"):
            if why := pace.refusal(self.now, counted=1):
                raise HostRefused(host, why)
            self.requests[portal.id][host] += 1
            exchange = await self.wire.send(url, wanted, limit=portal.max_body_bytes, jar=portal.id)
            await self._room.acquire()
            try:
                payload = await read_beside(wanted, exchange, portal.max_body_bytes)
                page = payload.page
                if page and (
                    found := recognise(exchange.status, exchange.headers, page.text, lambda: page.visible_text)
                ):
                    pace.closed = (
                        f"shows a protection page ({found[0].value}); it is left alone, ask its operator for access"
                    )
            except BaseException:
                self._room.release()
                raise
        try:
            if exchange.status is not None:
                pace.answered(exchange.seconds)
            yield exchange, payload
        finally:
            self._room.release()

    async def _settle(
        self,
        portal: Portal,
        wanted: Wanted,
        exchange: Exchange,
        payload: Payload,
        hops: list[Hop],
        robots: RobotsDecision,
        content: Callable[[Page], Verdict],
        way: Way,
    ) -> Fetched:
        host = host_of(exchange.url)
        page, trouble = payload.page, payload.trouble
        answer = Answer(
            requested_url=wanted.url,
            url=exchange.url,
            status=exchange.status,
            headers=exchange.headers,
            page=page,
            size=len(exchange.payload),
            lost=exchange.lost,
            failure=exchange.failure or (str(trouble) if trouble else None),
            too_large=exchange.too_large or bool(trouble and trouble.too_large),
            tls=exchange.tls,
            private=exchange.private,
            off_site=way.off_site,
            to_home=way.home,
            answered_before=host in self._answered,
            shared_shell=self._shells.shared(wanted, exchange, page),
            shows_home=page is not None and home_stands_in(wanted, exchange, page),
            moved_to=exchange.url if wanted.kind == "page" and is_permanent(wanted.url, hops, exchange.url) else None,
            lost_way=way.lost,
        )
        verdict = judge(answer, content)
        if verdict.state in {FetchState.OK, FetchState.MOVED, FetchState.NOT_MODIFIED} and wanted.kind != "robots":
            self._answered.add(host)
        if verdict.state is FetchState.THROTTLED:
            self.paces[host].complained(retry_after(exchange.header("retry-after"), self.now()))
        return await self._keep(portal, wanted, exchange, verdict, hops, robots, payload)

    async def _refused_by_robots(
        self, portal: Portal, wanted: Wanted, url: str, hops: list[Hop], robots: RobotsDecision, cause: Capture
    ) -> Fetched:
        """Nothing was sent. When robots.txt was out of reach, the state says what stood in its way."""
        out_of_reach = robots.reason == "unavailable" and cause.status is None
        state = cause.state if out_of_reach or cause.state is FetchState.BLOCKED else FetchState.ROBOTS_DISALLOWED
        signals = (f"robots.txt: {robots.reason}", *cause.signals)
        verdict = Verdict(state, cause.protection, signals)
        return await self._keep(portal, wanted, Exchange(url=url, failure=cause.error), verdict, hops, robots)

    async def _keep(
        self,
        portal: Portal,
        wanted: Wanted,
        exchange: Exchange,
        verdict: Verdict,
        hops: list[Hop],
        robots: RobotsDecision | None = None,
        payload: Payload = Payload(),  # noqa: B008  frozen
    ) -> Fetched:
        capture = await self.recorder.record(portal, wanted, exchange, verdict, hops, robots, payload.plain)
        return Fetched(capture, payload.page if verdict.state in READABLE else None, payload.plain)

    async def _rules(self, portal: Portal, url: str) -> tuple[RobotsRules, Capture]:
        """Rules of the host of `url`, fetched once in a run."""
        host = host_of(url)
        async with self._robots_locks[host]:
            if host not in self._robots:
                wanted = Wanted(urljoin(url, "/robots.txt"), "robots")
                fetched = await self.fetch(portal, wanted, lambda _: Verdict(FetchState.OK))
                capture = fetched.capture
                text = fetched.page.text.encode() if fetched.page else b""
                usable = capture.state in {FetchState.OK, FetchState.OK_EMPTY, FetchState.SOFT_404, FetchState.GONE}
                rules = read_robots(capture.status if usable else None, text, capture.media_type)
                self._robots[host] = rules, capture
                if host in self.paces:
                    self.paces[host].delay_asked = rules.crawl_delay(self.agent)
            return self._robots[host]
