"""Looking at portals without collecting: the rules and the memory of a crawl, and nothing kept of what was seen.

Cool-downs and daily budgets are those of the archive, where there is one, and what was asked counts in them.
"""

import threading
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from uuid import uuid4

from model.capture import Capture, CrawlJob, PortalVisit
from model.portal import Portal
from spiders.browser import Browser
from spiders.fetch import Fetcher
from spiders.process import run_work
from storage.archive import Archive

from .cool_down import keep_cool_downs
from .opening import open_archive
from .settings import Settings


class InMind:
    """`model.capture.CaptureSink` that remembers for as long as the command lasts."""

    def __init__(self) -> None:
        self.captures: list[Capture] = []
        self.bodies: dict[str, bytes] = {}
        self._lock = threading.Lock()

    def keep_all(self, captures: Sequence[tuple[Capture, bytes | None]]) -> None:
        with self._lock:
            self.captures += [capture for capture, _ in captures]
            self.bodies |= {capture.id: body for capture, body in captures if body is not None}

    def visited(self, visit: PortalVisit) -> None:
        """Nothing closes here: these are no visits."""


def look(
    portals: Sequence[Portal], settings: Settings, work: Callable[[Fetcher, Browser], Awaitable[None]]
) -> tuple[list[Capture], dict[str, bytes]]:
    """Run `work` by the rules of a crawl of these portals; the captures, and payloads by capture id.

    Once in a process. Raises NoContact when a public host would be asked without a contact address.
    """
    now = datetime.now(UTC)
    archive = _archive(settings)
    job = CrawlJob(
        run=f"look-{now:%Y%m%dT%H%M%SZ}-{uuid4().hex[:8]}",
        shard="000",
        portals=tuple(portals),
        cool_down=archive.cool_downs(now) if archive else {},
        budget_used=archive.requests_made(now.date()) if archive else {},
        contact=settings.contact,
        vantage=settings.vantage,
        limits=settings.limits,
    )
    mind = InMind()
    counted: dict[str, dict[str, int]] = {}

    async def counting(fetcher: Fetcher, browser: Browser) -> None:
        try:
            await work(fetcher, browser)
        finally:
            counted.update({portal: dict(hosts) for portal, hosts in fetcher.requests.items()})

    try:
        run_work(job, mind, counting, browser=settings.browser)
    finally:
        if archive:
            keep_cool_downs(archive, mind.captures)
            for portal, hosts in counted.items():
                archive.note_requests(now.date(), job.run, portal, hosts)
    return mind.captures, mind.bodies


def _archive(settings: Settings) -> Archive | None:
    """The archive whose memory counts; None where nothing was ever collected."""
    archive = open_archive(settings.store, settings)
    return archive if next(iter(archive.store.list("state/runs/")), None) else None
