"""Settling one portal of a run: what was seen at each address becomes documents, versions and events.

In an order in which a later record implies the earlier ones: parse, version, event, locations, baseline. What was
settled before comes to the same records again.
"""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime

from model.agency import Register
from model.capture import Capture, PortalVisit
from model.document import Event, Location
from model.errors import NeedsReview
from model.portal import Portal
from model.vocabulary import FetchState
from spiders.hosts import is_twin
from storage.archive import Archive
from storage.events import event_key
from storage.versions import version_key

from .assemble import FOUND, LOST, Publication, assemble, by_document
from .earlier_visits import INTERRUPTED, blocked_before
from .happened import event_of_block, event_of_withdrawal, first_blocked
from .liveness import hosts_ahead
from .next_run import leave_to_next_run
from .outcome import DocumentOutcome, PortalOutcome
from .places import Places
from .record import Recorder
from .settle_document import DocumentSettling
from .withdrawal import HostsSeen, last_confirmed

log = logging.getLogger(__name__)

# Answers that may be different tomorrow: a baseline is not complete while a listed report gave one of these.
PASSING = frozenset(
    {
        FetchState.INCOMPLETE,
        FetchState.THROTTLED,
        FetchState.UNREACHABLE,
        FetchState.BLOCKED,
        FetchState.MAINTENANCE,
        FetchState.TLS_ERROR,
    }
)


class PortalSettling:
    """One portal of one run; a class because every step reads the same handful of facts.

    `visit`: the closing line, None where the crawl did not come to it.
    """

    def __init__(
        self,
        archive: Archive,
        run: str,
        portal: Portal,
        register: Register,
        captures: list[Capture],
        visit: PortalVisit | None,
    ) -> None:
        self.archive = archive
        self.run = run
        self.portal = portal
        self.captures = captures
        self.visit = visit
        baseline = archive.baseline(portal.id)
        self.baseline: datetime | None = baseline.at if baseline else None
        self.places = Places(archive, portal.id)
        self.recorder = Recorder(archive, run, portal, register, self.baseline)
        self.documents = DocumentSettling(archive, portal, self.places, self.recorder)
        broken_off = [] if not any(c.fetched for c in captures) else ["the crawl ended before its closing word"]
        self.documents.problems += list(visit.problems) if visit else broken_off

    def settle(self, on_document: Callable[[str], None]) -> PortalOutcome:
        """Record everything and tell what came of it; `on_document` hears of each address that is done."""
        for publication in self._publications():
            try:
                self.documents.settle(publication, self._known(publication.url, publication.main))
            except NeedsReview as error:
                self.documents.problems.append(f"{publication.url}: {error}")
                log.warning("a document could not be settled", extra={"url": publication.url, "why": str(error)})
            on_document(publication.url)
        self.places.mark_listed(self.visit)
        self._confirm_withdrawals()
        self._tell_of_block()
        leave_to_next_run(self.archive, self.run, self.portal.id, self.captures, self.visit)
        at = self.visit.ended_at if self.visit else max((c.fetched_at for c in self.captures), default=None)
        # Before the addresses: once those are known, settling again finds nothing new any more.
        written = written_by(self.archive, self.documents.outcomes, self.documents.events)
        self.archive.note_changes(written, f"{self.run}.{self.portal.id}")
        if self.places.changed and at is not None:
            self.archive.put_locations(self.portal.id, self.run, self.places.changed, at)
        completes_baseline = self._completes_baseline()
        if completes_baseline and self.visit:
            self.archive.set_baseline(self.portal.id, self.run, self.visit.ended_at)
        return self._outcome()

    def _publications(self) -> list[Publication]:
        """What was seen at each address: pages, then their copies, then losses.

        A copy is one of a page that is known; a report that moved is lost only at its old address.
        """
        found = []
        for url, group in by_document(self.captures).items():
            known = self._known(url, group[0])
            publication = assemble(url, group, known.manifest if known else None)
            if publication is not None:
                found.append(publication)
        return sorted(found, key=lambda p: (p.state in LOST, is_twin(p.url, self.portal)))

    def _known(self, url: str, capture: Capture) -> Location | None:
        """What is known of an address; for an import nothing: what it shows may be older than all that is known."""
        return self.places.before.get(url) if capture.imported_from is None else None

    def _confirm_withdrawals(self) -> None:
        """Tell of a report when all its addresses are confirmed to be without it."""
        lists_read = self.visit is not None and self.visit.complete
        for place in self.places.count_losses(self.documents.lost, HostsSeen.of(self.captures), lists_read):
            if last := last_confirmed(self.places.of(place.report_id)):
                self.documents.keep(event_of_withdrawal(last, self.recorder.details(last)))

    def _tell_of_block(self) -> None:
        blocked = first_blocked(self.captures)
        if (
            blocked is not None
            and self.visit is not None
            and not blocked_before(self.archive, self.portal.id, self.run)
        ):
            self.documents.keep(event_of_block(self.visit, blocked))

    def _completes_baseline(self) -> bool:
        if self.baseline is not None or self.visit is None or not self.visit.complete:
            return False
        return not any(FetchState(o.state) in PASSING for o in self.documents.outcomes)

    def _outcome(self) -> PortalOutcome:
        visit = self.visit
        bodies = [c for c in self.captures if c.document_url is not None and c.state in FOUND]
        return PortalOutcome(
            portal=self.portal.id,
            title=self.portal.title,
            family=visit.family if visit else None,
            complete=visit.complete if visit else False,
            baseline=self.baseline is None,
            list_pages=visit.list_pages if visit else 0,
            rows=len(visit.rows) if visit else 0,
            stop_reason=visit.stop_reason if visit else INTERRUPTED,
            bodies=len(bodies),
            not_modified=sum(c.state is FetchState.NOT_MODIFIED and c.document_url is not None for c in self.captures),
            requests=dict(visit.requests) if visit else {},
            hosts_ahead=hosts_ahead(self.captures),
            documents=tuple(self.documents.outcomes),
            events=tuple(self.documents.events),
            problems=tuple(self.documents.problems),
        )


def written_by(archive: Archive, documents: Iterable[DocumentOutcome], events: Iterable[Event]) -> set[str]:
    """Keys of what a settling wrote, for the catalogue: versions, their agencies, events."""
    keys = {event_key(event) for event in events}
    for document in documents:
        if document.report_id is not None and document.version is not None and document.what in ("new", "changed"):
            keys.add(version_key(document.report_id, document.version))
            keys |= archive.agency_keys(document.report_id.partition("-")[0])
    return keys
