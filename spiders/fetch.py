"""Fetching by the rules: allow-list, robots, pace, redirects hop by hop, one ledger line for each attempt."""

import asyncio
import email.utils
import logging
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from model.canonical import record_digest, sha256_hex
from model.capture import Capture, CaptureSink, CrawlJob, Hop, RobotsDecision
from model.clock import Clock, utc_now
from model.errors import GongkaiError
from model.portal import Portal
from model.vocabulary import FetchState
from spiders.article import is_report, shows_home
from spiders.captures import Exchange, Wanted, is_text, write_capture
from spiders.decode import Undecodable, decode, unpack
from spiders.hosts import page_key, refusal
from spiders.judge import Answer, Verdict, judge, leads_home
from spiders.pace import HostPace, host_paces, sibling_pace
from spiders.page import Page, host_of
from spiders.protections import recognise
from spiders.robots import RobotsRules, read_robots

if TYPE_CHECKING:  # Scrapy takes a second to load, and most commands fetch nothing
    from spiders.wire import Wire

log = logging.getLogger(__name__)

ATTEMPTS = 3
MOST_HOPS = 5
SHELL_SIZE = 5000
MOST_PAGE = 10_000_000
"""Bytes of a page or of data; files may be as large as the portal's `max_body_bytes`."""
READABLE = {FetchState.OK, FetchState.MOVED, FetchState.OK_EMPTY, FetchState.NEEDS_JS}
REDIRECTS = {301, 302, 303, 307, 308}
PERMANENT = {301, 308}


class HostRefused(Exception):
    """The rules forbid asking the host now; nothing was sent. The text is a clause that follows the host's name."""

    def __init__(self, host: str, why: str) -> None:
        super().__init__(f"{host} {why}")


class SinkFailed(Exception):
    """The archive did not take a record; its own error is the cause."""


@dataclass(frozen=True)
class Fetched:
    """The ledger line of the last attempt, the page or data if there was any, the payload after content decoding."""

    capture: Capture
    page: Page | None = None
    plain: bytes = b""

    @property
    def state(self) -> FetchState:
        return self.capture.state


@dataclass(frozen=True)
class _Way:
    """What a redirect means: followed, refused, a way home (a page that is no more), or no way at all."""

    follow: str | None = None
    off_site: str | None = None
    home: bool = False
    lost: str | None = None


@dataclass(frozen=True)
class _Reading:
    """A payload, read once: as a page where it is one, and unpacked, or why it can't be."""

    page: Page | None
    plain: bytes
    trouble: Undecodable | None


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
    _answered: set[str] = field(default_factory=set)
    _shells: dict[tuple[str, str], str] = field(default_factory=dict)
    _digests: dict[str, str] = field(default_factory=dict)
    """By portal id: of the portal as it stands in its file."""
    _borders: dict[tuple[str, str], str | None] = field(default_factory=dict)

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
        before = self._list_before(portal, wanted)
        if before is not None:
            etag, last_modified = before.header("etag"), before.header("last-modified")
            wanted = replace(wanted, etag=etag, last_modified=last_modified)
        for attempt in range(1, ATTEMPTS + 1):
            fetched = await self._attempt(portal, wanted, content)
            pace = self.paces.get(host_of(fetched.capture.url))
            if attempt == ATTEMPTS or pace is None or pace.closed or not _may_pass(fetched.capture):
                break
            if fetched.state is not FetchState.THROTTLED:
                pace.rest(pace.delay * 2**attempt)
        if before is not None and fetched.state is FetchState.NOT_MODIFIED:
            try:
                return await self._as_before(portal, fetched, before)
            except (GongkaiError, Undecodable) as error:
                log.warning("the earlier payload of %s can't be had: %s; it is asked for again", wanted.url, error)
                return await self._attempt(portal, replace(wanted, etag=None, last_modified=None), content)
        return fetched

    def _list_before(self, portal: Portal, wanted: Wanted) -> Capture | None:
        """The earlier capture of a plain list page, if its payload can be had again."""
        if self.list_body is None or wanted.kind != "list" or wanted.method != "GET" or wanted.rendered:
            return None
        return next((c for c in self.job.lists.get(portal.id, ()) if c.requested_url == wanted.url), None)

    async def _as_before(self, portal: Portal, fetched: Fetched, before: Capture) -> Fetched:
        """An unchanged list, read from the payload that was kept when it was last sent."""
        assert self.list_body is not None
        payload = await asyncio.to_thread(self.list_body, before)
        plain = unpack(payload, before.header("content-encoding"), portal.max_body_bytes)
        text = decode(plain, before.header("content-type")).text
        return Fetched(fetched.capture, Page(fetched.capture.url, text), plain)

    async def _attempt(self, portal: Portal, wanted: Wanted, content: Callable[[Page], Verdict]) -> Fetched:
        hops: list[Hop] = []
        url = wanted.url
        if why := self._border(portal, url):
            verdict = Verdict(FetchState.OFF_SITE, signals=(f"{host_of(url)} {why}",))
            return await self._keep(portal, wanted, Exchange(url=url), verdict, hops, None, None)
        while True:
            robots = RobotsDecision(allowed=True, reason="itself")
            if wanted.kind != "robots":
                rules, robots_capture = await self._rules(portal, url)
                robots = rules.decide(url, self.agent)
                if not robots.allowed:
                    return await self._refused_by_robots(portal, wanted, url, hops, robots, robots_capture)
            exchange, reading = await self._exchange(portal, wanted, url)
            way = self._way_on(portal, wanted, exchange, hops)
            if way.follow:
                hops.append(Hop(url=url, status=exchange.status or 0, location=exchange.header("location")))
                url = way.follow
                continue
            return await self._settle(portal, wanted, exchange, reading, hops, robots, content, way)

    def _border(self, portal: Portal, url: str) -> str | None:
        """Why the host of an address is never asked for this portal; None when it may be."""
        host = host_of(url)
        if (portal.id, host) not in self._borders:
            self._borders[portal.id, host] = refusal(host, portal, self.now().date())
        return self._borders[portal.id, host]

    def _way_on(self, portal: Portal, wanted: Wanted, exchange: Exchange, hops: list[Hop]) -> "_Way":
        """Where a redirect leads, hop by hop under the same rules as the first address."""
        if exchange.status not in REDIRECTS or exchange.header("location") is None:
            return _Way()
        target = _redirect_target(exchange)
        if target is None:
            return _Way(lost="redirects to no address of a page")
        host = host_of(target)
        if why := self._border(portal, target):
            return _Way(off_site=f"{target}: {host} {why}")
        if host not in portal.start_hosts:
            return _Way(off_site=target)
        if wanted.kind not in {"list", "robots"} and leads_home(wanted.url, target):
            return _Way(home=True)
        if len(hops) >= MOST_HOPS:
            return _Way(lost=f"redirects more than {MOST_HOPS} times")
        return _Way(follow=target)

    async def _exchange(self, portal: Portal, wanted: Wanted, url: str) -> "tuple[Exchange, _Reading]":
        """One request in the host's turn; a protection met here closes the host before its turn passes on."""
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
            reading = self._read(portal, wanted, exchange)
            page = reading.page
            if page and (found := recognise(exchange.status, exchange.headers, page.text, lambda: page.visible_text)):
                pace.closed = (
                    f"shows a protection page ({found[0].value}); it is left alone, ask its operator for access"
                )
        if exchange.status is not None:
            pace.answered(exchange.seconds)
        return exchange, reading

    async def _settle(
        self,
        portal: Portal,
        wanted: Wanted,
        exchange: Exchange,
        reading: "_Reading",
        hops: list[Hop],
        robots: RobotsDecision,
        content: Callable[[Page], Verdict],
        way: "_Way",
    ) -> Fetched:
        host = host_of(exchange.url)
        page, plain, trouble = reading.page, reading.plain, reading.trouble
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
            shared_shell=self._is_shared_shell(wanted, exchange, host, page),
            shows_home=page is not None and _shows_home(wanted, exchange, page),
            moved_to=exchange.url if wanted.kind == "page" and is_permanent(wanted.url, hops, exchange.url) else None,
            lost_way=way.lost,
        )
        verdict = judge(answer, content)
        if verdict.state in {FetchState.OK, FetchState.MOVED, FetchState.NOT_MODIFIED} and wanted.kind != "robots":
            self._answered.add(host)
        if verdict.state is FetchState.THROTTLED:
            self.paces[host].complained(retry_after(exchange.header("retry-after"), self.now()))
        return await self._keep(portal, wanted, exchange, verdict, hops, robots, page, plain)

    async def _refused_by_robots(
        self, portal: Portal, wanted: Wanted, url: str, hops: list[Hop], robots: RobotsDecision, cause: Capture
    ) -> Fetched:
        """Nothing was sent. When robots.txt was out of reach, the state says what stood in its way."""
        out_of_reach = robots.reason == "unavailable" and cause.status is None
        state = cause.state if out_of_reach or cause.state is FetchState.BLOCKED else FetchState.ROBOTS_DISALLOWED
        signals = (f"robots.txt: {robots.reason}", *cause.signals)
        verdict = Verdict(state, cause.protection, signals)
        return await self._keep(portal, wanted, Exchange(url=url, failure=cause.error), verdict, hops, robots, None)

    async def _keep(
        self,
        portal: Portal,
        wanted: Wanted,
        exchange: Exchange,
        verdict: Verdict,
        hops: list[Hop],
        robots: RobotsDecision | None,
        page: Page | None,
        plain: bytes = b"",
    ) -> Fetched:
        if portal.id not in self._digests:
            self._digests[portal.id] = record_digest(portal)
        capture = write_capture(
            self.job,
            portal.id,
            self._digests[portal.id],
            self.crawler,
            wanted,
            exchange,
            verdict,
            tuple(hops),
            robots,
            plain,
            self.now(),
        )
        try:
            await asyncio.to_thread(self.sink.keep, capture, exchange.payload if capture.body else None)
        except Exception as error:
            raise SinkFailed(f"{wanted.url} was fetched and could not be kept") from error
        shown = page if verdict.state in READABLE else None
        return Fetched(capture, shown, plain)

    async def keep_picture(self, portal: Portal, url: str, picture: bytes, lacking: tuple[str, ...] = ()) -> Capture:
        """Keep what a browser showed of a page, as PNG: evidence, and no part of any document. Raises SinkFailed.

        `lacking`: what the picture does not show as the page would.
        """
        wanted = Wanted(url, "screenshot", rendered=True)
        verdict = Verdict(FetchState.OK, signals=("evidence: as a browser showed the page", *lacking))
        exchange = Exchange(url=url, payload=picture)
        return (await self._keep(portal, wanted, exchange, verdict, [], None, None, picture)).capture

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

    def _read(self, portal: Portal, wanted: Wanted, exchange: Exchange) -> "_Reading":
        """The page behind the payload, none for files and empty answers; the payload unpacked, or why it can't be."""
        page, plain = None, b""
        try:
            if exchange.payload:
                plain = unpack(exchange.payload, exchange.header("content-encoding"), portal.max_body_bytes)
                # robots.txt counts whatever it is declared as.
                if wanted.kind == "robots" or is_text(exchange, plain):
                    if len(plain) > MOST_PAGE:
                        raise Undecodable(f"a page of more than {MOST_PAGE} bytes", too_large=True)
                    page = Page(exchange.url, decode(plain, exchange.header("content-type")).text)
        except Undecodable as trouble:
            return _Reading(None, b"", trouble)
        return _Reading(page, plain, None)

    def _is_shared_shell(self, wanted: Wanted, exchange: Exchange, host: str, page: Page | None) -> bool:
        """The same small page under two addresses of a host is nobody's document; a report may stand under two."""
        whole = exchange.status == 200 and not exchange.lost
        if wanted.kind != "page" or not whole or not 0 < len(exchange.payload) < SHELL_SIZE:
            return False
        first = self._shells.setdefault((host, sha256_hex(exchange.payload)), wanted.url)
        return first != wanted.url and not (page is not None and is_report(page))


def _redirect_target(exchange: Exchange) -> str | None:
    location = exchange.header("location")
    if not location:
        return None
    try:
        target = urljoin(exchange.url, location.encode("latin-1").decode("utf-8", "replace").strip())
        parts = urlsplit(target)
        # Reading the port raises for one that is no number.
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        return None
    return target if usable and "@" not in parts.netloc else None


def is_permanent(asked: str, hops: Sequence[Hop], answered: str) -> bool:
    """Has the page another address for good? Another scheme of the same address is none."""
    return any(hop.status in PERMANENT for hop in hops) and _plain(asked) != _plain(answered)


def _plain(url: str) -> str:
    return page_key(url).removeprefix("www.").removesuffix("/")


def _shows_home(wanted: Wanted, exchange: Exchange, page: Page) -> bool:
    """Does the home page answer for a page deep in the site, with status 200 and at that page's own address?"""
    deep = leads_home(wanted.url, urljoin(wanted.url, "/"))
    return exchange.status == 200 and wanted.kind in {"page", "list", "continuation"} and deep and shows_home(page)


def _may_pass(capture: Capture) -> bool:
    """Is trying again sensible? A refusal is an answer; a broken connection and an overloaded server are not."""
    if capture.state is FetchState.UNREACHABLE:
        no_request = capture.robots is not None and not capture.robots.allowed
        return not no_request and (capture.status is None or capture.status >= 500)
    return capture.state in {FetchState.THROTTLED, FetchState.INCOMPLETE}


def retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds from a Retry-After header, given as a number or as a date; None when it says nothing."""
    if value is None:
        return None
    if re.fullmatch(r"\s*[0-9]{1,9}\s*", value):
        return float(value)
    try:
        return max(0.0, (email.utils.parsedate_to_datetime(value) - now).total_seconds())
    except (TypeError, ValueError):
        return None
