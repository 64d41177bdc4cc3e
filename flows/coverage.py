"""Coverage is data: what a run saw of a portal, kept, and held against what was seen before.

A portal that yields nothing, or fewer reports than last time, is a problem of the run and never silence.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain

from model.agency import Register
from model.capture import Capture, PortalVisit
from model.document import Event, Location
from model.errors import ObjectMissing
from model.portal import Portal
from model.vocabulary import FetchState
from spiders.page import host_of
from storage.archive import Archive
from storage.coverage import Coverage, Unplaced
from storage.events import event_key

from .assemble import LOST
from .happened import event_of_change, event_of_silence
from .outcome import PortalOutcome

# The portal answered, and what it shows is its own word. Anything else says nothing about what it publishes.
ITS_OWN_WORD = frozenset(
    {
        FetchState.OK,
        FetchState.OK_EMPTY,
        FetchState.MOVED,
        FetchState.NOT_MODIFIED,
        FetchState.GONE,
        FetchState.SOFT_404,
    }
)
TOO_FEW = "too few reports"
"""Stop reason of a visit that saw fewer reports than its portal file, or what the archive holds, lets expect."""
INTERRUPTED = "interrupted"
"""Stop reason of a visit that was killed: what its lists held is not known."""
# Runs that saw nothing are passed over in the search for the last time; so many of them, and no more.
MOST_LOOKED_BACK = 50
NO_ANSWER = timedelta(hours=5)
"""From the first visit without an answer to the one that makes a portal silent."""


@dataclass(frozen=True, slots=True)
class Before:
    """What earlier runs saw: `whole` the last whole reading, `spoke` the last one in which the portal answered."""

    whole: Coverage | None = None
    spoke: Coverage | None = None


def coverage_of(portal: Portal, visit: PortalVisit, captures: Sequence[Capture]) -> Coverage:
    """The record of one visit; a function of the ledger."""
    hub = str(portal.start_urls[0])
    # The last answer: an attempt that failed may have been repeated.
    asked = next((c for c in reversed(captures) if c.kind == "list" and c.requested_url == hub), None)
    reports = [row for row in visit.rows if row.kind == "report"]
    pages = {c.requested_url: c for c in captures if c.document_url == c.requested_url}
    return Coverage(
        portal=portal.id,
        run=visit.run,
        hub=hub,
        hub_state=asked.state if asked else None,
        checked_at=asked.fetched_at if asked else visit.started_at,
        ended_at=visit.ended_at,
        vantage=asked.vantage if asked else "unknown",
        complete=visit.complete,
        family=visit.family,
        list_pages=visit.list_pages,
        rows=len(visit.rows),
        reports=len(reports),
        announced=visit.announced_total,
        years=dict(sorted(Counter(str(row.year or "none") for row in reports).items())),
        documents=dict(sorted(Counter(page.state.value for page in pages.values()).items())),
        stop_reason=visit.stop_reason,
        problems=visit.problems,
        requests=dict(visit.requests),
    )


def interrupted(captures: Sequence[Capture]) -> PortalVisit | None:
    """The closing line that a killed crawl never wrote; None where nothing was crawled."""
    if not any(capture.fetched for capture in captures):
        return None
    first = captures[0]
    return PortalVisit(
        run=first.run,
        shard=first.shard,
        portal=first.portal,
        started_at=first.fetched_at,
        ended_at=captures[-1].fetched_at,
        complete=False,
        list_pages=sum(c.kind == "list" and c.state is FetchState.OK for c in captures),
        stop_reason=INTERRUPTED,
    )


def before(archive: Archive, now: Coverage) -> Before:
    """The earlier runs that this one is held against."""
    spoke = None
    for _, earlier in zip(range(MOST_LOOKED_BACK), archive.coverage_before(now.portal, now.run), strict=False):
        if spoke is None and earlier.hub_state in ITS_OWN_WORD and earlier.stop_reason != INTERRUPTED:
            spoke = earlier
        if earlier.complete and earlier.reports:
            return Before(earlier, spoke)
    return Before(None, spoke)


def did_not_answer(reading: Coverage) -> bool:
    """Was the portal asked, and neither gave its own word nor refused us?"""
    outside = {FetchState.BLOCKED, FetchState.ROBOTS_DISALLOWED, FetchState.LOGIN}
    return reading.hub_state is not None and reading.hub_state not in ITS_OWN_WORD | outside


def failures_in_a_row(now: Coverage, earlier: Iterable[Coverage]) -> list[Coverage]:
    """The visits in a row, this one and those before it, that met no answer; newest first."""
    failures = []
    for _, reading in zip(range(MOST_LOOKED_BACK), chain([now], earlier), strict=False):
        if reading.hub_state is None:
            continue
        if not did_not_answer(reading):
            break
        failures.append(reading)
    return failures


def fell_silent(failures: Sequence[Coverage]) -> bool:
    """Do these failures, newest first, make a portal silent, and did those before the newest not?"""

    def silent(some: Sequence[Coverage]) -> bool:
        return len(some) > 1 and some[0].checked_at - some[-1].checked_at >= NO_ANSWER

    return silent(failures) and not silent(failures[1:])


def blocked_before(archive: Archive, portal: str, run: str) -> bool:
    """Did the portal refuse us when it was asked last? A block is told once, when it begins."""
    for _, earlier in zip(range(MOST_LOOKED_BACK), archive.coverage_before(portal, run), strict=False):
        if earlier.hub_state is not None:
            return earlier.hub_state is FetchState.BLOCKED or FetchState.BLOCKED.value in earlier.documents
    return False


def shortfall(now: Coverage, then: Before) -> str | None:
    """The sentence about a portal that shows fewer reports than last time; None when it does not."""
    last = then.whole
    if last is None or now.reports >= last.reports or now.hub_state not in ITS_OWN_WORD:
        return None
    if now.stop_reason == INTERRUPTED:
        return None
    if not now.complete and (now.reports or TOO_FEW in now.stop_reason):
        return None  # told already: the lists were not read to their end, or show less than they must
    told = f"{now.reports} reports are listed, {last.reports} were on {last.checked_at:%Y-%m-%d}"
    if gone := sum(now.documents.get(state, 0) for state in LOST):
        told += f"; {gone} known addresses answered without their report"
    return f"{told}; see whether the portal was redesigned."


def portal_events(now: Coverage, then: Before, failures: Sequence[Coverage] = ()) -> list[Event]:
    """`portal_silent`: it answered and lists nothing, where it listed reports, or met two visits with no answer.

    `portal_changed`: another family. `failures`: the visits in a row without an answer, newest first.

    Each is told once, when it begins.
    """
    events = []
    last = then.whole
    read = now.hub_state in ITS_OWN_WORD and now.stop_reason != INTERRUPTED
    lists_nothing = read and not now.reports and then.spoke is not None and then.spoke.reports
    if last is not None and (lists_nothing or fell_silent(failures)):
        events.append(event_of_silence(now, last))
    told = then.spoke is not None and then.spoke.family == now.family
    if last is not None and now.family and last.family and now.family != last.family and not told:
        events.append(event_of_change(now, last))
    return events


def note_unvisited(archive: Archive, run: str, portals: Mapping[str, Portal], touched: Iterable[str]) -> None:
    """Keep that a run was to visit a portal and did not come to it: its last record must not pass for today's."""
    try:
        facts = archive.run_facts(run)
    except ObjectMissing:
        return  # nobody noted what the run was to do
    left = sorted({str(asked) for asked in facts.get("portals") or ()} & set(portals) - set(touched))
    began, visited = datetime.fromisoformat(str(facts["began_at"])), archive.last_visits() if left else {}
    for name in left:
        if name in visited and visited[name].at > began:
            continue  # a run beside this one came to it
        archive.add_coverage(
            Coverage(
                portal=name,
                run=run,
                hub=str(portals[name].start_urls[0]),
                checked_at=facts["began_at"],
                ended_at=facts["began_at"],
                complete=False,
                stop_reason="not visited",
                problems=("The run ended before this portal was asked; start it again.",),
            )
        )


def unplaced(
    portal: Portal, visit: PortalVisit, locations: Mapping[str, Location], register: Register
) -> tuple[Unplaced, ...]:
    """Rows of reports on the last two years, or on none that the title tells, that were given to no report."""
    first = visit.started_at.year - 2
    found = []
    for row in visit.rows:
        known = locations.get(row.url)
        if row.kind != "report" or (row.year or first) < first or (known and known.report_id):
            continue
        agency = register.named(row.agency, portal.region) if row.agency else None
        found.append(
            Unplaced(
                title=row.title,
                url=row.url,
                year=row.year,
                agency=row.agency,
                agency_id=agency.id if agency else None,
                elsewhere=host_of(row.url) not in portal.start_hosts,
            )
        )
    return tuple(found)


def covered(
    archive: Archive,
    portal: Portal,
    visit: PortalVisit,
    captures: Sequence[Capture],
    outcome: PortalOutcome,
    register: Register | None = None,
    locations: Mapping[str, Location] | None = None,
    clock_ahead: int | None = None,
) -> PortalOutcome:
    """Keep what a visit saw; the outcome with the problems and events that follow from it.

    `locations`: the portal's, as they are known after the visit; else they are read. `clock_ahead`: seconds by which
    the hosts' clocks were ahead of ours.
    """
    now = coverage_of(portal, visit, captures)
    known = archive.locations(portal.id) if locations is None else locations
    names = unplaced(portal, visit, known, register or Register())
    now = now.model_copy(update={"unplaced": names, "units": visit.units, "clock_ahead": clock_ahead})
    then = before(archive, now)
    short = shortfall(now, then)
    more = (short,) if short else ()
    failures = failures_in_a_row(now, archive.coverage_before(portal.id, now.run))
    events = portal_events(now, then, failures)
    for event in events:
        archive.add_event(event)
    archive.note_changes(map(event_key, events), f"{now.run}.{now.portal}.coverage")
    archive.note_visit(portal.id, visit.started_at, len(failures))
    archive.add_coverage(now.model_copy(update={"problems": (*now.problems, *more)}))
    return outcome.model_copy(
        update={
            "problems": (*outcome.problems, *more),
            "events": (*outcome.events, *events),
            "reports": now.reports,
            # What could not be seen is not less than before.
            "reports_before": then.whole.reports if then.whole and now.hub_state in ITS_OWN_WORD else None,
        }
    )
