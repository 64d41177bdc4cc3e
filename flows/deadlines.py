"""What a visit tells of due dates: `overdue` when a report is sure to be missing, `late` when it comes after all."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain

from model.agency import Register
from model.capture import PortalVisit
from model.clock import legal_day
from model.deadlines import due_date
from model.document import Event, Location
from model.portal import Portal
from model.roster import Expected, Standing
from model.vocabulary import AgencyYearStatus, EventKind
from storage.archive import Archive
from storage.coverage import Coverage
from storage.events import event_key
from storage.versions import version_key

from .happened import event_of_lateness, event_of_overdue
from .outcome import PortalOutcome
from .roster import expected_at
from .standing import Sight, absent, is_misdated, is_whole, present, sight_after


@dataclass
class Watch:
    """What the deadlines of one run need to know of all portals, read when it is first asked for."""

    archive: Archive
    register: Register
    portals: Mapping[str, Portal]
    _told: dict[int, set[str]] = field(default_factory=dict)
    _places: dict[str, dict[str, Location]] = field(default_factory=dict)

    def told(self, year: int) -> set[str]:
        """Reports on a year that were told to be overdue."""
        if year not in self._told:
            self._told[year] = self.archive.told_overdue(year)
        return self._told[year]

    def elsewhere(self, portal: str, agency_id: str) -> list[str]:
        """Other portals at which reports of an agency stand."""
        if not self._places:
            self._places = {name: self.archive.locations(name) for name in self.archive.located_portals()}
        return [
            name
            for name, places in self._places.items()
            if name != portal and any((place.report_id or "").startswith(f"{agency_id}-") for place in places.values())
        ]

    def has_report(self, expected: Expected) -> bool:
        """Is there a report of that agency and year, of whatever scope, from whatever portal?"""
        prefix = f"reports/{expected.agency_id}-{expected.year}-"
        return next(iter(self.archive.store.list(prefix)), None) is not None

    def readings(self, portal: str, before: str | None = None) -> Iterator[Coverage]:
        """Records of a portal's visits, newest first, those of runs before that one."""
        return self.archive.coverage_before(portal, before or "~")


def after_visit(
    watch: Watch, portal: Portal, visit: PortalVisit, outcome: PortalOutcome, locations: Mapping[str, Location]
) -> PortalOutcome:
    """The outcome with the events of due dates that a visit brings. Doing it again brings the same.

    `locations`: the portal's, as they are known after the visit.
    """
    archive = watch.archive
    reading = archive.coverage(portal.id, visit.run)
    if is_misdated(reading):
        return outcome
    late = [event for told in outcome.events if (event := _lateness(watch, portal, visit, told)) is not None]
    overdue = _overdue(watch, portal, reading, locations) if is_whole(reading) else []
    events = [*late, *overdue]
    for event in events:
        archive.add_event(event)
    archive.note_changes(map(event_key, events), f"{visit.run}.{portal.id}.deadlines")
    return outcome.model_copy(update={"events": (*outcome.events, *events)}) if events else outcome


def _overdue(watch: Watch, portal: Portal, reading: Coverage, locations: Mapping[str, Location]) -> list[Event]:
    today = legal_day(reading.checked_at)
    year = today.year - 1
    there = {location.report_id.rpartition("-")[0] for location in locations.values() if location.report_id}
    candidates = [
        one
        for one in expected_at(portal, locations, watch.register, year, reading)
        if one.report_id is not None
        and f"{one.agency_id}-{year}" not in there
        and (due := due_date(one.kind, one.level, year)) is not None
        and due.day < today
    ]
    if not candidates:
        return []
    # The last readings are read once for all of them, and no further back than the last of them needs.
    readings = _Remembered(chain([reading], watch.readings(portal.id, reading.run)))
    events = []
    for one in candidates:
        if one.report_id in watch.told(year):
            told = watch.archive.overdue_event(year, str(one.report_id))
            # This run was settled before and killed: whether the event was written is not known.
            events += [told] if told is not None and told.details.get("reading") == reading.key else []
            continue
        standing = absent(one, _sight(one, readings), today)
        if standing.status is not AgencyYearStatus.OVERDUE or watch.has_report(one):
            continue
        if all(_missing_at(watch, name, standing) for name in watch.elsewhere(portal.id, str(one.agency_id))):
            event = watch.archive.tell_overdue(year, event_of_overdue(standing, portal, reading))
            watch.told(year).add(event.subject)
            events.append(event)
    return events


def _missing_at(watch: Watch, name: str, standing: Standing) -> bool:
    """Is a report that is missing at one portal missing at another place of its agency as well?"""
    sight = _sight(standing.expected, watch.readings(name))
    return sight.confirmed is not None


def _sight(expected: Expected, readings: "Iterator[Coverage] | _Remembered") -> Sight:
    due = due_date(expected.kind, expected.level, expected.year)
    assert due is not None
    return sight_after(readings, due.day)


class _Remembered:
    """Records that are read once, however often they are gone through."""

    def __init__(self, source: Iterator[Coverage]) -> None:
        self._source, self._read = source, list[Coverage]()

    def __iter__(self) -> Iterator[Coverage]:
        place = 0
        while True:
            if place == len(self._read):
                following = next(self._source, None)
                if following is None:
                    return
                self._read.append(following)
            yield self._read[place]
            place += 1


def _lateness(watch: Watch, portal: Portal, visit: PortalVisit, told: Event) -> Event | None:
    """`late` beside `published`, where our own readings or the page's own date say so."""
    if told.kind is not EventKind.PUBLISHED:
        return None
    agency_id, year, scope = told.subject.split("-", 2)
    agency = watch.register.get(agency_id)
    if agency is None:
        return None
    version = watch.archive.version(told.subject, 1)
    named = {told.url or "": Location(url=told.url or "", portal=portal.id, report_id=told.subject, state="ok",
                                      first_seen=told.at, last_checked=told.at)}  # fmt: skip
    (expected,) = expected_at(portal.model_copy(update={"agency": None}), named, watch.register, int(year), None)
    overdue = watch.archive.overdue_event(int(year), f"{agency_id}-{year}-{scope}")
    before = (one for one in watch.readings(portal.id, visit.run) if is_whole(one) and not is_misdated(one))
    standing = present(expected, version, missed_at=next(before, None))
    if standing.status is not AgencyYearStatus.LATE and overdue is None:
        return None
    return event_of_lateness(standing, told, version_key(told.subject, 1), overdue)
