"""What a crawl is to ask: portals cut into shards by host, and the documents known before with their validators."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Literal

from model.capture import CrawlJob, KnownDocument, KnownPart
from model.document import Location
from model.portal import Limits, Portal
from storage.archive import Archive

from .schedule import recheck_after

Recheck = Literal["due", "all", "none"]


def shards(portals: Iterable[Portal], hosts: int) -> list[list[Portal]]:
    """Portals in batches of at most `hosts` hosts; portals that share a host stay together, for politeness' sake."""
    groups: list[tuple[set[str], list[Portal]]] = []
    for portal in sorted(portals, key=lambda p: p.id):
        mine = set(portal.start_hosts)
        touching = [g for g in groups if g[0] & mine]
        merged = (mine.union(*(g[0] for g in touching)), [p for g in touching for p in g[1]] + [portal])
        groups = [g for g in groups if not g[0] & mine] + [merged]
    batches: list[tuple[int, list[Portal]]] = []
    for names, members in groups:
        if batches and batches[-1][0] + len(names) <= hosts:
            batches[-1] = (batches[-1][0] + len(names), batches[-1][1] + members)
        else:
            batches.append((len(names), list(members)))
    return [members for _, members in batches]


def _known(location: Location, due: bool) -> KnownDocument:
    parts = location.manifest.parts if location.manifest else ()
    known = tuple(
        KnownPart(
            url=p.url,
            kind=p.role,
            etag=location.validators.get(p.url, (None, None))[0],
            last_modified=location.validators.get(p.url, (None, None))[1],
        )
        for p in parts
    )
    return KnownDocument(url=location.url, due=due, parts=known)


def is_due(location: Location, portal: Portal, now: datetime, recheck: Recheck) -> bool:
    """Is a known document to be asked again? What is not certain (gone, unclear) always is.

    So is one that was asked last at a time that is still to come, by a clock that went ahead.
    """
    if recheck == "none":
        return False
    if recheck == "all" or location.state not in ("ok", "moved"):
        return True
    return location.last_checked > now or recheck_after(location, portal) <= now


def crawl_job(
    archive: Archive,
    run: str,
    shard: str,
    portals: Sequence[Portal],
    now: datetime,
    recheck: Recheck,
    contact: str | None,
    vantage: str,
    limits: Limits | None = None,
) -> CrawlJob:
    """The job of one crawl process."""
    known = {
        p.id: tuple(_known(loc, is_due(loc, p, now, recheck)) for _, loc in sorted(archive.locations(p.id).items()))
        for p in portals
    }
    return CrawlJob(
        run=run,
        shard=shard,
        portals=tuple(portals),
        known=known,
        cool_down=archive.cool_downs(now),
        budget_used=archive.requests_made(now.astimezone(UTC).date()),
        contact=contact,
        vantage=vantage,
        limits=limits or Limits(),
        lists={p.id: archive.lists_read(p.id) for p in portals} if recheck != "all" else {},
    )
