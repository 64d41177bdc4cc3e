"""Does the watching still work? Each thing that stops it without an error is told within a day: `watch_impaired`.

Once a day the first run looks at what runs of the last day left behind: a family of portals that yields less, verdicts
that become worse, a store that fills; every run looks for portals that nobody comes to, and compares its clock with
those of the hosts. A problem is told when it begins, and again only after it was over. A portal that is silent, blocked
or redesigned has events of its own.
"""

import shutil
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from statistics import median
from typing import NamedTuple

from pydantic import JsonValue

from model.capture import Capture
from model.clock import legal_day
from model.document import Event
from model.portal import Portal
from model.vocabulary import FetchState
from storage.archive import Archive
from storage.events import event_key
from storage.local_folder import LocalFolder

from .earlier_visits import ITS_OWN_WORD, before
from .happened import event_of_impairment
from .outcome import PortalOutcome
from .schedule import JITTER, interval, visits_after

DAY = timedelta(days=1)
# Fewer reports on most portals of one family, and not on one that was redesigned.
FAMILY_LEAST, FAMILY_SHARE, YIELD_LEFT = 3, 0.5, 0.8
# Verified among the reports of the last day, against those of the months before.
VERDICTS_LEAST, VERDICTS_BEFORE, VERDICTS_FALL = 8, 20, 0.3
VERDICTS_FADE = 0.98
"""A day's verdicts count so much of what they did the day before."""
# Portals whose visit is late.
BACKLOG_LEAST, BACKLOG_SHARE = 3, 0.1
GRACE = timedelta(hours=12)
"""A visit may be so late, or half the time between two where that is less: a machine that starts catches up first."""
CLOCK_OFF = timedelta(minutes=5)
CLOCK_HOSTS = 3
# Room on the disk: little left, or none in two weeks if it goes on like this.
ROOM_SHARE, ROOM_BYTES, ROOM_DAYS = 0.1, 1_000_000_000, 14


class Impairment(NamedTuple):
    """One thing that is wrong: what, with the figures that show it."""

    subject: str
    details: dict[str, JsonValue]


class Yield(NamedTuple):
    """One portal: rows of reports at its last visit, and at the last whole reading before."""

    portal: str
    family: str
    now: int
    before: int


def look_after(archive: Archive, portals: Mapping[str, Portal], now: datetime, run: str) -> list[Event]:
    """The events of a run: those of its clock and its backlog, and of a day's first run, those of the day's check."""
    clock = archive.settled_facts(run).get("clock")
    found = [
        _told(archive, now, {"clock"}, clock_off(clock) if clock else []),
        _told(archive, now, {"backlog"}, backlog(archive, portals, now)),
    ]
    today, days = legal_day(now), archive.days_checked()
    if today not in days:
        last = archive.day_figures(days[-1]) if days else {}
        figures = {"at": now.isoformat(), **_room(archive), **_verdicts(archive, last, now)}
        checked = {
            "yield": yields_fallen(_yields(archive, portals, now)),
            "verdicts": verdicts_worse(figures),
            "store": store_fills(figures, last, now),
        }
        if archive.note_day(today, figures):
            found += [_told(archive, now, {name}, impaired) for name, impaired in checked.items()]
    events = [event for told in found for event in told if archive.add_event(event)]
    archive.note_changes(map(event_key, events), f"{run}.liveness")
    return events


def _told(archive: Archive, now: datetime, names: set[str], impaired: Sequence[Impairment]) -> list[Event]:
    """Events of what is wrong, of what goes on the same as before; what no longer is wrong is forgotten."""
    wrong = {one.subject for one in impaired}
    for subject in archive.problem_subjects():
        if subject.partition(":")[0] in names and subject not in wrong:
            archive.end_problem(subject)
    return [event_of_impairment(archive.begin_problem(one.subject, now, one.details)) for one in impaired]


def hosts_ahead(captures: Iterable[Capture]) -> dict[str, float]:
    """Host → seconds by which its clock is ahead of ours, the median over its answers; none where it told no time."""
    by_host: dict[str, list[float]] = defaultdict(list)
    for capture in captures:
        stated = capture.header("date") if capture.fetched else None
        if stated is None or capture.url.partition("//")[2].partition("/")[0] == "":
            continue
        try:
            ahead = (parsedate_to_datetime(stated) - capture.fetched_at).total_seconds()
        except (TypeError, ValueError):
            continue
        by_host[capture.url.split("/")[2]].append(ahead)
    return {host: round(median(each), 1) for host, each in sorted(by_host.items())}


def clock_of(ahead: Mapping[str, float]) -> dict[str, JsonValue]:
    """How far the hosts' clocks are ahead of ours: `{"hosts", "seconds"}`, the median over hosts; empty for none."""
    return {"hosts": len(ahead), "seconds": round(median(ahead.values()))} if ahead else {}


def clock_off(clock: Mapping[str, JsonValue]) -> list[Impairment]:
    """Our clock, when most of three hosts at least agree that it is minutes off: dates of the law hang on it."""
    hosts, seconds = clock.get("hosts"), clock.get("seconds")
    if not isinstance(hosts, int) or not isinstance(seconds, int) or hosts < CLOCK_HOSTS:
        return []
    if abs(seconds) <= CLOCK_OFF.total_seconds():
        return []
    return [Impairment("clock", {"hosts": hosts, "seconds_behind": seconds})]


def yields_fallen(yields: Iterable[Yield]) -> list[Impairment]:
    """Families of which most portals list fewer reports than before: a product has changed, or our reading of it."""
    families: dict[str, list[Yield]] = defaultdict(list)
    for one in yields:
        families[one.family].append(one)
    found = []
    for family, members in sorted(families.items()):
        fallen = [one for one in members if one.now < one.before]
        now, then = sum(one.now for one in members), sum(one.before for one in members)
        if len(members) >= FAMILY_LEAST and len(fallen) >= FAMILY_SHARE * len(members) and now < YIELD_LEFT * then:
            names: list[JsonValue] = [one.portal for one in fallen[:10]]
            told: dict[str, JsonValue] = {"reports": now, "reports_before": then, "portals": names}
            found.append(Impairment(f"yield:{family}", told))
    return found


def verdicts_of(outcomes: Iterable[PortalOutcome]) -> Counter[str]:
    """How many documents of a run were read how, of those that came with their bytes.

    Not of those that were new: a settling that is taken up again finds them recorded already.
    """
    return Counter(
        document.verdict
        for outcome in outcomes
        for document in outcome.documents
        if document.verdict and document.state == FetchState.OK
    )


def verdicts_worse(figures: Mapping[str, JsonValue]) -> list[Impairment]:
    """The parser, when of the reports since yesterday far fewer are verified than of those before."""
    fresh, past = Counter(_counts(figures.get("verdicts"))), Counter(_counts(figures.get("verdicts_before")))
    if fresh.total() < VERDICTS_LEAST or past.total() < VERDICTS_BEFORE:
        return []
    share, usual = fresh["verified"] / fresh.total(), past["verified"] / past.total()
    if usual - share < VERDICTS_FALL:
        return []
    told: dict[str, JsonValue] = {
        "verdicts": dict(fresh),
        "verified": round(share, 2),
        "verified_before": round(usual, 2),
    }
    return [Impairment("verdicts", told)]


def _is_late(portal: Portal, last: datetime, now: datetime) -> bool:
    """Should a portal have been visited hours ago? Whatever the seed that spreads the visits."""
    if portal.schedule:
        return next(visits_after(portal, last)) < now - GRACE
    longest = max(interval(legal_day(last)), interval(legal_day(now)))
    return now - last > longest * (1 + JITTER) + min(GRACE, longest / 2)


def backlog(archive: Archive, portals: Mapping[str, Portal], now: datetime) -> list[Impairment]:
    """Portals that should have been visited hours ago and were not; who is left alone does not count."""
    last, away = archive.last_visits(), archive.cool_downs(now)
    late = [
        name
        for name, portal in portals.items()
        if name in last and not portal.start_hosts & away.keys() and _is_late(portal, last[name].at, now)
    ]
    if len(late) < max(BACKLOG_LEAST, BACKLOG_SHARE * len(last)):
        return []
    oldest = min(last[name].at for name in late)
    names: list[JsonValue] = [*sorted(late)[:10]]
    return [Impairment("backlog", {"portals": len(late), "oldest": oldest.isoformat(), "names": names})]


def store_fills(figures: Mapping[str, JsonValue], last: Mapping[str, JsonValue], now: datetime) -> list[Impairment]:
    """The disk of an archive in a folder: nearly full, or full in two weeks as it fills now. A bucket has no end."""
    free, total = figures.get("free_bytes"), figures.get("total_bytes")
    if not isinstance(free, int) or not isinstance(total, int):
        return []
    days_left: float | None = None
    then, at = last.get("free_bytes"), last.get("at")
    if isinstance(then, int) and isinstance(at, str) and then > free:
        days = (now - datetime.fromisoformat(at)) / DAY
        days_left = free / (then - free) * days if days > 0 else None
    if free >= max(ROOM_SHARE * total, ROOM_BYTES) and (days_left is None or days_left > ROOM_DAYS):
        return []
    left: JsonValue = round(days_left, 1) if days_left is not None else None
    return [Impairment("store", {"free_bytes": free, "total_bytes": total, "days_left": left})]


def _counts(told: object) -> dict[str, float]:
    return {str(name): float(count) for name, count in told.items()} if isinstance(told, dict) else {}


def _verdicts(archive: Archive, last: Mapping[str, JsonValue], now: datetime) -> dict[str, JsonValue]:
    """The verdicts of the runs since the last check, and of those before, the older the less they count."""
    at = last.get("at")
    since = datetime.fromisoformat(at) if isinstance(at, str) else now - DAY
    fresh = Counter[str]()
    for run in archive.runs():
        if run >= f"{since:%Y%m%dT%H%M%SZ}":
            fresh.update(
                {name: int(count) for name, count in _counts(archive.settled_facts(run).get("verdicts")).items()}
            )
    before = Counter(_counts(last.get("verdicts_before"))) + Counter(_counts(last.get("verdicts")))
    return {
        "verdicts": dict(fresh),
        "verdicts_before": {name: round(count * VERDICTS_FADE, 3) for name, count in before.items()},
    }


def _room(archive: Archive) -> dict[str, JsonValue]:
    store = archive.store
    if not isinstance(store, LocalFolder) or not store.root.exists():
        return {}
    usage = shutil.disk_usage(store.root)
    return {"free_bytes": usage.free, "total_bytes": usage.total}


def _yields(archive: Archive, portals: Mapping[str, Portal], now: datetime) -> list[Yield]:
    """Portals that were visited within the last day and gave their own word."""
    found = []
    for name, visit in archive.last_visits().items():
        if name not in portals or visit.at < now - DAY:
            continue
        newest = next(archive.coverage_before(name, "~"), None)
        if newest is None or newest.hub_state not in ITS_OWN_WORD:
            continue
        whole = before(archive, newest).whole
        if whole is not None and whole.family is not None:
            # A redesigned portal is no longer of the family, and is told by its own event.
            same = newest.family in (None, whole.family)
            found += [Yield(name, whole.family, newest.reports, whole.reports)] if same else []
    return found
