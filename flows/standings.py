"""Where every report stands that is expected in a region for a year: published, late, overdue, pending or unknown."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, datetime

from model.agency import Register
from model.capture import Record
from model.clock import legal_day
from model.deadlines import due_date
from model.divisions import contains
from model.document import VersionRecord
from model.portal import Portal
from model.roster import Expected, Standing, UnknownReason
from model.vocabulary import AgencyYearStatus
from storage.archive import Archive
from storage.coverage import Coverage

from .deadlines import Watch
from .roster import expected_at, together
from .standing import absent, is_whole, present, sight_after

# What is nearest to a thing that a person can mend comes first, where an agency's portals differ.
WEIGHT = (
    UnknownReason.BLOCKED,
    UnknownReason.ROBOTS,
    UnknownReason.UNREACHABLE,
    UnknownReason.NOT_WHOLE,
    UnknownReason.UNREAD,
    UnknownReason.INTERRUPTED,
    UnknownReason.NOT_CHECKED,
    UnknownReason.UNCONFIRMED,
    UnknownReason.PLACE_NOT_SEEN,
    UnknownReason.NO_PORTAL,
)


class RegionCoverage(Record):
    """All of a region and year; the counts add up to the whole, which is as many as there are `reports`."""

    region: str | None
    year: int
    as_of: date
    total: int
    statuses: dict[str, int]
    unknown: dict[str, int]
    reports: tuple[Standing, ...]
    portals: int
    never_visited: tuple[str, ...]


def region_coverage(
    archive: Archive, register: Register, portals: Mapping[str, Portal], region: str | None, year: int, now: datetime
) -> RegionCoverage:
    """What is known of each agency of a region (a division code; None: all) and its report on a year.

    Portals of the region are asked, and those of the regions that it lies in: they may show its agencies too.
    """
    near = {
        name: portal
        for name, portal in portals.items()
        if region is None or contains(region, portal.region) or contains(portal.region, region)
    }
    watch = Watch(archive, register, portals)
    visited = archive.covered_runs()
    expected: list[Expected] = []
    for name, portal in near.items():
        reading = next((one for one in watch.readings(name) if is_whole(one)), None) if name in visited else None
        expected += expected_at(portal, archive.locations(name), register, year, reading)
    groups = [g for g in together(expected) if region is None or contains(region, g[0].region)]
    standings = tuple(_standing(watch, group, legal_day(now)) for group in groups)
    counted = Counter(one.status.value for one in standings)
    reasons = Counter(one.reason.value for one in standings if one.reason)
    return RegionCoverage(
        region=region,
        year=year,
        as_of=legal_day(now),
        total=len(standings),
        statuses={status.value: counted[status.value] for status in AgencyYearStatus},
        unknown={reason.value: reasons[reason.value] for reason in UnknownReason if reasons[reason.value]},
        reports=standings,
        portals=len(near),
        never_visited=tuple(sorted(set(near) - set(visited))),
    )


def _standing(watch: Watch, group: list[Expected], today: date) -> Standing:
    """One agency, at all of its portals."""
    shown = [one for one in group if one.place] or group
    first = _first_version(watch, shown[0])
    if first is not None:
        before = (one for one in watch.readings(first.portal, first.run) if is_whole(one))
        return present(shown[0], first, missed_at=next(before, None))
    found = [_absent(watch, one, today) for one in shown]
    told = next((one for one in shown if one.report_id in watch.told(one.year)), None)
    if told is not None:
        due = due_date(told.kind, told.level, told.year)
        event = watch.archive.overdue_event(told.year, str(told.report_id))
        return Standing(
            expected=told,
            status=AgencyYearStatus.OVERDUE,
            due=due.day if due else None,
            basis=due.basis if due else None,
            days_late=(today - due.day).days if due else None,
            checked_at=event.at if event else None,
        )
    open_questions = [one for one in found if one.reason is not None]
    return min(open_questions, key=lambda one: _weight(one.reason)) if open_questions else found[0]


def _absent(watch: Watch, expected: Expected, today: date) -> Standing:
    due = due_date(expected.kind, expected.level, expected.year)
    readings: Iterator[Coverage] = watch.readings(expected.portal)
    return absent(expected, sight_after(readings, due.day if due else today), today)


def _first_version(watch: Watch, expected: Expected) -> VersionRecord | None:
    """The version of a report that was captured first; of several scopes, the earliest of all."""
    if expected.agency_id is None:
        return None
    prefix = f"reports/{expected.agency_id}-{expected.year}-"
    ids = {key.split("/")[1] for key in watch.archive.store.list(prefix)}
    versions = [version for report_id in ids for version in watch.archive.versions(report_id)]
    return min(versions, key=lambda version: (version.captured_at, version.n), default=None)


def _weight(reason: UnknownReason | None) -> int:
    return WEIGHT.index(reason) if reason in WEIGHT else len(WEIGHT)
