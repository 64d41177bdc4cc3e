"""One crawl in one Scrapy process: all portals of a job at once, each host one request at a time."""

import asyncio
import gc
import logging
import resource
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import scrapy
from scrapy.crawler import Crawler, CrawlerProcess

from model.capture import Capture, CaptureSink, CrawlJob
from model.clock import Clock, utc_now
from model.errors import CrawlFailed, NoContact
from model.portal import Portal
from spiders.browser import Browser
from spiders.captures import crawler_name
from spiders.fetch import Fetcher
from spiders.hosts import is_loopback
from spiders.keeping import HANDS, SinkFailed
from spiders.pace import host_paces
from spiders.resolver import NAMES, GuardedResolver
from spiders.visit import Progress, visit_portal
from spiders.wire import Wire

log = logging.getLogger(__name__)

Work = Callable[[Fetcher, Browser], Awaitable[None]]

READERS = 8
"""Threads that parse large pages, and keep closing lines."""
GARBAGE = (20_000, 20, 50)
"""Objects before a look at the youngest, and such looks before one at the older ones; Python's own are 700, 10, 10."""
FILES = 300
"""Files that a crawl has open beside one connection for each host."""


def run_crawl(
    job: CrawlJob,
    sink: CaptureSink,
    *,
    on_progress: Callable[[dict[str, Any]], None] | None = None,
    browser: Path | None = None,
    names: Mapping[str, str] | None = None,
    list_body: Callable[[Capture], bytes] | None = None,
    now: Clock = utc_now,
) -> None:
    """Crawl all portals of the job; blocks until the last closing line is kept. Once in a process, as Scrapy has it.

    `browser` is the Chromium to use where a page needs one; None looks for one when that happens. `names` gives the
    addresses of host names, as a hosts file does. `list_body` gives the payload of a list page of an earlier crawl
    (`job.lists`), which is then asked for conditionally. `now` is the clock by which captures are dated.

    Raises NoContact before anything is sent; whatever the sink raised, as the sink raised it; CrawlFailed when a
    portal ended without its closing line.
    """
    closed: list[str] = []

    async def work(fetcher: Fetcher, chromium: Browser) -> None:
        await visit_portals(fetcher, chromium, on_progress or (lambda _: None), closed.append)

    run_work(job, sink, work, browser=browser, names=names, list_body=list_body, now=now)
    if len(closed) != len(job.portals):
        raise CrawlFailed(
            f"The crawl of shard {job.shard} ended after {len(closed)} of {len(job.portals)} portals; "
            "its log says why; start it again."
        )


def run_work(
    job: CrawlJob,
    sink: CaptureSink,
    work: Work,
    *,
    browser: Path | None = None,
    names: Mapping[str, str] | None = None,
    list_body: Callable[[Capture], bytes] | None = None,
    now: Clock = utc_now,
) -> None:
    """Give `work` what fetches by the rules of a crawl, and block until it ends. Once in a process, as Scrapy has it.

    Raises NoContact before anything is sent; whatever `work` or the sink raised, as they raised it.
    """
    check_contact(job)
    _collect_garbage_seldom()
    _allow_open_files(FILES + sum(len(portal.start_hosts) for portal in job.portals))
    outcome = _Outcome()
    process = CrawlerProcess(_settings() | {NAMES: dict(names or {})})
    process.crawl(
        _WorkSpider, job=job, sink=sink, outcome=outcome, work=work, browser=browser, list_body=list_body, now=now
    )
    process.start(install_signal_handlers=False)
    if outcome.error is not None:
        raise outcome.error


def _collect_garbage_seldom() -> None:
    """What is loaded stays, so it need not be looked through; and pages leave few cycles, but many objects."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GARBAGE)


def _allow_open_files(wanted: int) -> None:
    """Raise the limit that many systems set at 1,024, as far as they let us: connections to hosts are kept a while."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    within = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < within:
        resource.setrlimit(resource.RLIMIT_NOFILE, (within, hard))


def check_contact(job: CrawlJob) -> None:
    """Raises NoContact when a host that is not this machine would be asked without a contact address."""
    if job.contact:
        return
    for portal in job.portals:
        for host in sorted(portal.start_hosts):
            if not is_loopback(host):
                raise NoContact(
                    f"{portal.id} is read from {host}, and no contact address is set for its operator to write to; "
                    "set GONGKAI_CONTACT to a mail address or a page about you."
                )


def user_agent(contact: str | None) -> str:
    """Who we say we are: our name and where to complain."""
    return f"{crawler_name()} (+{contact})" if contact else crawler_name()


class _Outcome:
    """What the spider leaves behind for whoever started the process."""

    def __init__(self) -> None:
        self.error: BaseException | None = None


class _WorkSpider(scrapy.Spider):
    """Scrapy's way in: its `start` runs the work, which asks the downloader itself."""

    name = "portals"

    def __init__(
        self,
        *,
        job: CrawlJob,
        sink: CaptureSink,
        outcome: _Outcome,
        work: Work,
        browser: Path | None,
        list_body: Callable[[Capture], bytes] | None,
        now: Clock,
    ) -> None:
        super().__init__()
        self.list_body, self.now = list_body, now
        self.job, self.sink, self.outcome, self.work, self.chromium = job, sink, outcome, work, browser

    async def start(self) -> AsyncIterator[Any]:
        try:
            await self._work(self.crawler)
        except SinkFailed as failed:
            self.outcome.error = failed.__cause__ or failed
        except Exception as error:
            log.exception("the crawl failed")
            self.outcome.error = error
        return
        yield  # makes this the asynchronous generator that Scrapy wants

    async def _work(self, crawler: Crawler) -> None:
        agent = user_agent(self.job.contact)
        wire = Wire(crawler, agent, self.job.limits.timeout)
        paces = host_paces(self.job)
        fetcher = Fetcher(
            self.job, self.sink, wire, paces, crawler_name(), agent, now=self.now, list_body=self.list_body
        )
        browser = Browser(self.chromium)
        # Those who keep records wait for the disk or a bucket; they must leave threads for those who read pages.
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(HANDS + READERS, "crawl"))
        try:
            await self.work(fetcher, browser)
        finally:
            await browser.close()
            await wire.close()


async def visit_portals(
    fetcher: Fetcher, browser: Browser, progress: Progress, on_closed: Callable[[str], None] = lambda _: None
) -> None:
    """Visit all portals of the fetcher's job at once; `on_closed` hears of each whose closing line is kept.

    Raises SinkFailed.
    """

    async def one(portal: Portal) -> None:
        progress({"portal": portal.id, "phase": "lists"})
        visit = await visit_portal(portal, fetcher, browser, progress)
        await fetcher.keeper.visited(visit)
        on_closed(portal.id)
        progress({"portal": portal.id, "phase": "done", "complete": visit.complete})

    tasks = [asyncio.ensure_future(one(portal)) for portal in fetcher.job.portals]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _settings() -> dict[str, Any]:
    """Scrapy's handler fetches and its resolver finds hosts; all else is ours, so that each step is recorded."""
    return {
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
        "DOWNLOAD_WARNSIZE": 0,
        "DOWNLOAD_VERIFY_CERTIFICATES": True,
        "DNS_RESOLVER": GuardedResolver,
        "TELNETCONSOLE_ENABLED": False,
        "REMOTE_CONTROL_ENABLED": False,
        "LOG_INSTALL_ROOT_HANDLER": False,
        "STATS_DUMP": False,
        "LOGSTATS_INTERVAL": 0,
    }
