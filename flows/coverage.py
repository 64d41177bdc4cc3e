"""Coverage is data: what a run saw of a portal, kept, and held against what was seen before.

A portal that yields nothing, or fewer reports than last time, is a problem of the run and never silence.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from model.agency import Register
from model.capture import Capture, PortalVisit
from model.document import Location
from model.errors import ObjectMissing
from model.portal import Portal
from model.vocabulary import FetchState
from spiders.hosts import host_of
from storage.archive import Archive
from storage.coverage import Coverage, Unplaced
from storage.events import event_key

from .earlier_visits import INTERRUPTED, ITS_OWN_WORD, before, failures_in_a_row, portal_events, shortfall
from .outcome import PortalOutcome


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
