"""When a portal is visited next, and when a known report is asked for again: pure functions of portal and calendar.

Reports are due on 31 January and 31 March (Article 49), so that is when to look. Days are those of Asia/Shanghai. Each
portal has moments of its own, spread over the hours in which it may be asked, so that a day's visits do not begin at
once; the seed moves them, so that two installations do not come together.
"""

import hashlib
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from model.document import Location
from model.errors import InvalidPortal
from model.portal import Portal

SHANGHAI = ZoneInfo("Asia/Shanghai")
DAY = timedelta(days=1)


class Stretch(NamedTuple):
    """Days of a year, (month, day) to (month, day) inclusive, with so many visits on each."""

    first: tuple[int, int]
    last: tuple[int, int]
    a_day: int


# The first that holds counts. Twice a day, so that a portal which falls silent is met by two visits within one.
STRETCHES = (
    Stretch((1, 25), (2, 5), 3),
    Stretch((3, 25), (4, 5), 3),
    Stretch((1, 1), (4, 10), 2),
)
SPARSE_DAYS = 7
"""Outside of the season a portal is visited on one day in so many."""
JITTER = 0.1
"""Share of a slot by which a visit moves from one day to the next."""
CRON_JITTER = timedelta(minutes=10)
RETRY_AFTER = timedelta(hours=6)
"""After a visit that met no answer; so often, and then by the schedule."""
MOST_RETRIES = 2

# Reports on the year that ended last are corrected in their first weeks; those of long ago hardly ever change.
YOUNG = timedelta(days=45)
YOUNG_EVERY = timedelta(days=5)
OLD_YEARS = 3
OLD_FACTOR = 6


def interval(day: date) -> timedelta:
    """The longest time between two visits of a portal without a schedule of its own, around that day."""
    a_day = _visits_on(day)
    return DAY / a_day if a_day else DAY * SPARSE_DAYS


def visits_after(portal: Portal, moment: datetime, seed: str = "") -> Iterator[datetime]:
    """The moments at which a portal is visited, from the first after `moment` on, without an end.

    InvalidPortal when the portal's own schedule is no cron line.
    """
    if portal.schedule:
        yield from _by_cron(portal, moment, seed)
        return
    day = moment.astimezone(SHANGHAI).date()
    while True:
        yield from (at for at in _on(portal, day, seed) if at > moment)
        day += DAY


def next_visit(portal: Portal, last: datetime | None, now: datetime, seed: str = "", failures: int = 0) -> datetime:
    """When the portal is to be visited: the first moment after its last visit, or now, if that has passed already.

    However many visits were missed, one makes up for them. Never visited: now; so is a visit that is still to come,
    which a clock that went ahead has dated. `failures`: how many visits in a row met no answer; after the first few one
    looks again sooner, within the hours in which it may be asked.
    """
    if last is None or last > now:
        return now
    following = next(visits_after(portal, last, seed))
    if 0 < failures <= MOST_RETRIES and _is_open(portal, last + RETRY_AFTER):
        following = min(following, last + RETRY_AFTER)
    return max(following, now)


def is_due(portal: Portal, last: datetime | None, now: datetime, seed: str = "", failures: int = 0) -> bool:
    """Is a portal that was visited last at `last` to be visited now?"""
    return next_visit(portal, last, now, seed, failures) <= now


def recheck_after(location: Location, portal: Portal, seed: str = "") -> datetime:
    """When a known address is asked again, although nothing says that it has changed.

    A report on the year that ended last, every fifth day in its first weeks; any other after the portal's
    `recheck_days`; one that was years old when it was first seen, after six times as many. Up to a quarter sooner or
    later, by address and round, so that what was collected on one day is not asked again on one day.
    """
    every = timedelta(days=portal.recheck_days)
    year = report_year(location)
    if year is not None and location.first_seen.year - year > OLD_YEARS:
        every *= OLD_FACTOR
    elif year == location.first_seen.year - 1 and location.last_checked - location.first_seen < YOUNG:
        every = min(every, YOUNG_EVERY)
    chance = _chance(seed, location.url, location.last_checked.isoformat())
    return location.last_checked + every * (0.75 + chance / 2)


def report_year(location: Location) -> int | None:
    """The year that the report at an address is on, where it is known."""
    return int(location.report_id.split("-")[1]) if location.report_id else None


def _visits_on(day: date) -> int:
    """Visits on one day; 0 where there is one on every seventh day only."""
    return next((s.a_day for s in STRETCHES if s.first <= (day.month, day.day) <= s.last), 0)


def _on(portal: Portal, day: date, seed: str) -> list[datetime]:
    """The visits of a day, in order: the open hours in equal slots, each portal at its own place in them."""
    a_day = _visits_on(day)
    if a_day == 0:
        turn = int(_chance(seed, portal.id, "turn") * SPARSE_DAYS)
        if (day.toordinal() + turn) % SPARSE_DAYS:
            return []
        a_day = 1
    opens, hours = _open_hours(portal)
    begin = datetime.combine(day, opens, SHANGHAI)
    place = _chance(seed, portal.id, "place") * (1 - JITTER)
    return [begin + hours * (n + place + JITTER * _chance(seed, portal.id, f"{day}/{n}")) / a_day for n in range(a_day)]


def _open_hours(portal: Portal) -> tuple[time, timedelta]:
    """When the hours begin in which the portal may be asked, and how long they are."""
    if portal.politeness.window is None:
        return time(0), DAY
    opens, closes = portal.politeness.window
    minutes = (closes.hour * 60 + closes.minute - opens.hour * 60 - opens.minute) % (24 * 60)
    return opens, timedelta(minutes=minutes) or DAY


def _is_open(portal: Portal, moment: datetime) -> bool:
    opens, hours = _open_hours(portal)
    begin = datetime.combine(moment.astimezone(SHANGHAI).date(), opens, SHANGHAI)
    return any(begin - day <= moment < begin - day + hours for day in (DAY, timedelta(0)))


def _by_cron(portal: Portal, moment: datetime, seed: str) -> Iterator[datetime]:
    assert portal.schedule is not None
    # A visit that was moved past `moment` is still to come, although its line of the clock lies before.
    try:
        planner = CronSim(portal.schedule, moment.astimezone(SHANGHAI) - CRON_JITTER)
    except CronSimError as error:
        raise InvalidPortal(
            f"{portal.id}: schedule {portal.schedule!r} is no cron line ({error}); '30 7 * * 1' is Mondays at 07:30"
        ) from error
    for planned in planner:
        at = planned + CRON_JITTER * _chance(seed, portal.id, planned.isoformat())
        if at > moment:
            yield at


def _chance(*words: str) -> float:
    """A number from 0 to below 1 that is the same for the same words."""
    return int.from_bytes(hashlib.sha256("\n".join(words).encode()).digest()[:6]) / 2**48
