"""What may be said of a report and its due date: pure functions of what was seen.

`overdue` needs all of: the agency existed on 31 December; it published before, or its portal lists a place for it; its
hub was read after the due date; no outage or block in between. Two whole readings a day apart are asked for, so that
a list that a server kept from yesterday deceives nobody.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple

from model.clock import legal_day
from model.deadlines import due_date
from model.document import VersionRecord
from model.roster import Expected, Standing, UnknownReason
from model.vocabulary import AgencyYearStatus, FetchState
from storage.coverage import Coverage

APART = timedelta(hours=20)
"""Between the two readings after the due date that make a report overdue."""
WELL = frozenset({FetchState.OK, FetchState.NOT_MODIFIED, FetchState.MOVED})
NOT_VISITED = "not visited"
MISDATED = timedelta(days=1)
"""A reading at which the hosts' clocks were farther from ours is no evidence of any day: ours may be a year ahead."""

REASONS = {
    FetchState.BLOCKED: UnknownReason.BLOCKED,
    FetchState.ROBOTS_DISALLOWED: UnknownReason.ROBOTS,
    FetchState.LOGIN: UnknownReason.BLOCKED,
}


class Sight(NamedTuple):
    """What readings of a portal after a due date allow to say: `confirmed` the two readings, else why not."""

    confirmed: tuple[Coverage, Coverage] | None = None
    reason: UnknownReason | None = None


def is_whole(reading: Coverage) -> bool:
    """Was the hub there and the list read to its end, so that what is missing is missing?"""
    return reading.complete and reading.hub_state in WELL


def is_misdated(reading: Coverage) -> bool:
    """Did the hosts that were asked then agree that our clock was days off?"""
    return reading.clock_ahead is not None and abs(reading.clock_ahead) > MISDATED.total_seconds()


def why_not(reading: Coverage) -> UnknownReason:
    """Why a reading that was not whole says nothing."""
    if reading.hub_state is None:
        # Nothing was asked: the host is left alone after a block, or the crawl was cut off.
        return UnknownReason.BLOCKED if "refused" in reading.stop_reason else UnknownReason.NOT_WHOLE
    if reading.hub_state in WELL:
        return UnknownReason.NOT_WHOLE
    return REASONS.get(reading.hub_state, UnknownReason.UNREACHABLE)


def sight_after(readings: Iterable[Coverage], due: date) -> Sight:
    """What a portal's readings, newest first, tell after a due date; read only as far back as it needs."""
    newest: Coverage | None = None
    for reading in readings:
        if reading.stop_reason == NOT_VISITED or is_misdated(reading):
            continue
        if legal_day(reading.checked_at) <= due:
            break
        if not is_whole(reading):
            return Sight(reason=UnknownReason.INTERRUPTED if newest else why_not(reading))
        newest = newest or reading
        if newest.checked_at - reading.checked_at >= APART:
            return Sight(confirmed=(reading, newest))
    return Sight(reason=UnknownReason.UNCONFIRMED if newest else UnknownReason.NOT_CHECKED)


def may_be(expected: Expected, reading: Coverage) -> bool:
    """Does a list name a report that could be this one, and that we could not read or give to anybody?"""
    for row in reading.unplaced:
        if row.year not in (None, expected.year):
            continue
        if row.agency_id == expected.agency_id:
            return True
        # A name that the register does not know may be this one's in other words; on a host of others it is another's.
        if row.agency_id is None and not (row.elsewhere and row.agency):
            return True
    return False


def absent(expected: Expected, sight: Sight, today: date) -> Standing:
    """Where a report stands that is not there."""
    due = due_date(expected.kind, expected.level, expected.year)

    def stands(status: AgencyYearStatus, reason: UnknownReason | None = None) -> Standing:
        seen = sight.confirmed[1].checked_at if sight.confirmed else None
        return Standing(
            expected=expected,
            status=status,
            reason=reason,
            due=due.day if due else None,
            basis=due.basis if due else None,
            days_late=(today - due.day).days if due and status is AgencyYearStatus.OVERDUE else None,
            checked_at=seen,
        )

    if not expected.existed:
        return stands(AgencyYearStatus.NOT_EXPECTED)
    if due is None:
        return stands(AgencyYearStatus.UNKNOWN, UnknownReason.NO_DUE_DATE)
    if today <= due.day:
        return stands(AgencyYearStatus.PENDING)
    if expected.agency_id is None:
        return stands(AgencyYearStatus.UNKNOWN, UnknownReason.NO_PORTAL)
    if sight.confirmed is None:
        return stands(AgencyYearStatus.UNKNOWN, sight.reason)
    if not expected.place:
        return stands(AgencyYearStatus.UNKNOWN, UnknownReason.PLACE_NOT_SEEN)
    if any(may_be(expected, reading) for reading in sight.confirmed):
        return stands(AgencyYearStatus.UNKNOWN, UnknownReason.UNREAD)
    return stands(AgencyYearStatus.OVERDUE)


def present(expected: Expected, first: VersionRecord, *, missed_at: Coverage | None) -> Standing:
    """Where a report stands that is there. `missed_at`: the last whole reading before it, which did not show it.

    Our own readings decide before the date that the page claims: migrations set such dates anew, and some are untrue.
    """
    due = due_date(expected.kind, expected.level, expected.year)
    status, reason, day = AgencyYearStatus.ON_TIME, None, legal_day(first.captured_at)
    if due is not None and day > due.day:
        after = missed_at is not None and legal_day(missed_at.checked_at) > due.day
        if missed_at is not None and after and not may_be(expected, missed_at):
            status = AgencyYearStatus.LATE
        elif first.published_on is None:
            status, reason = AgencyYearStatus.UNKNOWN, UnknownReason.NO_PUBLICATION_DATE
        elif first.published_on > due.day:
            status, day = AgencyYearStatus.LATE, first.published_on
    return Standing(
        expected=expected,
        status=status,
        reason=reason,
        due=due.day if due else None,
        basis=due.basis if due else None,
        days_late=(day - due.day).days if due and status is AgencyYearStatus.LATE else None,
        published_on=first.published_on,
        first_seen=first.captured_at,
        url=first.url,
    )
