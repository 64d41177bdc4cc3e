"""One portal's visit: its lists, then its documents, then the closing line; the closing line is never lost."""

import logging
from collections.abc import Callable
from typing import Any

from model.capture import PortalVisit
from model.portal import Portal
from spiders.browser import Browser
from spiders.documents import DocumentReader, due_documents
from spiders.fetch import Fetcher, HostRefused
from spiders.hosts import host_of
from spiders.keeping import SinkFailed
from spiders.listing import Listing, ListReader

log = logging.getLogger(__name__)

Progress = Callable[[dict[str, Any]], None]


async def visit_portal(portal: Portal, fetcher: Fetcher, browser: Browser, progress: Progress) -> PortalVisit:
    """Read the portal and give its closing line. Raises SinkFailed only: an archive that can't keep ends the crawl."""
    started = fetcher.now()
    reader = ListReader(portal, fetcher, browser)
    documents = DocumentReader(portal, fetcher)
    listing = reader.listing
    try:
        await reader.read()
        _check_yield(portal, fetcher, listing)
        await _read_documents(portal, fetcher, listing, documents, progress)
    except SinkFailed:
        raise
    except HostRefused as refused:
        listing.fail("refused", f"{refused}; the rest of the documents was not asked for.")
    except Exception as error:
        log.exception("the visit of %s failed", portal.id)
        listing.fail(
            "failed", f"The visit failed with {type(error).__name__}: {error}; report this as a fault of gongkai."
        )
    return PortalVisit(
        run=fetcher.job.run,
        shard=fetcher.job.shard,
        portal=portal.id,
        started_at=started,
        ended_at=fetcher.now(),
        complete=listing.whole,
        family=listing.family,
        list_pages=listing.pages,
        rows=tuple(listing.rows.values()),
        announced_total=listing.announced,
        units=tuple(listing.units),
        stop_reason=", ".join(dict.fromkeys(listing.stops)) or "nothing read",
        problems=tuple(dict.fromkeys([*listing.problems, *documents.problems()])),
        requests=dict(sorted(fetcher.requests[portal.id].items())),
    )


def _check_yield(portal: Portal, fetcher: Fetcher, listing: Listing) -> None:
    """A portal that shows fewer reports than it must is a problem, never 'nothing new'."""
    reports = sum(row.kind == "report" for row in listing.rows.values())
    least = portal.expect.reports.min or bool(fetcher.job.known.get(portal.id))
    if reports < least and listing.whole:
        listing.fail(
            "too few reports",
            f"{reports} reports are listed where at least {int(least)} are expected; see whether it was redesigned.",
        )


async def _read_documents(
    portal: Portal, fetcher: Fetcher, listing: Listing, documents: DocumentReader, progress: Progress
) -> None:
    known = fetcher.job.known.get(portal.id, ())
    due = due_documents(listing.rows, known, portal.start_hosts, whole=listing.whole)
    for row in listing.rows.values():
        if row.kind == "report" and host_of(row.url) not in portal.start_hosts:
            documents.foreign[host_of(row.url)] += 1
    progress({"portal": portal.id, "phase": "documents", "done": 0, "total": len(due)})
    for done, document in enumerate(due, start=1):
        await documents.read(document)
        progress({"portal": portal.id, "phase": "documents", "done": done, "total": len(due), "url": document.url})
