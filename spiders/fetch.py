"""Fetching by the rules: allow-list, robots, pace, redirects hop by hop, one ledger line for each attempt."""

import asyncio
import email.utils
import logging
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urljoin, urlsplit

from model.capture import Capture, CaptureSink, CrawlJob, Hop, RobotsDecision
from model.portal import Portal
from model.vocabulary import FetchState
from spiders.captures import Exchange, Wanted, is_text, write_capture
from spiders.decode import Undecodable, decode, unpack
from spiders.judge import Answer, Verdict, judge, leads_home
from spiders.pace import HostPace
from spiders.page import Page, host_of
from spiders.protections import recognise
from spiders.robots import RobotsRules, read_robots
from spiders.wire import Wire

log = logging.getLogger(__name__)

ATTEMPTS = 3
MOST_HOPS = 5
SHELL_SIZE = 5000
READABLE = {FetchState.OK, FetchState.OK_EMPTY, FetchState.NEEDS_JS}
REDIRECTS = {301, 302, 303, 307, 308}


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


@dataclass
class Fetcher:
    """Shared by all portals of a crawl. `agent` is the token that robots.txt knows us by."""

    job: CrawlJob
    sink: CaptureSink
    wire: Wire
    paces: dict[str, HostPace]
    crawler: str
    user_agent: str
    agent: str = "gongkai"
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    requests: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    """By portal id and host: what was really sent."""
    _robots: dict[str, tuple[RobotsRules, Capture]] = field(default_factory=dict)
    _robots_locks: dict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))
    _answered: set[str] = field(default_factory=set)
    _shells: dict[tuple[str, bytes], str] = field(default_factory=dict)

    async def fetch(self, portal: Portal, wanted: Wanted, content: Callable[[Page], Verdict]) -> Fetched:
        """Fetch with retries of what may pass by itself. Raises HostRefused before anything is sent, or SinkFailed."""
        for attempt in range(1, ATTEMPTS + 1):
            fetched = await self._attempt(portal, wanted, content)
            pace = self.paces[host_of(fetched.capture.url)]
            if attempt == ATTEMPTS or pace.closed or not _may_pass(fetched.capture):
                break
            if fetched.state is not FetchState.THROTTLED:
                pace.rest(pace.delay * 2**attempt)
        return fetched

    async def _attempt(self, portal: Portal, wanted: Wanted, content: Callable[[Page], Verdict]) -> Fetched:
        hops: list[Hop] = []
        url = wanted.url
        while True:
            robots = RobotsDecision(allowed=True, reason="itself")
            if wanted.kind != "robots":
                rules, robots_capture = await self._rules(portal, url)
                robots = rules.decide(url, self.agent)
                if not robots.allowed:
                    return await self._refused_by_robots(portal, wanted, url, hops, robots, robots_capture)
            exchange = await self._exchange(portal, wanted, url)
            target = _redirect_target(exchange)
            off_site = target if target and host_of(target) not in portal.start_hosts else None
            home = bool(target) and wanted.kind not in {"list", "robots"} and leads_home(wanted.url, target or "")
            if target and not off_site and not home and len(hops) < MOST_HOPS:
                hops.append(Hop(url=url, status=exchange.status or 0, location=exchange.header("location")))
                url = target
                continue
            return await self._settle(portal, wanted, exchange, hops, robots, content, off_site=off_site, home=home)

    async def _exchange(self, portal: Portal, wanted: Wanted, url: str) -> Exchange:
        """One request in the host's turn; a protection met here closes the host before its turn passes on."""
        host = host_of(url)
        if host not in self.paces:
            raise HostRefused(host, f"is not a host of {portal.id}; add it to `hosts` if it belongs there")
        pace = self.paces[host]
        if why := pace.refusal(self.now):
            raise HostRefused(host, why)
        async with pace.turn(attachment=wanted.kind == "attachment"):
            if why := pace.refusal(self.now, counted=1):
                raise HostRefused(host, why)
            self.requests[portal.id][host] += 1
            exchange = await self.wire.send(url, wanted, limit=portal.max_body_bytes, jar=portal.id)
            page, _, _ = self._readable(portal, wanted, exchange)
            if page and (found := recognise(exchange.status, exchange.headers, page.text, lambda: page.visible_text)):
                pace.closed = (
                    f"shows a protection page ({found[0].value}); it is left alone, ask its operator for access"
                )
        if exchange.status is not None:
            pace.answered(exchange.seconds)
        return exchange

    async def _settle(
        self,
        portal: Portal,
        wanted: Wanted,
        exchange: Exchange,
        hops: list[Hop],
        robots: RobotsDecision,
        content: Callable[[Page], Verdict],
        *,
        off_site: str | None,
        home: bool,
    ) -> Fetched:
        host = host_of(exchange.url)
        page, plain, trouble = self._readable(portal, wanted, exchange)
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
            off_site=off_site,
            to_home=home,
            answered_before=host in self._answered,
            shared_shell=self._is_shared_shell(wanted, exchange, host),
        )
        verdict = judge(answer, content)
        if verdict.state in {FetchState.OK, FetchState.NOT_MODIFIED} and wanted.kind != "robots":
            self._answered.add(host)
        if verdict.state is FetchState.THROTTLED:
            self.paces[host].complained(_retry_after(exchange, self.now()))
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
        robots: RobotsDecision,
        page: Page | None,
        plain: bytes = b"",
    ) -> Fetched:
        capture = write_capture(self.job, portal, self.crawler, wanted, exchange, verdict, tuple(hops), robots, plain)
        try:
            await asyncio.to_thread(self.sink.keep, capture, exchange.payload if capture.body else None)
        except Exception as error:
            raise SinkFailed(f"{wanted.url} was fetched and could not be kept") from error
        shown = page if verdict.state in READABLE else None
        return Fetched(capture, shown, plain)

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

    def _readable(
        self, portal: Portal, wanted: Wanted, exchange: Exchange
    ) -> tuple[Page | None, bytes, Undecodable | None]:
        """The page behind the payload, None for files and empty answers; the payload unpacked, or why it can't be."""
        if not exchange.payload:
            return None, b"", None
        try:
            plain = unpack(exchange.payload, exchange.header("content-encoding"), portal.max_body_bytes)
        except Undecodable as trouble:
            return None, b"", trouble
        # robots.txt counts whatever it is declared as.
        if wanted.kind != "robots" and not is_text(exchange, plain):
            return None, plain, None
        return Page(exchange.url, decode(plain, exchange.header("content-type")).text), plain, None

    def _is_shared_shell(self, wanted: Wanted, exchange: Exchange, host: str) -> bool:
        """The same small page under two addresses of a host is nobody's document."""
        if wanted.kind != "page" or exchange.status != 200 or not 0 < len(exchange.payload) < SHELL_SIZE:
            return False
        first = self._shells.setdefault((host, exchange.payload), wanted.url)
        return first != wanted.url


def _redirect_target(exchange: Exchange) -> str | None:
    location = exchange.header("location")
    if exchange.status not in REDIRECTS or not location:
        return None
    try:
        target = urljoin(exchange.url, location.encode("latin-1").decode("utf-8", "replace").strip())
        parts = urlsplit(target)
        # Reading the port raises for one that is no number.
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        return None
    return target if usable and "@" not in parts.netloc else None


def _may_pass(capture: Capture) -> bool:
    """Is trying again sensible? A refusal is an answer; a broken connection and an overloaded server are not."""
    if capture.state is FetchState.UNREACHABLE:
        no_request = capture.robots is not None and not capture.robots.allowed
        return not no_request and (capture.status is None or capture.status >= 500)
    return capture.state in {FetchState.THROTTLED, FetchState.INCOMPLETE}


def _retry_after(exchange: Exchange, now: datetime) -> float | None:
    """Seconds from a Retry-After header, given as a number or as a date."""
    value = exchange.header("retry-after")
    if value is None:
        return None
    if value.strip().isdigit():
        return float(value)
    try:
        return max(0.0, (email.utils.parsedate_to_datetime(value) - now).total_seconds())
    except (TypeError, ValueError):
        return None
