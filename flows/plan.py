"""What a crawl is to ask: portals cut into shards by host, and the documents known before with their validators."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Literal, NamedTuple, Self

from model.capture import CrawlJob, KnownDocument, KnownPart
from model.document import Location
from model.errors import BadQuery
from model.portal import Limits, Portal
from spiders.hosts import queue_of
from storage.archive import Archive

from .schedule import recheck_after

Recheck = Literal["due", "all", "none"]


class Share(NamedTuple):
    """Which part of the portals a run visits first, when `of` runs share them."""

    number: int = 1
    of: int = 1

    @classmethod
    def parse(cls, text: str | None) -> Self:
        """`2/3` → the second of three; none: everything. BadQuery for anything else."""
        if text is None:
            return cls()
        found = re.fullmatch(r"(\d{1,4})/(\d{1,4})", text)
        if found is None or not 1 <= int(found[1]) <= int(found[2]):
            raise BadQuery(f"--share {text}: that is no share; 2/3 is the second of three")
        return cls(int(found[1]), int(found[2]))

    def holds(self, domains: Iterable[str]) -> bool:
        """Does a group of portals that share these domains belong to this share? To exactly one of all."""
        first = min(domains)
        return int.from_bytes(hashlib.sha256(first.encode()).digest()[:6]) % self.of == self.number - 1


def domains_of(portal: Portal) -> frozenset[str]:
    """What no two crawls ask at once on a portal's behalf: its registrable domains (`spiders.hosts.queue_of`)."""
    return frozenset(queue_of(host) for host in portal.start_hosts)


def groups(portals: Iterable[Portal]) -> list[tuple[set[str], list[Portal]]]:
    """Portals that share a registrable domain, together: for politeness' sake they are visited by one process."""
    found: list[tuple[set[str], list[Portal]]] = []
    for portal in sorted(portals, key=lambda p: p.id):
        mine = set(domains_of(portal))
        touching = [g for g in found if g[0] & mine]
        merged = (mine.union(*(g[0] for g in touching)), [p for g in touching for p in g[1]] + [portal])
        found = [g for g in found if not g[0] & mine] + [merged]
    return found


def shards(portals: Iterable[Portal], hosts: int) -> list[list[Portal]]:
    """Portals in batches of at most `hosts` registrable domains, those that share one together."""
    batches: list[tuple[int, list[Portal]]] = []
    for names, members in groups(portals):
        if batches and batches[-1][0] + len(names) <= hosts:
            batches[-1] = (batches[-1][0] + len(names), batches[-1][1] + members)
        else:
            batches.append((len(names), list(members)))
    return [members for _, members in batches]


def shared_out(portals: Iterable[Portal], share: Share) -> tuple[list[Portal], list[Portal]]:
    """Those of a share, and the others, which it turns to when its own are done."""
    own: list[Portal] = []
    others: list[Portal] = []
    for names, members in groups(portals):
        (own if share.holds(names) else others).extend(members)
    return own, others


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
