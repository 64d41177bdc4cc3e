"""Settling a run: captures become documents, documents versions, versions events.

Everything here is a function of what the ledger holds, written in an order in which a later record implies the earlier
ones: parse, version, event, locations, baseline, settled mark. A run that was killed at any point is settled again from
the start by whoever comes next, and comes to the same records.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from pydantic import JsonValue

from model.agency import Register, seeded_register
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
from .cool_down import keep_cool_downs
from .copies import Originals, record_copy
from .coverage import INTERRUPTED, blocked_before, covered, interrupted, note_unvisited
from .deadlines import Watch, after_visit
from .happened import event_of_block, event_of_loss, event_of_return, event_of_withdrawal, first_blocked
from .liveness import clock_of, hosts_ahead, verdicts_of
from .outcome import DocumentOutcome, PortalOutcome
from .record import Recorder
from .spans import span
from .withdrawal import HostsSeen, after_run, last_confirmed

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


def known_agencies(archive: Archive) -> Register:
    """The register that ships with gongkai, continued by the archive's own records."""
    register = seeded_register()
    for agency in archive.agencies():
        register.add(agency)
    return register


class _Settling:
    """One portal of one run; a class because every step reads the same handful of facts."""

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
        self.locations: dict[str, Location] = archive.locations(portal.id)
        self.originals = Originals(portal, self.locations.values())
        self.recorder = Recorder(archive, run, portal, register, self.baseline)
        self.changed: dict[str, Location] = {}
        self.lost: dict[str, Capture] = {}
        self.elsewhere: list[Location] | None = None
        self.outcomes: list[DocumentOutcome] = []
        self.events: list[Event] = []
        broken_off = [] if not any(c.fetched for c in captures) else ["the crawl ended before its closing word"]
        self.problems: list[str] = list(visit.problems) if visit else broken_off

    def settle(self, on_document: Callable[[str], None]) -> PortalOutcome:
        for publication in self._publications():
            try:
                self._settle_publication(publication, self._known(publication.url, publication.main))
            except NeedsReview as error:
                self.problems.append(f"{publication.url}: {error}")
                log.warning("a document could not be settled", extra={"url": publication.url, "why": str(error)})
            on_document(publication.url)
        self._mark_listed()
        self._confirm_withdrawals()
        self._tell_of_block()
        self._note_requests()
        self._note_lists()
        at = self.visit.ended_at if self.visit else max((c.fetched_at for c in self.captures), default=None)
        # Before the addresses: once those are known, settling again finds nothing new any more.
        self.archive.note_changes(written_by(self.archive, self.outcomes, self.events), f"{self.run}.{self.portal.id}")
        if self.changed and at is not None:
            self.archive.put_locations(self.portal.id, self.run, self.changed, at)
        completes_baseline = self._completes_baseline()
        if completes_baseline and self.visit:
            self.archive.set_baseline(self.portal.id, self.run, self.visit.ended_at)
        return self._outcome()

    @property
    def known_now(self) -> dict[str, Location]:
        """All addresses of the portal, as they are known after this run."""
        return {**self.locations, **self.changed}

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
        return self.locations.get(url) if capture.imported_from is None else None

    def _settle_publication(self, publication: Publication, known: Location | None) -> None:
        if publication.state in LOST:
            self._lost(publication, known)
        elif publication.manifest is None:
            self._unclear(publication, known)
        elif publication.unchanged and known is not None:
            self._still_there(publication, known)
        else:
            self._new_content(publication, known)

    def _lost(self, publication: Publication, known: Location | None) -> None:
        capture = publication.main
        title = known.title if known else (publication.row.title if publication.row else publication.url)
        self._note(publication, known, "gone", title)
        self.lost[publication.url] = capture
        if known is None or known.report_id is None:
            self.problems.append(f"{publication.url}: listed, but answers {capture.state} ({capture.status})")
            return
        if FetchState(known.state) not in LOST and not self._lives_elsewhere(known):
            self._keep(event_of_loss(known, capture, self.recorder.details(known)))
        self._remember(
            publication, known.model_copy(update={"state": capture.state.value, "last_checked": capture.fetched_at})
        )

    def _lives_elsewhere(self, lost: Location) -> bool:
        """Does another address of the same report, at whatever portal, still answer? Then it has not disappeared."""
        return any(o.url != lost.url and FetchState(o.state) not in LOST for o in self._places(lost.report_id))

    def _places(self, report_id: str | None) -> list[Location]:
        """All addresses of a report as they are known now. Other portals are read only when something got lost."""
        if self.elsewhere is None:
            others = [name for name in self.archive.located_portals() if name != self.portal.id]
            self.elsewhere = [place for name in others for place in self.archive.locations(name).values()]
        here = {**self.locations, **self.changed}
        known = (*here.values(), *(place for place in self.elsewhere if place.url not in here))
        return [place for place in known if place.report_id == report_id]

    def _confirm_withdrawals(self) -> None:
        """Count this run's losses, and tell of a report when all its addresses are confirmed to be without it."""
        hosts = HostsSeen.of(self.captures)
        lists_read = self.visit is not None and self.visit.complete
        for url, location in {**self.locations, **self.changed}.items():
            counted = after_run(location, self.lost.get(url), hosts, lists_read)
            if counted != location:
                self.changed[url] = counted
        here = {**self.locations, **self.changed}
        for url, capture in self.lost.items():
            place = here.get(url)
            # Also when this run was settled before: then the check that confirmed is the same, and so is the event.
            if place is None or place.withdrawn_at is None or place.losses[-1].capture != capture.id:
                continue
            if last := last_confirmed(self._places(place.report_id)):
                self._keep(event_of_withdrawal(last, self.recorder.details(last)))

    def _unclear(self, publication: Publication, known: Location | None) -> None:
        """Neither there nor gone: nothing is concluded, and what was known stays known."""
        title = known.title if known else (publication.row.title if publication.row else publication.url)
        self._note(publication, known, "unclear", title)
        why = f" ({publication.missing})" if publication.missing else self._why(publication.main)
        self.problems.append(f"{publication.url}: {publication.state}{why}")
        if known is None:
            return
        update: dict[str, object] = {"last_checked": publication.main.fetched_at}
        if publication.missing and FetchState(known.state) not in LOST:
            # The next run asks again for what lacks a part, instead of waiting until the document is due.
            update["state"] = publication.state.value
        self._remember(publication, known.model_copy(update=update))

    @staticmethod
    def _why(capture: Capture) -> str:
        told = capture.error or (f"status {capture.status}" if capture.status else "")
        return f" ({told})" if told else ""

    def _still_there(self, publication: Publication, known: Location) -> None:
        capture = publication.main
        if FetchState(known.state) in LOST and known.report_id is not None and not self._lives_elsewhere(known):
            self._keep(event_of_return(known, capture, self._returning(known, [known])))
        self._note(publication, known, "unchanged", known.title)
        self._remember(
            publication,
            known.model_copy(
                update={
                    "state": publication.state.value,
                    "last_checked": capture.fetched_at,
                    "last_ok": capture.fetched_at,
                    "last_ok_capture": capture.id,
                    "validators": {**known.validators, **publication.validators},
                    "losses": (),
                    "withdrawn_at": None,
                }
            ),
        )

    def _new_content(self, publication: Publication, known: Location | None) -> None:
        original = self.originals.of(publication.url, known)
        if original is not None:
            location, outcome, problem = record_copy(self.archive, publication, known, original)
            if problem:
                self.problems.append(f"{publication.url} {problem}")
            self.outcomes.append(outcome)
            self._remember(publication, location)
            return
        recorded = self.recorder.record(publication, known)
        if recorded.problem:
            self.problems.append(f"{publication.url}: {recorded.problem}")
        self.events += recorded.events
        location = recorded.location.model_copy(update={"state": publication.state.value})
        if recorded.outcome.what != "new" and self._was_lost(location, known):
            had = self._had(location, known)
            self._keep(event_of_return(location, publication.main, self._returning(location, had)))
        self.outcomes.append(recorded.outcome)
        self._remember(publication, location)

    def _was_lost(self, location: Location, known: Location | None) -> bool:
        """Was the report that is found here lost at every address that it had?"""
        if location.report_id is None:
            return False
        had = self._had(location, known)
        return bool(had) and all(FetchState(place.state) in LOST for place in had)

    def _had(self, location: Location, known: Location | None) -> list[Location]:
        """The addresses that a report had before it was found at this one."""
        had = [place for place in self._places(str(location.report_id)) if place.url != location.url]
        if known is not None and known.report_id == location.report_id:
            had.append(known)
        return had

    def _returning(self, location: Location, had: list[Location]) -> dict[str, JsonValue]:
        """What the event of a return tells beside its report: whether anybody was told that it was withdrawn."""
        withdrawn = any(place.withdrawn_at is not None for place in had)
        return {**self.recorder.details(location), "was_withdrawn": withdrawn}

    def _keep(self, event: Event) -> None:
        if event in self.events:
            return
        self.archive.add_event(event)
        self.events.append(event)

    def _remember(self, publication: Publication, location: Location) -> None:
        if publication.main.imported_from is not None:
            return  # what an address showed to others, long ago, says nothing of what it shows now
        self.changed[publication.url] = location
        self.originals.add(location)

    def _note(self, publication: Publication, known: Location | None, what: str, title: str) -> None:
        # What an incomplete document lacks is one of its parts: its page may have been well.
        state = publication.main.state if publication.manifest else publication.state
        self.outcomes.append(
            DocumentOutcome.model_validate(
                {"url": publication.url, "title": title, "what": what, "state": state.value}
                | (self.recorder.known_fields(known) if known else {})
            )
        )

    def _mark_listed(self) -> None:
        """After a whole reading of the lists, note which known addresses they no longer name."""
        if self.visit is None or not self.visit.complete:
            return
        named = {row.url for row in self.visit.rows}
        for url, location in {**self.locations, **self.changed}.items():
            if location.listed != (url in named):
                self.changed[url] = location.model_copy(update={"listed": url in named})

    def _tell_of_block(self) -> None:
        blocked = first_blocked(self.captures)
        if (
            blocked is not None
            and self.visit is not None
            and not blocked_before(self.archive, self.portal.id, self.run)
        ):
            self._keep(event_of_block(self.visit, blocked))
        keep_cool_downs(self.archive, self.captures)

    def _note_lists(self) -> None:
        """So that the next run asks for unchanged lists without getting them again."""
        known = {capture.requested_url: capture for capture in self.archive.lists_read(self.portal.id)}
        for capture in self.captures:
            if capture.kind != "list" or capture.method != "GET" or capture.rendered:
                continue
            if capture.state is FetchState.OK and (capture.header("etag") or capture.header("last-modified")):
                known[capture.requested_url] = capture
            elif capture.state is not FetchState.NOT_MODIFIED:
                known.pop(capture.requested_url, None)
        asked = {capture.requested_url for capture in self.captures}
        held = tuple(capture for url, capture in sorted(known.items()) if url in asked)
        if held != self.archive.lists_read(self.portal.id):
            self.archive.note_lists(self.portal.id, held)

    def _note_requests(self) -> None:
        """So that a second run on the same day keeps within the host's daily budget."""
        if self.visit is not None and self.visit.requests:
            day = self.visit.started_at.astimezone(UTC).date()
            self.archive.note_requests(day, self.run, self.portal.id, dict(self.visit.requests))

    def _completes_baseline(self) -> bool:
        if self.baseline is not None or self.visit is None or not self.visit.complete:
            return False
        return not any(FetchState(o.state) in PASSING for o in self.outcomes)

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
            documents=tuple(self.outcomes),
            events=tuple(self.events),
            problems=tuple(self.problems),
        )


def written_by(archive: Archive, documents: Iterable[DocumentOutcome], events: Iterable[Event]) -> set[str]:
    """Keys of what a settling wrote, for the catalogue: versions, their agencies, events."""
    keys = {event_key(event) for event in events}
    for document in documents:
        if document.report_id is not None and document.version is not None and document.what in ("new", "changed"):
            keys.add(version_key(document.report_id, document.version))
            keys |= archive.agency_keys(document.report_id.partition("-")[0])
    return keys


class Settled(NamedTuple):
    """What became of captures. `strange`: portals that they name and that have no file."""

    outcomes: list[PortalOutcome]
    strange: list[str]


def settle_captures(
    archive: Archive,
    run: str,
    portals: Mapping[str, Portal],
    on_document: Callable[[str], None] | None = None,
    *,
    shard: str | None = None,
    over: bool = True,
) -> Settled:
    """Settle every portal that a run, or one shard of it, touched.

    `over`: nothing more comes of it, so a portal whose closing line is missing was interrupted.
    """
    register = known_agencies(archive)
    # The ledger is read once for all portals: on S3 each part of it costs a request.
    captures: dict[str, list[Capture]] = {}
    visits: dict[str, PortalVisit] = {}
    for record, _ in archive.lines(run, shard):
        if isinstance(record, Capture):
            captures.setdefault(record.portal, []).append(record)
        else:
            # A run that was taken up again has several visits; the last one counts.
            visits[record.portal] = record
    touched = sorted({*captures, *visits})
    watch = Watch(archive, register, portals)
    clock = clock_of(hosts_ahead(capture for found in captures.values() for capture in found)).get("seconds")
    ahead = clock if isinstance(clock, int) else None
    outcomes = []
    for name in (name for name in touched if name in portals):
        mine = sorted(captures.get(name, []), key=lambda c: (c.fetched_at, c.id))
        settling = _Settling(archive, run, portals[name], register, mine, visits.get(name))
        with span("portal", run=run, portal=name, captures=len(mine)):
            outcome = settling.settle(on_document or (lambda _: None))
        visit = visits.get(name) or (interrupted(mine) if over else None)
        if visit:
            known = settling.known_now
            outcome = covered(archive, portals[name], visit, mine, outcome, register, known, ahead)
            outcome = after_visit(watch, portals[name], visit, outcome, known)
        outcomes.append(outcome)
    return Settled(outcomes, [name for name in touched if name not in portals])


def close_run(archive: Archive, run: str, portals: Mapping[str, Portal], settled: Settled) -> None:
    """Mark a run as settled: `settled` is all that it brought.

    Captures of a portal whose file is gone stay unsettled, and so does the run: the file may come back.
    """
    if settled.strange:
        log.warning("a run holds captures of portals that have no file", extra={"run": run, "portals": settled.strange})
        return
    touched = sorted({outcome.portal for outcome in settled.outcomes})
    note_unvisited(archive, run, portals, touched)
    archive.note_changes(archive.parts(run), run)
    clock = clock_of({host: ahead for outcome in settled.outcomes for host, ahead in outcome.hosts_ahead.items()})
    verdicts: dict[str, JsonValue] = dict(verdicts_of(settled.outcomes))
    seen = {"clock": clock, "verdicts": verdicts}
    archive.settle_done(run, {"portals": [*touched], **{name: told for name, told in seen.items() if told}})


def settle_run(
    archive: Archive,
    run: str,
    portals: Mapping[str, Portal],
    on_document: Callable[[str], None] | None = None,
    mark: bool = True,
) -> list[PortalOutcome]:
    """Settle all that a run brought, and mark it as settled if that is ours to say: if it is not going on any more."""
    settled = settle_captures(archive, run, portals, on_document, over=mark)
    if mark:
        close_run(archive, run, portals, settled)
    return settled.outcomes
